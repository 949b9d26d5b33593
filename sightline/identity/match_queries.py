"""Reading pairs that may be one person: what waits for somebody, what was decided, who was thought to be whom.

Both sides of a pair pass the gate, or the pair is not there. A sealed pair is there for its holder alone: it is neither
shown nor counted for anybody else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.core import signing
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from sightline.agencies.rules import may
from sightline.definition.outcomes import Missing, Refused
from sightline.identity import rules
from sightline.identity.bands import in_force
from sightline.identity.locations import veiling
from sightline.identity.match_types import KEPT, OPEN, WAITS, Knot, Member, Narrow, PairView, Weighed
from sightline.identity.models import Possible, SourceIdentity
from sightline.identity.queries import held_with_sight, rows_of
from sightline.identity.types import Held
from sightline.sharing.paging import Page
from sightline.sharing.reading import Reading
from sightline.sharing.types import Sight
from sightline.timescales.moment import now
from sightline.vault.actions import CannotOpen
from sightline.vault.asking import Question

WAITING = Q(state__in=WAITS) | Q(state=KEPT, proposed=OPEN)
TIERS = ("urgent", "open", "")  # in this order
MOST_STEPS = 5  # pages of pairs that this reader may not see, before the list says that there is more
MOST_IN_KNOT = 8
Identities = Iterable[UUID] | QuerySet
Found = dict[UUID, tuple[Held, Sight]]


def require(reading: Reading) -> None:
    """Raises Refused for whoever may not see that two may be one."""
    decision = may(reading.actor, "see-matches", reading.definition)
    if not decision:
        raise Refused(decision)


def holds_sealed(reading: Reading) -> bool:
    """Whether this reader is the named holder, to whom alone sealed pairs show."""
    return reading.actor.role == in_force(reading.definition.matching, now().date()).holder


def shown_to(reading: Reading | None) -> Q:
    """The pairs of which this reader may know at all (`None`: anybody at the front door)."""
    if reading is not None and holds_sealed(reading):
        return Q()
    return ~Q(guard="sealed") & ~Q(one__guard="sealed") & ~Q(other__guard="sealed")


# --- the queue -----------------------------------------------------------------------------------------


def _pairs(which: Q) -> QuerySet[Possible]:
    """Each pair of people of whom a match waits, once: the match that waits longest stands for the pair."""
    longer = Possible.objects.filter(WAITING & which).filter(
        Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), id__lt=OuterRef("id"))
    )
    straight = longer.filter(one__person=OuterRef("one__person"), other__person=OuterRef("other__person"))
    crossed = longer.filter(one__person=OuterRef("other__person"), other__person=OuterRef("one__person"))
    waiting = Possible.objects.filter(WAITING & which).exclude(one__person=F("other__person"))
    return waiting.filter(~Exists(straight), ~Exists(crossed))


def _around(people: Iterable[UUID]) -> Q:
    """Pairs with a source identity of one of these people on either side: by their ids, which the table is indexed by."""
    ids = list(SourceIdentity.objects.filter(person__in=list(people)).values_list("id", flat=True))
    return Q(one__in=ids) | Q(other__in=ids)


def _once(which: Q) -> list[Possible]:
    """As `_pairs`, where few are asked for: each two people once, by the match that waits longest, the longest first."""
    rows = Possible.objects.filter(WAITING & which).select_related("one", "other").order_by("at", "id")
    found: dict[frozenset[UUID], Possible] = {}
    for row in rows:
        if row.one.person != row.other.person:
            found.setdefault(frozenset((row.one.person, row.other.person)), row)
    return list(found.values())


def _narrowed(reading: Reading | None, narrow: Narrow) -> Q:
    found = shown_to(reading)
    if narrow.agency:
        found &= Q(one__agency=narrow.agency) | Q(other__agency=narrow.agency)
    if narrow.show == "asked":
        found &= Q(asked_at__isnull=False)
    elif narrow.show == "protected":
        found &= Q(guard="protected")
    elif narrow.show == "half":
        found &= Q(state="half") | Q(state=KEPT)
    elif narrow.show == "unsure":
        found &= Q(state="unsure")
    return found


def _touching(identities: Identities) -> Q:
    """Pairs one side of which is, today, the same person as one of these source identities."""
    people = SourceIdentity.objects.filter(id__in=identities).values("person")
    return Q(one__person__in=people) | Q(other__person__in=people)


def _tier(tier: str, pressing: Mapping[str, Identities]) -> Q:
    found = Q()
    for name in TIERS:
        if name == tier:
            return found & _touching(pressing[name]) if name else found
        found &= ~_touching(pressing[name])
    return found


def _mark(tier: str, row: Possible) -> str:
    return signing.dumps([TIERS.index(tier), row.at.isoformat(), str(row.id)], salt="matches")


def _place(marked: str) -> tuple[int, datetime, UUID] | None:
    try:
        tier, at, id_ = signing.loads(marked, salt="matches")
    except signing.BadSignature:
        return None
    return int(tier), datetime.fromisoformat(at), UUID(id_)


def _queue(
    which: Q, narrow: Narrow, pressing: Mapping[str, Identities], after: tuple[int, datetime, UUID] | None, limit: int
) -> list[tuple[str, Possible]]:
    """The next pairs in the order of the queue: those that touch something urgent, something open, the rest; in each,
    the longest waiting first."""
    found: list[tuple[str, Possible]] = []
    for number, tier in enumerate(TIERS):
        if (after and number < after[0]) or (narrow.show in ("urgent", "open") and tier != narrow.show):
            continue
        rows = _pairs(which).filter(_tier(tier, pressing)).select_related("one", "other").order_by("at", "id")
        if after and number == after[0]:
            rows = rows.filter(Q(at__gt=after[1]) | Q(at=after[1], id__gt=after[2]))
        found += [(tier, row) for row in rows[: limit - len(found)]]
        if len(found) >= limit:
            break
    return found


def _first_visible(
    reading: Reading, which: Q, pairs: Sequence[tuple[str, Possible]]
) -> tuple[dict[frozenset[UUID], PairView], Found]:
    """Of each pair's matches, the longest waiting of which this reader may see both sides."""
    people = {person for _, row in pairs for person in (row.one.person, row.other.person)}
    tiers = {frozenset((row.one.person, row.other.person)): tier for tier, row in pairs}
    rows = list(
        Possible.objects.filter(WAITING & which, one__person__in=people, other__person__in=people)
        .select_related("one", "other")
        .order_by("at", "id")
    )
    found = held_by(reading, [side for row in rows for side in (row.one, row.other)])
    views: dict[frozenset[UUID], PairView] = {}
    for row in rows:
        two = frozenset((row.one.person, row.other.person))
        if two in tiers and (view := view_of(row, found, pressing=tiers[two])):
            views.setdefault(two, view)
    return views, found


