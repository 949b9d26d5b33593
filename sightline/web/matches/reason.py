"""The reason that every decision about who is whom asks for."""

from __future__ import annotations

from django import forms


def why(label: str) -> forms.CharField:
    """A field for it: some sentences, asked in the words of the decision."""
    return forms.CharField(
        label=label,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why, in a sentence"},
        help_text="What you checked, and with whom. It is kept with the decision.",
    )
