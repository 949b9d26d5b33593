"""One notice at the front door, with all that decides what happens next, and what one does with it besides deciding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST, require_safe

from sightline.agencies.queries import partnership, workers
from sightline.agencies.rules import may
from sightline.clocks import queries as clocks
from sightline.front_door import claiming, queue, shifts, steps
from sightline.front_door.arriving import queue_of
from sightline.front_door.queue_types import QueueLine
from sightline.front_door.step_types import StepView
from sightline.identity.locations.reaching import answers
from sightline.identity.queries import rows_of
from sightline.sharing.types import Level
from sightline.signals import queries as signals
from sightline.timescales.moment import now
from sightline.web import drafts
from sightline.web.child.beside import Due, due
from sightline.web.child.page import entry_words
from sightline.web.front_door.queue import LETTERS, as_uuid, as_version, narrowed, note_to, query
from sightline.web.front_door.queue_lines import held_words, row, title, told
from sightline.web.matches.keys import are_on
from sightline.web.signals import lists as signal_lists
from sightline.web.words import day_short, london, moment_words, span_words

KEYS = [("j", "next"), ("k", "the one before"), ("d", "decide"), ("c", "claim"), ("l", "the queue")]


@dataclass(frozen=True, slots=True)
class Knows:
    """What one kind of agency knows about a child, in one line."""

    title: str
    count: int
    last: str  # 3 Mar 2025
    says: str
    entry: UUID | None


@dataclass(frozen=True, slots=True)
class ChildHere:
    """A child on the page: who they are, what each agency knows, how they may be reached."""

    person: UUID
    name: str
    age: str
    knows: tuple[Knows, ...]
    matches: int
    match: UUID | None
    reach: tuple[tuple[bool, str, str], ...]  # (safe, channel, sentence)
    signs: tuple[signal_lists.Line, ...] = ()  # what is known together adds up to, and nobody has answered


@require_safe
def item_page(request: HttpRequest, item: UUID) -> HttpResponse:
    reading, present, narrow = request.reading, now(), narrowed(request)
    view = queue.one(reading, item)
    line = row(reading.definition, view.line, present, reading.actor.id)
    before, after = queue.following(reading, item, narrow)
    notice, begun = view.line.notice, steps.of_notice(reading, view.line.entry)
    may_decide = bool(may(reading.actor, claiming.DECIDE, reading.definition))
    typed, saved = drafts.kept(request, "queue-note", item)
    return render(
        request,
        "front_door/item.html",
        {
            "line": line,
            "view": view,
            "notice": notice,
            "full": notice.level is Level.FULL,
            "heading": line.title,
            "headline": entry_words(notice),
            "happened": moment_words(notice.happened, notice.precision),
            "known_ago": f"{span_words(present - notice.known_at)} ago",
            "reasons": [(why.level, why.says, why.asks) for why in view.line.why],
            "children": children(request, view.line),
            "others": [row(reading.definition, one, present, reading.actor.id) for one in view.notices],
            "nearby": nearby(request, view.line) if may_decide else [],
            "notes": [(note, moment_words(note.at)) for note in view.notes],
            "clocks": stages(request, view.line, begun),
            "steps": checks(request, begun),
            "held_for": held_words(view.line.held_at, present),
            "before": before,
            "after": after,
            "filters": query(narrow),
            "may_decide": may_decide and view.line.state == claiming.OPEN,
            "decide": decide_href(view.line.entry),
            "colleagues": colleagues(request) if may_decide else [],
            "note_to": note_to(request),
            "typed": typed.get("words", ""),
            "saved": saved,
            "keys_on": are_on(request),
            "letters": KEYS,
            "list_letters": LETTERS,
            "here": request.get_full_path(),
        },
    )


def decide_href(entry: UUID) -> str:
    """Where one decides about a notice."""
    for name in ("decide", "decide-contact"):
        try:
            return reverse(name, args=[entry])
        except NoReverseMatch:
            continue
    return ""


def children(request: HttpRequest, line: QueueLine) -> list[ChildHere]:
    """The children on a notice, with one line for each kind of agency that holds something."""
    today = london(now()).date()
    words = row(request.reading.definition, line, now(), "")
    rows = rows_of(child.person for child in line.children)
    signs = signals.of_people(request.reading, {child.person for child in line.children}) if line.children else {}
    found = []
    for child in line.children:
        named = next((c for c in words.children if c.person == child.person), None)
        own = [r for r in rows if r.person == child.person]
        reach = tuple(
            (one.safe, one.channel, one.sentence) for one in answers(request.reading, own) if one.code != "nobody-said"
        )
        found.append(
            ChildHere(
                child.person,
                named.name if named else child.name or "A child whose name is not open to you",
                named.age if named else "",
                tuple(
                    Knows(
                        one.title,
                        one.count,
                        "today" if london(one.last).date() == today else day_short(london(one.last).date()),
                        entry_words(one.newest) if one.newest else "",
                        one.newest.id if one.newest else None,
                    )
                    for one in child.holds
                ),
                child.matches,
                child.match,
                reach,
                tuple(signal_lists.standing(signs.get(child.person, ()))),
            )
        )
    return found


def stages(request: HttpRequest, line: QueueLine, begun: Sequence[StepView]) -> list[Due]:
    """The clocks of this notice, one stage after another, as declared: contact, checks, decision, hand-over."""
    kept = queue_of(request.reading.definition)
    wanted = list(kept.stages) if kept else []
    identities = [child.identity for child in line.children]
    answered = {one.entry for one in begun} | {line.entry}
    found = [
        clock
        for clock in clocks.of_identities(request.reading, identities)
        if clock.clock in wanted and clock.entry in answered
    ]
    once = {(clock.clock, clock.entry): clock for clock in found}
    return [due(clock, now()) for clock in sorted(once.values(), key=lambda c: (wanted.index(c.clock), c.due_at))]


def checks(request: HttpRequest, begun: Sequence[StepView]) -> list[tuple[str, str, str, str]]:
    """Which agencies were asked, and who has not answered: (agency, what stands, colour, when it is due)."""
    found = []
    for one in begun:
        if one.kind != steps.CHECK:
            continue
        what, _, id_ = one.to.rpartition(":")
        agency = request.reading.agencies.get(id_.rpartition("@")[2] or id_)
        late = one.state == steps.OPEN and one.due_at < now()
        said = {steps.OPEN: "late" if late else "asked", steps.DONE: "answered"}.get(one.state, "could not answer")
        colour = {"late": "late", "asked": "soon", "answered": "kept"}.get(said, "plain")
        found.append((agency.title if agency else id_, said, colour, moment_words(one.due_at)))
    return found


def nearby(request: HttpRequest, line: QueueLine) -> list[tuple[UUID, str]]:
    """Other open notices about the same children, which somebody may say are one event with this: (item, words)."""
    present = now()
    return [(other, f"{title(notice)} ({told(notice, present)})") for other, notice in queue.about_same(request.reading, line.item)]


def colleagues(request: HttpRequest) -> list[tuple[str, str]]:
    """Whom one may hand a notice to: those who decide at the front door, with the team that they are in."""
    definition = partnership()
    roles = {role.id for role in definition.role.values() if claiming.DECIDE in role.may}
    return [
        (one.id, f"{one.name}, {definition.team[one.team].title if one.team in definition.team else one.role}")
        for one in workers()
        if one.active and one.role in roles and one.id != request.actor.id
    ]


@require_POST
def act(request: HttpRequest, item: UUID) -> HttpResponse:
    """What one does with a notice besides deciding. Whatever may not be done is raised, and becomes its page."""
    does, by, version = request.POST.get("do", ""), request.actor, as_version(request)
    back = HttpResponseRedirect(reverse("queue-item", args=[item]) + query(narrowed(request)))
    queue.one(request.reading, item)  # whoever may not see it does nothing to it
    words = request.POST.get("words", "")
    match does:
        case "claim" | "take":
            claiming.claim(item=item, by=by, version=version, take=does == "take")
            messages.success(request, "You have it.")
        case "release":
            claiming.release(item=item, by=by, version=version)
            messages.success(request, "You let it go. It waits for whoever is free.")
        case "note" | "colleague" | "team":
            to = request.POST.get("worker", "") if does == "colleague" else ""
            team = note_to(request)[0] if does == "team" else ""
            shifts.leave_note(words=words, by=by, item=item, to_team=team, to_worker=to, version=version)
            drafts.drop(request, "queue-note", item)
            messages.success(request, "Your note stands with it." if does == "note" else "Handed over, with your note.")
        case "keep":
            drafts.keep(request, "queue-note", item)
            messages.success(request, "Saved. You can come back to it later.")
        case "split":
            claiming.split(item=item, by=by)
            messages.success(request, "It stands alone now, as an event of its own.")
        case "link":
            other = as_uuid(request.POST.get("other", ""))
            if other is not None:
                queue.must_see(request.reading, other)
            claiming.gather(items=[item, other] if other is not None else [item], by=by)
            messages.success(request, "They stand together now, as one event.")
    return back
