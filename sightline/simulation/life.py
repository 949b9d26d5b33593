"""What happens to a family in the period: mostly nothing but school and the odd cut finger; to a few, much."""

from __future__ import annotations

import math
import random
from collections import deque
from datetime import date, datetime, timedelta

from sightline.simulation import words
from sightline.simulation.events import Agencies, Case, Event
from sightline.simulation.people import Family, Person
from sightline.simulation.social_care import FrontDoor
from sightline.simulation.when import Period, next_friday, next_morning, same_evening

CRIME = ("theft", "violence-without-injury", "violence-with-injury", "criminal-damage", "possession-of-weapon", "possession-of-drugs",
         "supply-of-drugs", "robbery", "public-order", "antisocial-behaviour", "vehicle")
CRIME_WEIGHTS = (16, 20, 10, 12, 8, 8, 3, 4, 8, 14, 4)
HURT = tuple(words.POLICE["victim"])
HURT_WEIGHTS = (22, 20, 12, 14, 12, 6, 6)
TEEN = {"accused": 15, "harmed": 17, "witness": 5, "missing": 15, "school": 16, "suspension": 12, "hospital": 6, "camhs": 6, "search": 5, "weapon": 2}
PRIMARY = {"school": 45, "nurse": 12, "hospital": 8, "contact": 20, "camhs": 4, "harmed": 5, "suspension": 4}
SMALL = {"visitor": 40, "hospital": 15, "contact": 35, "harmed": 2}
POOR_VOICE = {"ppn": 0.45, "school": 0.12, "health": 0.2, "contact": 0.3}


def poisson(rng: random.Random, mean: float) -> int:
    """How often something happens. Knuth's way; means here are small."""
    limit, product, count = math.exp(-min(mean, 40.0)), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