def waiting(
    reading: Reading,
    *,
    after: str = "",
    limit: int = 50,
    narrow: Narrow = Narrow(),  # noqa: B008 - frozen
    pressing: Mapping[str, Identities] | None = None,
) -> Page[PairView]:
    """Pairs that wait for somebody to decide, each pair of people once, a page at a time; as far as this reader may see
    both sides. `pressing`: the source identities about whom something `urgent` or `open` waits: they come first.
    A page may hold fewer than `limit` of them, and still be followed by another."""
    require(reading)
    which, pressing = _narrowed(reading, narrow), {"urgent": (), "open": (), **(pressing or {})}
    pairs = _queue(which, narrow, pressing, _place(after) if after else None, limit + 1)
    views, found = _first_visible(reading, which, pairs[:limit])
    shown = [views.get(frozenset((row.one.person, row.other.person))) for _, row in pairs[:limit]]
    reading.about = reading.about or "view-matches"
    more = _mark(*pairs[limit - 1]) if len(pairs) > limit else ""
    return Page(tuple(noted(reading, view, found) for view in shown if view), more)


def following(
    reading: Reading, pair: UUID, *, narrow: Narrow, pressing: Mapping[str, Identities], near: Iterable[UUID] = ()
) -> UUID | None:
    """The pair to go on to from this one: of the same knot of people (`near`) if one waits, else the next in the queue
    (and, at its end, the first of it). None: no other pair waits that this reader may see. Ids alone."""
    require(reading)
    which, pressing = _narrowed(reading, narrow), {"urgent": (), "open": (), **pressing}
    people = set(near)
    if people:
        rows = [row for row in _once(which & _around(people)) if row.id != pair][:20]
        if (found := _visible(reading, which, [("", row) for row in rows], pair)) is not None:
            return found
    here = Possible.objects.filter(id=pair).select_related("one", "other").first()
    for after in (_place_of(here, pressing), None):
        for _ in range(MOST_STEPS):
            pairs = _queue(which, narrow, pressing, after, 20)
            if (found := _visible(reading, which, pairs, pair)) is not None:
                return found
            if len(pairs) < 20:
                break
            tier, last = pairs[-1]
            after = TIERS.index(tier), last.at, last.id
    return None


