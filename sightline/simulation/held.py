"""How each agency holds a person: under its own number, with its own slips. Drawn once for an agency and a person."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from sightline.definition.types import Partnership
from sightline.simulation import names, numbers
from sightline.simulation.people import MOST_A_FAMILY, REFUGE, Person

DEFAULT = Path(__file__).with_name("errors.yaml")
# An agency's own numbers: a letter and a stride, so that no two agencies count alike.
OWN = {
    "police": ("N", 7_654_321),
    "acute-hospital": ("H", 5_101_987),
    "community-health": ("C", 3_999_971),
    "school": ("P", 9_176_543),
    "youth-justice": ("Y", 2_718_281),
    "social-care": ("", 6_180_339),
    "early-help": ("", 6_180_339),
    "youth-work": ("", 6_180_339),
    "ambulance": ("A", 7_411_007),
    "adult-mental-health": ("M", 5_550_103),
    "health": ("S", 3_313_027),
    "probation": ("B", 8_812_331),
    "housing": ("T", 2_904_113),
    "voluntary": ("V", 6_661_003),
}
COUNCIL = ("social-care", "early-help", "youth-work")  # services that share one system


def read_errors(path: Path | None = None) -> dict[str, dict[str, float]]:
    """Rates by kind of agency. Raises ValueError that says what is wrong with the file."""
    file = path or DEFAULT
    try:
        read = yaml.safe_load(file.read_text(encoding="utf-8"))
        default = {str(name): float(rate) for name, rate in read["default"].items()}
        found = {
            str(kind): {**default, **{str(name): float(rate) for name, rate in rates.items()}}
            for kind, rates in read.items()
        }
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{file.name} is no error file: kinds of agency, each with rates, and `default` ({error})"
        ) from None
    unknown = {name for rates in found.values() for name in rates} - set(_known())
    if unknown:
        raise ValueError(f"{file.name}: unknown {', '.join(sorted(unknown))}; known are {', '.join(_known())}")
    return found


def _known() -> tuple[str, ...]:
    read = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))
    return tuple(read["default"])


class Holders:
    """What agencies hold of people. `held` gives it for one record; `forget` when a shard is done."""

    def __init__(
        self,
        seed: int,
        partnership: Partnership,
        errors: Mapping[str, Mapping[str, float]],
        titles: Mapping[str, str] = {},
    ) -> None:
        self.seed = seed
        self.errors = errors
        self.kinds = {agency.id: agency.kind for agency in partnership.agency.values()}
        self.titles = {agency.id: agency.title for agency in partnership.agency.values()} | dict(titles)
        ethnicity = partnership.codes.get("ethnicity")
        self.old_codes = {code: entry.old for code, entry in ethnicity.codes.items()} if ethnicity else {}
        self._held: dict[tuple[str, int], list[dict[str, Any]]] = {}
        self._fixed: dict[tuple[str, int], list[dict[str, Any]]] = {}
        self.known: dict[tuple[str, int], tuple[Person, list[dict[str, Any]]]] = {}  # all who were held, for the truth

    def forget(self) -> None:
        self._held.clear()
        self.known.clear()

    def kind(self, agency: str) -> str:
        return self.kinds.get(agency, "school")

    def fix(self, agency: str, person: Person, **details: Any) -> None:
        """How a planted person is held: as in truth, but for these details."""
        base = self._truth(person, self.kind(agency))
        person.ids[agency] = [details.get("local_id") or base["local_id"]]
        self._fixed[(agency, person.n)] = [base | details]

    def held(self, agency: str, person: Person, day: date, rng: random.Random) -> dict[str, Any]:
        """The details of somebody on a record of that day, by `MappedPerson`'s names; `born` is a date or empty."""
        key = (agency, person.n)
        drawn = self._fixed.get(key) or self._held.get(key)
        if drawn is None:
            drawn = self._held[key] = self._draw(agency, person)
        if key not in self.known:
            self.known[key] = (person, drawn)
        details = drawn[0] if len(drawn) == 1 or rng.random() < 0.6 else drawn[1]
        if person.born and person.born > day:  # not born yet, that day
            details = details | {
                "given": "Unborn",
                "born": "",
                "sex": "unknown",
                "nhs_number": "",
                "upn": "",
                "school": "",
                "expected": person.expected or person.born,
            }
        if person.renamed and person.renamed[0] <= day and not details.get("old_name"):
            details = details | {"family": person.renamed[1]}
        home = person.home(day)
        if home is None or details.get("no_address"):
            return details
        if home.kind == REFUGE and not details.get("tells_refuge"):
            return details | {"address": "Not to be told: a safe address", "postcode": ""}
        if details.get("old_address"):
            home = person.homes[0]
        return details | {"address": ", ".join(home.lines), "postcode": home.postcode}

    def mistaken(self, agency: str, person: Person, day: date, rng: random.Random) -> tuple[Person, str]:
        """Whom a record of the agency names instead, by mistake: the person, and what the mistake was."""
        if not person.siblings or person.n < MOST_A_FAMILY:
            return person, ""
        rates = self._rates(self.kind(agency))
        twin = next((other for other in person.siblings if other.n == person.twin), None)
        if twin and twin.there(day) and rng.random() < rates["twins-swapped"]:
            return twin, "twins-swapped"
        if rng.random() < rates["sibling-named"]:
            other = rng.choice(person.siblings)
            if other.there(day):
                return other, "sibling-named"
        return person, ""

    def repeats(self, agency: str, rng: random.Random) -> bool:
        """Whether a record is sent a second time, as if it were another."""
        return rng.random() < self._rates(self.kind(agency))["sent-twice"]

    def _truth(self, person: Person, kind: str) -> dict[str, Any]:
        prefix, stride = OWN.get(kind, ("X", 4_321_777))
        return {
            "local_id": numbers.local_id(prefix, person.n, stride),
            "given": person.given,
            "family": person.family,
            "born": person.born or "",
            "expected": "" if person.born else person.expected or "",
            "sex": person.sex,
            "ethnicity": self._code(person.ethnicity, kind),
            "nhs_number": person.nhs,
            "upn": person.upn,
            "school": self.titles.get(person.school, person.school),
            "language": person.language,
            "phone": person.phone if not person.is_child else "",
        }

    def _code(self, code: str, kind: str) -> str:
        old, which = self.old_codes.get(code, ()), int(self._rates(kind).get("ethnicity", 0))
        return old[which - 1] if which and len(old) >= which else code

    def _rates(self, kind: str) -> Mapping[str, float]:
        return self.errors.get(kind) or self.errors["default"]

    def _draw(self, agency: str, person: Person) -> list[dict[str, Any]]:
        kind = self.kind(agency)
        # One system of the council: all its services hold somebody in the same way.
        council = kind in COUNCIL
        holder = "council" if council else agency
        rng = random.Random(f"{self.seed}/{holder}/{person.n}")
        rates = self._rates("social-care" if council else kind)
        if person.n < MOST_A_FAMILY:  # the planted family's details are part of its story
            found = [self._truth(person, kind)]
            person.ids[agency] = [found[0]["local_id"]]
            return found
        found = [self._slips(rng, rates, person, self._truth(person, kind))]
        if rng.random() < rates.get("twice", 0):
            again = self._slips(rng, rates, person, self._truth(person, kind))
            second = numbers.local_id(OWN.get(kind, ("X", 0))[0] + "R", person.n, 9_400_003)
            again["slips"].append("twice")
            found.append(again | {"local_id": second, "nhs_number": "", "upn": ""})
        person.ids[agency] = [details["local_id"] for details in found]
        return found

    def _slips(
        self, rng: random.Random, rates: Mapping[str, float], person: Person, held: dict[str, Any]
    ) -> dict[str, Any]:
        """The details with the agency's mistakes. `slips` says which were made, for the truth."""
        slips: list[str] = []

        def is_so(name: str, could: object = True) -> bool:
            found = rng.random() < rates.get(name, 0) and bool(could)
            if found:
                slips.append(name)
            return found

        if is_so("nickname", person.given in names.NICKNAMES):
            held["given"] = names.NICKNAMES[person.given]
        if is_so("transliterate", person.given in names.ROMANISED or person.family in names.ROMANISED):
            held["given"], held["family"] = names.romanised(rng, held["given"]), names.romanised(rng, held["family"])
        if is_so("misspell"):
            part = "given" if rng.random() < 0.6 else "family"
            held[part] = names.misspelt(rng, held[part])
        if is_so("wrong-case"):
            held["given"], held["family"] = held["given"].upper(), held["family"].upper()
        if (
            is_so("swap-day-month", person.born and person.born.day <= 12 and person.born.day != person.born.month)
            and person.born
        ):
            held["born"] = person.born.replace(day=person.born.month, month=person.born.day)
        if is_so("digits-swapped", held["nhs_number"]):
            held["nhs_number"] = names.swapped(rng, held["nhs_number"])
        if is_so("no-born", person.born):
            held["born"] = ""
        if is_so("no-ethnicity"):
            held["ethnicity"] = ""
        if is_so("no-nhs", held["nhs_number"]):
            held["nhs_number"] = ""
        if is_so("no-upn", held["upn"]):
            held["upn"] = ""
        if is_so("sibling-number", person.siblings and held["nhs_number"]):
            held["nhs_number"] = rng.choice(person.siblings).nhs
        held["old_address"], held["no_address"] = is_so("old-address", len(person.homes) > 1), is_so("no-address")
        held["old_name"] = is_so("old-name", person.renamed)
        held["tells_refuge"] = is_so("tells-refuge", person.homes and person.homes[-1].kind == REFUGE)
        if is_so("wrong-digit", person.born) and held["born"]:
            held["born"] = names.mistyped(rng, held["born"])
        if is_so("two-names"):
            held["family"] = f"{held['family']}-{names.second(person.family, person.n, person.sex).family}"
        if is_so("both-names"):
            held["given"] = f"{held['given']} {names.second(person.family, person.n, person.sex).given}"
        if is_so("by-middle-name"):
            held["given"] = names.second(person.family, person.n, person.sex).given
        if is_so("initial"):
            held["given"] = held["given"][:1]
        held["slips"] = slips
        return held