class Life:
    """Draws a family's events. `friends` remembers some teenagers of families before, so that incidents join families."""

    def __init__(self, period: Period, agencies: Agencies) -> None:
        self.period, self.agencies = period, agencies
        self.front_door = FrontDoor(period, agencies)
        self.friends: deque[Person] = deque(maxlen=60)
        self.police_number = 0

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
        self._domestic(family, rng, events)
        events = [e for e in events if e.sent <= self.period.now]
        more, cases = self.front_door.answer(family, events, rng)
        events += [e for e in more if e.sent <= self.period.now]
        events.sort(key=lambda e: e.sent)
        self.friends.extend(c for c in family.children if 12 <= c.age(self.period.until) <= 17)
        return events, cases

    # --- what everybody has ---------------------------------------------------------------------------

    def _routine(self, child: Person, rng: random.Random, events: list[Event]) -> None:
        if child.school in self.agencies.schools:
            usual = min(1.0, max(0.3, rng.gauss(0.95, 0.05) - min(child.burden, 4) * 0.03))
            for first, last, sessions in self.period.terms:
                if child.age(first) >= 4:
                    attended = round(sessions * min(1.0, max(0.0, rng.gauss(usual, 0.02))))
                    events.append(Event(last, datetime.combine(last, datetime.min.time()).replace(hour=16, minute=30), child.school, "attendance-summary",
                                        [(child, "pupil")], {"period-from": first, "period-to": last, "possible": str(sessions), "attended": str(attended)}))
        for _ in range(poisson(rng, 0.27 * self.period.years)):
            complaint, intent, says = rng.choice(words.AE_ROUTINE)
            self._attendance(child, self.period.at_any_time(rng), complaint, intent, says, "Parent", rng, events)

    def _attendance(self, child: Person, at: datetime, complaint: str, intent: str, says: str, adult: str, rng: random.Random, events: list[Event]) -> None:
        if not self.agencies.hospital or not child.born or child.born > at.date():
            return
        fields = {"complaint": complaint, "injury": intent, "left-before-seen": "yes" if rng.random() < 0.03 else "no", "arrived-with": adult}
        says = words.about(says, child.sex)
        event = Event(at, next_morning(at, 6, 0), self.agencies.hospital, "ae-attendance", [(child, "patient")], fields, says, "Children's emergency department")
        events.append(event)

    # --- what some have -------------------------------------------------------------------------------

    def _concerns(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        for _ in range(poisson(rng, child.burden * self.period.years)):
            age = child.age(self.period.until)
            kinds = SMALL if age < 4 else PRIMARY if age < 11 else TEEN
            kind = rng.choices(tuple(kinds), tuple(kinds.values()))[0]
            getattr(self, f"_{kind}")(family, child, rng, events)

    def _reference(self, at: date) -> str:
        self.police_number += 1
        return f"13{at.year % 100:02}{self.police_number:07}"

    def _incident(self, role: str, child: Person, offence: str, family: Family, rng: random.Random, events: list[Event]) -> Event:
        at, says = self.period.at_night(rng), words.about(words.POLICE[role].get(offence, ""), child.sex)
        about = [(child, role)]
        if self.friends and rng.random() < 0.35:  # children of several families on one record
            other = rng.choice(self.friends)
            if other not in family.children:
                about.append((other, rng.choice(("suspect", "associate", "witness") if role != "victim" else ("suspect", "witness"))))
        at_risk = rng.random() < (0.55 if role == "victim" else 0.4)
        fields = {"reference": self._reference(at), "offence": offence, "child-at-risk": "yes" if at_risk else "no"}
        if role == "suspect" and rng.random() < 0.4:
            fields["outcome-code"] = rng.choice(("8", "15", "16", "21", "22"))
        event = Event(at, next_morning(at), self.agencies.police, "police-incident", about, fields, says, rng.choice(("Street", "Shop", "Park", "Bus", "Near school", "Home")))
        events.append(event)
        if at_risk and rng.random() < 0.85:
            self._ppn([child], family, at, fields["reference"], rng, events)
        return event

    def _ppn(self, children: list[Person], family: Family, at: datetime, reference: str, rng: random.Random, events: list[Event]) -> None:
        about = [(c, "child") for c in children]
        if family.mother and rng.random() < 0.6:
            about.append((family.mother, "parent"))
        fields = {
            "incident-reference": reference, "grade": rng.choices(("blue", "green", "amber", "red"), (1, 4, 4, 1))[0], "reason": rng.choice(words.PPN),
            "voice-of-child": words.voice(rng, [c.age(at.date()) for c in children], POOR_VOICE["ppn"]),
            "family-told": "Yes, at the door" if rng.random() < 0.6 else "", "action-taken": "Taken home; spoke to a parent",
        }
        written = at + timedelta(minutes=rng.choice((50, 90, 240, 600, 1300, 2900)))
        events.append(Event(written, written + timedelta(minutes=35), self.agencies.police, "ppn", about, fields))

    def _accused(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        event = self._incident("suspect", child, rng.choices(CRIME, CRIME_WEIGHTS)[0], family, rng, events)
        at, offence = event.at, str(event.fields["offence"])
        assert isinstance(at, datetime)
        if rng.random() < 0.28:
            hours = rng.choice((3, 5, 7, 9, 11, 14, 19))
            fields = {"arrested-at": at, "released-at": at + timedelta(hours=hours), "offence": offence, "liaison-diversion-seen": rng.choice(("yes", "no", "yes", ""))}
            if rng.random() < 0.8:
                fields["appropriate-adult-at"] = f"{at + timedelta(hours=min(3, hours)):%d/%m/%Y %H:%M}"
            events.append(Event(at, at + timedelta(minutes=55), self.agencies.police, "custody", [(child, "detainee")], fields))
        if self.agencies.youth_justice and rng.random() < 0.45:
            day = (at + timedelta(days=rng.randrange(20, 70))).replace(hour=11, minute=0)
            fields = {"outcome": rng.choice(("22", "22", "8", "youth-caution", "community-resolution", "nfa")), "gravity": str(rng.randrange(1, 4)), "offence": offence}
            about = [(child, "child")]
            events.append(Event(day, next_friday(day), self.agencies.youth_justice, "youth-justice-outcome", about, fields))
            team, phone = self.agencies.team(self.agencies.youth_justice, "")
            events.append(Event(day, next_friday(day), self.agencies.youth_justice, "involvement", about,
                                {"worker-role": "Youth justice case manager", "team": team, "phone": phone, "from": day.date()}))

    def _harmed(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        event = self._incident("victim", child, rng.choices(HURT, HURT_WEIGHTS)[0], family, rng, events)
        if event.fields["offence"] == "violence-with-injury" and rng.random() < 0.4 and isinstance(event.at, datetime):
            self._attendance(child, event.at + timedelta(minutes=70), "Assault", "Assault", "Seen after an assault.", "Police officer", rng, events)

    def _witness(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        self._incident("witness", child, rng.choice(tuple(words.POLICE["witness"])), family, rng, events)

    def _search(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        at = self.period.at_night(rng)
        fields = {"reason": "Said to fit a description", "outcome": rng.choices(("nothing-found", "object-found", "community-resolution"), (7, 2, 1))[0]}
        events.append(Event(at, next_morning(at), self.agencies.police, "stop-search", [(child, "subject")], fields))

    def _missing(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        start = self.period.at_night(rng)
        for _ in range(1 + min(poisson(rng, 0.35 * child.burden), 9)):  # a few children have most of the episodes
            back = start + timedelta(minutes=rng.choice((130, 200, 340, 520, 760, 1300, 2600)))
            fields = {"missing-from": start, "returned-at": back, "risk": rng.choices(("low", "medium", "high", "no-apparent"), (2, 6, 2, 1))[0]}
            if rng.random() < 0.7:
                fields["found-place"] = rng.choice(("Came home", "A friend's home", "Park", "Railway station", "Out of area", "Bus station"))
            events.append(Event(start, next_morning(back), self.agencies.police, "missing-episode", [(child, "missing-child")], fields, rng.choice(words.MISSING)))
            if self.agencies.youth_service and rng.random() < 0.75:
                held = back + timedelta(hours=rng.choice((20, 28, 44, 51, 68, 96, 170)))
                push, pull = rng.choice(words.INTERVIEW)
                fields = {"episode": f"{start:%d/%m/%Y}", "offered-at": back + timedelta(hours=9), "held-at": held, "push": push, "pull": pull,
                          "voice-of-child": words.quote(rng, child.age(start.date()), child.sex)}
                events.append(Event(held, same_evening(held, 20), self.agencies.youth_service, "return-home-interview", [(child, "child")], fields))
            start = start + timedelta(days=rng.randrange(6, 40), hours=rng.randrange(-3, 3))
            if start > self.period.now:
                break

    # --- school and health ----------------------------------------------------------------------------

    def _from_school(self, child: Person, record: str, role: str, fields: dict, says: str, rng: random.Random, events: list[Event]) -> None:  # type: ignore[type-arg]
        if child.school in self.agencies.schools:
            at = self.period.at_school(rng)
            fields = {name: at.date() if value == "that day" else value for name, value in fields.items()}
            events.append(Event(at, same_evening(at, 16, 30), child.school, record, [(child, role)], fields, says))

    def _school(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        category = rng.choice(tuple(words.SCHOOL))
        fields = {"category": category, "voice-of-child": words.voice(rng, [child.age(self.period.until)], POOR_VOICE["school"]),
                  "family-told": rng.choice(("Yes, by telephone", "Yes, at the gate", "No: the child asked us to wait until tomorrow", ""))}
        self._from_school(child, "school-concern", "child", fields, words.about(words.SCHOOL[category], child.sex), rng, events)

    def _suspension(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        reason = rng.choices(("DB", "VA", "PP", "VP", "BU", "DA", "MT"), (40, 18, 14, 10, 6, 7, 5))[0]
        self._from_school(child, "suspension", "pupil", {"from": "that day", "days": str(rng.choice((1, 1, 2, 2, 3, 5))), "reason": reason}, "", rng, events)

    def _weapon(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        fields = {"weapon": rng.choice(("knife", "sharp-instrument", "blunt-instrument")), "context": "Handed in to a teacher at break. Nobody was threatened.",
                  "child-view": rng.choice(("It's for the way home.", "Somebody told me to hold it.", "I forgot it was in my bag. I'm scared of them."))}
        self._from_school(child, "weapon-in-school", "pupil", fields, "", rng, events)

    def _health(self, family: Family, child: Person, record: str, at: datetime, rng: random.Random, events: list[Event]) -> None:
        if not self.agencies.health:
            return
        about = [(child, "child")]
        if family.mother and record != "camhs-referral":
            about.append((family.mother, "parent"))
        fields = {"reason": rng.choice(words.HEALTH[record]), "voice-of-child": words.voice(rng, [child.age(at.date())], POOR_VOICE["health"], child.sex) if child.born else ""}
        if record == "camhs-referral":
            fields = {"reason": fields["reason"], "urgency": rng.choice(("routine", "routine", "soon", "urgent")), "outcome": rng.choice(("waiting", "accepted", "not-accepted", "signposted"))}
        events.append(Event(at, same_evening(at), self.agencies.health, record, about, fields))

    def _nurse(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        self._health(family, child, "school-nurse-concern", self.period.at_work(rng), rng, events)

    def _visitor(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        self._health(family, child, "health-visitor-concern", self.period.at_work(rng), rng, events)

    def _camhs(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        at = self.period.at_work(rng)
        self._health(family, child, "camhs-referral", at, rng, events)
        if self.agencies.health and rng.random() < 0.6:
            fields = {"service": rng.choice(("camhs", "neurodevelopmental-assessment", "camhs")), "joined-at": at.date()}
            if rng.random() < 0.3:
                fields["seen-at"] = at.date() + timedelta(days=rng.randrange(20, 200))
            if fields.get("seen-at", self.period.until) <= self.period.until:
                events.append(Event(at.date(), same_evening(at), self.agencies.health, "waiting-list", [(child, "child")], fields, place="CAMHS"))

    def _hospital(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        older = child.age(self.period.until) >= 11
        complaint, intent, says = rng.choice(words.AE_HARM if older else (words.AE_HARM[2], words.AE_HARM[4]))
        self._attendance(child, self.period.at_night(rng), complaint, intent, says, rng.choice(("Parent", "Friend", "Nobody", "Grandparent")), rng, events)

    def _contact(self, family: Family, child: Person, rng: random.Random, events: list[Event]) -> None:
        self.front_door.contact(family, self.period.at_work(rng), rng.choice(("1A", "1A", "1B", "3A", "4", "9")), rng, events, poor=POOR_VOICE["contact"])

    # --- the whole home -------------------------------------------------------------------------------

    def _domestic(self, family: Family, rng: random.Random, events: list[Event]) -> None:
        if not self.agencies.police:
            return
        for _ in range(poisson(rng, 0.32 * family.strain * self.period.years)):
            at = self.period.at_night(rng)
            children = [c for c in family.children if c.born and c.born <= at.date()]
            harms = next((a for a in family.adults if a.role in ("partner", "father", "father-elsewhere")), None)
            about = [(c, "child") for c in children]
            about += [(family.mother, "victim")] if family.mother else []
            about += [(harms, "person-causing-harm")] if harms and rng.random() < 0.85 else []
            fields = {"reference": self._reference(at), "dash-score": str(rng.choice((2, 4, 5, 7, 8, 9, 11, 13, 15, 18))),
                      "professional-judgement": rng.choices(("standard", "medium", "high"), (60, 30, 10))[0], "children-present": "yes",
                      "voice-of-child": words.voice(rng, [c.age(at.date()) for c in children], POOR_VOICE["ppn"])}
            events.append(Event(at, next_morning(at), self.agencies.police, "domestic-abuse-incident", about, fields, rng.choice(words.DOMESTIC), "Home"))
            self._encompass(children, at, rng, events)

    def _encompass(self, children: list[Person], at: datetime, rng: random.Random, events: list[Event]) -> None:
        day = self.period.school.next_school_day(at)
        for child in children:
            if child.school in self.agencies.schools and rng.random() < 0.88:
                told = datetime.combine(day, datetime.min.time()).replace(hour=8, minute=rng.choice((0, 5, 12, 20, 55)))
                fields = {"told-at": told, "support": rng.choice(("A quiet start with the person whom the child trusts.", "Breakfast and a check-in; the day as usual.", ""))}
                events.append(Event(told, told + timedelta(minutes=25), child.school, "encompass-notice", [(child, "child")], fields))