def _place_of(row: Possible | None, pressing: Mapping[str, Identities]) -> tuple[int, datetime, UUID] | None:
    if row is None:
        return None
    alone = Possible.objects.filter(id=row.id)
    tier = next(n for n, name in enumerate(TIERS) if not name or alone.filter(_touching(pressing[name])).exists())
    return tier, row.at, row.id


def _visible(reading: Reading, which: Q, pairs: Sequence[tuple[str, Possible]], but: UUID) -> UUID | None:
    if not pairs:
        return None
    views, _ = _first_visible(reading, which, pairs)
    for _, row in pairs:
        view = views.get(frozenset((row.one.person, row.other.person)))
        if view and view.id != but:
            return view.id
    return None


def waiting_count(
    reading: Reading | None = None,
    narrow: Narrow = Narrow(),  # noqa: B008 - frozen
    *,
    pressing: Mapping[str, Identities] | None = None,
    limit: int = 1000,
) -> int:
    """How many pairs of people wait, without content (capped): anybody at the front door may know that."""
    pairs = _pairs(_narrowed(reading, narrow))
    if narrow.show in TIERS and narrow.show:
        pairs = pairs.filter(_tier(narrow.show, {"urgent": (), "open": (), **(pressing or {})}))
    return pairs.order_by()[:limit].count()


def waiting_about(person: UUID, identities: Collection[UUID] = (), *, limit: int = 100) -> int:
    """How many others may be this person, without content (capped): whoever reads a page may know that somebody is
    still to decide. Sealed pairs are not counted. `identities`: the person's, where the caller has them."""
    own = list(identities) or [row.id for row in rows_of([person])]
    return min(len({frozenset(two) for two in _WAITING_ABOUT(own)}), limit)


_WAITING_ABOUT = Question(
    lambda own: Possible.objects.filter(WAITING & shown_to(None), Q(one__among=own) | Q(other__among=own)).exclude(
        one__person=F("other__person")
    ),
    *("one__person", "other__person"),
)


def pairs_about(reading: Reading, person: UUID, *, limit: int = 20) -> list[PairView]:
    """The pairs that wait about one person, as far as this reader may see them: longest waiting first."""
    require(reading)
    which = shown_to(reading)
    pairs = [("", row) for row in _once(which & _around([person]))[:limit]]
    views, found = _first_visible(reading, which, pairs) if pairs else ({}, {})
    return [noted(reading, view, found) for view in views.values()]


def sealed_with(reading: Reading, *, limit: int = 50) -> list[PairView]:
    """Whom two holders sealed because of somebody sealed, the latest first; for a holder alone, and nothing for anybody else."""
    require(reading)
    if not holds_sealed(reading):
        return []
    rows = Possible.objects.filter(state=KEPT).select_related("one", "other").order_by("-decided_at", "id")[:limit]
    found = held_by(reading, [side for row in rows for side in (row.one, row.other)])
    return [noted(reading, view, found) for row in rows if (view := view_of(row, found)) is not None]


# --- one pair ------------------------------------------------------------------------------------------


def pair(reading: Reading, possible: UUID) -> PairView:
    """One pair with all that each side is today. Raises Missing where this reader may not see both sides."""
    require(reading)
    row = Possible.objects.filter(shown_to(reading), id=possible).select_related("one", "other").first()
    if row is None:
        raise Missing
    rows = list(SourceIdentity.objects.filter(person__in={row.one.person, row.other.person}))
    found = held_by(reading, rows)
    view = view_of(row, found, with_all=rows, because=because_of(reading, row))
    if view is None:
        raise Missing
    for beside in (*view.with_one, *view.with_other):
        reading.note(beside.identity, found[beside.identity][1])
    return noted(reading, view, found)


