"""The planted story: Jay Marsh, answered one by one. The dates are those of the sketch when the city's last day is 14 March 2025,
and move with it by whole weeks. Every fact was known to somebody on the day; only together do they say what is happening."""

# ruff: noqa: E501 (words, not code: an event stays together)
# fmt: off

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sightline.simulation.events import Agencies, Case, Event, Value
from sightline.simulation.held import Holders
from sightline.simulation.numbers import nhs_number, pupil_number
from sightline.simulation.people import Family, Home, Person
from sightline.simulation.social_care import FrontDoor
from sightline.simulation.when import Period

STORYLINE = "answered-one-by-one"
ACADEMY, PRIMARY = "elmfield-academy", "quarry-rise-primary-school"


def moment(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if " " in text else date.fromisoformat(text)


class Marsh:
    """The family and what happened to it."""

    def __init__(self, period: Period, agencies: Agencies, holders: Holders, authority: str) -> None:
        self.period, self.agencies, self.front_door = period, agencies, FrontDoor(period, agencies)
        self.shift = period.shift
        home = [Home(date(2000, 1, 1), ("14 Quarry Rise",), "LS14 6VK")]
        away = [Home(date(2000, 1, 1), ("3 Linnet Fold",), "LS7 4KC")]

        def person(n: int, given: str, family: str, born: str, sex: str, six: int, **more: object) -> Person:
            day = date.fromisoformat(born) + self.shift
            return Person(n, given, family, day, sex, nhs=nhs_number(six), storylines=[STORYLINE], **more)  # type: ignore[arg-type]

        child = {"ethnicity": "MWBC", "language": "English", "homes": home}
        upn = [pupil_number(authority or "000", school, year, serial) for school, year, serial in ((2001, 14, 118), (2001, 18, 31), (2001, 21, 44))]
        self.jay = person(0, "Jay", "Marsh", "2010-03-04", "male", 1, upn=upn[0], school=ACADEMY, **child)
        self.tia = person(1, "Tia", "Marsh", "2013-10-09", "female", 2, upn=upn[1], school=PRIMARY, **child)
        self.ruby = person(2, "Ruby", "Marsh", "2017-05-23", "female", 3, upn=upn[2], school=PRIMARY, **child)
        self.dana = person(8, "Dana", "Marsh", "1986-09-21", "female", 4, role="mother", phone="07700 900142", homes=home)
        self.andre = person(9, "Andre", "Campbell", "1984-02-11", "male", 6, role="father-elsewhere", phone="07700 900163", homes=away)
        self.kyle = person(10, "Kyle", "Denton", "1983-07-30", "male", 7, role="partner", homes=away[:0])
        self.family = Family(0, [self.jay, self.tia, self.ruby], [self.dana, self.andre, self.kyle], 0.0, "east")
        numbers = ((agencies.police, "N4471"), (agencies.hospital, "H77120"), (agencies.health, "C5501"), (ACADEMY, "P118"),
                   (agencies.youth_justice, "Y2209"), (agencies.social_care, "1204471"), (agencies.youth_service, "1204471"))
        for agency, number in numbers:
            heard = {"given": "Jaye"} if agency == agencies.police else {}
            if agency:
                holders.fix(agency, self.jay, local_id=number, **heard)

    def told(self) -> tuple[list[Event], list[Case]]:
        events = [*self._incidents(), *self._school(), *self._health(), *self._care(), *self._people()]
        case = self._case()
        events += self.front_door.told(case, "east", None)  # type: ignore[arg-type]
        events = [e for e in events if e.agency and e.sent <= self.period.now]
        return sorted(events, key=lambda e: e.sent), [case]

    def _event(self, agency: str, record: str, at: str, sent: str, says: str = "", role: str = "child", place: str = "",
               about: list[tuple[Person, str]] | None = None, **fields: Value) -> Event:
        """`sent`: a whole moment, or the hour of the same day. Field names have `_` for `-`; texts that are dates are moved."""
        happened, arrived = moment(at), moment(sent if "-" in sent else f"{at[:10]} {sent}")
        assert isinstance(arrived, datetime)
        own = {name.strip("_").replace("_", "-"): self._moved(value) for name, value in fields.items()}
        return Event(happened + self.shift, arrived + self.shift, agency, record, about or [(self.jay, role)], own, says, place, STORYLINE)

    def _moved(self, value: Value) -> Value:
        if isinstance(value, str) and len(value) in (10, 16) and value[:4].isdigit() and value[4:5] == "-":
            return moment(value) + self.shift
        return value

    def _incidents(self) -> Iterator[Event]:
        police = self.agencies.police
        home = [(self.jay, "child"), (self.tia, "child"), (self.ruby, "child"), (self.dana, "victim"), (self.kyle, "person-causing-harm")]
        yield self._event(police, "domestic-abuse-incident", "2024-11-18 18:40", "20:50",
                          "Former partner forced the door and threatened Dana Marsh. Three children were at home; the eldest rang 999.", place="Home", about=home,
                          reference="13240009412", dash_score="13", professional_judgement="medium", children_present="yes")
        yield self._event(police, "police-incident", "2025-01-10 21:40", "2025-01-11 07:05", "Detained after a fight at the bus station; a knife found near by.",
                          "suspect", "Bus station", reference="13250000017", offence="possession-of-weapon", child_at_risk="no")
        yield self._event(police, "missing-episode", "2025-02-07 13:20", "2025-02-08 07:05", "Missing 9 hours; found out of area with older males.", "missing-child",
                          missing_from="2025-02-07 13:20", returned_at="2025-02-07 22:20", risk="medium", found_place="Out of area, with older males")
        yield self._event(police, "stop-search", "2025-02-24 19:15", "2025-02-25 07:05", "Nothing found.", "subject",
                          reason="Said to fit a description", outcome="nothing-found")
        yield self._event(police, "police-intelligence", "2025-02-26 10:30", "2025-02-26 16:00", role="subject", source_grade="2", information_grade="D", handling="C",
                          conditions="Not to be shared beyond the hub without speaking to the missing and exploitation team.")
        yield self._event(police, "missing-episode", "2025-03-05 20:45", "2025-03-06 07:05", "Missing overnight; return interview not yet held.", "missing-child",
                          missing_from="2025-03-05 20:45", returned_at="2025-03-06 06:10", risk="medium", found_place="Came home")

    def _school(self) -> Iterator[Event]:
        yield self._event(ACADEMY, "what-is-working", "2024-07-04", "2024-07-04 15:45", words="Form tutor: bright, funny, kind to younger ones; attends every day.")
        yield self._event(ACADEMY, "encompass-notice", "2024-11-19 08:05", "08:30", "Operation Encompass notice received; support plan started.",
                          told_at="2024-11-19 08:05", support="Support plan started: a quiet start, breakfast, and his form tutor to check in each day.")
        yield self._event(ACADEMY, "what-is-working", "2025-03-13", "2025-03-13 15:45", words="Since Wednesday Mr Hale waits with Jay at the stop, as was promised to him. He stayed for all of Thursday.")
        sisters = [(self.tia, "child"), (self.ruby, "child")]
        for sister in sisters:
            yield self._event(PRIMARY, "encompass-notice", "2024-11-19 08:10", "08:40", about=[sister], told_at="2024-11-19 08:10", support="Both girls started the day with the learning mentor.")
        yield self._event(ACADEMY, "school-concern", "2025-01-13 10:15", "10:40", "Bruised hand; said that he fell.", category="unexplained-injury",
                          family_told="Yes, his mother, by telephone after 09:30")
        yield self._event(ACADEMY, "suspension", "2025-02-06", "2025-02-06 15:30", "Suspended 2 days; awaiting neurodevelopmental assessment.", "pupil",
                          _from="2025-02-06", days="2", reason="DB")
        yield self._event(ACADEMY, "what-is-working", "2025-02-20", "2025-02-20 15:45", words="Boxing coach: comes twice a week; Jay trusts him.")
        usual = {0: (0.99, 1.0, 0.9), 1: (0.97, 0.98, 0.95), 2: (0.98, 0.97, 0.95)}
        for child in self.family.children:
            for (first, last, sessions), share in zip(self.period.terms[-3:], usual[child.n], strict=False):
                event = Event(last, datetime.combine(last, datetime.min.time()) + timedelta(hours=16, minutes=30), child.school, "attendance-summary",
                              [(child, "pupil")], {"period-from": first, "period-to": last, "possible": str(sessions), "attended": str(round(sessions * share))})
                yield event

    def _health(self) -> Iterator[Event]:
        hospital, health = self.agencies.hospital, self.agencies.health
        yield self._event(health, "voice-of-child", "2024-07-15 14:20", "18:00", words="I want to know why my head is so loud.", how="To the school nurse, with his mother there")
        yield self._event(health, "waiting-list", "2024-07-15", "2024-07-15 18:00", "Referred by the school nurse with his mother.", place="CAMHS and neurodiversity assessment",
                          service="neurodevelopmental-assessment", joined_at="2024-07-15")
        yield self._event(health, "school-nurse-concern", "2024-09-30 11:00", "16:00", "School nurse: sleep, worry about being followed.", place="School nursing",
                          about=[(self.jay, "child"), (self.dana, "parent")], reason="Sleeps three or four hours; worried about being followed home from the bus.",
                          voice_of_child="I’m not going back on that bus.")
        yield self._event(hospital, "ae-attendance", "2025-01-29 23:50", "23:58", "Cut to the forearm, 23:50; left before being seen.", "patient", "Children's emergency department",
                          complaint="Laceration", injury="violence", left_before_seen="yes", arrived_with="A friend, who did not give a name")
        yield self._event(hospital, "ae-attendance", "2025-03-10 16:35", "18:10", "Facial injury, says fell.", "patient", "Children's emergency department",
                          complaint="Facial injury", injury="unexplained", left_before_seen="no", arrived_with="His mother")

    def _care(self) -> Iterator[Event]:
        care, youth = self.agencies.social_care, self.agencies.youth_service
        all_three = [(self.jay, "child"), (self.tia, "child"), (self.ruby, "child"), (self.dana, "parent"), (self.andre, "parent")]
        yield self._event(care, "contact", "2024-11-18 21:10", "21:25", "Contact from police: domestic abuse at home, three children (victims).", about=all_three,
                          source_code="6", method="system", reason="Domestic abuse at home; three children, each a victim.",
                          family_told="Mother, by telephone: safe to ring after 09:30. Do not write to the address.",
                          family_view="Mother wants the locks changed and somebody for the girls to talk to. Father lives elsewhere, sees the children weekly and has parental responsibility; he offers to have them at weekends.",
                          agreement="yes")
        yield self._event(care, "contact", "2025-01-14 09:20", "15:30", "Contact from school: advice given.", source_code="2A", method="phone",
                          reason="Bruised hand seen at school on Monday; said that he fell.", family_told="Yes, his mother, by the school", agreement="not-sought",
                          not_sought_because="Advice to the school only")
        yield self._event(care, "voice-of-child", "2025-02-13 15:40", "18:30", words="Ask my coach. He knows when I’m lying.", how="On a visit at school, alone with the social worker")
        yield self._event(care, "voice-of-child", "2025-03-11 15:20", "18:00", words="Can somebody be at the stop?", how="On a visit at school, alone with the social worker, the day after the hospital")
        decisions = (
            ("2024-10-01 10:10", "advice", "universal", "The school nurse will go on seeing Jay each week and has told his form tutor. To come back to us if he says who follows him.", self.jay),
            ("2024-11-19 10:30", "advice", "early-help", "The person causing harm has been arrested and may not come near the home. Domestic abuse adviser and both schools are supporting the children.", None),
            ("2025-01-14 15:20", "advice", "universal", "Advice to the safeguarding lead: to keep a record, to speak with Jay alone, and to ring us again if there is another injury.", self.jay),
            ("2025-01-30 01:10", "assessment", "child-in-need", "A cut to the forearm that nobody has explained, and he left before being seen. With what school told us on 14 January an assessment is needed.", self.jay),
            ("2025-01-30 14:05", "assessment", "child-in-need", "Referral accepted for assessment by the East area team. His mother agrees and is safe to ring after 09:30; nothing is to be written to the address.", self.jay),
            ("2025-02-10 09:40", "advice", "child-in-need", "Already being assessed by the East area team, who were told at 09:45. The youth service offers the return interview today.", self.jay),
            ("2025-03-06 10:15", "advice", "child-in-need", "A child in need plan is in place; the allocated social worker was told by telephone. A return interview is to be arranged by the youth service.", self.jay),
        )
        for at, decision, threshold, rationale, child in decisions:
            about = [(c, "child") for c in ([child] if child else self.family.children)]
            told = (datetime.fromisoformat(at) + timedelta(minutes=35)).isoformat(sep=" ", timespec="minutes")
            yield self._event(care, "decision", at, told, about=about, decision=decision, threshold=threshold, rationale=rationale)
            yield self._event(care, "referrer-feedback", told, told, about=about, told_at=told, how="phone")
        yield self._event(youth, "return-home-interview", "2025-02-10 16:00", "19:00", "Said that he was given a lift by older males and did not know how to say no.",
                          episode="7 February 2025", offered_at="2025-02-08 10:30", held_at="2025-02-10 16:00", push="Suspended, and at home alone.",
                          pull="Older males with a car, whom he is not ready to name.")

    def _people(self) -> Iterator[Event]:
        """All nine who work with Jay, and who did before."""
        a = self.agencies
        nine = (
            (a.social_care, "2025-02-12", "Allocated social worker", "east-area-team", "0113 496 0142", "2025-02-12", ""),
            (ACADEMY, "2024-09-04", "Safeguarding lead", "", "0113 496 0188", "2021-09-06", "Out until 13:00 on Fridays: ring the deputy."),
            (ACADEMY, "2024-09-04", "Deputy safeguarding lead", "", "0113 496 0189", "2022-09-05", ""),
            (ACADEMY, "2024-09-04", "Form tutor, year 10", "", "0113 496 0190", "2024-09-04", ""),
            (ACADEMY, "2024-09-04", "Special educational needs coordinator (SEN support)", "", "0113 496 0191", "2023-01-09", ""),
            (a.health, "2024-09-30", "School nurse", "nought-to-nineteen-east", "0113 496 0161", "2023-09-04", "Jay trusts her and his boxing coach."),
            (a.health, "2024-07-15", "Neurodevelopmental assessment coordinator", "camhs", "0113 496 0164", "2024-07-15", ""),
            (a.youth_justice, "2025-03-03", "Youth justice case manager", "youth-justice", "0113 496 0107", "2025-03-03", ""),
            (a.youth_service, "2025-02-08", "Youth worker, return interviews", "", "0113 496 0120", "2025-02-08", ""),
        )
        for agency, at, role, team, phone, since, says in nine:
            yield self._event(agency, "involvement", at, f"{at} 16:45", says, worker_role=role, team=team, phone=phone, _from=since)
        yield self._event(a.social_care, "involvement", "2025-01-30", "2025-01-30 17:00", worker_role="Assessing social worker", team="front-door", phone="0113 496 0140",
                          _from="2025-01-30", to="2025-02-12")
        yield self._event(a.youth_justice, "youth-justice-outcome", "2025-03-03", "2025-03-03 17:00", "Outcome 22: weapons awareness sessions begun.",
                          outcome="22", gravity="2, matrix of 2023", offence="possession-of-weapon")

    def _case(self) -> Case:
        def day(text: str) -> date:
            return date.fromisoformat(text) + self.shift

        plan = (datetime(2025, 3, 20) + self.shift).strftime("%A %-d %B")
        return Case(
            self.jay, day("2025-01-30"), "3E", "N1", assessed=(day("2025-01-30"), day("2025-02-11"), "3B; 10A; 24A"), plan=(day("2025-02-12"), None),
            storyline=STORYLINE, told_at=datetime(2025, 1, 30, 13, 40) + self.shift,
            says={"child-in-need-plan": f"Next meeting {plan}, 14:00, at school. Jay wants his boxing coach to be asked.",
                  "reason": "Cut to the forearm on 29 January, not explained; bruised hand two weeks before."},
        )
