"""What matching is measured against: a simulation's truth, read as files, or what people decided. Counts come of it, no names."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sightline.definition.kinds.matching import CONTRADICTS, WAITS
from sightline.definition.outcomes import Invalid
from sightline.definition.types import Fault, Partnership
from sightline.identity import measuring, rules
from sightline.identity.clusters import Edge, components
from sightline.identity.measuring import Group
from sightline.identity.models import Possible, SourceIdentity
from sightline.identity.queries import seen
from sightline.identity.tracing import details_of
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level
from sightline.vault.actions import digest

AT_ONCE = 2000  # identities or pairs that are in hand together
DECIDED = ("same", "different")
HELD_UP = frozenset((*CONTRADICTS, *WAITS))  # a pair of which one of these is said did not join by itself


@dataclass(frozen=True, slots=True)
class Pairs:
    """A pair as far as people had their say. `alone`: it joined by itself; `asked`: matching found it at all."""

    one: UUID
    other: UUID
    alone: bool
    asked: bool
    said: str  # same | different | "": nobody said anything

    def shares(self) -> list[tuple[str, bool]]:
        """What it adds to the shares (`measuring`): a join by itself that nobody took apart counts as right."""
        if self.alone:
            right = self.said != "different"
            return [("right", right), *([("joined", True), ("found", True)] if right else [])]
        if not self.said:
            return []
        worth = [("worth", self.said == "same")] if self.asked else []
        return [*worth, *([("joined", False), ("found", self.asked)] if self.said == "same" else [])]


@dataclass(slots=True)
class Known:
    """Who each source identity here is in truth, whom matching joined it to by itself, and of which pairs it asked."""

    truth: dict[UUID, str] = field(default_factory=dict)
    together: Mapping[UUID, UUID] = field(default_factory=dict)
    asked: list[tuple[UUID, UUID]] = field(default_factory=list)


def decided_pairs() -> Iterator[list[Pairs]]:
    """Every pair that joined by itself or was decided by a person, some thousands at a time."""
    rows = Possible.objects.filter(state__in=("joined", *DECIDED)).exclude(guard="sealed")
    found = rows.order_by("id").values_list("one_id", "other_id", "state", "why", "bits").iterator(AT_ONCE)
    while some := list(islice(found, AT_ONCE)):
        yield [
            Pairs(one, other, joined_alone(state, why), bits is not None, state if state in DECIDED else "")
            for one, other, state, why, bits in some
        ]


def joined_alone(state: str, why: Sequence[str]) -> bool:
    """Whether a pair joined by itself, whatever a person said of it later."""
    return state == "joined" or "confirmed" in why and HELD_UP.isdisjoint(why)


def groups_of_identities(identities: Collection[UUID], reading: Reading) -> dict[UUID, tuple[Group, ...]]:
    """In which groups each is counted: from what its sender holds now, opened by the machine that matches, and forgotten."""
    wanted, found = list(identities), {}
    for start in range(0, len(wanted), AT_ONCE):
        rows = list(SourceIdentity.objects.filter(id__in=wanted[start : start + AT_ONCE]))
        sights = {id: sight for id, sight in seen(reading, rows).items() if sight.level is Level.FULL}
        for id, details in details_of(sights, reading.keyring).items():
            reading.note(id, sights[id])
            found[id] = measuring.groups_of(
                reading.definition.naming, ethnicity=details.ethnicity, given=details.given, family=details.family
            )
    return found


def held_back(folder: Path, definition: Partnership) -> tuple[Known, dict[str, tuple[Group, ...]]]:
    """A simulation's truth against what stands here. Raises Invalid where the folder holds none."""
    known = Known()
    named: dict[tuple[str, str], str] = {}
    for row in _lines(folder, "identities.jsonl"):
        local = digest("local", f"{row['agency']}|{rules.number(row['id'])}")
        named[row["agency"], local] = row["person"]
    held = SourceIdentity.objects.exclude(local=None).values_list("id", "agency", "local")
    known.truth = {id: named[agency, local] for id, agency, local in held.iterator() if (agency, local) in named}
    edges = []
    pairs = Possible.objects.values_list("one_id", "other_id", "state", "why", "bits")
    for one, other, state, why, bits in pairs.iterator():
        if one in known.truth and other in known.truth:
            if joined_alone(state, why):
                edges.append(Edge(one, other, False, bits or 0.0))
            else:
                known.asked.append((one, other))
    known.together = components(list(known.truth), edges, ())
    people = set(known.truth.values())
    groups = {
        row["person"]: measuring.groups_of(
            definition.naming, ethnicity=row.get("ethnicity", ""), given=row["given"], family=row["family"]
        )
        for row in _lines(folder, "people.jsonl")
        if row["person"] in people
    }
    return known, groups


def _lines(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    path = folder / name
    if not path.is_file():
        expected = f"a simulation's folder `truth`, with {name} in it (`sightline simulate` writes one)"
        raise Invalid([Fault(path="truth", expected=expected, code="missing")])
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)
