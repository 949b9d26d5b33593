"""The work of one bite: some notifications become entries, whole, in one transaction.

Inbox, identity, chronology, openings, ties, what is owed, and the ledger, together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sightline.agencies.types import Actor, AgencyInfo
from sightline.chronology import beneath
from sightline.chronology.actions import open_routine, versions_of, write_entries
from sightline.chronology.rules import INVOLVEMENT
from sightline.chronology.tracing import people_of
from sightline.chronology.types import Writing
from sightline.clocks.actions import relevant
from sightline.definition.records import (
    age_bands,
    clean,
    facts,
    guarded,
    handling_of,
    is_routine,
    is_urgent,
    missing_parts,
    reaches_queue,
)
from sightline.definition.types import Fault, Partnership, RecordType
from sightline.definition.values import code_for
from sightline.front_door import arriving, away, put_right
from sightline.identity import guards
from sightline.identity.actions import relate
from sightline.identity.queries import persons_of
from sightline.identity.resolving import Resolver
from sightline.identity.types import Resolved
from sightline.intake.filled import Filled
from sightline.intake.inbox import Arriving, Inbox
from sightline.intake.notes import Notes
from sightline.intake.types import Counts, Named, Notification, Unread
from sightline.intake.usable import SAYS, TOLD_BY_READERS, sentence, usable
from sightline.jobs import telling_holders, tying
from sightline.jobs.as_sent import births_of, day_of, exact_day, kin_told, moment_of, precision_of
from sightline.jobs.fit import unfit
from sightline.ledger.actions import write
from sightline.sharing.actions import end_ties, tie
from sightline.signals.knowing import relevant as rests_on
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.timescales.spans import parse_span
from sightline.vault import expiring
from sightline.vault.actions import Keyring

WITNESSED_WITHIN = timedelta(days=1)
NOBODY: tuple[str, frozenset[str]] = "", frozenset()


@dataclass
class World:
    """What stays the same for the length of a load: definition, agencies, who acts."""

    definition: Partnership
    agencies: dict[str, AgencyInfo]
    by: Actor
    delivery: Any
    schools: dict[str, str] = field(default_factory=dict)
    filled: Filled = field(default_factory=Filled)  # of all bites that were committed
    notes: Notes | None = None  # of a file's reader: what is told of poor details is added to it

    def __post_init__(self) -> None:
        self.schools = {a.title.casefold(): a.id for a in self.agencies.values()} | {a: a for a in self.agencies}
        self.clocked = relevant(self.definition) | rests_on(self.definition) | away.RECORDS
        self.duty_teams = [
            (f"team:{t.id}", parse_span(t.keeps) if t.keeps else None)
            for t in self.definition.team.values()
            if t.on_duty_for == "front-door"
        ]
        self.windows = {
            r.id: parse_span(r.opened_for) for r in self.definition.record.values() if r.routine and r.opened_for
        }

    def code_of(self, name: str, text: str) -> str:
        """The code of a list that a text means; empty where the list does not know it."""
        codes = self.definition.codes.get(name)
        return code_for(codes, text) if codes is not None else text

    def tell(self, poor: Iterable[tuple[str, str, str]]) -> None:
        """Notes which details of a file could not be used as they came; what its reader has told by column is not repeated."""
        for detail, why, position in poor:
            if self.notes is not None and why not in TOLD_BY_READERS:
                self.notes.add(sentence(detail, why), position)


class Bite:
    """Some notifications on their way to becoming entries."""

    def __init__(
        self,
        world: World,
        things: Sequence[Notification | Unread],
        *,
        decided: bool = False,
        received: datetime | None = None,
    ) -> None:
        """`received`: when it came, where that was before now (it waited for a person)."""
        self.world = world
        self.received = received or now()
        self._waited = received is not None
        self.keyring = Keyring()
        self.today = local_day(now())
        self.inbox = Inbox(world.delivery, self.keyring, things, decided=decided)
        self.resolver = Resolver(self.keyring, world.by.id, world.agencies)
        self.writings: list[Writing] = []
        self.beneath: list[Writing] = []  # older versions that came late: kept, and nothing follows from them
        self.ties: list[tuple[str, str, UUID, datetime, datetime | None, UUID | None]] = []
        # who is taught elsewhere now, or is of another age, and of whom something may have been told before
        self.placed: set[UUID] = set()
        self.unsettled: set[UUID] = set()  # of whom a match waits for a person
        self.concerns: list[tuple[UUID, UUID, datetime]] = []
        self.relations: list[tuple[UUID, str, UUID, str, datetime]] = []
        self.clocked: dict[UUID, None] = {}
        self.ended: list[tuple[UUID, datetime]] = []
        self.taken_off: list[tying.TakenOff] = []
        self.rolls = tying.Rolls()
        self.filled = Filled()
        self.guarded: dict[UUID, tuple[str, UUID]] = {}  # who is new and guarded: how, and by which entry
        self.arrived: list[arriving.Arrived] = []  # what reaches the front door for the first time
        self.corrected: list[arriving.Arrived] = []  # what stands there already, or may now
        self.added: set[UUID] = set()  # versions on which somebody stands who did not before
        self.poor: list[tuple[str, str, str]] = []  # detail, why it could not be used as it came, position

    @property
    def counts(self) -> Counts:
        return self.inbox.counts

    def work(self) -> None:
        """Does it all. Called inside one transaction."""
        arriving = [self._usable(one) for one in self.inbox.sort()]
        things = self.inbox.things
        self.filled.see(things[: len(things) - len(self.inbox.postponed)])
        people = []
        for one in arriving:
            kin = kin_told(one.notification)
            people += [(one.notification.agency, p.details, kin.get(p.key, ())) for p in one.notification.people]
        self.resolver.prepare(people)
        for one in arriving:
            self._take(one)
        self._save()

    def _usable(self, one: Arriving) -> Arriving:
        """What is told of people, as far as it can be used: a poor detail holds up nothing."""
        n, (told_on, seen) = one.notification, self._days(one.notification)
        made = [usable(p.details, on=told_on, seen=seen, code=self.world.code_of) for p in n.people]
        if all(details is p.details for p, details in zip(n.people, made, strict=True)):
            return one
        people = tuple(replace(p, details=details) for p, details in zip(n.people, made, strict=True))
        return one._replace(notification=replace(n, people=people))

    def _note(self, one: Arriving) -> None:
        """Says which details could not be used as they came: to the sender, and in what is told of the delivery."""
        n = one.notification
        found = [(at, detail, why) for at, p in enumerate(n.people) for detail, why, _ in p.details.noted]
        if found:
            self.inbox.note(one, [Fault(path=f"people.{at}.{d}", expected=SAYS[why], code=why) for at, d, why in found])
            self.poor += [(d, why, n.position) for _, d, why in found]

    def _days(self, n: Notification) -> tuple[date, date]:
        """The day on which we were told, and the day of what was told of."""
        today = self.today
        return min(today, day_of(n.sent) or today), min(today, day_of(n.happened) or today)

    # --- one notification ------------------------------------------------------------------------------

    def _take(self, one: Arriving) -> None:
        n = one.notification
        record = self.world.definition.record.get(n.record)
        reason, faults = unfit(n, record, self.world.agencies)
        fields: dict[str, str] = {}
        if record is not None and not reason:
            fields, faults = clean(self.world.definition, record, n.fields)
            faults = [f for f in faults if f.code != "needed"]
            reason = "invalid" if faults else ""
        if reason or record is None:
            self.inbox.cannot(one, reason, faults)
            return
        sent = moment_of(n.sent) if n.sent else None
        known = min(sent or (self.received if self._waited else now()), now())
        before = self._on_it_before(one)
        known = self._in_order(one, known)
        there = frozenset(before)
        kin = kin_told(n)
        guard, whom = guarded(record, self._told(n, record, fields)) if record.guards is not None else NOBODY
        self.resolver.another_record()
        people = [
            (
                p,
                (self._who if one.late else self._resolve)(
                    n, p, known, one.item, before, kin.get(p.key, ()), guard * (not whom.isdisjoint(p.roles))
                ),
            )
            for p in n.people
        ]
        keys = list(dict.fromkeys(r.key for _, r in people if self.keyring.has(r.key)))  # who was erased has none
        keys = keys or [self.inbox.delivery_key()]
        if one.late:
            late = self._written(one, record, fields, people, keys, known)[0]
            self.beneath += beneath.under_what_stands(late, self.keyring)
            self.inbox.took(one, first=late.first, keys=late.keys, sent_at=sent)  # what was received goes when the record goes
            self._note(one)
            return
        first = self._entry(one, record, fields, people, keys, known)
        if one.first is not None and any(r.identity not in there for _, r in people):
            self.added.add(self.writings[-1].id)
        if off := there.difference(r.identity for _, r in people):
            self.taken_off.append(tying.TakenOff(one.first or first, record.id, off, known))
        self.inbox.took(one, first=first, keys=self.writings[-1].keys, sent_at=sent)
        self._note(one)
        if guard:
            self._guard(guard, [r for p, r in people if not whom.isdisjoint(p.roles)], self.writings[-1].id)

    def _in_order(self, one: Arriving, known: datetime) -> datetime:
        """When a version counts as known, so that its sender's own order holds whatever time it gives: a newer one after what the
        same sender told before, and an older one before. What somebody put right here is not overtaken by an earlier telling."""
        stands = beneath.what_stands(one.first) if one.first is not None else None
        if stands is None:
            return known
        if one.late:
            return min(known, stands[0] - beneath.TICK)
        return max(known, stands[0] + beneath.TICK) if stands[1] == self.world.by.id else known

    def _told(self, n: Notification, record: RecordType, fields: dict[str, str]) -> dict[str, Any]:
        """What conditions about who is guarded may ask: the record's own fields, its roles and its sender."""
        roles = [role for p in n.people for role in p.roles]
        kind = self.world.agencies[n.agency].kind
        return facts(self.world.definition, record, fields, roles=roles, agency=n.agency, agency_kind=kind, says=n.says)

    def _guard(self, guard: str, whom: Sequence[Resolved], entry: UUID) -> None:
        """Guards whoever the record guards: those who are kept at once, so that what follows in this bite sees it; those
        who are new in this bite once they are written."""
        entries = dict.fromkeys((r.identity for r in whom), entry)
        guards.mark(dict.fromkeys(entries, guard), by=self.world.by.id, entries=entries)
        kept = guards.of(entries)
        self.guarded |= {identity: (guard, entry) for identity in entries if identity not in kept}
        self.resolver.guards_changed(r.person for r in whom if r.identity in kept)

    def _on_it_before(self, one: Arriving) -> list[UUID]:
        """Who stood on the record that this corrects: a sender without ids of its own means the same people again."""
        versions = versions_of(one.first) if one.first is not None else []
        there = [identity for identity, _ in people_of(versions[-1])] if versions else []
        self.clocked.update(dict.fromkeys(persons_of(there).values()))  # whoever is taken off it has clocks that stop
        return there

    def _who(
        self,
        n: Notification,
        person: Named,
        known: datetime,
        item: UUID,
        before: list[UUID],
        kin: Sequence[str],
        guard: str,
    ) -> Resolved:
        there = self.resolver.likeliest(person.details, before) if before and not person.details.local_id else None
        if there is not None:
            before.remove(there)
        found = self.resolver.resolve(
            n.agency, person.details, known_at=known, item=item, there=there, kin=kin, guard=guard
        )
        self.counts.people_new += found.new and not found.joined
        self.counts.people_matched += found.joined or not found.new
        return found

    def _resolve(self, n: Notification, person: Named, known: datetime, item: UUID, *how: Any) -> Resolved:
        """Who it is, and what follows from what is told of them."""
        found = self._who(n, person, known, item, *how)
        if found.aged:  # whether anybody is told of them, and which clocks run, may be another thing now
            self.placed.add(found.identity)
            self.clocked[found.person] = None
        school = self.world.schools.get(person.details.school) or self.world.schools.get(person.details.school.casefold())
        if found.changed and school and not found.late:
            self.rolls.tells(tying.Attending(f"agency:{school}", found.identity, known, item, moment_of(n.happened)))
            if found.joined or not found.new:  # nobody has told of anybody else
                self.placed.add(found.identity)
        return found

    def _entry(
        self,
        one: Arriving,
        record: RecordType,
        fields: dict[str, str],
        people: Sequence[tuple[Named, Resolved]],
        keys: Sequence[UUID],
        known: datetime,
    ) -> UUID:
        """Adds the entry (or the correction) and what follows from it. Returns the id of its first version."""
        n = one.notification
        writing, what, births = self._written(one, record, fields, people, keys, known)
        self.writings.append(writing)
        self.unsettled.update(r.identity for _, r in people if r.waiting)
        if one.first is not None:
            self.corrected.append(arriving.Arrived(writing, what, births))
        elif writing.queued:
            self.arrived.append(arriving.Arrived(writing, what, births))
        children = list(dict.fromkeys(i for i, _, child in writing.parts if child))
        self._follows(n, record, fields, people, children, known, writing.id, writing.queued, writing.routine)
        self.rolls.say(record, fields, n.agency, children, known, one.item)
        if one.first and (over := tying.over_since(record, fields, known)):
            self.ended.append((one.first, over))
        return writing.first

    def _written(
        self,
        one: Arriving,
        record: RecordType,
        fields: dict[str, str],
        people: Sequence[tuple[Named, Resolved]],
        keys: Sequence[UUID],
        known: datetime,
    ) -> tuple[Writing, dict[str, Any], tuple[date, ...]]:
        """The entry as it is to be written, what it says (`definition.records.facts`), and when the children on it may have
        been born."""
        n, definition = one.notification, self.world.definition
        happened = moment_of(n.happened)
        by_role: dict[str, list[dict[str, Any]]] = {}
        ages: set[str] = set()
        births: list[date] = []
        for person, _ in people:
            for role in person.roles:
                by_role.setdefault(role, []).append(person.details.as_dict())
                if record.people[role].child:
                    for born in births_of(person.details.born, happened.date()):
                        ages |= age_bands(born, happened.date(), exact_day(person.details.expected))
                        births += [born] if born else []
        what = facts(
            definition,
            record,
            fields,
            roles=by_role,
            ages=ages,
            agency=n.agency,
            agency_kind=self.world.agencies[n.agency].kind,
            says=n.says,
        )
        queued = reaches_queue(record, what)
        routine = is_routine(record, what)
        if routine and record.kept_for:  # held on loan: sealed with a key of its own, which expiry destroys
            entry_id = self.keyring.make(expiring.SCOPE)
            keys = (entry_id,)
        else:
            entry_id = self.keyring.ids()
        parts = tuple(
            dict.fromkeys((r.identity, role, bool(record.people[role].child)) for p, r in people for role in p.roles)
        )
        kind = self.world.agencies[n.agency].kind
        poor = missing_parts(record, fields, by_role)
        body: dict[str, Any] = {
            "says": n.says,
            "place": dict(n.place),
            "fields": fields,
            "missing": [says for _, says in poor],
            "absent": [part for part, _ in poor],
            "counts": {role: len(those) for role, those in by_role.items()},
        }
        if record.sent_by and "any" not in record.sent_by and kind not in record.sent_by:
            body["notes"] = ["unusual-sender"]
        writing = Writing(
            id=entry_id,
            first=one.first or entry_id,
            record=record.id,
            agency=n.agency,
            handling=handling_of(record, what),
            pointer_only=record.pointer_only,
            routine=routine,
            queued=queued,
            urgent=is_urgent(record, what),
            happened=happened,
            until=moment_of(n.until) if n.until else None,
            precision=precision_of(n.happened),
            known_at=known,
            stated=self.received - known > WITNESSED_WITHIN,
            item=one.item,
            author=self.world.by.id,
            definition=definition.hash,
            body=body,
            parts=parts,
            keys=tuple(keys),
        )
        return writing, what, tuple(births)

    def _follows(
        self,
        n: Notification,
        record: RecordType,
        fields: dict[str, str],
        people: Sequence[tuple[Named, Resolved]],
        children: Sequence[UUID],
        known: datetime,
        entry: UUID,
        queued: bool,
        routine: bool,
    ) -> None:
        """Ties, openings, relations and clocks that follow from the entry."""
        keys = {p.key: r.identity for p, r in people}
        self.relations += [
            (keys[s], relation, keys[o], n.agency, known) for s, relation, o in n.relations if s in keys and o in keys
        ]
        if queued:
            self.ties += [
                (team, "on-duty", c, known, keeps.after(known) if keeps else None, entry)
                for c in arriving.whom(self.writings[-1].parts)
                for team, keeps in self.world.duty_teams
            ]
        if queued or (record.concern and not routine):
            self.concerns += [(c, entry, known) for c in children]
        if record.id == INVOLVEMENT:
            self.ties += tying.of_involvement(self.world.definition, n.agency, fields, children, known, entry)
        if record.id in self.world.clocked or (queued and "queued" in self.world.clocked):
            self.clocked.update(dict.fromkeys(r.person for _, r in people if r.identity in children))

    # --- keeping it ------------------------------------------------------------------------------------

    def _save(self) -> None:
        self.keyring.save()
        self.resolver.save()
        guards.mark(
            {identity: guard for identity, (guard, _) in self.guarded.items()},
            by=self.world.by.id,
            entries={identity: entry for identity, (_, entry) in self.guarded.items()},
            fresh=self.guarded.keys(),
        )
        self.clocked.update(dict.fromkeys(self.resolver.moved))  # what ran for two people runs for one now
        self.inbox.save()
        written = write_entries([*self.writings, *self.beneath], self.keyring)
        arriving.take(self.arrived, received=self.received)
        put_right.take(self.corrected, received=self.received, by=self.world.by)
        self.ties += self.rolls.save()
        for first, until in self.ended:
            end_ties(because=versions_of(first), until=until)
        tie(self.ties)
        if self.resolver.moved or self.placed:
            tying.one_school_each({*self.resolver.moved, *persons_of(self.placed).values()})
        tying.let_go(self.taken_off)
        opened = open_routine(self.concerns, self.world.windows)
        relate(self.relations)
        telling_holders.of_places(self.resolver.brought, by=self.world.by)
        by, counts = self.world.by, self.counts
        if self.inbox.changed_anything:
            write(
                kind="run",
                verb="receive",
                actor=by.id,
                acting_for=by.agency or self.world.delivery.agency,
                purpose="safeguarding",
                policy=self.world.definition.hash,
                ids=[w.id for w in (*self.writings, *self.beneath)],
                detail={
                    "delivery": str(self.world.delivery.id),
                    "new": counts.new,
                    "superseding": counts.superseding,
                    "quarantined": counts.quarantined,
                    "written": written,  # a digest: `chronology.proving`
                    **({"routine-opened": opened} if opened else {}),  # which, and by which entry: `Opening`
                },
            )
