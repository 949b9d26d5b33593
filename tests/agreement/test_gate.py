"""One policy, two engines: what the database filters and what is decided for one record are the same, on random worlds."""

import random
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from sightline.agencies.queries import partnership
from sightline.agencies.types import Actor
from sightline.chronology.models import Entry, Part
from sightline.identity.models import SourceIdentity
from sightline.sharing.filters import asks_whom, at_least
from sightline.sharing.models import Tie
from sightline.sharing.reading import Reading
from sightline.sharing.rules import Policy, holders
from sightline.sharing.types import Label, Level
from sightline.timescales.moment import now
from sightline.vault.adding import add_objects

SEED, ENTRIES, ACTORS = 2025, 80, 60
TIES = ("allocated", "network", "attends", "on-duty", "agenda")
AGENCIES = {  # id: kind
    "childrens-social-work": "social-care", "west-yorkshire-police": "police", "elmfield-academy": "school",
    "leeds-community-healthcare": "community-health", "youth-justice-service": "youth-justice", "housing": "housing",
    "general-practice": "health", "business-unit": "partnership",
}  # fmt: skip
HANDLINGS = ("ordinary", "ordinary", "restricted", "police-only", "health-sensitive", "intelligence", "sealed")


class World:
    """Records of every kind and handling, on people to whom some of the actors have, had or will have ties."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = random.Random(seed)
        self.definition = partnership()
        self.identities = [
            SourceIdentity(id=uuid4(), agency="west-yorkshire-police", key=uuid4(), person=uuid4(), made_at=now())
            for _ in range(12)
        ]
        self.entries, self.parts = [], []
        for _ in range(ENTRIES):
            record = rng.choice(list(self.definition.record.values()))
            first = uuid4()
            self.entries.append(Entry(
                id=first, first=first, record=record.id, agency=rng.choice(list(AGENCIES)), handling=rng.choice(HANDLINGS),
                pointer_only=rng.random() < 0.15, happened=now(), known_at=now(), recorded_at=now(), author="x", definition="x",
                body=b"x"))  # fmt: skip
            for identity in rng.sample(self.identities, rng.choice((1, 1, 2))):
                self.parts.append(
                    Part(entry=self.entries[-1], identity=identity, role="child", child=True, happened=now())
                )
        self.actors = [self._actor() for _ in range(ACTORS)]
        self.ties = [tie for actor in self.actors for tie in self._ties(actor)]

    def _actor(self) -> Actor:
        rng = self.rng
        role = rng.choice(list(self.definition.role.values()))
        fitting = [a for a, kind in AGENCIES.items() if not role.agencies or kind in role.agencies] or list(AGENCIES)
        agency = "" if role.machine else rng.choice(fitting if rng.random() < 0.85 else list(AGENCIES))
        kind = AGENCIES.get(agency, "partnership")
        return Actor(
            str(uuid4()), "x", agency, kind, rng.choice(("", "front-door")), role.id, frozenset(), role.machine
        )

    def _ties(self, actor: Actor):
        for identity in self.rng.sample(self.identities, 7):
            start, end = self.rng.choice(((-2, None), (-2, None), (-2, 2), (-2, None), (-2, -1), (1, None)))
            # a worker's own: a tie of an agency would be its other workers' as well
            yield Tie(
                holder=f"worker:{actor.id}", kind=self.rng.choice(TIES), subject=identity.id,
                from_at=now() + timedelta(days=start), until=None if end is None else now() + timedelta(days=end))  # fmt: skip

    def parts_kept(self) -> list[Part]:
        return list(Part.objects.filter(entry__in=[e.id for e in self.entries]).select_related("entry"))

    def keep(self) -> None:
        for rows in (self.identities, self.entries, self.parts, self.ties):
            add_objects(rows)


@pytest.fixture(scope="module")
def world(shared_database):
    made = World(SEED)
    made.keep()
    return made


def label(entry: Entry, subject) -> Label:
    return Label(
        entry.record, entry.agency, AGENCIES[entry.agency], entry.handling, (subject,), False, entry.pointer_only
    )


def test_the_filter_and_the_decision_agree_on_every_record_at_every_level(world):
    decided: Counter[str] = Counter()
    for actor in world.actors:
        purpose = world.rng.choice(
            ("safeguarding", "safeguarding", "section-47", "data-quality", "scheduled-work", "court")
        )
        reading = Reading(actor, purpose)
        reading.learn_ties([i.id for i in world.identities])
        sight = {
            (part.entry_id, part.identity_id): reading.policy.decide(
                label(part.entry, part.identity_id), reading.ties([part.identity_id])
            ).level
            for part in world.parts
        }
        decided.update(level.word for level in sight.values())
        for level in (Level.POINTER, Level.HEADLINE, Level.FULL):
            passed = Part.objects.filter(at_least(reading.policy, level, subject="identity_id", prefix="entry__"))
            found = set(passed.values_list("entry_id", "identity_id"))
            assert found == {key for key, given in sight.items() if given >= level}, (actor, purpose, level)
    assert decided.total() >= 2000
    assert min(decided[level] for level in ("hidden", "pointer", "headline", "full")) > 20, decided


def test_a_condition_that_does_not_ask_whom_holds_for_everybody_on_a_record(world):
    asked = Counter()
    for actor in world.actors:
        reading = Reading(actor, "safeguarding")
        for level in (Level.POINTER, Level.HEADLINE, Level.FULL):
            alike = at_least(reading.policy, level, subject="")
            asked[asks_whom(alike)] += 1
            if asks_whom(alike):
                continue
            of_each = Part.objects.filter(at_least(reading.policy, level, subject="identity_id", prefix="entry__"))
            assert set(Entry.objects.filter(alike).values_list("id", flat=True)) == set(
                of_each.values_list("entry_id", flat=True)
            ), (actor, level)
    assert min(asked[True], asked[False]) > 10, asked


def test_a_rule_about_what_others_sent_is_the_same_in_both(world):
    """No rule of ours says so yet; the language can, and both engines must read it alike."""
    rule = world.definition.rule["own-records-front-door"]
    others = rule.model_copy(update={"id": "others", "who": rule.who.model_copy(update={"sender": False})})
    definition = world.definition.model_copy(update={"rule": {"others": others}, "hash": "others"})
    actor = Actor(str(uuid4()), "x", "childrens-social-work", "social-care", "", "duty-social-worker")
    policy = Policy(definition, actor, "safeguarding")
    passed = Part.objects.filter(at_least(policy, Level.FULL, subject="identity_id", prefix="entry__"))
    decided = {p.id for p in world.parts_kept() if policy.decide(label(p.entry, p.identity_id), ()).level is Level.FULL}
    assert set(passed.values_list("id", flat=True)) == decided
    assert {p.entry.agency for p in passed.select_related("entry")} > {"west-yorkshire-police"}
    assert actor.agency not in {p.entry.agency for p in passed.select_related("entry")}


def test_every_holder_counts_and_nobody_elses(world):
    """A tie of the worker, of the team, of the agency and of the role there: four ways to one child; a fifth is somebody
    else's."""
    actor = Actor(str(uuid4()), "x", "childrens-social-work", "social-care", "east", "social-worker")
    subjects = [SourceIdentity(id=uuid4(), agency="x", key=uuid4(), person=uuid4(), made_at=now()) for _ in range(5)]
    add_objects(subjects)
    for subject, holder in zip(subjects, [*holders(actor), "team:west"], strict=True):
        Tie.objects.create(holder=holder, kind="allocated", subject=subject.id, from_at=now() - timedelta(1))
    reading = Reading(actor, "safeguarding")
    reading.learn_ties([s.id for s in subjects])
    seen = [
        bool(reading.policy.decide(Label("assessment", "x", "social-care", "ordinary", (s.id,)), reading.ties([s.id])))
        for s in subjects
    ]
    assert seen == [True, True, True, True, False]


