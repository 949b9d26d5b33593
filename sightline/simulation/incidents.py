"""What police record about children, and what follows at once: notices, custody, force, youth justice, interviews."""

from __future__ import annotations

import random
from collections import deque
from datetime import date, datetime, timedelta

from sightline.simulation import words
from sightline.simulation.draws import POOR_VOICE, attendance
from sightline.simulation.events import Agencies, Event, Value
from sightline.simulation.people import Family, Person
from sightline.simulation.targets import Targets
from sightline.simulation.when import Period, next_friday, next_morning, same_evening

CRIME = ("theft", "violence-without-injury", "violence-with-injury", "criminal-damage", "possession-of-weapon",
         "possession-of-drugs",
         "supply-of-drugs", "robbery", "public-order", "antisocial-behaviour", "vehicle")  # fmt: skip
CRIME_WEIGHTS = (16, 20, 10, 12, 8, 8, 3, 4, 8, 14, 4)
HURT = tuple(words.POLICE["victim"])
HURT_WEIGHTS = (22, 20, 12, 14, 12, 6, 6)
GOLDEN = 0.6180339887498949  # numbers times this, their whole part left out, are spread evenly
SERIOUS = ("violence-with-injury", "robbery", "supply-of-drugs")
SERIOUS_SHARES = (0.31, 0.90)  # of the sentences of 2024: 16 violence, 31 robbery, 5 drugs


def part(number: int, of: int) -> float:
    """Where the nth of so many stands between 0 and 1: shares are dealt out by it, exactly."""
    return (number + 0.5) / of


def other_part(number: int) -> float:
    """The same, for a second share that has nothing to do with the first."""
    return (number * GOLDEN + 0.31) % 1.0


