"""What is asked in order to protect a location, to say how somebody may be reached, and to answer a stop."""

from __future__ import annotations

from typing import Any

from django import forms

from sightline.agencies.types import Actor
from sightline.definition.types import Partnership
from sightline.identity.locations.reaching import CHANNELS
from sightline.identity.protected import FEWEST_WORDS, KINDS
from sightline.identity.release import ANSWERS
from sightline.sharing.release import Value
from sightline.sharing.release.values import POSTCODE

PLACES = ("home", "refuge", "placement", "other")


def because(label: str, hint: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=2000,
        help_text=hint,
        error_messages={"required": "Say why"},
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "true"}),
    )


class Because(forms.Form):
    because = because("Why", "")

    def clean_because(self) -> str:
        text = " ".join(self.cleaned_data["because"].split())
        if len(text) < FEWEST_WORDS:
            raise forms.ValidationError(f"Say a little more: at least {FEWEST_WORDS} characters")
        return text


class ProtectForm(Because):
    kind = forms.ChoiceField(label="What is it?", choices=[(k, t) for k, t in KINDS.items()], widget=forms.Select)
    value = forms.CharField(
        label="The address, number or name, as it is",
        help_text="An address with one line for each part, and its postcode",
        max_length=400,
        error_messages={"required": "Enter what is to be protected"},
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
    )
    who = forms.ChoiceField(label="Who may see it?", widget=forms.Select)
    others = forms.CharField(
        label="And these colleagues",
        required=False,
        max_length=400,
        help_text="User names, with commas between them. Only those who must go there or write there",
    )
    because = because(
        "Why must it be kept secret?", "Those who may see it read this. Do not write the address here as well."
    )
    field_order = ("kind", "value", "who", "others", "because")

    def __init__(self, *args: Any, actor: Actor, definition: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = definition.team.get(actor.team)
        agency = definition.agency.get(actor.agency)
        self.holders = {"me": f"worker:{actor.id}", "team": f"team:{actor.team}", "agency": f"agency:{actor.agency}"}
        self.fields["who"].choices = [
            ("me", "I alone"),
            *([("team", f"My team: {team.title}")] if team else []),
            *([("agency", f"Everybody at {agency.title}")] if agency else []),
        ]
        for name in ("value", "others"):
            self.fields[name].widget.attrs.update(autocomplete="off", spellcheck="false")

    def recipients(self) -> list[str]:
        named = [one.strip() for one in self.cleaned_data["others"].split(",") if one.strip()]
        mine = [self.holders["me"], self.holders[self.cleaned_data["who"]]]
        return list(dict.fromkeys([*mine, *(f"worker:{one}" for one in named)]))

    def protected(self) -> Value:
        """The value, of the kind that was said."""
        kind, text = self.cleaned_data["kind"], self.cleaned_data["value"].strip()
        if kind not in PLACES:
            how = kind if kind in ("phone", "email", "vehicle") else "name"
            return Value(how, " ".join(text.split()))
        code = POSTCODE.search(text)
        rest = POSTCODE.sub("", text)
        lines = tuple(line.strip(" ,") for line in rest.replace(",", "\n").splitlines() if line.strip(" ,"))
        return Value("address", lines=lines, postcode=" ".join(code.groups()).upper() if code else "")


class RevealForm(forms.Form):
    purpose = forms.ChoiceField(label="What do you need it for?", widget=forms.Select)

    def __init__(self, *args: Any, purposes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = purposes


class SafeForm(forms.Form):
    channel = forms.ChoiceField(label="By", choices=list(CHANNELS.items()), widget=forms.Select)
    safe = forms.ChoiceField(
        label="Is it safe?",
        choices=[("no", "No, do not use it"), ("yes", "Yes")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether it is safe"},
    )
    of = forms.CharField(
        label="Which number or address?",
        required=False,
        max_length=200,
        help_text="It is safe for this one alone. When another is held, the answer is no again",
    )
    said_by = forms.CharField(label="Who said so?", max_length=100, error_messages={"required": "Say whose word it is"})
    note = forms.CharField(
        label="When, and how",
        required=False,
        max_length=400,
        help_text="Weekdays before three; who else answers; a word by which she knows that it is you",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("safe") == "yes" and not given.get("of", "").strip():
            self.add_error("of", "Enter the number or address that is safe")
        return given


class AnswerForm(Because):
    answer = forms.ChoiceField(
        label="What becomes of it?",
        choices=list(ANSWERS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Say what becomes of it"},
    )
    because = because("Why", "What you looked at, and whom you asked")
    field_order = ("answer", "because")
