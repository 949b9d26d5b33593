"""Who has seen a child, and which reading waits to be looked at. Each answer is itself recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet

from sightline.agencies.queries import tokens, workers
from sightline.agencies.rules import may
from sightline.agencies.types import AgencyInfo
from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.identity.queries import identities_of, seen
from sightline.ledger.reading_queries import Response, responses
from sightline.sharing.paging import Page, mark, place
from sightline.sharing.reading import Reading
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now
from sightline.vault.actions import Erased, Keyring
from sightline.watching import following
from sightline.watching.models import Flag, Own, Reviewed, Seen, Unusual
from sightline.watching.rules import AGENCY, involved, split_ties
from sightline.watching.telling import REVIEW
from sightline.watching.types import Summary, UnusualView, Viewer, Viewing

ASK = "see-who-saw"
LEADING = frozenset({"allocated", "lead-professional", "reviewer", "auditor"})  # ties by which one asks
UNTIED = Q(ties="") | Q(ties__startswith=AGENCY)  # own ties stand before the agency's
MOST_VIEWERS = 200


class Names:
    """Who is who among readers, in one query each."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._workers = {worker.id: worker for worker in workers()}
        self._systems = {id_: (agency, label) for id_, agency, label, _ in tokens()}

    def viewer(self, actor: str, agency: str) -> Viewer:
        known = self._reading.agencies
        where = known.get(agency) or AgencyInfo(agency, "", agency or "The partnership")
        if worker := self._workers.get(actor):
            role = self._reading.definition.role.get(worker.role)
            return Viewer(actor, worker.name, role.title if role else worker.role, where, worker.phone)
        if system := self._systems.get(actor):
            return Viewer(actor, system[1], "The agency’s own system", where)
        return Viewer(actor, "Somebody who no longer works here", "", where)


def may_ask(reading: Reading, person: UUID) -> bool:
    """Whether this reader may see who has seen this child: for a link on the child's page."""
    try:
        _by_right(reading, person)
    except (Missing, Refused):
        return False
    return True


def _by_right(reading: Reading, person: UUID) -> tuple[UUID, ...]:
    """The child's source identities. Raises Missing for nobody and for a child whom the reader may not see, Refused for
    one whom they see and who is not theirs to ask about."""
    with trusted("who-has-seen"):  # ids alone: whoever asks by right may see nothing else of the child
        rows = identities_of(person)
    ids = tuple(row.id for row in rows)
    review, ask = (may(reading.actor, name, reading.definition) for name in (REVIEW, ASK))
    if not rows:
        raise Missing
    if review:
        return ids
    reading.learn_ties(ids)
    if ask and reading.ties(ids) & LEADING:
        return ids
    if not seen(reading, rows):
        raise Missing
    if not ask:
        raise Refused(ask)
    sentence = (
        "Who has seen a child is shown to those to whom the child is allocated, and to whoever reviews the records."
    )
    raise Refused(Decision(False, "not-permitted", sentence))


def who_has_seen(
    reading: Reading, person: UUID, *, untied: bool = False, after: str = "", limit: int = 50
) -> Page[Viewing]:
    """Every response that showed something of a child, the newest first, a page at a time. From the ledger alone.

    `untied`: only by readers who had no tie of their own to the child then. Raises Missing, Refused.
    """
    ids = _by_right(reading, person)
    _noted(reading, person)
    fresh = [] if after else _fresh(ids, untied=untied)
    rows = Seen.objects.filter(identity__among=ids)
    rows = rows.filter(UNTIED) if untied else rows
    if start := place(after) if after else None:
        rows = rows.filter(Q(at__lt=start[0]) | Q(at=start[0], record__lt=start[1]))
    found = list(
        rows.values("at", "record")
        .annotate(ties=Max("ties"))
        .order_by("-at", "-record")[: limit + 1]
        .values_list("at", "record", "ties")
    )
    shown = found[:limit]
    records, names = responses(record for _, record, _ in shown), Names(reading)
    with trusted("who-has-seen"):
        about = following.subjects_of(records.values())
        about |= following.subjects_of(response for response, _ in fresh)
    items = [_viewing(response, ties, about, names, ids) for response, ties in fresh]
    items += [_viewing(records[record], ties, about, names, ids) for _, record, ties in shown if record in records]
    return Page(tuple(items), mark(shown[-1][0], shown[-1][1]) if len(found) > limit else "")