def between(reading: Reading, one: UUID, other: UUID) -> PairView | None:
    """The pair of these two people that stands or waits, decided ones first; None where there is none to be seen.
    Raises Missing where one of them is sealed, and not this reader's to know of."""
    require(reading)
    if not holds_sealed(reading) and SourceIdentity.objects.filter(person__in=(one, other), guard="sealed").exists():
        raise Missing
    both = Q(one__person=one, other__person=other) | Q(one__person=other, other__person=one)
    row = Possible.objects.filter(both, shown_to(reading)).order_by(F("decided_at").desc(nulls_last=True), "at").first()
    return pair(reading, row.id) if row else None


def touches_sealed(one: UUID, other: UUID) -> bool:
    """Whether one of two people is sealed: only for whoever sees both, which is the holder (`between`)."""
    return SourceIdentity.objects.filter(person__in=(one, other), guard="sealed").exists()


def knot(reading: Reading, view: PairView) -> Knot:
    """Everybody who hangs together with these two by pairs that wait, the nearest first."""
    which = shown_to(reading)
    people: dict[UUID, None] = {view.person_one: None, view.person_other: None}
    edge, more = list(people), False
    rows: dict[UUID, Possible] = {}
    while edge and not more:
        there = _once(which & _around(edge))[:40]
        rows.update((row.id, row) for row in there)
        new = [p for row in there for p in (row.one.person, row.other.person) if p not in people]
        edge = list(dict.fromkeys(new))[: MOST_IN_KNOT - len(people)]
        more = len(set(new)) > len(edge)
        people.update(dict.fromkeys(edge))
    if len(people) < 3:
        return Knot((), ())
    identities = list(SourceIdentity.objects.filter(person__in=people))
    found = held_by(reading, identities)
    members = []
    for person in people:
        held = tuple(found[row.id][0] for row in identities if row.person == person and row.id in found)
        if held:
            members.append(Member(person, held))
    shown = {member.person for member in members}
    pairs = [
        v
        for row in rows.values()
        if {row.one.person, row.other.person} <= shown and (v := view_of(row, found)) is not None
    ]
    if len(members) < 3:
        return Knot((), ())
    for member in members:
        for held_ in member.held:
            reading.note(held_.identity, found[held_.identity][1])
    return Knot(tuple(members), tuple(pairs), more)


def held_by(reading: Reading, rows: Iterable[SourceIdentity]) -> Found:
    unique = {row.id: row for row in rows}
    return {held.identity: (held, sight) for held, sight in held_with_sight(reading, list(unique.values()))}


def because_of(reading: Reading, row: Possible) -> str:
    if not row.because:
        return ""
    reading.keyring.fetch([row.one.key, row.other.key])
    try:
        words = reading.keyring.open_bytes(bytes(row.because), f"possible|{row.id}").decode()
    except CannotOpen:
        return ""
    return veiling.of(reading, {row.one.person, row.other.person}).words(words)


def view_of(
    row: Possible,
    found: Found,
    *,
    pressing: str = "",
    because: str = "",
    with_all: Sequence[SourceIdentity] = (),
) -> PairView | None:
    """A pair as one reader may see it: both sides, or not at all."""
    if row.one_id not in found or row.other_id not in found:
        return None
    words = rules.WORDS

    def beside(person: UUID, but: UUID) -> tuple[Held, ...]:
        return tuple(found[r.id][0] for r in with_all if r.person == person and r.id != but and r.id in found)

    return PairView(
        id=row.id,
        one=found[row.one_id][0],
        other=found[row.other_id][0],
        person_one=row.one.person,
        person_other=row.other.person,
        state=row.state,
        at=row.at,
        pressing=pressing,
        agree=tuple(words.get(c, c) for c in row.agree),
        differ=tuple(words.get(c, c) for c in row.differ),
        bits=row.bits,
        parts=tuple(Weighed(str(c), str(level), float(bits), float(tf)) for c, level, bits, tf in row.parts or ()),
        model=row.model,
        why=tuple(row.why or ()),
        guard=row.guard,
        proposed=row.proposed,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        asked_at=row.asked_at,
        asked_of=row.asked_of,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        because=because,
        with_one=beside(row.one.person, row.one_id),
        with_other=beside(row.other.person, row.other_id),
    )


def noted(reading: Reading, view: PairView, found: Found) -> PairView:
    for side in (view.one, view.other):
        reading.note(side.identity, found[side.identity][1])
    return view
