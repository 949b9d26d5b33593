"""What happens to a family in the period: mostly nothing but school and the odd cut finger; to a few, much."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sightline.simulation import words
from sightline.simulation.draws import POOR_VOICE, attendance, poisson
from sightline.simulation.events import Agencies, Case, Event, Value
from sightline.simulation.incidents import Incidents
from sightline.simulation.people import Family, Person
from sightline.simulation.social_care import FrontDoor
from sightline.simulation.when import Period, same_evening

TEEN = {
    "accused": 15,
    "harmed": 17,
    "witness": 5,
    "missing": 15,
    "school": 16,
    "suspension": 12,
    "hospital": 6,
    "camhs": 6,
    "search": 5,
    "weapon": 2,
}
PRIMARY = {"school": 45, "nurse": 12, "hospital": 8, "contact": 20, "camhs": 4, "harmed": 5, "suspension": 4}
SMALL = {"visitor": 40, "hospital": 15, "contact": 35, "harmed": 2}

Happens = Callable[[Family, Person, random.Random, list[Event]], None]


class Life:
    """Draws a family's events. `friends` are some teenagers of families before, so that incidents join families."""

    def __init__(self, period: Period, agencies: Agencies) -> None:
        self.period, self.agencies = period, agencies
        self.front_door = FrontDoor(period, agencies)
        self.friends: deque[Person] = deque(maxlen=60)
        self.incidents = incidents = Incidents(period, agencies, self.friends)
        self.happens: dict[str, Happens] = {
            "accused": incidents.accused,
            "harmed": incidents.harmed,
            "witness": incidents.witness,
            "missing": incidents.missing,
            "search": incidents.search,
            "school": self._school,
            "suspension": self._suspension,
            "weapon": self._weapon,
            "nurse": self._nurse,
            "visitor": self._visitor,
            "camhs": self._camhs,
            "hospital": self._hospital,
            "contact": self._contact,
        }

    def of(self, family: Family, rng: random.Random) -> tuple[list[Event], list[Case]]:
        """Everything about the family, in the order in which it was sent; and its cases with social care."""
        events: list[Event] = []
        for child in family.children:
            if child.born:
                self._routine(child, rng, events)
                self._concerns(family, child, rng, events)
            elif self.agencies.health:
                at = self.period.at_work(rng)
                self._health(family, child, "midwifery-concern", at, rng, events)
        self.incidents.domestic(family, rng, events)
        events = [e for e in events if e.sent <= self.period.now]
        more, cases = self.front_door.answer(family, events, rng)
        events += [e for e in more if e.sent <= self.period.now]
        events.sort(key=lambda e: e.sent)
        self.friends.extend(c for c in family.children if 12 <= c.age(self.period.until) <= 17)
        return events, cases

    def _routine(self, child: Person, rng: random.Random, events: list[Event]) -> None:
        if child.school in self.agencies.schools:
            usual = min(1.0, max(0.3, rng.gauss(0.95, 0.05) - min(child.burden, 4) * 0.03))
            for first, last, sessions in self.period.terms:
                if child.age(first) >= 4:
                    attended = round(sessions * min(1.0, max(0.0, rng.gauss(usual, 0.02))))
                    events.append(
                        Event(
                            last,
                            datetime.combine(last, datetime.min.time()).replace(hour=16, minute=30),
                            child.school,
                            "attendance-summary",
                            [(child, "pupil")],
                            {
                                "period-from": first,
                                "period-to": last,
                                "possible": str(sessions),
                                "attended": str(attended),
                            },
                        )
                    )
        for _ in range(poisson(rng, 0.27 * self.period.years)):
            complaint, intent, says = rng.choice(words.AE_ROUTINE)
            attendance(
                self.agencies, child, self.period.at_any_time(rng), complaint, intent, says, "Parent", rng, events
            )

    def _concerns(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        for _ in range(poisson(rng, child.burden * self.period.years)):
            age = child.age(self.period.until)
            kinds = SMALL if age < 4 else PRIMARY if age < 11 else TEEN
            kind = rng.choices(tuple(kinds), tuple(kinds.values()))[0]
            self.happens[kind](family, child, rng, events)

    def _from_school(
        self,
        child: Person,
        record: str,
        role: str,
        fields: Mapping[str, Value],
        says: str,
        rng: random.Random,
        events: list[Event],
    ) -> None:
        if child.school in self.agencies.schools:
            at = self.period.at_school(rng)
            fields = {name: at.date() if value == "that day" else value for name, value in fields.items()}
            events.append(Event(at, same_evening(at, 16, 30), child.school, record, [(child, role)], fields, says))

    def _school(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        category = rng.choice(tuple(words.SCHOOL))
        fields = {
            "category": category,
            "voice-of-child": words.voice(rng, [child.age(self.period.until)], POOR_VOICE["school"]),
            "family-told": rng.choice(
                ("Yes, by telephone", "Yes, at the gate", "No: the child asked us to wait until tomorrow", "")
            ),
        }
        self._from_school(
            child, "school-concern", "child", fields, words.about(words.SCHOOL[category], child.sex), rng, events
        )

    def _suspension(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        reason = rng.choices(("DB", "VA", "PP", "VP", "BU", "DA", "MT"), (40, 18, 14, 10, 6, 7, 5))[0]
        self._from_school(
            child,
            "suspension",
            "pupil",
            {"from": "that day", "days": str(rng.choice((1, 1, 2, 2, 3, 5))), "reason": reason},
            "",
            rng,
            events,
        )

    def _weapon(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        fields = {
            "weapon": rng.choice(("knife", "sharp-instrument", "blunt-instrument")),
            "context": "Handed in to a teacher at break. Nobody was threatened.",
            "child-view": rng.choice(
                (
                    "It's for the way home.",
                    "Somebody told me to hold it.",
                    "I forgot it was in my bag. I'm scared of them.",
                )
            ),
        }
        self._from_school(child, "weapon-in-school", "pupil", fields, "", rng, events)

    def _health(
        self, family: Family, child: Person, record: str, at: datetime, rng: random.Random, events: list[Event]
    ) -> None:
        if not self.agencies.health:
            return
        about = [(child, "child")]
        if family.mother and record != "camhs-referral":
            about.append((family.mother, "parent"))
        fields = {
            "reason": rng.choice(words.HEALTH[record]),
            "voice-of-child": words.voice(rng, [child.age(at.date())], POOR_VOICE["health"], child.sex)
            if child.born
            else "",
        }
        if record == "camhs-referral":
            fields = {
                "reason": fields["reason"],
                "urgency": rng.choice(("routine", "routine", "soon", "urgent")),
                "outcome": rng.choice(("waiting", "accepted", "not-accepted", "signposted")),
            }
        events.append(Event(at, same_evening(at), self.agencies.health, record, about, fields))

    def _nurse(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        self._health(family, child, "school-nurse-concern", self.period.at_work(rng), rng, events)

    def _visitor(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        self._health(family, child, "health-visitor-concern", self.period.at_work(rng), rng, events)

    def _camhs(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        at = self.period.at_work(rng)
        self._health(family, child, "camhs-referral", at, rng, events)
        if self.agencies.health and rng.random() < 0.6:
            waits: dict[str, Value] = {
                "service": rng.choice(("camhs", "neurodevelopmental-assessment", "camhs")),
                "joined-at": at.date(),
            }
            seen = at.date() + timedelta(days=rng.randrange(20, 200))
            if seen <= self.period.until and rng.random() < 0.5:
                waits["seen-at"] = seen
            about = [(child, "child")]
            sent = same_evening(at)
            events.append(Event(at.date(), sent, self.agencies.health, "waiting-list", about, waits, place="CAMHS"))

    def _hospital(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        older = child.age(self.period.until) >= 11
        complaint, intent, says = rng.choice(words.AE_HARM if older else (words.AE_HARM[2], words.AE_HARM[4]))
        attendance(
            self.agencies,
            child,
            self.period.at_night(rng),
            complaint,
            intent,
            says,
            rng.choice(("Parent", "Friend", "Nobody", "Grandparent")),
            rng,
            events,
        )

    def _contact(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        self.front_door.contact(
            family,
            self.period.at_work(rng),
            rng.choice(("1A", "1A", "1B", "3A", "4", "9")),
            rng,
            events,
            poor=POOR_VOICE["contact"],
        )