def all_who_saw(reading: Reading, person: UUID, *, untied: bool = False) -> Iterator[Viewing]:
    """All of it, for a file: a page at a time."""
    after = ""
    while True:
        page = who_has_seen(reading, person, untied=untied, after=after, limit=500)
        yield from page.items
        after = page.next
        if not after:
            return


def a_response_of(reading: Reading, person: UUID, record: UUID) -> None:
    """Raises Missing unless this response showed something of this child; and as `who_has_seen` does."""
    ids = _by_right(reading, person)
    if not Seen.objects.filter(identity__among=ids, record=record).exists():
        raise Missing
    _noted(reading, person)


def viewers(reading: Reading, person: UUID) -> list[Summary]:
    """Each reader once: how often, from when until when; those without a tie of their own first. Raises Missing, Refused."""
    ids = _by_right(reading, person)
    _noted(reading, person)
    rows = (
        Seen.objects.filter(identity__among=ids)
        .values("actor", "agency")
        .annotate(times=Count("record", distinct=True), first=Min("at"), last=Max("at"), most=Max("ties"))
        .order_by("-last")[:MOST_VIEWERS]
    )
    counted = {(r["actor"], r["agency"]): [r["times"], r["first"], r["last"], r["most"]] for r in rows}
    for response, ties in _fresh(ids):
        one = counted.setdefault((response.actor, response.agency), [0, response.at, response.at, ties])
        one[0] += 1
        one[2], one[3] = max(one[2], response.at), max(one[3], ties)
    names = Names(reading)
    found = [
        Summary(names.viewer(actor, agency), times, first, last, _tie_codes(ties), involved(ties))
        for (actor, agency), (times, first, last, ties) in counted.items()
    ]
    return sorted(found, key=lambda one: (one.involved, bool(one.ties), -one.last.timestamp()))


@trusted("who-has-seen")
def _fresh(ids: Iterable[UUID], *, untied: bool = False) -> list[tuple[Response, str]]:
    """What has not been followed yet: the newest few seconds, newest first."""
    found, wanted = following.behind(), set(ids)
    of: dict[UUID, str] = {}
    for row in following.note(found):
        if row.identity in wanted:
            of[row.record] = max(of.get(row.record, ""), row.ties)
    fresh = [(response, of[response.id]) for response in found if response.id in of]
    return sorted(((r, t) for r, t in fresh if not (untied and involved(t))), key=lambda pair: pair[0].at, reverse=True)


def _noted(reading: Reading, person: UUID) -> None:
    reading.about = reading.about or "view-who-saw"
    about = reading.detail.setdefault("about", [])
    if isinstance(about, list) and str(person) not in about:
        about.append(str(person))


def _viewing(
    response: Response, ties: str, about: dict[UUID, dict[UUID, UUID]], names: Names, of: Iterable[UUID]
) -> Viewing:
    order = ("full", "headline", "pointer")
    levels = tuple((level, response.levels[level]) for level in order if response.levels.get(level))
    subjects = about.get(response.id, {})
    theirs = {subjects[identity] for identity in of if identity in subjects}
    return Viewing(
        response.id,
        response.at,
        names.viewer(response.actor, response.agency),
        response.verb,
        response.purpose,
        response.basis,
        response.rules,
        levels,
        len(response.persons or set(subjects.values())) or 1,
        _tie_codes(ties),
        involved(ties),
        not response.persons or not theirs or bool(theirs & set(response.persons)),
    )


def _tie_codes(text: str) -> tuple[str, ...]:
    """The reader's own ties, then those of their agency alone (marked)."""
    own, agency = split_ties(text)
    return (*sorted(own), *(f"{AGENCY}{kind}" for kind in sorted(agency)))


# --- unusual reading --------------------------------------------------------------------------------------------------


def _reviewer(reading: Reading) -> None:
    allowed = may(reading.actor, REVIEW, reading.definition)
    if not allowed:
        raise Refused(allowed)


