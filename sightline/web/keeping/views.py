"""Keeping a record, or all that is held about a child, to named people: whoever does it is named, and is whom others ring."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sightline.agencies.queries import workers
from sightline.chronology import queries as chronology
from sightline.definition.outcomes import Missing, Refused
from sightline.identity import queries as identity
from sightline.identity.locations import veiling
from sightline.jobs.revealing import ring
from sightline.sharing.reading import Reading
from sightline.sharing.restricting import SHORTEST_REASON, holders_of, lift, named_on, reason, restrict
from sightline.sharing.rules import holders
from sightline.sharing.standing import trusted
from sightline.sharing.types import Level
from sightline.web.words import counted


class KeepForm(forms.Form):
    """One colleague at a time, so that each is meant; the page can be sent again."""

    worker = forms.ChoiceField(label="Name somebody else too", required=False)
    because = forms.CharField(
        label="Why?",
        help_text="Whoever is named reads it, and nobody else. At least 20 characters",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why"},
    )

    def __init__(self, reading: Reading, there: tuple[str, ...], data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        roles = {role.id: role.title.lower() for role in reading.definition.role.values()}
        by_agency: dict[str, list[tuple[str, str]]] = {}
        for one in workers():
            if one.active and one.id != reading.actor.id and f"worker:{one.id}" not in there:
                agency = reading.agencies.get(one.agency)
                words = f"{one.name}, {roles.get(one.role, one.role)}"
                by_agency.setdefault(agency.title if agency else one.agency, []).append((one.id, words))
        own = reading.agencies.get(reading.actor.agency)
        first = own.title if own else ""
        grouped = sorted(by_agency.items(), key=lambda pair: (pair[0] != first, pair[0]))
        self.fields["worker"].choices = [("", "Nobody else"), *grouped]  # type: ignore[attr-defined]

    def clean_because(self) -> str:
        said = str(self.cleaned_data["because"]).strip()
        if len(said) < SHORTEST_REASON:
            raise forms.ValidationError(f"Say why, in at least {SHORTEST_REASON} characters")
        return said


@require_http_methods(["GET", "HEAD", "POST"])
def keep_record(request: HttpRequest, entry: UUID) -> HttpResponse:
    """One record. 404 for whoever may not read it in full."""
    one = chronology.entry(request.reading, entry).now
    if one.level is not Level.FULL:
        raise Missing
    back = ("entry", one.id, one.title)
    return _keep(request, [one.first], f"{one.title}, from {one.agency.title}", back, of_child=False)


@require_http_methods(["GET", "HEAD", "POST"])
def keep_child(request: HttpRequest, person: UUID) -> HttpResponse:
    """All that is held about a child. 404 for whoever may not read in full who it is."""
    reading: Reading = request.reading
    with trusted("keep-child"):
        rows = identity.identities_of(person)
    allowed = identity.seen(reading, rows)
    if not rows or not any(sight.level is Level.FULL for sight in allowed.values()):
        raise Missing
    shown = identity.names(reading, [person]).get(person)
    name = shown.name if shown else "A child"
    return _keep(request, [row.id for row in rows], name, ("child", person, name), of_child=True)


def _keep(
    request: HttpRequest, subjects: list[UUID], what: str, back: tuple[str, UUID, str], *, of_child: bool
) -> HttpResponse:
    reading: Reading = request.reading
    kept = holders_of(subjects)
    there = tuple(dict.fromkeys(h for hs in named_on(kept).values() for h in hs))
    form = KeepForm(reading, there, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            if "lift" in request.POST:
                lift(subjects, by=request.actor, because=given["because"])
                messages.success(request, "No longer kept to named people. The other rules hold again.")
            else:
                own = [f"worker:{request.actor.id}"] if not set(holders(request.actor)) & set(there) else []
                other = [f"worker:{given['worker']}"] if given["worker"] else []
                if not own and not other:
                    form.add_error("worker", "Choose whom to name")
                else:
                    restrict(subjects, named=[*own, *other], by=request.actor, because=given["because"])
                    messages.success(request, "Kept to named people. It holds from now on, for every page.")
        except Refused as refused:
            form.add_error(None, refused.decision.sentence)
        if not form.errors:
            return redirect(back[0], back[1])
    why = next((words for subject in kept if (words := reason(reading.keyring, subject))), "")
    why = veiling.of(reading, identity.persons_of(subjects).values() if why and of_child else ()).words(why)
    return render(
        request,
        "keeping/keep.html",
        {
            "what": what,
            "back": back,
            "of_child": of_child,
            "form": form,
            "kept": bool(kept),
            "because": why,
            "named": ring(there),
            "how_many": counted(len(there), "person or team", "people or teams"),
        },
        status=422 if form.errors else 200,
    )
