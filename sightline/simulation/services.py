"""What schools, health services, housing, probation and voluntary organisations tell about a child."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sightline.simulation import words
from sightline.simulation.draws import POOR_VOICE, attendance
from sightline.simulation.events import Agencies, Event, Value
from sightline.simulation.people import Family, Person
from sightline.simulation.when import Period, same_evening

WEAPONS = ("knife", "sharp-instrument", "blunt-instrument")
WEAPON_VIEWS = (
    "It's for the way home.",
    "Somebody told me to hold it.",
    "I forgot it was in my bag. I'm scared of them.",
)
TOLD = ("Yes, by telephone", "Yes, at the gate", "No: the child asked us to wait until tomorrow", "")
WITH = ("Parent", "Friend", "Nobody", "Grandparent")


class Services:
    def __init__(self, period: Period, agencies: Agencies) -> None:
        self.period, self.agencies = period, agencies

    # --- school ---------------------------------------------------------------------------------------

    def _from_school(
        self,
        child: Person,
        record: str,
        role: str,
        fields: Mapping[str, Value],
        says: str,
        rng: random.Random,
        events: list[Event],
        segment: int,
    ) -> None:
        if child.school in self.agencies.schools:
            at = self.period.at_school(rng, segment)
            fields = {name: at.date() if value == "that day" else value for name, value in fields.items()}
            events.append(Event(at, same_evening(at, 16, 30), child.school, record, [(child, role)], fields, says))

    def school(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        category = rng.choice(tuple(words.SCHOOL))
        voice = words.voice(rng, [child.age(self.period.segments[segment][1])], POOR_VOICE["school"])
        fields: dict[str, Value] = {"category": category, "voice-of-child": voice, "family-told": rng.choice(TOLD)}
        says = words.about(words.SCHOOL[category], child.sex)
        self._from_school(child, "school-concern", "child", fields, says, rng, events, segment)

    def suspension(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        reason = rng.choices(("DB", "VA", "PP", "VP", "BU", "DA", "MT"), (40, 18, 14, 10, 6, 7, 5))[0]
        fields: dict[str, Value] = {"from": "that day", "days": str(rng.choice((1, 1, 2, 2, 3, 5))), "reason": reason}
        self._from_school(child, "suspension", "pupil", fields, "", rng, events, segment)

    def exclusion(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        fields: dict[str, Value] = {"from": "that day", "reason": rng.choice(("DB", "PP", "OW", "VA", "DA"))}
        self._from_school(child, "exclusion", "pupil", fields, "", rng, events, segment)

    def weapon(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        fields: dict[str, Value] = {"weapon": rng.choice(WEAPONS), "child-view": rng.choice(WEAPON_VIEWS),
                                    "context": "Handed in to a teacher at break. Nobody was threatened."}  # fmt: skip
        self._from_school(child, "weapon-in-school", "pupil", fields, "", rng, events, segment)

    def reduced(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        reason = rng.choice(
            ("Coming back after illness", "Agreed with the family while support is arranged", "Worry about mornings")
        )
        self._from_school(
            child, "reduced-timetable", "child", {"from": "that day", "reason": reason}, "", rng, events, segment
        )

    def home_education(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        reason = rng.choice(
            ("The family's choice", "Bullying, the family says", "Waiting for help with special needs", "Not given")
        )
        self._from_school(
            child, "elective-home-education", "child", {"from": "that day", "reason": reason}, "", rng, events, segment
        )

    def missing_education(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        reason = rng.choice(("Moved; no school yet", "Not seen since the holidays", "Said to have gone abroad"))
        self._from_school(
            child, "child-missing-education", "child", {"from": "that day", "reason": reason}, "", rng, events, segment
        )

    # --- health ---------------------------------------------------------------------------------------

    def health(
        self, family: Family, child: Person, record: str, at: datetime, rng: random.Random, events: list[Event]
    ) -> None:
        if not self.agencies.health:
            return
        about = [(child, "child")]
        if family.mother and record != "camhs-referral":
            about.append((family.mother, "parent"))
        born = bool(child.born and child.born <= at.date())
        fields: dict[str, Value] = {
            "reason": rng.choice(words.HEALTH[record]),
            "voice-of-child": words.voice(rng, [child.age(at.date())], POOR_VOICE["health"], child.sex) if born else "",
        }
        if record == "camhs-referral":
            fields = {
                "reason": fields["reason"],
                "urgency": rng.choice(("routine", "routine", "soon", "urgent")),
                "outcome": rng.choice(("waiting", "accepted", "not-accepted", "signposted")),
            }
        events.append(Event(at, same_evening(at), self.agencies.health, record, about, fields))

    def nurse(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        self.health(family, child, "school-nurse-concern", self.period.at_work(rng, segment), rng, events)

    def visitor(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        at = self.period.at_work(rng, segment)
        if child.born and child.born > at.date():
            at = datetime.combine(
                min(self.period.segments[segment][1] - timedelta(days=1), child.born + timedelta(days=12)), at.time()
            )
        self.health(family, child, "health-visitor-concern", at, rng, events)

    def midwife(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        """Before the birth: the child is unborn on the day."""
        first, last, _ = self.period.segments[segment]
        due = child.born or child.expected or last
        latest = min(due - timedelta(days=5), last - timedelta(days=1))
        at = latest - timedelta(days=rng.randrange(5, 110))
        day = self.period.school.working.add(max(at, first), 1)
        self.health(
            family,
            child,
            "midwifery-concern",
            datetime(day.year, day.month, day.day, rng.randrange(9, 17), 20),
            rng,
            events,
        )

    def camhs(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        at = self.period.at_work(rng, segment)
        self.health(family, child, "camhs-referral", at, rng, events)
        if self.agencies.health and rng.random() < 0.6:
            waits: dict[str, Value] = {
                "service": rng.choice(("camhs", "neurodevelopmental-assessment", "camhs")),
                "joined-at": at.date(),
            }
            seen = at.date() + timedelta(days=rng.randrange(20, 200))
            if seen <= self.period.until and rng.random() < 0.5:
                waits["seen-at"] = seen
            events.append(
                Event(
                    at.date(),
                    same_evening(at),
                    self.agencies.health,
                    "waiting-list",
                    [(child, "child")],
                    waits,
                    place="CAMHS",
                )
            )

    def attendance(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        at = self.period.at_any_time(rng, segment)
        infant = bool(child.born and (at.date() - child.born).days < 366)
        complaint, intent, says = rng.choice(
            words.AE_ROUTINE if not infant else (words.AE_ROUTINE[0], words.AE_ROUTINE[1], words.AE_ROUTINE[7])
        )
        attendance(self.agencies, child, at, complaint, intent, says, "Parent", rng, events)

    def violence(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        complaint, intent, says = rng.choice(words.AE_HARM[:2])
        attendance(
            self.agencies,
            child,
            self.period.at_night(rng, segment),
            complaint,
            intent,
            says,
            rng.choice(WITH),
            rng,
            events,
        )

    def infant(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        complaint, intent, says = rng.choice(
            (
                words.AE_HARM[2],
                words.AE_HARM[4],
                ("Head injury", "Unintentional", "Rolled from a sofa, the parent says."),
            )
        )
        at = self.period.at_any_time(rng, segment)
        last = self.period.segments[segment][1] - timedelta(days=1)
        if child.born and not child.born <= at.date() <= child.born + timedelta(days=365):
            day = child.born + timedelta(days=rng.randrange(20, 330))
            at = datetime.combine(max(min(day, last), self.period.segments[segment][0], child.born), at.time())
        says = says.replace("{he}", "the baby").replace("{him}", "the baby")
        attendance(self.agencies, child, at, complaint, intent, says, "Parent", rng, events)

    def self_harm(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        complaint, intent, says = words.AE_HARM[3]
        attendance(
            self.agencies,
            child,
            self.period.at_night(rng, segment),
            complaint,
            intent,
            says,
            rng.choice(WITH),
            rng,
            events,
        )

    # --- others ---------------------------------------------------------------------------------------

    def _concern(
        self,
        agency: str,
        record: str,
        family: Family,
        child: Person,
        at: datetime,
        rng: random.Random,
        events: list[Event],
        sort: str,
        adult: str = "parent",
    ) -> None:
        if not agency:
            return
        about = [(child, "child")]
        others = [c for c in family.children if c is not child and c.there(at.date())]
        about += [(c, "child") for c in others[:2]] if rng.random() < 0.4 else []
        if family.adults and rng.random() < 0.7:
            about.append((rng.choice(family.adults), adult))
        ages = [c.age(at.date()) for c, role in about if role == "child"]
        fields: dict[str, Value] = {
            "reason": rng.choice(words.CONCERNS[sort]),
            "voice-of-child": words.voice(rng, ages, POOR_VOICE["contact"]),
        }
        if rng.random() < 0.06:
            fields["cannot-wait"] = "yes"
        events.append(Event(at, same_evening(at, 20), agency, record, about, fields))

    def ambulance(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        at = self.period.at_night(rng, segment) if rng.random() < 0.6 else self.period.at_any_time(rng, segment)
        self._concern(
            self.agencies.first("ambulance"), "ambulance-concern", family, child, at, rng, events, "ambulance"
        )

    def housing(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        at = self.period.at_work(rng, segment)
        self._concern(self.agencies.first("housing"), "housing-concern", family, child, at, rng, events, "housing")

    def voluntary(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        at = self.period.at_any_time(rng, segment)
        self._concern(self.agencies.voluntary, "voluntary-concern", family, child, at, rng, events, "voluntary")

    def domestic_service(self, family: Family, rng: random.Random, events: list[Event], segment: int) -> None:
        at, agency = self.period.at_work(rng, segment), self.agencies.domestic_abuse
        child = next((c for c in family.children if c.there(at.date())), None)
        if child:
            self._concern(agency, "voluntary-concern", family, child, at, rng, events, "domestic-service")

    def probation(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        at = self.period.at_work(rng, segment)
        self._concern(
            self.agencies.first("probation"),
            "probation-check",
            family,
            child,
            at,
            rng,
            events,
            "probation",
            "other-adult",
        )

    def _works(
        self, agency: str, role: str, says: str, child: Person, begins: date, rng: random.Random, events: list[Event]
    ) -> None:
        if agency:
            team, phone = self.agencies.team(agency, "")
            fields: dict[str, Value] = {"worker-role": role, "team": team, "phone": phone, "from": begins}
            sent = same_evening(datetime.combine(begins, datetime.min.time()).replace(hour=16), 20)
            events.append(Event(begins, sent, agency, "involvement", [(child, "child")], fields, says))

    def adult_mental_health(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        says = rng.choice(words.CONCERNS["adult-mental-health"])
        day = self.period.day(rng, "work", segment)
        self._works(
            self.agencies.first("adult-mental-health"),
            "Adult social care or adult mental health worker",
            says,
            child,
            day,
            rng,
            events,
        )

    def substance_misuse(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        says = rng.choice(words.CONCERNS["substance-misuse"])
        self._works(
            self.agencies.substance_misuse,
            "Recovery worker of a parent",
            says,
            child,
            self.period.day(rng, "work", segment),
            rng,
            events,
        )

    def early_help(
        self, family: Family, child: Person, rng: random.Random, events: list[Event], segment: int, number: int, of: int
    ) -> None:
        at = self.period.at_work(rng, segment)
        agency = self.agencies.family_help or child.school
        about = [(c, "child") for c in family.children if c.there(at.date())][:3]
        if agency and about:
            lead = rng.choice(("the school", "family help", "the health visitor", "a children's centre"))
            fields: dict[str, Value] = {"needs": rng.choice(words.EARLY_HELP), "lead": lead, "agreement": "yes"}
            events.append(Event(at, same_evening(at, 20), agency, "early-help-assessment", about, fields))
