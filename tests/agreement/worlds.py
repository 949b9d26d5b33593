"""Random worlds to decide in: readers, records, people, ties, restrictions, and rules stranger than any that we declare."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sightline.agencies.types import Actor
from sightline.chronology.models import Entry, Opening, Part
from sightline.definition.types import Partnership, SharingRule
from sightline.identity.models import SourceIdentity
from sightline.sharing.models import Restriction, Tie
from sightline.timescales.moment import now
from sightline.vault.adding import add_objects
from tests.agreement.plain import Reader, Record

TIES = (
    "allocated",
    "network",
    "attends",
    "on-duty",
    "agenda",
    "sent",
    "lead-professional",
    "named",
    "originator-agreed",
    "emergency",
)
AGENCIES = {  # id: kind
    "childrens-social-work": "social-care", "west-yorkshire-police": "police", "elmfield-academy": "school",
    "leeds-community-healthcare": "community-health", "youth-justice-service": "youth-justice", "housing": "housing",
    "general-practice": "health", "business-unit": "partnership",
}  # fmt: skip
HANDLINGS = (
    *("ordinary", "ordinary", "restricted", "police-only", "health-sensitive", "intelligence", "sealed"),
    "legally-privileged",
)
TEAMS = ("", "front-door", "east")
PURPOSES = ("safeguarding", "safeguarding", "section-47", "data-quality", "scheduled-work", "court", "identity")


def actor(rng: random.Random, definition: Partnership) -> Actor:
    role = rng.choice(list(definition.role.values()))
    fitting = [a for a, kind in AGENCIES.items() if not role.agencies or kind in role.agencies] or list(AGENCIES)
    agency = "" if role.machine else rng.choice(fitting if rng.random() < 0.85 else list(AGENCIES))
    kind = AGENCIES.get(agency, "partnership")
    return Actor(str(uuid4()), "x", agency, kind, rng.choice(TEAMS), role.id, frozenset(), role.machine)


def reader(of: Actor) -> Reader:
    return Reader(of.role, of.agency, of.agency_kind, of.team, of.machine)


def strange_rules(rng: random.Random, definition: Partnership, how_many: int = 30) -> dict[str, dict[str, Any]]:
    """Rules as YAML would say them, of every shape that the language has: also such as nobody would wish for."""
    roles, kinds = list(definition.role), [*definition.record, "identity"]

    def some(of: Any, most: int) -> list[str]:
        return rng.sample(list(dict.fromkeys(of)), min(len(set(of)), rng.randint(1, most)))

    found = {}
    for n in range(how_many):
        restricts = rng.random() < 0.25
        who: dict[str, Any] = {}
        if rng.random() < 0.4:
            who["role"] = some(roles, 25)
        if rng.random() < 0.2:
            who["agency-kind"] = some(AGENCIES.values(), 5)
        if rng.random() < 0.15:
            who["agency"] = some(AGENCIES, 4)
        if rng.random() < 0.15:
            who["team"] = some(TEAMS[1:], 2)
        if rng.random() < 0.5:
            who["tie"] = some(TIES, 3)
        if restricts and rng.random() < 0.6:
            who["unless-tie"] = some(TIES, 3)
        if rng.random() < 0.25:
            who["sender"] = rng.choice(("yes", "no"))
        if rng.random() < 0.1:
            who["machine"] = "yes"
        what: dict[str, Any] = {
            "records": rng.choice((["any"], ["any", "identity"], some(kinds, 60), some(kinds, 60))),
            "handling": some(HANDLINGS, 5),
            "level": rng.choice(
                ("hidden", "hidden", "pointer", "headline") if restricts else ("pointer", "headline", "full", "full")
            ),
            "fields": rng.choice((["ordinary", "sensitive"], ["ordinary"], ["ordinary", "sensitive", "protected"])),
        }
        if rng.random() < 0.2:
            what["restricted"] = "yes"
        rule: dict[str, Any] = {"effect": "restrict" if restricts else "allow", "who": who, "may-see": what}
        if rng.random() < 0.3:
            rule["age"] = {
                rng.choice(("within", "over")): rng.choice(("5 years", "18 months", "90 days", "72 hours", "3 weeks"))
            }
        rule["for"] = some((*PURPOSES, "any") if restricts else PURPOSES, 5)
        if not restricts and rng.random() < 0.12:
            rule["floor"] = "yes"
            what["level"] = "pointer"
        if "restricted" in what:  # `sightline check` refuses `named` beside it: whoever is named is let in by that already
            for key in ("tie", "unless-tie"):
                if who.get(key):
                    who[key] = [tie for tie in who[key] if tie != "named"] or ["allocated"]
        found[f"strange-{n}"] = rule
    return found


def made_of(definition: Partnership, rules: dict[str, dict[str, Any]], name: str) -> Partnership:
    """The definition with these rules in place of its own."""
    whole = {
        id: SharingRule.model_validate({"id": id, "title": id, "source": "local", "says": id, **said})
        if "title" not in said else definition.rule[id]
        for id, said in rules.items()
    }  # fmt: skip
    return definition.model_copy(update={"rule": whole, "hash": name})


class World:
    """Records of every kind and handling, on people to whom some of the actors have, had or will have ties.

    Some people are known to two senders; some were thought to be somebody else once; some records are about two people, or
    about adults alone; some records and people are kept to named people, of whom some actors are; some records are routine.
    """

    def __init__(self, seed: int, definition: Partnership, *, entries: int, actors: int, people: int = 24) -> None:
        self.rng = rng = random.Random(seed)
        self.definition = definition
        self.identities: list[SourceIdentity] = []
        for n in range(people):
            person = self.identities[-1].person if n % 4 == 3 else uuid4()
            self.identities.append(
                SourceIdentity(id=uuid4(), agency=rng.choice(list(AGENCIES)), key=uuid4(), person=person, made_at=now(),
                               guard=rng.choice(("", "", "", "protected", "sealed"))))  # fmt: skip
        self.entries: list[Entry] = []
        self.parts: list[Part] = []
        for _ in range(entries):
            record = rng.choice(list(definition.record.values()))
            first, happened = uuid4(), now() - timedelta(days=rng.choice((0, 1, 30, 100, 400, 1000, 2500)), hours=1)
            self.entries.append(Entry(
                id=first, first=first, record=record.id, agency=rng.choice(list(AGENCIES)), handling=rng.choice(HANDLINGS),
                pointer_only=rng.random() < 0.15, routine=rng.random() < 0.1, happened=happened, known_at=now(),
                recorded_at=now(), author="x", definition="x", body=b"x"))  # fmt: skip
            adults = rng.random() < 0.05
            for identity in rng.sample(self.identities, rng.choice((1, 1, 1, 2))):
                self.parts.append(
                    Part(entry=self.entries[-1], identity=identity, role="child", child=not adults, happened=happened)
                )
        self.actors = [actor(rng, definition) for _ in range(actors)]
        self.ties = [tie for one in self.actors for tie in self._ties(one)]
        self.openings = [
            Opening(id=uuid4(), identity=p.identity, record=p.entry.record, since=p.happened - timedelta(days=rng.choice((-5, 5))),
                    opened_at=now(), because=uuid4())
            for p in self.parts if p.entry.routine and rng.random() < 0.7
        ]  # fmt: skip
        kept = [
            *rng.sample([e.id for e in self.entries], max(1, entries // 15)),
            *rng.sample([i.id for i in self.identities], 3),
        ]
        self.restrictions = [self._restriction(subject) for subject in kept]
        for subject in kept:
            for one in rng.sample(self.actors, max(1, actors // 8)):
                self.ties.append(self._tie(one, rng.choice(("named", "named", "originator-agreed")), subject))

    def _restriction(self, subject: Any) -> Restriction:
        start, end = self.rng.choice(((-2, None), (-2, None), (-2, 2), (-2, -1), (1, None)))
        return Restriction(subject=subject, holder="agency:housing", by="x", because=b"x", from_at=now() + timedelta(days=start),
                           until=None if end is None else now() + timedelta(days=end))  # fmt: skip

    def _ties(self, one: Actor) -> list[Tie]:
        return [self._tie(one, self.rng.choice(TIES), identity.id) for identity in self.rng.sample(self.identities, 10)]

    def _tie(self, one: Actor, kind: str, subject: Any) -> Tie:
        start, end = self.rng.choice(((-2, None), (-2, None), (-2, 2), (-2, None), (-2, -1), (1, None)))
        # a worker's own: a tie of an agency would be its other workers' as well
        return Tie(holder=f"worker:{one.id}", kind=kind, subject=subject, from_at=now() + timedelta(days=start),
                   until=None if end is None else now() + timedelta(days=end))  # fmt: skip

    def keep(self) -> None:
        for rows in (self.identities, self.entries, self.parts, self.ties, self.openings, self.restrictions):
            add_objects(rows)


def record_of(entry: Entry, *, sealed: bool, kept: bool) -> Record:
    return Record(entry.record, entry.agency, entry.handling, entry.happened, entry.pointer_only, sealed, kept)
