"""The registry on a day, by what was known on a day. Pure: both days are arguments, nothing is asked of a clock.

*As it was on* a day: the value that held then, whoever told it and whenever. *As known on* a day: the same, from nothing
that was told later. Both are one function; only `known` differs, and facts of a later day are never looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sightline.agencies.registry.facts import cite as cite_of
from sightline.agencies.registry.flags import days_of, flags_of
from sightline.agencies.registry.types import (
    AimView,
    Change,
    Cite,
    Fact,
    GroupView,
    Met,
    Moment,
    Registry,
    Start,
    State,
    Value,
)
from sightline.definition.kinds.registry import VACANT, Aim, Told
from sightline.definition.types import Partnership
from sightline.timescales.partial import parse_partial

Titles = Mapping[str, str]
NOBODY = "nobody: the chair is vacant"
WORDS = {
    "names": "name",
    "status": "status",
    "part_of": "part of",
    "reports_to": "reports to",
    "chair": "chair",
    "vice_chair": "vice-chair",
    "every": "how often",
    "members": "members",
    "member-left": "member left",
    "terms": "terms of reference",
    "followed_by": "followed by",
    "meetings": "meetings",
    "purpose": "what it is for",
}
COMPARED = ("name", "state", "chair", "vice_chair", "every", "part_of", "reports_to", "terms", "members", "followed_by")
STATES: dict[str, State] = {"active": "active", "paused": "paused", "planned": "planned", "ended": "ended"}


def as_of(facts: Iterable[Fact], partnership: Partnership, names: Titles, on: date, known: date) -> Registry:
    """Every group of which anything was known on `known`, as it stood on `on`, in the order of the definition."""
    by_group: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.known <= known:
            by_group[fact.group].append(fact)
    called = {id: _name(by_group[id], partnership.group[id].title, on) for id in by_group if id in partnership.group}
    titles = {**names, **{id: title for id, (title, _) in called.items()}}
    until = {id: document.tells_until for id, document in partnership.document.items()}
    views = []
    for id, group in partnership.group.items():
        if id in called:
            view = _group(by_group[id], id, group.kind, called[id], titles, on, until)
            views.append(_flagged(view, by_group[id], partnership, on))
    return Registry(on, known, tuple(views))


def _flagged(view: GroupView, facts: Sequence[Fact], partnership: Partnership, on: date) -> GroupView:
    return replace(view, flags=flags_of(view, facts, partnership.watch.values(), on)) if view.here else view


def _name(facts: Sequence[Fact], title: str, on: date) -> tuple[str, Fact | None]:
    """What it was called on the day; before its first name, by that first name."""
    names = [f for f in facts if f.what == "names"]
    found = _holds(names, "names", on) or min(names, key=_rank, default=None)
    return (found.values[0], found) if found else (title, None)


def _group(
    facts: Sequence[Fact], id: str, kind: str, called: tuple[str, Fact | None], titles: Titles, on: date,
    until: Mapping[str, date],
) -> GroupView:  # fmt: skip
    title, name = called
    status = _holds(facts, "status", on)
    followed = _standing(facts, "followed_by", on)
    state: State = STATES[status.values[0]] if status else "not-yet"
    if followed and state != "not-yet":
        state = "followed"
    chair = _holds(facts, "chair", on)
    terms = _holds(facts, "terms", on)
    reviewed = [f.reviewed for f in facts if f.what == "terms" and f.reviewed and f.reviewed <= on]
    told = [f for f in sorted(facts, key=lambda f: f.known) if f.first <= on] or facts
    seen = {f.cite.document or f.cite.row or f.cite.title: f.cite for f in told}
    first = status or min((f for f in facts if f.what == "status"), key=_rank, default=None)

    def value(what: str) -> Value | None:
        found = _holds(facts, what, on)
        return said(found, titles) if found else None

    return GroupView(
        id=id,
        title=title,
        kind=kind,
        state=state,
        status=said(first, titles) if first else None,
        name=said(name, titles) if name else None,
        chair=said(chair, titles) if chair else None,
        vice_chair=value("vice_chair"),
        vacant=chair is not None and chair.values == (VACANT,),
        members=tuple(said(f, titles) for f in _members(facts, on)),
        every=value("every"),
        part_of=value("part_of"),
        reports_to=value("reports_to"),
        purpose=value("purpose"),
        terms=said(terms, titles) if terms else None,
        reviewed=max(reviewed, default=None),
        followed_by=tuple(said(f, titles) for f in followed),
        met=_met(facts, on),
        last_told=max((until.get(f.cite.document, f.first) for f in facts), default=None),
        known_since=min((f.known for f in facts), default=None),
        sources=tuple(seen.values()),
    )


def _rank(fact: Fact) -> tuple[date, date, int]:
    return fact.first, fact.known, fact.order


def _begun(fact: Fact, on: date) -> bool:
    return fact.first <= on and (fact.last is None or on <= fact.last)


def _holds(facts: Iterable[Fact], what: str, on: date) -> Fact | None:
    """The value that held on the day: of those that had begun the newest, if its own end had not come."""
    begun = max((f for f in facts if f.what == what and f.first <= on), key=_rank, default=None)
    return begun if begun and _begun(begun, on) else None


def _standing(facts: Iterable[Fact], what: str, on: date) -> list[Fact]:
    return sorted((f for f in facts if f.what == what and _begun(f, on)), key=_rank)


def _members(facts: Sequence[Fact], on: date) -> list[Fact]:
    """Who belonged: what was told of them last is what counts. Each member once."""
    newest: dict[str, Fact] = {}
    for fact in sorted((f for f in facts if f.what in ("members", "member-left") and f.first <= on), key=_rank):
        for member in fact.values:
            newest[member] = fact
    return [replace(f, values=(m,)) for m, f in newest.items() if f.what == "members" and _begun(f, on)]


def _met(facts: Iterable[Fact], on: date) -> Met | None:
    held = [f for f in facts if f.what == "meetings" and f.held and f.first <= on and not _still_to_come(f, on)]
    if not held:
        return None
    last = max(held, key=lambda f: (min(f.last or f.first, on), f.known))
    day = min(last.last or last.first, on)
    exact = last.first == last.last
    return Met(day, meeting_words(last), exact, last.cite)


def _still_to_come(fact: Fact, on: date) -> bool:
    """Whether the first of some meetings within a time may well lie after the day, were they spread evenly: one meeting in
    2022 is not taken to have been held by 1 March."""
    if fact.count is None or fact.last is None or fact.last <= on:
        return False
    gone, all_days = (on - fact.first).days + 1, (fact.last - fact.first).days + 1
    return fact.count * gone < all_days


def meeting_words(fact: Fact) -> str:
    """`12 May 2025`; `7 meetings, April 2021 to March 2023`; `met in March 2024; the day is not stated`."""
    if not fact.held:
        return f"did not meet, {period_words(fact)}"
    if fact.first == fact.last:
        return partial_words(fact.said)
    if fact.count is not None:
        return f"{fact.count} meeting{'' if fact.count == 1 else 's'}, {period_words(fact)}"
    words = period_words(fact)
    if " to " in words:
        return f"met between {words.replace(' to ', ' and ')}; days are not stated"
    return f"met in {words}; the day is not stated"


def period_words(fact: Fact) -> str:
    first, last = partial_words(fact.said), partial_words(fact.until_said)
    return first if first == last else f"{first} to {last}"


def partial_words(text: str) -> str:
    """`1 February 2024`, `September 2021`, `2021`; empty for nothing."""
    if not text:
        return ""
    day = parse_partial(text)
    at = day.earliest
    if day.precision == "year":
        return str(at.year)
    return (
        f"{at.day} {MONTHS_LONG[at.month]} {at.year}"
        if day.precision == "day"
        else f"{MONTHS_LONG[at.month]} {at.year}"
    )


MONTHS_LONG = dict(
    enumerate("January February March April May June July August September October November December".split(), 1)
)


def said(fact: Fact, titles: Titles) -> Value:
    """A fact's value in words, and since when."""
    if fact.what == "chair" and fact.values == (VACANT,):
        words = NOBODY
    elif fact.what == "every":
        words = ", ".join(f"every {one}" if days_of(one) is not None else one for one in fact.values)
    else:
        words = ", ".join(titles.get(one, one) for one in fact.values)
    return Value(fact.values, words, since_words(fact), fact.cite)


