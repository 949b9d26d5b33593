"""The schools of an invented city: those that are declared, and as many more, invented, as its children need."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import product
from typing import NamedTuple

from sightline.definition.types import Partnership

PUPILS = {"primary": 330, "secondary": 1050, "college": 1400, "alternative-provision": 60}  # in one school, about
SHARE = {"primary": 0.39, "secondary": 0.28, "college": 0.11, "alternative-provision": 0.004}  # of all under 18
FIRST = (
    "Alderholt Barnswick Briarcote Calverley-Moss Cindermoor Coltsbridge Dawnley Eastcroft Fernhollow Foxcote Gildersby Gorsefield "
    "Greystoke-Ings Hallowfield Harebell Hawthwaite Hollinroyd Ivybank "
    "Kestrelwood Kilnhurst Larkfield Lindenshaw Longacre Marlcroft "
    "Meadowgate Millstone Mossgate Netherwood Oakenroyd Orchardleigh Overcroft Pinderfold Plumtree Ravenswood Redgill Ridgeholme "
    "Rowanfield Saltergate Sandybank Shearwater Silverdale Sparrowhill "
    "Stonebeck Summerfold Tenterfield Thistledown Thornhurst Timberley "
    "Underbank Upperdale Wainhouse Weirbank Westbrook-Vale Whinmoorside Willowgarth Windlestraw Woolscar Yarrowfield"
).split()
KINDS = {
    "primary": ("Primary School", "Infant and Junior Primary School", "Church of England Primary School",
    "Community Primary School",
                "Catholic Primary School", "Primary Academy"),
    "secondary": ("High School", "Academy", "Catholic High School", "Community College", "Grammar Academy"),
    "college": ("Sixth Form College", "College"),
    "alternative-provision": ("Learning Centre", "Pupil Referral Unit"),
}  # fmt: skip
ELSEWHERE = (
    "Westholme Primary School, Harrowgarth",
    "Saltmarsh Academy, Harrowgarth",
)  # over the boundary: they send us nothing
AGENCY_KIND = {"primary": "school", "secondary": "school"}


class School(NamedTuple):
    """`place`: the postcode district in which it lies, by its place in the partnership's list."""

    id: str
    title: str
    phase: str
    place: int
    declared: bool

    @property
    def kind(self) -> str:
        return AGENCY_KIND.get(self.phase, self.phase)


class Schools:
    """Which schools there are, and which take which age from where."""

    def __init__(self, partnership: Partnership, children: int, places: int) -> None:
        self.all: list[School] = []
        self.of: dict[str, list[School]] = {phase: [] for phase in SHARE}
        for agency in partnership.agency.values():
            phase = _phase(agency.id, agency.kind)
            if phase:
                self._add(School(agency.id, agency.title, phase, len(self.all) % places, True))
        for phase, share in SHARE.items():
            wanted = round(children * share / PUPILS[phase]) if self.all else 0
            fresh = _invented(phase)
            while len(self.of[phase]) < wanted:
                title = next(fresh)
                id = title.lower().replace(" ", "-")
                if id not in partnership.agency:
                    self._add(School(id, title, phase, len(self.all) % places, False))
        for phase, instead in (("secondary", "primary"), ("college", "secondary")):
            self.of[phase] = self.of[phase] or self.of[instead]
        self.near: dict[str, list[list[School]]] = {}
        for phase, schools in self.of.items():
            ordered = sorted(schools, key=lambda school: school.place)
            self.near[phase] = [sorted(ordered, key=lambda s: (abs(s.place - at), s.id))[:4] for at in range(places)]

    def _add(self, school: School) -> None:
        self.all.append(school)
        self.of[school.phase].append(school)

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(school.id for school in self.all)

    @property
    def titles(self) -> Mapping[str, str]:
        return {school.id: school.title for school in self.all}

    def draw(self, rng: random.Random, starts: int, place: int) -> str:
        """`starts`: the age that the child has on the first day of the school year. Three of four go to one near by."""
        if starts < 4 or not self.of["primary"]:
            return ""
        chance = rng.random()
        if starts < 16 and chance < 0.06:
            return ELSEWHERE[starts > 10]
        phase = "primary" if starts < 11 else "secondary" if starts < 16 else "college"
        if 11 <= starts < 16 and chance > 0.988 and self.of["alternative-provision"]:
            phase = "alternative-provision"
        pool = self.near[phase][place] if rng.random() < 0.75 else self.of[phase]
        return rng.choice(pool).id


def _phase(id: str, kind: str) -> str:
    if kind == "school":
        return "primary" if any(word in id for word in ("primary", "infant", "junior")) else "secondary"
    return kind if kind in SHARE else ""


def _invented(phase: str) -> Iterator[str]:
    """Titles that no school has, as far as we know, in an order that never changes."""
    for kind, name in product(KINDS[phase], FIRST):
        yield f"{name} {kind}"
    for number in range(2, 1000):
        for kind, name in product(KINDS[phase], FIRST):
            yield f"{name} {kind} {number}"
