"""What is asked in an emergency, and of whoever looks at it afterwards."""

from __future__ import annotations

from typing import Any

from django import forms

from sightline.definition.types import Partnership
from sightline.identity.types import Asked
from sightline.jobs.breaking_glass import LONGEST_REASON, SHORTEST_COMMENT, SHORTEST_REASON
from sightline.web.words import read_date


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="What is happening, and why is the usual way too slow?",
        max_length=LONGEST_REASON,
        help_text=f"At least {SHORTEST_REASON} characters. Somebody else reads this within two working days.",
        error_messages={"required": "Say what is happening, and why the usual way is too slow"},
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "true"}),
    )

    def clean_reason(self) -> str:
        text = " ".join(self.cleaned_data["reason"].split())
        if len(text) < SHORTEST_REASON:
            raise forms.ValidationError(f"Say a little more: at least {SHORTEST_REASON} characters")
        return text


class WhoForm(ReasonForm):
    number = forms.CharField(label="A number of theirs", required=False, max_length=40, help_text="NHS number, UPN")
    words = forms.CharField(label="Or first name and family name", required=False, max_length=100)
    born = forms.CharField(label="And birth date", required=False, max_length=30, help_text="4 March 2010 or 4/3/2010")
    field_order = ("number", "words", "born", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("number", "words", "born"):
            self.fields[name].widget.attrs.update(autocomplete="off", spellcheck="false")

    def clean_born(self) -> str:
        text = self.cleaned_data["born"].strip()
        born = read_date(text) if text else ""
        if text and len(born) != 10:
            raise forms.ValidationError("Birth date must be a whole date, such as 4 March 2010")
        return born

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if (
            not self.errors
            and not given.get("number")
            and not (len(given.get("words", "").split()) > 1 and given.get("born"))
        ):
            self.add_error(
                "number", "Enter a number, or the whole name with the birth date: only one child may be meant"
            )
        return given

    def asked(self) -> Asked:
        if self.cleaned_data["number"]:
            return Asked(number=self.cleaned_data["number"])
        return Asked(words=self.cleaned_data["words"], born=self.cleaned_data["born"])


class AnswerForm(forms.Form):
    decision = forms.ChoiceField(
        label="Do you agree?",
        widget=forms.RadioSelect,
        choices=(("agree", "I agree: they see it for an hour"), ("refuse", "I do not agree")),
        error_messages={"required": "Say whether you agree"},
    )
    words = forms.CharField(
        label="Why",
        required=False,
        max_length=LONGEST_REASON,
        help_text="What you were told when you rang. Needed where you do not agree.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("decision") == "refuse" and not given.get("words", "").strip():
            self.add_error("words", "Say why not: whoever asked must find another way now")
        return given


class ReviewForm(forms.Form):
    finding = forms.ChoiceField(
        label="What was it?", widget=forms.RadioSelect, error_messages={"required": "Say what it was"}
    )
    comment = forms.CharField(
        label="Why",
        max_length=LONGEST_REASON,
        help_text="What you found out, and from whom. The worker and their agency may read it.",
        error_messages={"required": "Say what you found out"},
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, definition: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = definition.codes["emergency-finding"].codes
        self.fields["finding"].choices = [
            (code, f"{one.title}. {one.note}" if one.note else one.title) for code, one in codes.items()
        ]

    def clean_comment(self) -> str:
        text = self.cleaned_data["comment"].strip()
        if len(text) < SHORTEST_COMMENT:
            raise forms.ValidationError("Say a little more about what you found out")
        return text