def situations(definition, rule):
    """What a rule is about, and what lies just beside it: actors, ties, records, handlings, senders."""
    records = [r for r in rule.may_see.records if r != "any"] + (
        ["assessment"] if "any" in rule.may_see.records else []
    )
    for role in rule.who.role or ("scrutineer",):
        declared = definition.role[role]
        for kind in rule.who.agency_kind or declared.agencies or ("partnership",):
            actor = Actor("a", "A", "own", kind, "", role, frozenset(), declared.machine)
            for tie in [(), *((one,) for one in rule.who.tie)]:
                for record in records[:3]:
                    for handling in rule.may_see.handling:
                        for sender in ("own", "other"):
                            yield actor, tie, Label(record, sender, kind, handling, (), restricted=rule.may_see.restricted)


def test_each_rule_changes_something():
    """Take any one rule away, and somebody sees less, or by another rule: no rule is there for nothing."""
    definition = partnership()
    silent = []
    for rule in definition.rule.values():
        if rule.effect == "restrict" or rule.age.within or rule.age.over:
            continue  # what these change is in test_mutants.py
        without = {i: r for i, r in definition.rule.items() if i != rule.id}
        less = definition.model_copy(update={"rule": without, "hash": f"{definition.hash}-{rule.id}"})

        def differs(rule=rule, less=less):
            for actor, tie, asked in situations(definition, rule):
                for purpose in rule.for_:
                    before, after = (Policy(d, actor, purpose).decide(asked, tie) for d in (definition, less))
                    if (before.level, before.decision.reason_code) != (after.level, after.decision.reason_code):
                        assert before.level >= after.level  # a rule only ever gives
                        return True
            return False

        if not differs():
            silent.append(rule.id)
    assert not silent


def test_a_machines_rule_serves_no_person_and_a_persons_rule_no_machine():
    definition = partnership()
    for rule in definition.rule.values():
        for actor, tie, asked in situations(definition, rule):
            other = Actor(
                actor.id, actor.name, actor.agency, actor.agency_kind, "", actor.role, frozenset(), not actor.machine
            )
            assert Policy(definition, other, rule.for_[0]).decide(asked, tie).level is Level.HIDDEN


def test_what_is_sealed_passes_to_nobody_at_any_level():
    definition = partnership()
    for rule in definition.rule.values():
        for actor, tie, asked in situations(definition, rule):
            label_ = Label(asked.record, asked.agency, asked.agency_kind, asked.handling, (), sealed=True)
            assert not Policy(definition, actor, rule.for_[0]).decide(label_, tie)
