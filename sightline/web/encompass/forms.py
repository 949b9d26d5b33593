"""What a school and whoever rings say about a telling."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from sightline.timescales.london import parse_moment
from sightline.timescales.moment import now
from sightline.web.words import london, read_date

REASONS = (
    ("not-a-pupil", "Never a pupil here"),
    ("left", "Was a pupil here, and has left"),
    ("not-known", "We do not know this child"),
)


class SupportForm(forms.Form):
    words = forms.CharField(
        label="What was done for the child?",
        help_text="In a sentence: who met them, what they wanted, what goes on. Or that nothing was needed, and how you know.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        error_messages={"required": "Say what was done, or that nothing was needed and how you know"},
    )


class NotOursForm(forms.Form):
    because = forms.ChoiceField(
        label="Why is this child not yours?",
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why this child is not yours"},
    )


class HolidaysForm(forms.Form):
    next_morning = forms.ChoiceField(
        label="When the school is closed, tell us",
        choices=(
            ("no", "by 08:30 on the next working day"),
            ("yes", "by 08:30 on the next morning, also at weekends, on bank holidays and in holidays"),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one"},
    )


class PhoneForm(forms.Form):
    whom = forms.CharField(
        label="Whom did you tell?",
        help_text="Their name, their role, and where. Somebody whom you rang back on a number that you know to be theirs.",
        max_length=200,
        error_messages={"required": "Say whom you told"},
    )
    on = forms.CharField(label="On which day?", max_length=40, required=False, help_text="Leave it empty for today.")
    time = forms.CharField(
        label="At what time?", max_length=5, required=False, help_text="For example 08:10. Leave it empty for now."
    )

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        here = london(now())
        day = read_date(str(given.get("on") or "")) if given.get("on") else here.date().isoformat()
        clock = str(given.get("time") or f"{here:%H:%M}").strip().replace(".", ":")
        try:
            at: datetime | None = parse_moment(f"{day} {clock.zfill(5)}")
        except ValueError:
            at = None
        if at is None:
            self.add_error("time", "Give a day such as 14 January 2025, and a time such as 08:10")
        elif at > now():
            self.add_error("time", "This lies ahead. Say when you told them")
        given["at"] = at
        return given


class NobodyForm(forms.Form):
    because = forms.CharField(
        label="Why is nobody told?",
        help_text="For example that the child has moved abroad; and who sees them next.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": "Say why nobody is told, and who sees the child next"},
    )


class PlaceForm(forms.Form):
    agency = forms.ChoiceField(
        label="Where is the child taught?",
        help_text="It is told at once through here, or first thing on its next day.",
        error_messages={"required": "Choose a place"},
    )

    def __init__(self, places: list[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["agency"].choices = [("", "Choose a school, college or other place"), *places]  # type: ignore[attr-defined]
