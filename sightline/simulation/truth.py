"""What is true: who is who, who belongs to whom, what really happened, and what was planted where. Never for loading.

`people.jsonl`      one line a person: names, birth, numbers, homes, and the agencies' own numbers for them
`identities.jsonl`  one line for every number under which an agency holds somebody, with the mistakes that it makes
`relations.jsonl`   who is whose mother, father, step-parent; and which two children are one, whom nobody may join
`events.jsonl`      one line a record: file, id, when, who is on it in truth, and what was mistaken about it
`storylines.jsonl`  one line for everything that was planted
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sightline.simulation.events import Agencies, Event
from sightline.simulation.held import Holders
from sightline.simulation.people import Family, Person
from sightline.simulation.when import Period

FILES = ("events.jsonl", "identities.jsonl", "people.jsonl", "relations.jsonl", "storylines.jsonl")
_line = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": ")).encode


class Truth:
    def __init__(self, agencies: Agencies, period: Period) -> None:
        self.period = period
        self.families: list[Family] = []
        self.events: list[str] = []
        self.storylines: list[str] = []

    def family(self, family: Family) -> None:
        self.families.append(family)

    def event(self, event: Event, file: str, mistake: str) -> None:
        told: dict[str, Any] = {
            "file": file,
            "message": event.message,
            "agency": event.agency,
            "record": event.record,
            "at": event.at.isoformat(),
            "sent": event.sent.isoformat(),
            "people": [[person.id, role] for person, role in event.about],
        }
        if event.version:
            told["version"] = event.version
        if event.storyline:
            told["storyline"] = event.storyline
        if mistake:
            told["mistake"] = mistake
        self.events.append(_line(told))

    def storyline(self, told: dict[str, Any]) -> None:
        self.storylines.append(_line(told))

    def planted(self, name: str, family: Family, events: Sequence[Event]) -> None:
        """A story that is planted as it stands, rather than from a declaration."""
        people = [person.id for person in family.people]
        found = {"planting": name, "storyline": name, "kind": "storyline", "people": people, "events": len(events)}
        self.storyline(found)

    def taken(self, holders: Holders) -> dict[str, str]:
        people = [_line(_person(family, person)) for family in self.families for person in family.people]
        relations = [_line(row) for family in self.families for row in _relations(family)]
        identities = [
            _line({"agency": agency, "id": held["local_id"], "person": person.id, "slips": held.get("slips", [])})
            for (agency, _), (person, all_held) in holders.known.items()
            for held in all_held
        ]
        found = zip(FILES, (self.events, identities, people, relations, self.storylines), strict=True)
        return {name: "".join(f"{line}\n" for line in lines) for name, lines in found}


def _person(family: Family, person: Person) -> dict[str, Any]:
    told: dict[str, Any] = {
        "person": person.id,
        "family_id": f"F{family.n:07}",
        "home_kind": family.kind if family.kind != "home" else "",
        "role": person.role,
        "given": person.given,
        "family": person.family,
        "born": person.born.isoformat() if person.born else "",
        "expected": person.expected.isoformat() if person.expected else "",
        "died": person.died.isoformat() if person.died else "",
        "sex": person.sex,
        "ethnicity": person.ethnicity,
        "nhs_number": person.nhs,
        "upn": person.upn,
        "school": person.school,
        "language": person.language if person.language != "English" else "",
        "nationality": person.nationality,
        "renamed": [person.renamed[0].isoformat(), person.renamed[1]] if person.renamed else "",
        "adopted_as": person.becomes,
        "ended": person.until.isoformat() if person.until else "",
        "storylines": person.storylines,
    }
    told = {name: value for name, value in told.items() if value}
    told["homes"] = [
        [home.since.isoformat(), *home.lines, home.postcode, *([home.kind] if home.kind != "home" else [])]
        for home in person.homes
    ]
    told["ids"] = person.ids
    return told


def _relations(family: Family) -> list[dict[str, str]]:
    numbers = {person.n: person for person in family.people}
    found: list[dict[str, str]] = []
    partner = next((a for a in family.adults if a.role == "partner"), None)
    for child in family.children:
        for name, number in (("mother", child.mother), ("father", child.father)):
            if number in numbers and number:
                found.append({"person": numbers[number].id, "relation": name, "to": child.id})
        if partner and child.father != partner.n:
            found.append({"person": partner.id, "relation": "step-parent", "to": child.id})
        if child.twin > child.n:
            found.append({"person": child.id, "relation": "twin", "to": f"P{child.twin:08}"})
        if child.becomes:
            found.append({"person": child.id, "relation": "same-child-never-to-be-joined", "to": child.becomes})
    return found