def since_words(fact: Fact) -> str:
    """`since September 2021`, or how far the document goes."""
    told = partial_words(fact.said)
    if fact.start == "from" and told:
        words = f"since {told}"
    elif fact.start == "by" and told:
        words = f"in place by {told}; the start is not stated"
    elif fact.start == "period":
        words = "in the time of the document; the start is not stated"
    else:
        words = ""
    return words + (f", until {partial_words(fact.until_said)}" if fact.until_said and words else "")


def agency_names(partnership: Partnership, on: date, known: date) -> dict[str, Value]:
    """What documents called an agency on a day, where they tell of more than one name: by its id."""
    found = {}
    for agency in partnership.agency.values():
        facts = []
        for told in agency.names:
            document, start = partnership.document.get(told.source), told.from_ or told.by
            first = parse_partial(start).latest if start else document.tells_from if document else date.min
            where = cite_of(partnership, agency, told)
            if where.known <= known:
                kind: Start = "from" if told.from_ else "by" if told.by else "period"
                facts.append(Fact(agency.id, "names", told.is_, first, None, where.known, where, kind, start))
        held = _holds(facts, "names", on)
        if held is not None:
            found[agency.id] = said(held, {})
    return found


# --- what changed -----------------------------------------------------------------------------------------------------


def changes(before: Registry, after: Registry) -> tuple[Change, ...]:
    """What differs between two registries, group by group, in the order of the definition."""
    found: list[Change] = []
    for now in after.groups:
        was = before.group(now.id)
        if was is None and not now.here:
            continue
        there = was is not None and was.here
        if not there and now.here:
            found.append(
                Change(now.id, now.title, "appears", was.state if was else "not known", now.state, _cites(now.status))
            )
        elif there and not now.here and was is not None:
            found.append(
                Change(now.id, was.title, "no longer there", was.state, now.state, _cites(now.status, *now.followed_by))
            )
        elif was is not None and now.here:
            found += _differences(was, now)
    return tuple(found)


