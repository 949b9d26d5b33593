"""The forms: a reason, a day, a hold. A refusal of the verb is said beside the field that it is about."""

from __future__ import annotations

import re
from uuid import UUID

from django import forms

from sightline.definition.types import Partnership
from sightline.retention.actions import LEAST, MOST_WORDS

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
REACHES = (
    ("child", "One child"),
    ("record", "Every record of one kind"),
    ("everything", "Everything that is held here"),
)


def reason(label: str, help_text: str = "") -> forms.CharField:
    """A field for the reason: sealed, and read by whoever agrees."""
    return forms.CharField(
        label=label,
        min_length=LEAST,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=help_text or "Whoever agrees reads it, and whoever asks later. It is sealed.",
        error_messages={"required": "Say why, in a sentence", "min_length": f"Say why, in at least {LEAST} characters"},
    )


def page_field(label: str, help_text: str, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=300,
        error_messages={"required": "Enter the address of the child’s page"},
    )


def page_id(text: str) -> UUID | None:
    """The child's id in the address of a page, or in a bare id."""
    found = _ID.search(text)
    return UUID(found.group()) if found else None


class AskForm(forms.Form):
    because = reason("Why is it to be erased?", "Who asked for it, what you checked, and on what advice. It is sealed.")


class FindForm(forms.Form):
    page = page_field("Address of the child’s page", "Copy it from whoever works with the child. It names nobody.")

    def clean_page(self) -> UUID:
        found = page_id(self.cleaned_data["page"])
        if found is None:
            raise forms.ValidationError("Enter the address as it stands in the browser, with the long number in it")
        return found


class AgreeForm(forms.Form):
    because = forms.CharField(
        label="What do you say to it?",
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What you checked yourself. It is sealed.",
    )


class DueForm(forms.Form):
    because = reason("Why?")
    until = forms.DateField(
        label="Keep until",
        required=False,
        help_text="Only to keep it for longer: a day in the next five years, such as 31 3 2030. Then it comes up again.",
        input_formats=["%d %m %Y", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%Y-%m-%d"],
        error_messages={"invalid": "Enter a day, such as 31 3 2030"},
    )


class HoldForm(forms.Form):
    kind = forms.ChoiceField(
        label="Why may it not be erased?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why it may not be erased"},
    )
    reach = forms.ChoiceField(
        label="What may not be erased?",
        choices=REACHES,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what may not be erased"},
    )
    page = page_field("Address of the child’s page", "For one child. It names nobody.", required=False)
    record = forms.ChoiceField(label="Kind of record", required=False, help_text="For every record of one kind.")
    because = reason("Who asked for it, and when?", "The letter, the order or the decision. It is sealed.")

    def __init__(self, definition: Partnership, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        kinds = definition.codes["hold-kind"].codes
        records = sorted((record.title, record.id) for record in definition.record.values())
        self.fields["kind"].choices = [(code, one.title) for code, one in kinds.items()]  # type: ignore[attr-defined]
        self.fields["record"].choices = [("", "Choose a kind"), *((id, title) for title, id in records)]  # type: ignore[attr-defined]

    def clean_page(self) -> UUID | None:
        text = self.cleaned_data["page"]
        found = page_id(text)
        if text and found is None:
            raise forms.ValidationError("Enter the address as it stands in the browser, with the long number in it")
        return found

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        reach = given.get("reach")
        if reach == "child" and not given.get("page") and "page" not in self.errors:
            self.add_error("page", "Enter the address of the child’s page")
        if reach == "record" and not given.get("record"):
            self.add_error("record", "Choose the kind of record")
        if reach != "child":
            given["page"] = None
        if reach != "record":
            given["record"] = ""
        return given


class LiftForm(forms.Form):
    because = reason("Why is it over?", "The letter, the judgment or the decision that ended it. It is sealed.")
