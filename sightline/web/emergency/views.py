"""Opening a child's records in an emergency, and whom to ring."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sightline.agencies.types import AgencyInfo
from sightline.chronology import queries as chronology
from sightline.chronology import rules
from sightline.chronology.types import EntryView
from sightline.definition.outcomes import Missing
from sightline.identity import protected
from sightline.identity import queries as identity
from sightline.identity.guards import holder
from sightline.jobs.breaking_glass import OpenNow, break_glass, known_as, open_to
from sightline.jobs.revealing import ring
from sightline.sharing.types import Level
from sightline.timescales.moment import now
from sightline.web import drafts
from sightline.web.accounts.recently import prove, proved
from sightline.web.emergency.forms import ReasonForm, WhoForm
from sightline.web.words import moment_words

FORM = "emergency"
NO_ONE = UUID(int=0)
DONE = (
    "The records of this child are open to you until {until}. Everybody who holds some has been told, and somebody else "
    "reviews it within two working days."
)


@require_http_methods(["GET", "HEAD", "POST"])
def child(request: HttpRequest, person: UUID) -> HttpResponse:
    """The page that opens one child's records. Whoever has them open already is led there."""
    rows = identity.identities_of(person)
    if rows and standing(request, [row.id for row in rows]) is not None:
        return redirect("child", person)
    if not proved(request):
        if request.method == "POST":
            drafts.keep(request, FORM, person)  # not a word is lost while they prove who they are
        return prove(request)
    typed, _ = drafts.kept(request, FORM, person)
    form = ReasonForm(request.POST) if request.method == "POST" else ReasonForm(initial=typed)
    if request.method == "POST" and form.is_valid():
        opened = break_glass(person=person, reason=form.cleaned_data["reason"], by=request.actor)
        drafts.drop(request, FORM, person)
        notes.success(request, DONE.format(until=moment_words(opened.until)))
        return redirect("child", person)
    named = identity.names(request.reading, [person]).get(person)
    context = {"form": form, "person": person, "name": named.name if named else "", **around(request)}
    return render(request, "emergency/child.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def anybody(request: HttpRequest) -> HttpResponse:
    """The same for a child whom this worker does not find: by a number, or the whole name with the birth date."""
    if not proved(request):
        return prove(request)
    form = WhoForm(request.POST) if request.method == "POST" else WhoForm()
    nobody = False
    if request.method == "POST" and form.is_valid():
        person = known_as(asked=form.asked(), by=request.actor)
        try:
            if person is not None:
                opened = break_glass(person=person, reason=form.cleaned_data["reason"], by=request.actor)
                notes.success(request, DONE.format(until=moment_words(opened.until)))
                return redirect("child", person)
        except Missing:
            pass  # whoever is sealed is as nobody
        nobody = True
    context = {"form": form, "nobody": nobody, **around(request)}
    return render(request, "emergency/anybody.html", context, status=422 if form.errors else 200)


@require_safe
def whom_to_ring(request: HttpRequest, person: UUID) -> HttpResponse:
    """Who works with this child; and everybody who answers for something about them that is not open here, day and night."""
    reading = request.reading
    told = chronology.of_person(reading, person)
    rows = identity.identities_of(person)
    named = identity.names(reading, [person]).get(person)
    held = [entry for entry in told.entries if entry.level is Level.POINTER and not entry.closed]
    may_break = request.shell.may_open("emergency-child")
    return render(
        request,
        "emergency/ring.html",
        {
            "person": person,
            "name": named.name if named else "this child",
            "professionals": rules.professionals(told.entries, now(), reading.definition),
            "kept": [kept(request, person, entry) for entry in held if entry.sight.holders],
            "rings": by_agency([entry for entry in held if not entry.sight.holders]),
            "places": [place(request, person, one) for one in protected.of(reading, rows) if one.ended is None],
            "may_break": may_break and standing(request, told.identities) is None,
            **around(request),
        },
    )


def standing(request: HttpRequest, identities: list[UUID] | tuple[UUID, ...]) -> OpenNow | None:
    """The emergency opening that this worker has of this child, now."""
    return open_to(request.actor, identities) if request.shell.may_open("emergency-child") else None


def mark(request: HttpRequest, identities: list[UUID] | tuple[UUID, ...]) -> dict[str, object] | None:
    """What stands across the child's page while it is open because of an emergency: who, since when, until when."""
    found = standing(request, identities)
    if found is None:
        return None
    return {
        "since": moment_words(found.since),
        "until": moment_words(found.until),
        "who": request.actor.name,
        "times": range(12),
    }


def around(request: HttpRequest) -> dict[str, object]:
    """Whom everybody may ring, whatever is held: the front door by day and by night, and the holder of what is sealed."""
    agencies = request.reading.agencies
    doors = [a for a in agencies.values() if a.kind == "social-care" and (a.phone or a.out_of_hours)]
    return {
        "doors": [(a.title, numbers(a)) for a in sorted(doors, key=lambda a: a.title)],
        "holder": holder(request.reading.definition, agencies),
    }


def numbers(agency: AgencyInfo) -> str:
    """`0113 …; day and night 0113 …`."""
    told = [agency.phone] if agency.phone else []
    if agency.out_of_hours and agency.out_of_hours != agency.phone:
        told.append(f"day and night {agency.out_of_hours}")
    return "; ".join(told) or "number not recorded"


def by_agency(held: list[EntryView]) -> list[tuple[str, str, str]]:
    """(agency, what it holds, its numbers), one line an agency."""
    found: dict[str, list[EntryView]] = {}
    for entry in held:
        found.setdefault(entry.agency.id, []).append(entry)
    return [
        (some[0].agency.title, ", ".join(dict.fromkeys(entry.title for entry in some)), numbers(some[0].agency))
        for some in found.values()
    ]


def kept(request: HttpRequest, person: UUID, entry: EntryView) -> dict[str, object]:
    """A record that is kept to named people: who they are, and how two people reach it."""
    may = request.shell.may_open("reveal-record")
    return {
        "title": entry.title,
        "agency": entry.agency.title,
        "happened": moment_words(entry.happened, entry.precision),
        "ring": ring(entry.sight.holders) or ring([f"agency:{entry.agency.id}"]),
        "reach": reverse("reveal-record", args=[person, entry.first]) if may else "",
    }


def place(request: HttpRequest, person: UUID, one: protected.Location) -> dict[str, object]:
    """A protected location: that it is there, whom to ring, and how it is reached. Never what it is."""
    may = request.shell.may_open("reveal-location") and not one.recipient
    return {
        "title": one.title,
        "ring": one.ring.title,
        "numbers": numbers(one.ring),
        "mine": reverse("location", args=[one.id]) if one.recipient and request.shell.may_open("location") else "",
        "reach": reverse("reveal-location", args=[person, one.id]) if may else "",
    }
