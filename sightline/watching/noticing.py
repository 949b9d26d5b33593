"""Noticing unusual reading: each declared alert held against what was just shown, and somebody told.

A prompt to ask, and nothing more: nobody is stopped by it, and it says nothing of anybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q

from sightline.agencies.queries import agencies, machine, partnership, workers
from sightline.agencies.types import WorkerInfo
from sightline.clocks.rules import working_days
from sightline.definition.types import Partnership, ReadingAlert
from sightline.identity.tracing import details_of
from sightline.intake.types import Details
from sightline.ledger.actions import write
from sightline.ledger.reading_queries import Response
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring, digest
from sightline.watching import telling
from sightline.watching.models import Flag, Own, Seen, Unusual
from sightline.watching.rules import detail, excused, length, limit_on, split_ties, told_of, usual
from sightline.watching.types import Facts

MACHINE = "watching-machine"
PAST = timedelta(days=28)  # over which an agency's median is taken
MOST_PERSONS = 100  # of one response that are looked at one by one: more is a list, and counted


def notice(found: Sequence[Response], rows: Iterable[Seen]) -> int:
    """Tells of what is unusual among these responses; `rows` are what `following.note` made of them. Returns how many."""
    definition = partnership()
    if not definition.alert:
        return 0
    who = {worker.id: worker for worker in workers()}
    of: dict[UUID, dict[UUID, list[Seen]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if not row.opened:
            continue  # something of theirs stood on another child's page
        of[row.record][row.person].append(row)
    opened = [r for r in found if r.id in of and r.actor in who]
    compared = _Compared({i.identity for r in opened for some in of[r.id].values() for i in some})
    kinds = {agency.id: agency.kind for agency in agencies().values()}
    days, told = working_days(definition), 0
    medians: dict[tuple[str, str], float | None] = {}
    busy = _busy(definition.alert.values(), opened)
    lately: dict[tuple[str, str, UUID | None], datetime] = {}  # what was told of in this batch: asked for once
    for response in opened:
        reader = who[response.actor]
        plain = Facts(response.at, reader.role, kinds.get(response.agency, ""))
        for alert in definition.alert.values():
            if response.verb not in alert.opened_by:
                continue
            if alert.limit:
                if (alert.id, response.actor) not in busy:
                    continue
                facts = _counted(alert, plain, response, medians)
                if facts and told_of(alert, facts, days):
                    told += _tell(alert, response, reader, None, facts, definition, lately)
                continue
            for person, seen in list(of[response.id].items())[:MOST_PERSONS]:
                facts = compared.facts(plain, reader, response.agency, seen, who)
                if told_of(alert, facts, days):
                    told += _tell(alert, response, reader, person, facts, definition, lately)
    return told


class _Compared:
    """What is known of the children of a batch, beside what workers said of their own families, and their names. Compared
    as keyed digests, and never shown."""

    def __init__(self, identities: set[UUID]) -> None:
        moment = now()
        self.flagged = set(
            Flag.objects.filter(
                Q(ended_at=None), identity__among=identities, from_at__lte=moment, until__gt=moment
            ).values_list("identity", flat=True)
        )
        self._owners: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._digests: dict[UUID, set[tuple[str, str]]] = {}
        self._names: dict[str, tuple[str, str]] = {}
        if not identities:
            return
        for identity, held in details_of(identities, Keyring()).items():
            self._digests[identity] = digests(held)
        wanted = {digest_ for pairs in self._digests.values() for _, digest_ in pairs}
        for worker, kind, digest_ in Own.objects.filter(digest__among=wanted).values_list("worker", "kind", "digest"):
            self._owners[kind, digest_].add(worker)

    def _name(self, reader: WorkerInfo) -> tuple[str, str]:
        """The reader's own family name, as their agency gave it."""
        if reader.id not in self._names:
            given, _, family = reader.name.rpartition(" ")
            said = detail("family-name", family) if given else ""
            self._names[reader.id] = ("family-name", own_digest("family-name", said) if said else "")
        return self._names[reader.id]

    def facts(
        self, plain: Facts, reader: WorkerInfo, agency: str, seen: Sequence[Seen], who: Mapping[str, WorkerInfo]
    ) -> Facts:
        ties = [split_ties(row.ties) for row in seen]
        own: set[str] = set()
        colleague: set[str] = set()
        for row in seen:
            for pair in self._digests.get(row.identity, ()):
                for owner in self._owners.get(pair, ()):
                    if owner == reader.id:
                        own.add(pair[0])
                    elif owner in who and who[owner].agency == agency:
                        colleague.add(pair[0])
                if pair == self._name(reader):
                    own.add(pair[0])
        return replace(
            plain,
            ties=frozenset().union(*(mine for mine, _ in ties)),
            agency_ties=frozenset().union(*(theirs for _, theirs in ties)),
            own=frozenset(own),
            colleague=frozenset(colleague),
            flagged=any(row.identity in self.flagged for row in seen),
        )