class Incidents:
    """Draws them. `friends` are some teenagers of families before, so that one incident joins children of several."""

    def __init__(
        self, period: Period, agencies: Agencies, friends: deque[Person], targets: Targets, first_number: int = 0
    ) -> None:
        self.period, self.agencies, self.friends, self.targets = period, agencies, friends, targets
        self.police_number = first_number
        arrests = targets.of("child-arrests") or 1.0
        self.force_before = targets.of("force-before-detention") / arrests
        self.force_soft = targets.of("force-before-detention-soft") / (targets.of("force-before-detention") or 1.0)
        self.force_after = targets.of("force-after-detention") / arrests
        self.released = targets.share("child-arrests-released-within-12-hours")
        told = (
            sum(targets.of(name) for name in ("children-suspected", "child-arrests", "child-voluntary-attendances"))
            or 1.0
        )
        self.outcomes = targets.of("youth-justice-outcomes") / told

    def reference(self, at: date) -> str:
        self.police_number += 1
        return f"13{at.year % 100:02}{self.police_number:07}"

    def _incident(
        self,
        role: str,
        child: Person,
        offence: str,
        family: Family,
        rng: random.Random,
        events: list[Event],
        segment: int,
    ) -> Event:
        at, says = self.period.at_night(rng, segment), words.about(words.POLICE[role].get(offence, ""), child.sex)
        about = [(child, role)]
        if self.friends and rng.random() < 0.35:  # children of several families on one record
            other = rng.choice(self.friends)
            if other not in family.children:
                others = ("associate", "witness") if role != "victim" else ("associate", "witness", "witness")
                about.append((other, rng.choice(others)))
        at_risk = rng.random() < (0.55 if role == "victim" else 0.4)
        fields = {"reference": self.reference(at), "offence": offence, "child-at-risk": "yes" if at_risk else "no"}
        if role == "suspect" and rng.random() < 0.4:
            fields["outcome-code"] = rng.choice(("8", "15", "16", "21", "22"))
        place = rng.choice(("Street", "Shop", "Park", "Bus", "Near school", "Home"))
        event = Event(at, next_morning(at), self.agencies.police, "police-incident", about, fields, says, place)
        events.append(event)
        if at_risk and rng.random() < 0.85:
            self.ppn([child], family, at, fields["reference"], rng, events)
        return event

    def ppn(
        self,
        children: list[Person],
        family: Family,
        at: datetime,
        reference: str,
        rng: random.Random,
        events: list[Event],
    ) -> None:
        about = [(c, "child") for c in children]
        if family.mother and rng.random() < 0.6:
            about.append((family.mother, "parent"))
        fields = {
            "incident-reference": reference,
            "grade": rng.choices(("blue", "green", "amber", "red"), (1, 4, 4, 1))[0],
            "reason": rng.choice(words.PPN),
            "voice-of-child": words.voice(rng, [c.age(at.date()) for c in children], POOR_VOICE["ppn"]),
            "family-told": "Yes, at the door" if rng.random() < 0.6 else "",
            "action-taken": "Taken home; spoke to a parent",
        }
        written = at + timedelta(minutes=rng.choice((50, 90, 240, 600, 1300, 2900)))
        events.append(Event(written, written + timedelta(minutes=35), self.agencies.police, "ppn", about, fields))

    def accused(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> Event:
        event = self._incident("suspect", child, rng.choices(CRIME, CRIME_WEIGHTS)[0], family, rng, events, segment)
        self._outcome(child, event, rng, events, number)
        return event

    def _outcome(self, child: Person, event: Event, rng: random.Random, events: list[Event], number: int) -> None:
        if not self.agencies.youth_justice or other_part(number) >= self.outcomes or not isinstance(event.at, datetime):
            return
        day = (event.at + timedelta(days=rng.randrange(20, 70))).replace(hour=11, minute=0)
        outcome = rng.choice(("22", "22", "8", "youth-caution", "community-resolution", "nfa"))
        fields: dict[str, Value] = {
            "outcome": outcome,
            "gravity": str(rng.randrange(1, 4)),
            "offence": event.fields["offence"],
        }
        self._youth_justice(child, day, fields, rng, events)

    def _youth_justice(
        self, child: Person, day: datetime, fields: dict[str, Value], rng: random.Random, events: list[Event]
    ) -> None:
        about, service = [(child, "child")], self.agencies.youth_justice
        events.append(Event(day, next_friday(day), service, "youth-justice-outcome", about, fields))
        team, phone = self.agencies.team(service, "")
        works = {"worker-role": "Youth justice case manager", "team": team, "phone": phone, "from": day.date()}
        events.append(Event(day, next_friday(day), service, "involvement", about, works))

    def sentence(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        """A child sentenced for serious violence: the incident was months before, and is not told again."""
        if not self.agencies.youth_justice:
            return
        at, which = self.period.at_work(rng, segment), part(number, of)
        offence = SERIOUS[0 if which < SERIOUS_SHARES[0] else 1 if which < SERIOUS_SHARES[1] else 2]
        outcome = rng.choices(("referral-order", "youth-rehabilitation-order", "detention"), (4, 4, 2))[0]
        fields: dict[str, Value] = {"outcome": outcome, "gravity": str(rng.choice((4, 5))), "offence": offence}
        self._youth_justice(child, at, fields, rng, events)

    def arrest(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        event = self.accused(family, child, rng, events, segment, number, of)
        at, police = event.at, self.agencies.police
        assert isinstance(at, datetime)
        short, other = part(number, of) < self.released, other_part(number)
        hours = rng.choice((3, 5, 7, 9, 11)) if short else rng.choice((13, 14, 15, 16, 18, 19, 22))
        over = at + timedelta(hours=hours, minutes=rng.randrange(50))
        fields: dict[str, Value] = {
            "arrested-at": at,
            "released-at": over,
            "offence": event.fields["offence"],
            "liaison-diversion-seen": rng.choice(("yes", "no", "yes", "")),
        }
        if rng.random() < 0.8:
            fields["appropriate-adult-at"] = f"{at + timedelta(hours=min(3, hours)):%d/%m/%Y %H:%M}"
        events.append(Event(at, over + timedelta(minutes=20), police, "custody", [(child, "detainee")], fields))
        if other < self.force_before:
            self._force(
                child,
                at,
                "soft" if part(number * 7 % of, of) < self.force_soft else "hard",
                "Stopped in the street.",
                rng,
                events,
            )
        if (other + 0.5) % 1.0 < self.force_after:
            self._force(
                child,
                over - timedelta(hours=1),
                "soft" if rng.random() < 0.7 else "hard",
                "In the cell corridor.",
                rng,
                events,
            )

    def _force(
        self, child: Person, at: datetime, sort: str, where: str, rng: random.Random, events: list[Event]
    ) -> None:
        level = rng.choice(("guiding", "low")) if sort == "soft" else rng.choice(("medium", "high"))
        fields: dict[str, Value] = {"planned": "no", "level": level, "reason": f"{where} Held by the arms until calm."}
        events.append(Event(at, next_morning(at), self.agencies.police, "use-of-force", [(child, "child")], fields))

    def voluntary(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        event = self.accused(family, child, rng, events, segment, number, of)
        assert isinstance(event.at, datetime)
        day = (event.at + timedelta(days=rng.randrange(2, 15))).replace(hour=rng.randrange(10, 18), minute=0)
        day = min(day, datetime.combine(self.period.segments[segment][1] - timedelta(days=1), day.time()))
        fields: dict[str, Value] = {"offence": event.fields["offence"]}
        events.append(
            Event(day, next_morning(day), self.agencies.police, "voluntary-attendance", [(child, "suspect")], fields)
        )

    def harmed(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        event = self._incident("victim", child, rng.choices(HURT, HURT_WEIGHTS)[0], family, rng, events, segment)
        if event.fields["offence"] == "violence-with-injury" and rng.random() < 0.1 and isinstance(event.at, datetime):
            at = event.at + timedelta(minutes=70)
            attendance(
                self.agencies,
                child,
                at,
                "Facial injury",
                "Undetermined",
                "Seen after a fall, it was said.",
                "A friend",
                rng,
                events,
            )

    def witness(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        self._incident("witness", child, rng.choice(tuple(words.POLICE["witness"])), family, rng, events, segment)

    def search(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        at = self.period.at_night(rng, segment)
        outcome = rng.choices(("nothing-found", "object-found", "community-resolution"), (7, 2, 1))[0]
        fields: dict[str, Value] = {"reason": "Said to fit a description", "outcome": outcome}
        events.append(Event(at, next_morning(at), self.agencies.police, "stop-search", [(child, "subject")], fields))

    def protected(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        at = self.period.at_night(rng, segment, "home")
        over = at + timedelta(hours=rng.choice((9, 14, 20, 31, 44, 60)))
        fields: dict[str, Value] = {
            "started-at": at,
            "ended-at": over,
            "reason": "Left alone at night; nobody could be reached.",
        }
        events.append(
            Event(at, at + timedelta(hours=2), self.agencies.police, "police-protection", [(child, "child")], fields)
        )

    def missing(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        start = self.period.at_night(rng, segment)
        before = [
            e.at
            for e in events
            if e.record == "missing-episode" and e.about[0][0] is child and isinstance(e.at, datetime)
        ]
        if before and rng.random() < 0.5:  # who goes missing again often goes soon
            again = before[-1] + timedelta(days=rng.randrange(3, 30), hours=rng.randrange(-3, 3))
            start = (
                again if self.period.segments[segment][0] <= again.date() < self.period.segments[segment][1] else start
            )
        back = start + timedelta(minutes=rng.choice((130, 200, 340, 520, 760, 1300, 2600)))
        fields: dict[str, Value] = {
            "missing-from": start,
            "returned-at": back,
            "risk": rng.choices(("low", "medium", "high", "no-apparent"), (2, 6, 2, 1))[0],
        }
        if rng.random() < 0.7:
            places = ("Came home", "A friend's home", "Park", "Railway station", "Out of area", "Bus station")
            fields["found-place"] = rng.choice(places)
        about = [(child, "missing-child")]
        says = rng.choice(words.MISSING)
        events.append(Event(start, next_morning(back), self.agencies.police, "missing-episode", about, fields, says))
        if self.agencies.youth_service and rng.random() < 0.75:
            held = back + timedelta(hours=rng.choice((20, 28, 44, 51, 68, 96, 170)))
            push, pull = rng.choice(words.INTERVIEW)
            fields = {
                "episode": f"{start:%d/%m/%Y}",
                "offered-at": back + timedelta(hours=9),
                "held-at": held,
                "push": push,
                "pull": pull,
                "voice-of-child": words.quote(rng, child.age(start.date()), child.sex),
            }
            about = [(child, "child")]
            events.append(
                Event(held, same_evening(held, 20), self.agencies.youth_service, "return-home-interview", about, fields)
            )
