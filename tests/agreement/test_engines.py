"""One policy, four readers of it: the decision, the database's filter, row-level security, and a plain evaluator.

The decision and the filter are what the product shows by; row-level security stands behind them on PostgreSQL; the plain
evaluator (`plain.py`) is written by hand from the rules' YAML and shares nothing with them. On random worlds, with the rules
that are in force and with rules stranger than any that we would declare, they must say the same of every record: the
level, and the rule that it goes by.
"""

import os
import random
from collections import Counter, defaultdict
from contextlib import contextmanager, nullcontext
from uuid import uuid4

import pytest
from django.db import connection

from sightline.agencies.queries import partnership
from sightline.chronology.models import Entry, Part
from sightline.definition.loader import load
from sightline.identity.models import SourceIdentity, Version
from sightline.sharing.filters import at_least
from sightline.sharing.reading import Reading
from sightline.sharing.rules import Policy, holders
from sightline.sharing.standing import reading_as
from sightline.sharing.types import Label, Level
from sightline.timescales.moment import now
from sightline.vault.adding import add_objects
from tests.agreement.plain import Record, rules_for, rules_of, sees
from tests.agreement.worlds import (
    AGENCIES,
    HANDLINGS,
    PURPOSES,
    TIES,
    World,
    actor,
    made_of,
    reader,
    record_of,
    strange_rules,
)
from tests.support.walled import behind_the_wall

SEED = int(os.environ.get("SIGHTLINE_SEED", "2026"))
PEOPLE_AND_RECORDS = frozenset({"named", "originator-agreed"})  # ties that may be to a record


def told(seed: int) -> str:
    return f"again: SIGHTLINE_SEED={seed}"


# --- without a database: the decision and the plain evaluator ---------------------------------------------------------


def differ(definition, rules, seed: int, how_many: int) -> Counter[str]:
    """Decides so often by both; what they said is the same each time. How often which level came of it."""
    rng, moment, found = random.Random(seed), now(), Counter()
    kinds = [*definition.record, "identity", "identity"]
    while found.total() < how_many:
        one, purpose = actor(rng, definition), rng.choice(PURPOSES)
        policy = Policy(definition, one, purpose, moment)
        who, own = reader(one), rules_for(rules, reader(one), purpose)
        for _ in range(25):
            happened = rng.choice((None, moment, *(moment.replace(year=moment.year - n, day=1) for n in (1, 3, 6))))
            record = Record(
                rng.choice(kinds), rng.choice(list(AGENCIES)), rng.choice(HANDLINGS), happened, rng.random() < 0.1,
                rng.random() < 0.05, rng.random() < 0.15)  # fmt: skip
            ties = frozenset(rng.sample(TIES, rng.choice((0, 1, 1, 2, 3))))
            label = Label(record.kind, record.agency, AGENCIES[record.agency], record.handling, (), record.sealed,
                          record.pointer_only, record.happened, record.kept)  # fmt: skip
            sight = policy.decide(label, ties)
            said = (sight.level.word, sight.decision.reason_code if sight else "", tuple(sorted(sight.fields)))
            by_hand = sees(own, who, record, set(ties), moment)
            assert said == by_hand, (told(seed), one, purpose, record, ties)
            found[said[0]] += 1
    return found


@pytest.mark.parametrize("overlay", ("leeds", "riverford"))
def test_the_decision_is_what_the_rules_say_read_by_hand(overlay):
    definition = load(overlay)
    rules = rules_of("england", overlay)
    assert set(rules) == set(definition.rule)
    found = differ(definition, rules, SEED, 12_000)
    assert min(found[level] for level in ("hidden", "pointer", "headline", "full")) > 50, found


def test_so_it_is_with_rules_stranger_than_ours():
    definition, levels = load("leeds"), Counter()
    for n in range(8):
        rules = strange_rules(random.Random(SEED + n), definition)
        levels += differ(made_of(definition, rules, f"strange-{SEED}-{n}"), rules, SEED + n, 1_500)
    assert min(levels[level] for level in ("hidden", "pointer", "headline", "full")) > 100, levels


# --- with one: the filter and the wall too ----------------------------------------------------------------------------


