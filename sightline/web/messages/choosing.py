"""How messages reach somebody: which e-mails they want, and who stands in while they are away. One's own, never another's."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sightline.agencies import absence
from sightline.agencies.actions import choose
from sightline.agencies.queries import email_of, settings_of, workers
from sightline.messages import mailing, pacing

CHOICES = (
    (pacing.AT_ONCE, "At once, and the rest in one e-mail each working morning"),
    (pacing.DIGEST, "One e-mail each working morning; at once only what cannot wait"),
    (pacing.URGENT_ONLY, "Only what cannot wait"),
)


class ChoosingForm(forms.Form):
    mail = forms.ChoiceField(
        label="Which e-mails do you want?",
        choices=CHOICES,
        widget=forms.RadioSelect,
        help_text="An e-mail names nobody: it says that something waits. What cannot wait is always e-mailed at once.",
    )
    deputy = forms.ChoiceField(
        label="Who stands in for you while you are away?",
        required=False,
        help_text="They are told what you are told by name. They see no more of a child than they may anyway.",
    )
    away_from = forms.DateField(
        label="First day away", required=False, widget=forms.TextInput, help_text="For example 2026-12-21"
    )
    away_until = forms.DateField(
        label="Last day away", required=False, widget=forms.TextInput, help_text="For example 2027-01-02"
    )

    def clean(self) -> dict[str, object]:
        given = super().clean() or self.cleaned_data
        first, last = given.get("away_from"), given.get("away_until")
        if given.get("deputy") and not first and "away_from" not in self.errors:
            self.add_error("away_from", "Enter the first day on which somebody stands in for you")
        if first and not given.get("deputy") and "deputy" not in self.errors:
            self.add_error("deputy", "Choose who stands in for you")
        if first and last and last < first:
            self.add_error("away_until", "The last day away must not be before the first")
        return given


@require_http_methods(["GET", "HEAD", "POST"])
def choosing(request: HttpRequest) -> HttpResponse:
    actor = request.actor
    before = settings_of([actor.id]).get(actor.id, {})
    initial = {
        "mail": before.get(mailing.MAIL, pacing.AT_ONCE),
        "deputy": before.get(absence.DEPUTY, ""),
        "away_from": before.get(absence.FROM, ""),
        "away_until": before.get(absence.UNTIL, ""),
    }
    form = ChoosingForm(request.POST if request.method == "POST" else None, initial=initial)
    colleagues = [one for one in workers() if one.agency == actor.agency and one.active and one.id != actor.id]
    form.fields["deputy"].choices = [
        ("", "Nobody"),
        *((one.id, f"{one.name}, {words(request, one.role)}") for one in colleagues),
    ]
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        choose(
            settings={
                mailing.MAIL: given["mail"],
                absence.DEPUTY: given["deputy"],
                absence.FROM: given["away_from"].isoformat() if given["away_from"] else "",
                absence.UNTIL: given["away_until"].isoformat() if given["away_until"] else "",
            },
            by=actor,
        )
        messages.success(request, "Kept. It holds from the next message.")
        return redirect("messages")
    plan = pacing.plan_for(request.reading.definition, actor.role)
    context = {"form": form, "plan": plan, "configured": mailing.configured(), "address": bool(email_of([actor.id]))}
    return render(request, "inbox/choosing.html", context, status=422 if form.errors else 200)


def words(request: HttpRequest, role: str) -> str:
    declared = request.reading.definition.role.get(role)
    return declared.title.lower() if declared else role
