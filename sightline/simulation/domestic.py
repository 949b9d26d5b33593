"""Harm at home: incidents that police record, with children there or not; the school told; refuge."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sightline.simulation import words
from sightline.simulation.draws import POOR_VOICE
from sightline.simulation.events import Agencies, Event, Value
from sightline.simulation.incidents import Incidents, other_part, part
from sightline.simulation.people import REFUGE, Families, Family, Person
from sightline.simulation.targets import Targets
from sightline.simulation.when import Period, next_morning

OTHER = ("criminal-damage", "public-order", "non-fatal-strangulation", "theft", "breach", "")  # "" is no crime
OTHER_WEIGHTS = (14, 6, 3, 4, 7, 66)


class Domestic:
    def __init__(
        self, period: Period, agencies: Agencies, incidents: Incidents, targets: Targets, families: Families
    ) -> None:
        self.period, self.agencies, self.incidents, self.families = period, agencies, incidents, families
        stalking = targets.share("domestic-share-stalking")
        without = stalking + targets.share("domestic-share-violence-without-injury")
        self.shares = ((stalking, "stalking-and-harassment"), (without, "violence-without-injury"),
                       (without + targets.share("domestic-share-violence-with-injury"), "violence-with-injury"))  # fmt: skip

    def happens(
        self, family: Family, kind: str, segment: int, number: int, of: int, rng: random.Random, events: list[Event]
    ) -> None:
        if not self.agencies.police:
            return
        at = self._when(family, segment, rng, events)
        children = [c for c in family.children if c.there(at.date())] if kind == "domestic" else []
        about: list[tuple[Person, str]] = [(c, "child") for c in children]
        if family.kind == "couple":
            harmed, harms = family.adults
            if rng.random() < 0.12:
                harmed, harms = harms, harmed
            about += [(harmed, "victim"), (harms, "person-causing-harm")]
        else:
            harms = next((a for a in family.adults if a.role in ("partner", "father", "father-elsewhere")), None)  # type: ignore[assignment]
            harmed = family.mother  # type: ignore[assignment]
            if harms and harmed and rng.random() < 0.08:
                harmed, harms = harms, harmed
            about += [(harmed, "victim")] if harmed else []
            about += [(harms, "person-causing-harm")] if harms and rng.random() < 0.9 else []
        if not about:
            about = [(a, "victim") for a in family.adults[:1]] or [(c, "child") for c in family.children[:1]]
        fields: dict[str, Value] = {
            "reference": self.incidents.reference(at),
            "offence": self._offence(part(number, of), rng),
            "dash-score": str(rng.choice((2, 4, 5, 7, 8, 9, 11, 13, 15, 18))),
            "professional-judgement": "standard"
            if (u := other_part(number)) < 0.6
            else "medium"
            if u < 0.9
            else "high",
            "children-present": "yes" if children else "no",
        }
        if children:
            fields["voice-of-child"] = words.voice(rng, [c.age(at.date()) for c in children], POOR_VOICE["ppn"])
        says = rng.choice(words.DOMESTIC if children else words.DOMESTIC_ALONE)
        events.append(
            Event(at, next_morning(at), self.agencies.police, "domestic-abuse-incident", about, fields, says, "Home")
        )
        if children:
            self._encompass(children, at, rng, events)
            if rng.random() < 0.012 and family.mother:
                self._refuge(family, at, rng)

    def _when(self, family: Family, segment: int, rng: random.Random, events: list[Event]) -> datetime:
        """At the weekend and at night more than by day; and where it has happened, often again within weeks."""
        at = self.period.at_night(rng, segment, "home") if rng.random() < 0.7 else self.period.at_any_time(rng, segment)
        before = [e.at for e in events if e.record == "domestic-abuse-incident" and isinstance(e.at, datetime)]
        first, last, _ = self.period.segments[segment]
        if before and rng.random() < 0.3:
            again = before[-1] + timedelta(days=rng.randrange(1, 28), minutes=rng.randrange(-90, 90))
            if first <= again.date() < last and again.hour not in (1, 2):
                return again
        return at

    def _offence(self, at: float, rng: random.Random) -> str:
        for until, offence in self.shares:
            if at < until:
                return offence
        return rng.choices(OTHER, OTHER_WEIGHTS)[0] or "domestic-abuse-non-crime"

    def _encompass(self, children: list[Person], at: datetime, rng: random.Random, events: list[Event]) -> None:
        day = self.period.school.next_school_day(at)
        for child in children:
            if child.school in self.agencies.schools and rng.random() < 0.88:
                told = datetime.combine(day, datetime.min.time()).replace(hour=8, minute=rng.choice((0, 5, 12, 20, 55)))
                fields: dict[str, Value] = {"told-at": told, "support": rng.choice(words.ENCOMPASS)}
                sent = told + timedelta(minutes=25)
                events.append(Event(told, sent, child.school, "encompass-notice", [(child, "child")], fields))

    def _refuge(self, family: Family, at: datetime, rng: random.Random) -> None:
        """Mother and children go to a refuge: whoever caused the harm stays where they lived."""
        mother = family.mother
        assert mother is not None
        old = list(mother.homes)
        if any(home.kind == REFUGE for home in old):
            return
        refuge = self.families.home(
            rng, at.date() + timedelta(days=1), rng.randrange(len(self.families.places)), REFUGE
        )
        moved = [home for home in old if home.since <= at.date()] + [refuge]
        for person in (*family.children, mother):
            person.homes = moved