class Known:
    """What anybody could work out of a world with paper and pencil: who is whom, what is open, who is tied or named."""

    def __init__(self, world: World) -> None:
        self.moment = now()
        self.world = world
        self.same = defaultdict(list)
        for identity in world.identities:
            self.same[identity.person].append(identity.id)
        self.person = {identity.id: identity.person for identity in world.identities}
        self.ties = defaultdict(lambda: defaultdict(set))
        for tie in world.ties:
            if self._open(tie):
                self.ties[tie.holder][tie.subject].add(tie.kind)
        self.kept = {r.subject for r in world.restrictions if self._open(r)}
        self.opened = defaultdict(list)
        for opening in world.openings:
            self.opened[opening.identity_id, opening.record].append(opening.since)
        self.parts = defaultdict(list)
        for part in world.parts:
            self.parts[part.entry_id].append(part)

    def _open(self, row) -> bool:
        return row.from_at <= self.moment and (row.until is None or row.until > self.moment)

    def of(self, worker: str, subjects, first=None) -> tuple[set[str], bool]:
        """The ties of this worker to any of these, and to the record; and whether it is kept to people."""
        own = self.ties[f"worker:{worker}"]
        found = set().union(*(own[s] for s in subjects)) | (own[first] & PEOPLE_AND_RECORDS)
        kept = [s for s in (*subjects, first) if s in self.kept]
        if any("named" not in own[s] for s in kept):
            found.discard("named")
        return found, bool(kept)

    def sealed(self, entry: Entry, subjects) -> bool:
        since = [moment for s in subjects for moment in self.opened[s, entry.record]]
        return entry.routine and not any(moment <= entry.happened for moment in since)

    def chronologies(self, entry: Entry) -> list[list]:
        """On whose chronologies it stands: each person's source identities; everybody's on it where it stands on none."""
        parts = self.parts[entry.id]
        on = [p.identity_id for p in parts if p.child] or [p.identity_id for p in parts]
        return [self.same[person] for person in dict.fromkeys(self.person[i] for i in on)]


@contextmanager
def engines(database, definition):
    """As the application asks: behind the wall made of these rules, where there is one."""
    with behind_the_wall(database, definition) if database.engine == "postgresql" else nullcontext():
        yield


def all_agree(database, seed: int, *, strange: bool, entries: int, actors: int) -> Counter[str]:
    """Every record for every actor, by every engine that this database has. How many decisions of which level."""
    definition, decided = partnership(), Counter()
    rules = strange_rules(random.Random(seed), definition) if strange else rules_of("england", "leeds")
    if strange:
        definition = made_of(definition, rules, f"strange-{seed}")
    world = World(seed, definition, entries=entries, actors=actors)
    world.keep()
    add_objects([
        Version(id=uuid4(), identity=i, known_at=now(), recorded_at=now(), body=b"x") for i in world.identities
    ])  # fmt: skip
    known = Known(world)
    ids, mine = {e.id: e for e in world.entries}, [i.id for i in world.identities]
    with engines(database, definition):
        parts = list(Part.objects.filter(entry__in=list(ids)))
        for n, one in enumerate(world.actors):
            purpose, who = world.rng.choice(("safeguarding",) * 6 + PURPOSES), reader(one)
            own = rules_for(rules, who, purpose)
            reading = Reading(one, purpose)
            reading.policy = Policy(definition, one, purpose, now())
            reading.learn_ties([*mine, *ids])

            said: dict[tuple[object, ...], tuple[str, str]] = {}  # a long hand is spared asking the very same twice

            def by_hand(entry, subjects, *, sealed, one=one, who=who, own=own, said=said):
                ties, kept = known.of(one.id, subjects, entry.id)
                asked = record_of(entry, sealed=sealed, kept=kept), frozenset(ties)
                if asked not in said:
                    said[asked] = sees(own, who, asked[0], ties, known.moment)[:2]
                return said[asked]

            def by_gate(entry, subjects, *, sealed, reading=reading):
                label = Label(entry.record, entry.agency, AGENCIES[entry.agency], entry.handling, tuple(subjects), sealed,
                              entry.pointer_only, entry.happened, first=entry.first)  # fmt: skip
                sight = reading.see(label)
                return sight.level, sight.decision.reason_code if sight else ""

            # one source identity after the other, as the filter asks
            expected = {}
            for part in parts:
                entry = ids[part.entry_id]
                level, rule = by_gate(entry, (part.identity_id,), sealed=False)
                assert (level.word, rule) == by_hand(entry, (part.identity_id,), sealed=False), (
                    told(seed),
                    one,
                    purpose,
                    entry.__dict__,
                )
                expected[part.id] = level
                decided[level.word] += 1
            for level in (Level.POINTER, Level.HEADLINE, Level.FULL):
                rows = Part.objects.filter(at_least(reading.policy, level, subject="identity_id", prefix="entry__"))
                found = set(rows.values_list("id", flat=True))
                wanted = {part for part, given in expected.items() if given >= level}
                assert found == wanted, (told(seed), one, purpose, level, [
                    ids[p.entry_id].__dict__ for p in parts if p.id in found ^ wanted])  # fmt: skip
            if connection.vendor == "postgresql":
                shown = check_wall(known, one, purpose, ids, by_hand, by_gate, seed)
                decided["by the wall"] += len(ids)
                if n % 4 == 0:  # what follows from it, and who people are
                    check_wall_further(known, one, purpose, parts, shown, own, who, seed)
    return decided


