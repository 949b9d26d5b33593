"""What police record about children, and what follows at once: notices, custody, youth justice, the school told."""

from __future__ import annotations

import random
from collections import deque
from datetime import date, datetime, timedelta

from sightline.simulation import words
from sightline.simulation.draws import POOR_VOICE, attendance, poisson
from sightline.simulation.events import Agencies, Event, Value
from sightline.simulation.people import Family, Person
from sightline.simulation.when import Period, next_friday, next_morning, same_evening

CRIME = (
    "theft",
    "violence-without-injury",
    "violence-with-injury",
    "criminal-damage",
    "possession-of-weapon",
    "possession-of-drugs",
    "supply-of-drugs",
    "robbery",
    "public-order",
    "antisocial-behaviour",
    "vehicle",
)
CRIME_WEIGHTS = (16, 20, 10, 12, 8, 8, 3, 4, 8, 14, 4)
HURT = tuple(words.POLICE["victim"])
HURT_WEIGHTS = (22, 20, 12, 14, 12, 6, 6)


class Incidents:
    """Draws them. `friends` are some teenagers of families before, so that one incident joins children of several."""

    def __init__(self, period: Period, agencies: Agencies, friends: deque[Person]) -> None:
        self.period, self.agencies, self.friends = period, agencies, friends
        self.police_number = 0

    def _reference(self, at: date) -> str:
        self.police_number += 1
        return f"13{at.year % 100:02}{self.police_number:07}"

    def _incident(
        self, role: str, child: Person, offence: str, family: Family, rng: random.Random, events: list[Event]
    ) -> Event:
        at, says = self.period.at_night(rng), words.about(words.POLICE[role].get(offence, ""), child.sex)
        about = [(child, role)]
        if self.friends and rng.random() < 0.35:  # children of several families on one record
            other = rng.choice(self.friends)
            if other not in family.children:
                about.append(
                    (
                        other,
                        rng.choice(("suspect", "associate", "witness") if role != "victim" else ("suspect", "witness")),
                    )
                )
        at_risk = rng.random() < (0.55 if role == "victim" else 0.4)
        fields = {"reference": self._reference(at), "offence": offence, "child-at-risk": "yes" if at_risk else "no"}
        if role == "suspect" and rng.random() < 0.4:
            fields["outcome-code"] = rng.choice(("8", "15", "16", "21", "22"))
        event = Event(
            at,
            next_morning(at),
            self.agencies.police,
            "police-incident",
            about,
            fields,
            says,
            rng.choice(("Street", "Shop", "Park", "Bus", "Near school", "Home")),
        )
        events.append(event)
        if at_risk and rng.random() < 0.85:
            self._ppn([child], family, at, fields["reference"], rng, events)
        return event

    def _ppn(
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

    def accused(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        event = self._incident("suspect", child, rng.choices(CRIME, CRIME_WEIGHTS)[0], family, rng, events)
        at, offence = event.at, str(event.fields["offence"])
        assert isinstance(at, datetime)
        if rng.random() < 0.28:
            hours = rng.choice((3, 5, 7, 9, 11, 14, 19))
            fields: dict[str, Value] = {
                "arrested-at": at,
                "released-at": at + timedelta(hours=hours),
                "offence": offence,
                "liaison-diversion-seen": rng.choice(("yes", "no", "yes", "")),
            }
            if rng.random() < 0.8:
                fields["appropriate-adult-at"] = f"{at + timedelta(hours=min(3, hours)):%d/%m/%Y %H:%M}"
            events.append(
                Event(
                    at,
                    at + timedelta(hours=hours, minutes=20),
                    self.agencies.police,
                    "custody",
                    [(child, "detainee")],
                    fields,
                )
            )
        if self.agencies.youth_justice and rng.random() < 0.45:
            day = (at + timedelta(days=rng.randrange(20, 70))).replace(hour=11, minute=0)
            fields = {
                "outcome": rng.choice(("22", "22", "8", "youth-caution", "community-resolution", "nfa")),
                "gravity": str(rng.randrange(1, 4)),
                "offence": offence,
            }
            about = [(child, "child")]
            events.append(
                Event(day, next_friday(day), self.agencies.youth_justice, "youth-justice-outcome", about, fields)
            )
            team, phone = self.agencies.team(self.agencies.youth_justice, "")
            events.append(
                Event(
                    day,
                    next_friday(day),
                    self.agencies.youth_justice,
                    "involvement",
                    about,
                    {"worker-role": "Youth justice case manager", "team": team, "phone": phone, "from": day.date()},
                )
            )

    def harmed(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        event = self._incident("victim", child, rng.choices(HURT, HURT_WEIGHTS)[0], family, rng, events)
        if event.fields["offence"] == "violence-with-injury" and rng.random() < 0.4 and isinstance(event.at, datetime):
            attendance(
                self.agencies,
                child,
                event.at + timedelta(minutes=70),
                "Assault",
                "Assault",
                "Seen after an assault.",
                "Police officer",
                rng,
                events,
            )

    def witness(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        self._incident("witness", child, rng.choice(tuple(words.POLICE["witness"])), family, rng, events)

    def search(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        at = self.period.at_night(rng)
        fields = {
            "reason": "Said to fit a description",
            "outcome": rng.choices(("nothing-found", "object-found", "community-resolution"), (7, 2, 1))[0],
        }
        events.append(Event(at, next_morning(at), self.agencies.police, "stop-search", [(child, "subject")], fields))

    def missing(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        start = self.period.at_night(rng)
        for _ in range(1 + min(poisson(rng, 0.35 * child.burden), 9)):  # a few children have most of the episodes
            back = start + timedelta(minutes=rng.choice((130, 200, 340, 520, 760, 1300, 2600)))
            fields = {
                "missing-from": start,
                "returned-at": back,
                "risk": rng.choices(("low", "medium", "high", "no-apparent"), (2, 6, 2, 1))[0],
            }
            if rng.random() < 0.7:
                fields["found-place"] = rng.choice(
                    ("Came home", "A friend's home", "Park", "Railway station", "Out of area", "Bus station")
                )
            events.append(
                Event(
                    start,
                    next_morning(back),
                    self.agencies.police,
                    "missing-episode",
                    [(child, "missing-child")],
                    fields,
                    rng.choice(words.MISSING),
                )
            )
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
                events.append(
                    Event(
                        held,
                        same_evening(held, 20),
                        self.agencies.youth_service,
                        "return-home-interview",
                        [(child, "child")],
                        fields,
                    )
                )
            start = start + timedelta(days=rng.randrange(6, 40), hours=rng.randrange(-3, 3))
            if start > self.period.now:
                break

    def domestic(self, family: Family, rng: random.Random, events: list[Event]) -> None:
        if not self.agencies.police:
            return
        for _ in range(poisson(rng, 0.32 * family.strain * self.period.years)):
            at = self.period.at_night(rng)
            children = [c for c in family.children if c.born and c.born <= at.date()]
            harms = next((a for a in family.adults if a.role in ("partner", "father", "father-elsewhere")), None)
            about = [(c, "child") for c in children]
            about += [(family.mother, "victim")] if family.mother else []
            about += [(harms, "person-causing-harm")] if harms and rng.random() < 0.85 else []
            fields = {
                "reference": self._reference(at),
                "dash-score": str(rng.choice((2, 4, 5, 7, 8, 9, 11, 13, 15, 18))),
                "professional-judgement": rng.choices(("standard", "medium", "high"), (60, 30, 10))[0],
                "children-present": "yes",
                "voice-of-child": words.voice(rng, [c.age(at.date()) for c in children], POOR_VOICE["ppn"]),
            }
            events.append(
                Event(
                    at,
                    next_morning(at),
                    self.agencies.police,
                    "domestic-abuse-incident",
                    about,
                    fields,
                    rng.choice(words.DOMESTIC),
                    "Home",
                )
            )
            self._encompass(children, at, rng, events)

    def _encompass(self, children: list[Person], at: datetime, rng: random.Random, events: list[Event]) -> None:
        day = self.period.school.next_school_day(at)
        for child in children:
            if child.school in self.agencies.schools and rng.random() < 0.88:
                told = datetime.combine(day, datetime.min.time()).replace(hour=8, minute=rng.choice((0, 5, 12, 20, 55)))
                fields = {
                    "told-at": told,
                    "support": rng.choice(
                        (
                            "A quiet start with the person whom the child trusts.",
                            "Breakfast and a check-in; the day as usual.",
                            "",
                        )
                    ),
                }
                events.append(
                    Event(
                        told, told + timedelta(minutes=25), child.school, "encompass-notice", [(child, "child")], fields
                    )
                )