def digests(held: Details) -> set[tuple[str, str]]:
    """What may be compared of a child's details: (kind, keyed digest)."""
    plain = [("family-name", held.family, ""), ("phone", held.phone, ""), ("postcode", held.postcode, "")]
    plain += [("address", line, held.postcode) for line in held.lines[:1]]
    return {(kind, own_digest(kind, said)) for kind, text, code in plain if (said := detail(kind, text, code))}


def own_digest(kind: str, said: str) -> str:
    return digest(f"own-{kind}", said)


def _busy(alerts: Iterable[ReadingAlert], opened: Sequence[Response]) -> set[tuple[str, str]]:
    """Which counted alerts can matter for whom: one query each a batch. Whoever opened few pages from before the first of
    these responses up to the last opened fewer still before any one of them."""
    times: dict[str, list[datetime]] = defaultdict(list)
    for response in opened:
        times[response.actor].append(response.at)
    found = set()
    for alert in alerts:
        for actor, at in times.items() if alert.limit else ():
            limit = limit_on(alert, max(at)) or 0
            least = max(alert.least, int(limit) + 1 if alert.of == "many-children" else 0)
            rows = Seen.objects.filter(
                actor=actor,
                at__gt=min(at) - length(alert.within),
                at__lte=max(at),
                verb__in=alert.opened_by,
                opened=True,
            )
            if rows.values("person").distinct()[:least].count() >= least:
                found.add((alert.id, actor))
    return found


def _counted(
    alert: ReadingAlert, plain: Facts, response: Response, medians: dict[tuple[str, str], float | None]
) -> Facts | None:
    """How many children the reader opened within the alert's time up to this response; None where it cannot matter."""
    rows = (
        Seen.objects.filter(
            actor=response.actor,
            at__gt=response.at - length(alert.within),
            at__lte=response.at,
            verb__in=alert.opened_by,
        )
        .values_list("person", "ties")
        .distinct()
    )
    children: dict[UUID, bool] = {}
    for person, ties in rows:
        children[person] = children.get(person, True) and not excused(alert, ties)
    count = sum(children.values())
    limit = limit_on(alert, response.at)
    if limit is None or count < alert.least or (alert.of == "many-children" and count <= limit):
        return None
    usual_ = None
    if alert.of == "more-than-usual":
        key = alert.id, response.agency
        if key not in medians:
            medians[key] = usual_in(response.agency, alert, response)
        usual_ = medians[key]
    return replace(plain, children=count, usual=usual_)


def usual_in(agency: str, alert: ReadingAlert, response: Response) -> float | None:
    """How many children a worker of this agency opens on a day, as a rule: the median of the last four weeks."""
    days = (
        Seen.objects.filter(
            agency=agency,
            at__gt=response.at - PAST,
            at__lte=response.at - length(alert.within),
            verb__in=alert.opened_by,
        )
        .values("actor", "at__date")
        .annotate(children=Count("person", distinct=True))
    )
    return usual(row["children"] for row in days)


def _tell(
    alert: ReadingAlert,
    response: Response,
    reader: WorkerInfo,
    person: UUID | None,
    facts: Facts,
    definition: Partnership,
    lately: dict[tuple[str, str, UUID | None], datetime],
) -> bool:
    """Once for a reader and a child (or, where children are counted, a reader) within the alert's own time."""
    again, key = response.at - length(alert.again), (alert.id, reader.id, person)
    if key not in lately:
        before = Unusual.objects.filter(alert=alert.id, actor=reader.id, person=person, at__lte=response.at)
        lately[key] = before.order_by("-at").values_list("at", flat=True).first() or again
    if lately[key] > again:
        return False
    lately[key] = response.at
    shown = facts.own if alert.of == "own-family" else facts.colleague
    about: dict[str, object] = {}
    if alert.limit:
        about = {"count": facts.children} | ({"usual": facts.usual} if facts.usual else {})
    elif shown:
        about = {"details": sorted(shown & set(alert.on))}
    by, to = machine(MACHINE), telling.recipients(reader, definition)
    row = Unusual.objects.create(
        alert=alert.id,
        actor=reader.id,
        agency=response.agency,
        person=person,
        record=response.id,
        at=response.at,
        opened_at=now(),
        told=to,
        detail=about,
    )
    write(
        kind="run",
        verb="tell-unusual-reading",
        actor=by.id,
        acting_for=by.agency,
        purpose="scheduled-work",
        policy=definition.hash,
        ids=[row.id],
        detail={"alert": alert.id, "told": to[:50]},
    )
    telling.tell(row.id, response.agency, person, to, facts.children or 1, response.at, by)
    return True