def unusual(reading: Reading, *, reviewed: bool = False, after: str = "", limit: int = 50) -> Page[UnusualView]:
    """Unusual reading that waits for this reviewer (or was reviewed): the oldest waiting first, the newest reviewed first."""
    _reviewer(reading)
    reading.about = reading.about or "view-unusual-reading"
    rows = _for(reading).filter(review__isnull=not reviewed)
    start = place(after) if after else None
    if reviewed:
        rows = rows.order_by("-opened_at", "-id")
        rows = rows.filter(Q(opened_at__lt=start[0]) | Q(opened_at=start[0], id__lt=start[1])) if start else rows
    else:
        rows = rows.order_by("opened_at", "id")
        rows = rows.filter(Q(opened_at__gt=start[0]) | Q(opened_at=start[0], id__gt=start[1])) if start else rows
    found, names = list(rows[: limit + 1]), Names(reading)
    more = mark(found[limit - 1].opened_at, found[limit - 1].id) if len(found) > limit else ""
    return Page(tuple(_view(row, names) for row in found[:limit]), more)


def waiting_count(reading: Reading, most: int = 1000) -> int:
    """How much waits for this reviewer, at most `most`; 0 for whoever reviews nothing."""
    if not may(reading.actor, REVIEW, reading.definition):
        return 0
    return _for(reading).filter(review__isnull=True)[:most].count()


def one_unusual(reading: Reading, unusual_id: UUID) -> tuple[UnusualView, Viewing | None]:
    """One of them, with the response after which it was noticed. Raises Missing, Refused."""
    _reviewer(reading)
    row = _for(reading).filter(id=unusual_id).first()
    if row is None:
        raise Missing
    reading.about = reading.about or "view-unusual-reading"
    reading.detail["about"] = [str(row.id)]
    names, records = Names(reading), responses([row.record])
    ties = Seen.objects.filter(record=row.record).aggregate(ties=Max("ties"))["ties"] or ""
    shown = None
    if row.record in records:
        with trusted("view-unusual-reading"):
            about = following.subjects_of(records.values())
        shown = _viewing(records[row.record], ties, about, names, ())
    return _view(row, names), shown


def opened_around(reading: Reading, one: UnusualView, since: datetime) -> list[tuple[datetime, str, int]]:
    """What else that reader opened since a moment, newest first: (when, which kind of response, of how many children)."""
    _reviewer(reading)
    rows = (
        Seen.objects.filter(actor=one.who.id, at__gte=since, opened=True)
        .values("at", "record", "verb")
        .annotate(children=Count("person", distinct=True))
        .order_by("-at")[:100]
    )
    return [(row["at"], row["verb"], row["children"]) for row in rows]


def _for(reading: Reading) -> QuerySet[Unusual]:
    rows = Unusual.objects.exclude(actor=reading.actor.id)
    if reading.actor.agency_kind == "partnership":
        return rows
    return rows.filter(agency=reading.actor.agency)


def _view(row: Unusual, names: Names) -> UnusualView:
    said = Reviewed.objects.filter(unusual=row).first()
    comment = ""
    if said:
        keyring = Keyring()
        keyring.fetch([said.key])
        try:
            comment = keyring.open(bytes(said.comment), f"reviewed|{said.id}")
        except Erased:
            comment = "The words were erased."
    return UnusualView(
        row.id,
        row.alert,
        names.viewer(row.actor, row.agency),
        row.person,
        row.record,
        row.at,
        row.opened_at,
        tuple(row.told),
        dict(row.detail),
        said.outcome if said else "",
        comment,
        said.at if said else None,
        said.by if said else "",
    )


# --- flags, and what is one's own -------------------------------------------------------------------------------------


def flagged(identities: Iterable[UUID]) -> tuple[str, datetime] | None:
    """Why a child is flagged, and until when; None where nobody flagged them. For whoever has seen that the child is there."""
    moment = now()
    row = (
        Flag.objects.filter(ended_at=None, identity__among=list(identities), from_at__lte=moment, until__gt=moment)
        .order_by("-until")
        .values_list("because", "until")
        .first()
    )
    return row


def own_counts(worker: str) -> dict[str, int]:
    """How many details of each kind a worker named as their own family's."""
    rows = Own.objects.filter(worker=worker).values("kind").annotate(n=Count("id"))
    return {row["kind"]: row["n"] for row in rows}


__all__ = [
    "Names", "all_who_saw", "flagged", "may_ask", "one_unusual", "opened_around", "own_counts", "unusual", "viewers",
    "waiting_count", "who_has_seen",
]  # fmt: skip
