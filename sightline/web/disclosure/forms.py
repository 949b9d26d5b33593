"""What is asked before a pack is prepared, something is taken out of it, it is let go; and when somebody decides to share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django import forms

from sightline.definition.outcomes import Invalid
from sightline.definition.types import Partnership, Recipient


def choices(definition: Partnership, codes: str, of: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Codes of a list with their words: all of them, or these."""
    known = definition.codes[codes].codes
    return [(code, known[code].title) for code in (of or known) if code in known]


def tell(form: forms.Form, error: Invalid, names: dict[str, str]) -> None:
    """What the verb could not understand, at the field that it is about."""
    for fault in error.faults:
        field = names.get(fault.path, fault.path.replace("-", "_"))
        form.add_error(field if field in form.fields else None, f"Enter {fault.expected}")


def _text(label: str, hint: str = "", rows: int = 3) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=2000, widget=widget, help_text=hint)


class PrepareForm(forms.Form):
    """For one kind of recipient; what is asked follows from what is declared of it."""

    name = forms.CharField(
        label="Who is it for?", max_length=200, help_text="Their name, as it will stand on every page of their copy."
    )
    person = forms.ChoiceField(
        label="Whom of those known here are they, or act for?",
        required=False,
        help_text="Their own details stay in; what is protected from them is looked for first of all.",
    )
    purpose = forms.ChoiceField(label="What for?")
    asked_on = forms.CharField(
        label="On which day did they ask?",
        required=False,
        help_text="Such as 2026-11-03. The month runs from that day.",
    )
    told_family = forms.ChoiceField(label="Was the family told?", required=False)
    not_told_because = forms.ChoiceField(label="If not, why not?", required=False)
    agreement = forms.ChoiceField(label="Does the family agree?", required=False)
    not_sought_because = _text("If you did not ask, why not?", rows=2)

    def __init__(
        self,
        *args: object,
        definition: Partnership,
        recipient: Recipient,
        people: Sequence[tuple[str, str]],
        **kw: object,
    ) -> None:
        super().__init__(*args, **kw)
        self.checks = [f"check_{code}" for code in recipient.checks]
        self.fields["person"].choices = [("", "Nobody known here"), *people]
        self.fields["purpose"].choices = choices(definition, "purpose", recipient.for_)
        for field, codes in (
            ("told_family", "family-told"), ("not_told_because", "not-told-because"), ("agreement", "agreement"),
        ):  # fmt: skip
            self.fields[field].choices = [("", "Choose"), *choices(definition, codes)]
        if "subject-access" not in recipient.kinds:
            del self.fields["asked_on"]
        if recipient.stands != "person" or recipient.kinds == ("subject-access",):
            for field in ("told_family", "not_told_because", "agreement", "not_sought_because"):
                del self.fields[field]
        if recipient.stands == "court":
            del self.fields["person"]
        for code, words in choices(definition, "pack-check", recipient.checks) if recipient.checks else ():
            self.fields[f"check_{code}"] = forms.BooleanField(label=words, required=False)

    def checked(self) -> list[str]:
        return [name.removeprefix("check_") for name in self.checks if self.cleaned_data.get(name)]

    def beside(self) -> dict[str, str]:
        names = ("told_family", "not_told_because", "agreement", "not_sought_because")
        return {name.replace("_", "-"): value for name in names if (value := self.cleaned_data.get(name))}


class MarkForm(forms.Form):
    words = _text("Which words?", "As they stand in the line. Leave it empty to take the whole record out.", rows=2)
    because = forms.ChoiceField(label="Why?")
    why = _text("Anything that whoever reads it next should know?", rows=2)

    def __init__(self, *args: object, definition: Partnership, **kw: object) -> None:
        super().__init__(*args, **kw)
        self.fields["because"].choices = choices(definition, "withheld")


class RejectForm(forms.Form):
    because = forms.CharField(
        label="Why does it not go as it is?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why, in a sentence"},
        help_text="Whoever prepared it reads this.",
    )


class ShareForm(forms.Form):
    """A decision to share, or not to: both are kept."""

    decision = forms.ChoiceField(
        label="What do you decide?", widget=forms.RadioSelect, error_messages={"required": "Choose whether to share"}
    )
    recipient = forms.CharField(label="With whom, or with whom not?", max_length=200)
    asked_by = forms.CharField(label="Who asked for it?", required=False, max_length=200)
    purpose = forms.ChoiceField(label="What for?")
    basis = forms.ChoiceField(label="On what lawful basis?", required=False)
    what = _text("What exactly?", "No more than is needed for it.", rows=2)
    rationale = _text(
        "Why?", "What is the aim? Would less do? Who could be harmed by sharing, and who by not sharing?", rows=4
    )
    agreement = forms.ChoiceField(label="Does the family agree?", required=False)
    not_sought_because = _text("If you did not ask, why not?", rows=2)
    told_family = forms.ChoiceField(label="Was the family told?", required=False)
    not_told_because = forms.ChoiceField(label="If not, why not?", required=False)
    family_view = _text("What does the family say?", rows=2)
    conditions = _text("Conditions on whoever receives it", rows=2)
    review_on = forms.CharField(
        label="When do you look at it again?", required=False, help_text="Such as 2026-12-01.", max_length=10
    )

    def __init__(self, *args: object, definition: Partnership, **kw: object) -> None:
        super().__init__(*args, **kw)
        purposes = [purpose for share in definition.share.values() for purpose in share.for_]
        self.fields["decision"].choices = choices(definition, "sharing-decision")
        self.fields["purpose"].choices = [("", "Choose"), *choices(definition, "purpose", purposes)]
        bases = list(dict.fromkeys(basis for share in definition.share.values() for basis in share.basis))
        self.fields["basis"].choices = [("", "Choose"), *choices(definition, "lawful-basis", bases)]
        for field, codes in (
            ("agreement", "agreement"), ("told_family", "family-told"), ("not_told_because", "not-told-because"),
        ):  # fmt: skip
            self.fields[field].choices = [("", "Choose"), *choices(definition, codes)]