def _differences(was: GroupView, now: GroupView) -> list[Change]:
    found = []
    for what in COMPARED:
        one, other = _shown(was, what), _shown(now, what)
        if one != other:
            value = getattr(now, what) if what not in ("state",) else now.status
            several = value if isinstance(value, tuple) else (value,)
            words = "status" if what == "state" else WORDS.get(what, what)
            found.append(Change(now.id, now.title, words, one, other, _cites(*several)))
    return found


def _shown(view: GroupView, what: str) -> str:
    if what == "state":
        return view.state
    if what == "name":
        return view.title
    value = getattr(view, what)
    if isinstance(value, tuple):
        return ", ".join(sorted(one.says for one in value))
    return value.says if value else ""


def _cites(*values: Value | None) -> tuple[Cite, ...]:
    return tuple({(v.cite.title, v.cite.at): v.cite for v in values if v is not None}.values())


# --- history ----------------------------------------------------------------------------------------------------------


def history(facts: Iterable[Fact], titles: Titles) -> tuple[Moment, ...]:
    """Everything that is told of one group, in order of time."""
    found = []
    for fact in sorted(facts, key=_rank):
        if fact.what == "meetings":
            when, says = period_words(fact), meeting_words(fact)
        else:
            when, says = since_words(fact), said(fact, titles).says
        found.append(Moment(when, fact.first, WORDS.get(fact.what, fact.what), says, fact.cite, fact.cite.row))
    return tuple(found)


# --- priorities and strategies ----------------------------------------------------------------------------------------


def aims(
    partnership: Partnership, names: Titles, known: date, kind: str, on: date | None = None
) -> tuple[AimView, ...]:
    """Priorities or strategies of which something was known on `known`; with `on`, those that were set for that day."""
    things: dict[str, Aim] = getattr(partnership, kind)
    found = [_aim(partnership, names, thing, kind, known) for thing in things.values()]
    there = [one for one in found if one is not None]
    if on is not None:
        there = [
            one for one in there if (one.since is None or one.since <= on) and (one.until is None or on <= one.until)
        ]
    newest_first = sorted(there, key=lambda a: (a.order, a.title))
    return tuple(sorted(newest_first, key=lambda a: a.since or date.min, reverse=True))


def _aim(partnership: Partnership, names: Titles, thing: Aim, kind: str, known: date) -> AimView | None:
    def values(tolds: Sequence[Told]) -> tuple[Value, ...]:
        made = []
        for told in tolds:
            where = cite_of(partnership, thing, told)
            if where.known <= known:
                start = "from" if told.from_ else "by" if told.by else "always"
                fact = Fact(
                    thing.id, "aim", told.is_, date.min, None, where.known, where, start,  # type: ignore[arg-type]
                    told.from_ or told.by, told.until,
                )  # fmt: skip
                made.append(said(fact, names))
        return tuple(made)

    told = tuple(c for c in (cite_of(partnership, thing, one) for one in thing.told) if c.known <= known)
    if thing.told and not told:
        return None
    owner, status = values(thing.owner), values(thing.status)
    return AimView(
        id=thing.id,
        kind=kind,
        title=thing.title,
        year=thing.year,
        since=thing.from_,
        until=thing.until,
        owner=owner[-1] if owner else None,
        status=status[-1] if status else None,
        says=values(thing.says),
        objectives=values(thing.objectives),
        measures=tuple(
            (m.is_, m.period, c)
            for m, c in ((m, cite_of(partnership, thing, m)) for m in thing.measures)
            if c.known <= known
        ),
        told=told,
        order=thing.order,
    )