def check_wall(known, one, purpose, ids, by_hand, by_gate, seed) -> set:
    """What the table itself shows to this reader, past the gate, is what may be known of at least. Returns it."""
    shown = set()
    for entry in ids.values():
        given = []
        for same in known.chronologies(entry):
            sealed = known.sealed(entry, same)
            level, rule = by_gate(entry, same, sealed=sealed)
            assert (level.word, rule) == by_hand(entry, same, sealed=sealed), (told(seed), one, purpose, entry.__dict__)
            given.append(level)
        if max(given) > Level.HIDDEN:
            shown.add(entry.id)
    with reading_as(one, purpose, holders(one), now()):
        found = set(Entry.objects.values_list("id", flat=True))
    assert found == shown, (told(seed), one, purpose, [ids[i].__dict__ for i in found ^ shown])
    return shown


def check_wall_further(known, one, purpose, parts, shown, own, who, seed) -> None:
    """So do the parts of what shows; who somebody is; and of whom it is known that they are there."""
    details, people = set(), set()
    for identity in known.world.identities:
        same = known.same[identity.person]
        ties, kept = known.of(one.id, same)
        handling = "sealed" if identity.guard == "sealed" else "ordinary"
        if sees(own, who, Record("identity", identity.agency, handling, kept=kept), ties, known.moment)[0] != "hidden":
            details.add(identity.id)
        if set().union(*(known.ties[f"worker:{one.id}"][s] for s in same)):
            people.add(identity.id)
    people |= details | {p.identity_id for p in parts if p.entry_id in shown}
    with reading_as(one, purpose, holders(one), now()):
        assert set(Part.objects.values_list("id", flat=True)) == {p.id for p in parts if p.entry_id in shown}
        assert set(Version.objects.values_list("identity_id", flat=True)) == details, (told(seed), one, purpose)
        assert set(SourceIdentity.objects.values_list("id", flat=True)) == people, (told(seed), one, purpose)


def check_many(database, seed: int, *, strange: bool, entries: int, actors: int) -> Counter[str]:
    decided = all_agree(database, seed, strange=strange, entries=entries, actors=actors)
    if actors > 50:
        assert min(decided[level] for level in ("hidden", "pointer", "headline", "full")) > 15, (told(seed), decided)
    return decided


@pytest.mark.parametrize("strange", (False, True), ids=("our rules", "strange rules"))
def test_filter_decision_wall_and_pencil_agree(database, strange):
    """On PostgreSQL all four, some 50,000 times for each kind of rules; on SQLite, which has no second wall, three."""
    actors = 120 if database.engine == "postgresql" else 12
    decided = check_many(database, SEED + strange, strange=strange, entries=420, actors=actors)
    if database.engine == "postgresql":
        levels = sum(decided[level] for level in ("hidden", "pointer", "headline", "full"))
        assert levels >= 50_000 and decided["by the wall"] >= 50_000


@pytest.mark.nightly
@pytest.mark.parametrize("n", range(20))
def test_so_they_do_a_million_times(database, n):
    decided = check_many(database, SEED + 1000 + n, strange=n % 4 != 0, entries=420, actors=100)
    assert decided.total() >= 50_000
