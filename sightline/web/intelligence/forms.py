"""What the portal asks: what was seen or heard, and how it is known. Only the police are asked for grades."""

from __future__ import annotations

from django import forms

from sightline.definition.types import Partnership
from sightline.web.words import read_date

FIELDS = ("about-kind", "urgency", "how-known", "seen-at", "where", "vehicle", "account", "keep-from")
LONGEST = 8000


def choices(definition: Partnership, codes: str, empty: str = "") -> list[tuple[str, str]]:
    first = [("", empty)] if empty else []
    return first + [(id, code.title) for id, code in definition.codes[codes].codes.items()]


class SubmitForm(forms.Form):
    about_kind = forms.ChoiceField(label="What is it about?", widget=forms.RadioSelect)
    says = forms.CharField(
        label="What did you see or hear?",
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=LONGEST,
        help_text="Plain facts, in the words that were used. Do not ask further questions to find out more.",
        error_messages={"required": "Enter what you saw or heard"},
    )
    urgency = forms.ChoiceField(label="How soon should somebody read it?", widget=forms.RadioSelect)
    how_known = forms.ChoiceField(label="How do you know it?", required=False)
    seen_at = forms.CharField(
        label="When was it?", required=False, max_length=200, help_text="For example: last Friday, after school"
    )
    where = forms.CharField(label="Where?", required=False, max_length=300)
    given = forms.CharField(
        label="A child’s first name",
        required=False,
        max_length=100,
        help_text="If a child is in it. Leave empty what you do not know.",
    )
    family = forms.CharField(label="A child’s last name", required=False, max_length=100)
    born = forms.CharField(
        label="Birth date or age", required=False, max_length=60, help_text="For example 4 March 2010, or about 14"
    )
    vehicle = forms.CharField(
        label="A vehicle", required=False, max_length=200, help_text="Registration, make, colour: what you know"
    )
    account = forms.CharField(label="A phone number, user name or account", required=False, max_length=200)
    keep_from = forms.CharField(
        label="Is there anybody who must not learn that it was you?",
        required=False,
        max_length=300,
        help_text="The police protect who told them. Say it if somebody could guess.",
    )
    join = forms.BooleanField(label="My organisation joins the portal", required=False)

    def __init__(self, *args: object, definition: Partnership, joined: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["about_kind"].choices = choices(definition, "intelligence-about")
        self.fields["urgency"].choices = choices(definition, "urgency")
        self.fields["how_known"].choices = choices(definition, "how-known", "Choose, if one fits")
        if joined:
            del self.fields["join"]

    def clean_born(self) -> str:
        """A date as it is written elsewhere, so that the child is found by it; anything else as it was typed."""
        text = str(self.cleaned_data["born"]).strip()
        return read_date(text) or text

    def record_fields(self) -> dict[str, str]:
        return {name: self.cleaned_data[name.replace("-", "_")] for name in FIELDS}


class GradeForm(forms.Form):
    keep = forms.ChoiceField(
        label="Is it kept as intelligence?",
        choices=[("yes", "Yes: it is graded"), ("no", "No: it is answered only")],
        widget=forms.RadioSelect,
    )
    source_grade = forms.ChoiceField(label="Source", required=False)
    information_grade = forms.ChoiceField(label="Information", required=False)
    handling = forms.ChoiceField(label="Handling", required=False)
    conditions = forms.CharField(
        label="Conditions",
        required=False,
        max_length=500,
        help_text="For handling C: what whoever it goes to must keep to",
    )
    words = forms.CharField(
        label="Its text, without what shows the source",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=LONGEST,
        help_text="Kept with the grade. Others see at most that something is held, and whom to ask.",
    )
    outcome = forms.ChoiceField(
        label="What may be told back?",
        widget=forms.RadioSelect,
        help_text="This sentence, and nothing else, goes to whoever told it.",
    )

    def __init__(self, *args: object, definition: Partnership, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in ("source-grade", "information-grade"):
            listed = [(id, f"{id}: {words}") for id, words in choices(definition, name)]
            self.fields[name.replace("-", "_")].choices = [("", "Choose"), *listed]
        listed = [(id, f"{id}: {words}") for id, words in choices(definition, "intelligence-handling")]
        self.fields["handling"].choices = [("", "Choose"), *listed]
        self.fields["outcome"].choices = choices(definition, "intelligence-outcome")

    def clean(self) -> dict[str, str]:
        given = super().clean() or self.cleaned_data
        if given.get("keep") == "yes":
            for name, words in (
                ("source_grade", "the source"),
                ("information_grade", "the information"),
                ("handling", "the handling"),
            ):
                if not given.get(name):
                    self.add_error(
                        name, f"Choose the grade of {words}" if name != "handling" else "Choose the handling code"
                    )
            if given.get("handling") == "C" and not given.get("conditions"):
                self.add_error("conditions", "Enter the conditions of handling code C")
        return given

    def grade(self) -> dict[str, str] | None:
        if self.cleaned_data["keep"] != "yes":
            return None
        names = ("source-grade", "information-grade", "handling", "conditions")
        return {name: self.cleaned_data[name.replace("-", "_")] for name in names}
