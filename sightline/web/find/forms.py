"""What may be asked when looking for a child."""

from __future__ import annotations

from typing import Any

from django import forms

from sightline.identity.asking import understood
from sightline.identity.types import Asked
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.web.words import read_date


def _more_than_a_number(words: str) -> bool:
    """Whether a name, a day or a place stands among the words, however they are set apart: `robinson, j. 19/11/10`."""
    meant = understood(Asked(words=words), local_day(now()))
    return any(len(word) > 1 for word in meant.words) or len(meant.born) == 10 or bool(meant.postcode)


class FindForm(forms.Form):
    words = forms.CharField(
        label="Name",
        required=False,
        max_length=100,
        help_text="Any part, in any order. An age, a date, a place or a number too: kim, 14ish, near LS14",
    )
    born = forms.CharField(label="Born", required=False, max_length=30, help_text="4 March 2010, 4/3/2010 or 2010")
    age = forms.CharField(label="Or age", required=False, max_length=3, help_text="In years")
    number = forms.CharField(
        label="Any number", required=False, max_length=40, help_text="NHS, UPN, an agency’s own, phone"
    )
    postcode = forms.CharField(label="Postcode", required=False, max_length=10, help_text="Home, now or before")
    school = forms.ChoiceField(label="School", required=False)
    closed = forms.BooleanField(label="Closed cases too", required=False, initial=True)

    def __init__(self, *args: Any, schools: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].choices = [("", "Any school"), *schools]
        for name in ("words", "born", "age", "number", "postcode"):
            self.fields[name].widget.attrs.update(autocomplete="off", spellcheck="false")
        self.fields["age"].widget.attrs["inputmode"] = "numeric"

    def clean_born(self) -> str:
        text = self.cleaned_data["born"].strip()
        if text and not read_date(text):
            raise forms.ValidationError("Birth date must be a date, such as 4 March 2010, or a year")
        return read_date(text)

    def clean_age(self) -> str:
        text = self.cleaned_data["age"].strip()
        if text and not (text.isdigit() and int(text) < 130):
            raise forms.ValidationError("Age must be a number of years, such as 15")
        return text

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        words = given.get("words", "")
        if not given.get("number") and sum(c.isdigit() for c in words) >= 4 and not _more_than_a_number(words):
            given["words"], given["number"] = "", words  # somebody typed a number where the name goes: look for it
        if not self.errors and not any(given.get(name) for name in ("words", "born", "number", "postcode")):
            raise forms.ValidationError("Enter a name, a birth date, a number or a postcode")
        return given

    def asked(self) -> Asked:
        return Asked(**{name: self.cleaned_data[name] for name in self.fields})

    def typed(self) -> dict[str, str]:
        """As it was typed, to be kept under an opaque id."""
        return {name: self.data.get(name, "").strip() for name in self.fields if self.data.get(name, "").strip()}
