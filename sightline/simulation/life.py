"""What happens to a family: mostly nothing but school and the odd cut finger; to a few, much. How much, the plan says."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

from sightline.simulation.domestic import Domestic
from sightline.simulation.draws import POOR_VOICE
from sightline.simulation.events import Agencies, Case, Event
from sightline.simulation.incidents import Incidents
from sightline.simulation.people import Families, Family, Person
from sightline.simulation.plan import Care
from sightline.simulation.services import Services
from sightline.simulation.social_care import FrontDoor
from sightline.simulation.targets import Targets
from sightline.simulation.when import Period

Happens = Callable[[Family, Person, random.Random, list[Event], int, int, int], object]
MONTHS_FOR_A_FRIEND = (12, 17)


class Life:
    """Draws a family's events. `friends` are some teenagers of families before, so that incidents join families."""

    def __init__(
        self, period: Period, agencies: Agencies, targets: Targets, families: Families, first_number: int = 0
    ) -> None:
        self.period, self.agencies = period, agencies
        self.front_door = FrontDoor(period, agencies, targets)
        self.friends: deque[Person] = deque(maxlen=60)
        self.incidents = incidents = Incidents(period, agencies, self.friends, targets, first_number)
        self.domestic = Domestic(period, agencies, incidents, targets, families)
        self.services = services = Services(period, agencies)
        self.happens: dict[str, Happens] = {
            "accused": incidents.accused,
            "arrest": incidents.arrest,
            "voluntary": incidents.voluntary,
            "harmed": incidents.harmed,
            "witness": incidents.witness,
            "missing": incidents.missing,
            "search": incidents.search,
            "protected": incidents.protected,
            "sentence": incidents.sentence,
            "school": services.school,
            "suspension": services.suspension,
            "exclusion": services.exclusion,
            "weapon": services.weapon,
            "reduced": services.reduced,
            "home-education": services.home_education,
            "missing-education": services.missing_education,
            "nurse": services.nurse,
            "visitor": services.visitor,
            "midwife": services.midwife,
            "camhs": services.camhs,
            "attendance": services.attendance,
            "violence": services.violence,
            "infant": services.infant,
            "self-harm": services.self_harm,
            "ambulance": services.ambulance,
            "contact": self._contact,
            "early-help": services.early_help,
            "housing": services.housing,
            "voluntary-sector": services.voluntary,
            "probation": services.probation,
            "adult-mental-health": services.adult_mental_health,
            "substance-misuse": services.substance_misuse,
        }
        self.needs = {
            name: "police"
            for name in ("accused", "arrest", "voluntary", "harmed", "witness", "missing", "search", "protected")
        }

    def of(
        self,
        family: Family,
        rng: random.Random,
        to_children: Sequence[tuple[int, str, int, int, int]] = (),
        to_family: Sequence[tuple[str, int, int, int]] = (),
        care: Sequence[Care] = (),
    ) -> tuple[list[Event], list[Case]]:
        """Everything about the family, in the order in which it was sent; and its cases with social care."""
        events: list[Event] = []
        for child in family.children:
            if child.born:
                self._attendance(child, rng, events)
        for slot, kind, segment, number, of in to_children:
            if not self.needs.get(kind) or self.agencies.police:
                self.happens[kind](family, family.children[slot], rng, events, segment, number, of)
        for name, segment, number, of in sorted(to_family):
            if name == "domestic-service":
                self.services.domestic_service(family, rng, events, segment)
            else:
                self.domestic.happens(family, name, segment, number, of, rng, events)
        events = [e for e in events if self._could_be(e)]
        more, cases = self.front_door.answer(family, events, care, rng)
        events += [e for e in more if self._could_be(e)]
        events.sort(key=lambda e: e.sent)
        least, most = MONTHS_FOR_A_FRIEND
        self.friends.extend(c for c in family.children if least <= c.age(self.period.until) <= most and not c.until)
        return events, cases

    def _could_be(self, event: Event) -> bool:
        """Sent while we watched, about somebody who was there (an unborn child is there for midwives)."""
        if event.sent > self.period.now or event.sent.date() < self.period.start:
            return False
        day = event.at.date() if isinstance(event.at, datetime) else event.at
        return all(not (p.died and p.died < day) and not (p.until and p.until < day) for p, _ in event.about)

    def _attendance(self, child: Person, rng: random.Random, events: list[Event]) -> None:
        """One summary a term."""
        if child.school not in self.agencies.schools:
            return
        usual = min(1.0, max(0.3, rng.gauss(0.95, 0.05) - min(child.burden, 4) * 0.03))
        for first, last, sessions in self.period.terms:
            if child.age(first) >= 4:
                attended = round(sessions * min(1.0, max(0.0, rng.gauss(usual, 0.02))))
                sent = datetime.combine(last, datetime.min.time()).replace(hour=16, minute=30)
                fields = {"period-from": first, "period-to": last, "possible": str(sessions), "attended": str(attended)}
                events.append(Event(last, sent, child.school, "attendance-summary", [(child, "pupil")], fields))

    def _contact(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        at, source = self.period.at_work(rng, segment), rng.choice(("1A", "1A", "1B", "1C", "3A", "9"))
        self.front_door.contact(family, at, source, rng, events, poor=POOR_VOICE["contact"])
