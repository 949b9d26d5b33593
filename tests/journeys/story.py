"""The sketch's story, and a child with many entries, as agencies would send them.

The story is told as if today were 14 March 2025, and moved to the real today: so that what is late is late.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from itertools import count

from sightline.definition.types import Fault
from sightline.intake.types import Details, Named, Notification, Unread
from sightline.timescales.moment import now

TOLD_ON = date(2025, 3, 14)
JAY = Details(
    given="Jay",
    family="Marsh",
    born="2010-03-04",
    sex="male",
    ethnicity="MWBC",
    nhs_number="9990000018",
    language="English",
    lines=("14 Quarry Rise",),
    postcode="LS14 6AA",
    school="elmfield-academy",
)
SISTER = Details(
    given="Mia",
    family="Marsh",
    born="2013-06-19",
    sex="female",
    nhs_number="9990000026",
    lines=("14 Quarry Rise",),
    postcode="LS14 6AA",
)
MOTHER = Details(
    given="Dana", family="Marsh", born="1986-09-21", sex="female", lines=("14 Quarry Rise",), postcode="LS14 6AA"
)
NELL = Details(
    given="Nell",
    family="Crowther",
    born="2009-08-12",
    sex="female",
    nhs_number="9990000034",
    postcode="LS8 2DD",
    school="elmfield-academy",
)
_number = count(1)


def moved(text: str) -> str:
    """A date of the story, as many whole weeks later as bring its today to ours."""
    weeks = timedelta(days=(now().date() - TOLD_ON).days // 7 * 7)
    return re.sub(r"^\d{4}-\d\d-\d\d", lambda m: (date.fromisoformat(m[0]) + weeks).isoformat(), text)


def told(
    agency: str,
    record: str,
    at: str,
    role: str,
    who: Details = JAY,
    *,
    sent: str = "",
    says: str = "",
    message: str = "",
    place: dict[str, str] | None = None,
    version: str = "",
    also: tuple[Named, ...] = (),
    relations: tuple[tuple[str, str, str], ...] = (),
    **fields: str,
) -> Notification:
    n = next(_number)
    mine = Details.from_dict({**who.as_dict(), "local_id": f"{who.given}-{who.family}"})
    named = {name.replace("_", "-").strip("-"): moved(value) for name, value in fields.items()}
    return Notification(
        agency=agency,
        record=record,
        message_id=message or f"m{n}",
        happened=moved(at),
        sent=moved(sent or at),
        fields=named,
        says=says,
        people=(Named("child", (role,), mine), *also),
        place=place or {},
        version=version,
        position=f"line {n + 1}",
        raw=f"{n};{record};{at};{version}".encode(),
        relations=relations,
    )


def story() -> dict[str, list[Notification | Unread]]:
    police, hospital, nurse = "west-yorkshire-police", "leeds-teaching-hospitals", "leeds-community-healthcare"
    school, care, justice = "elmfield-academy", "childrens-social-work", "youth-justice-service"
    mother = Named("mother", ("parent",), Details.from_dict({**MOTHER.as_dict(), "local_id": "dana"}))
    sister = Named("sister", ("child",), Details.from_dict({**SISTER.as_dict(), "local_id": "mia"}))
    victim = Named("mother", ("victim",), Details.from_dict({**MOTHER.as_dict(), "local_id": "pm"}))
    family = (("mother", "parent", "child"), ("mother", "parent", "sister"))
    jaye = Details(
        given="Jaye", family="Marsh", born="2010-03-04", sex="male", nhs_number="9990000018", postcode="LS14 6AA"
    )
    alone = Details(
        given="Jay", family="Marsh", born="2010-03-04", sex="male", postcode="LS9 7AA", phone="0113 496 0999"
    )
    return {
        "schools-jsonl": [
            told(
                school,
                "what-is-working",
                "2024-07-04",
                "child",
                words="Bright, funny, kind to younger ones; comes every day.",
            ),
            told(
                school,
                "involvement",
                "2024-09-03",
                "child",
                worker_role="designated-safeguarding-lead",
                _from="2024-09-03",
                phone="0113 496 0188",
            ),
            told(
                school,
                "school-concern",
                "2025-01-13 14:20",
                "child",
                category="unexplained-injury",
                says="Bruised hand; he said that he fell.",
                voice_of_child="I just fell, leave it.",
            ),
            told(
                school,
                "suspension",
                "2025-02-06",
                "pupil",
                _from="2025-02-06",
                days="2",
                reason="persistent disruptive behaviour",
                says="Awaiting a neurodevelopmental assessment.",
            ),
            told(school, "what-is-working", "2025-02-20", "child", words="Boxing twice a week; he trusts his coach."),
        ],
        "community-health-jsonl": [
            told(
                nurse,
                "involvement",
                "2023-09-04",
                "child",
                worker_role="school-nurse",
                _from="2023-09-04",
                phone="0113 496 0161",
            ),
            told(
                nurse,
                "waiting-list",
                "2024-07-15",
                "child",
                service="neurodevelopmental-assessment",
                joined_at="2024-07-15",
            ),
            told(
                nurse,
                "school-nurse-concern",
                "2024-09-30 11:10",
                "child",
                reason="Sleeps badly; worried about being followed.",
                voice_of_child="I’m not going back on that bus.",
            ),
            told(nurse, "camhs-referral", "2024-10-08", "child", reason="Low mood after an assault", urgency="routine"),
            told(
                hospital,
                "ae-attendance",
                "2025-01-29 23:50",
                "patient",
                complaint="laceration",
                injury="violence",
                left_before_seen="yes",
                says="Cut to the forearm. Left before being seen.",
            ),
            told(
                hospital,
                "ae-attendance",
                "2025-03-12 19:30",
                "patient",
                complaint="facial-injury",
                injury="violence",
                says="Facial injury; he says that he fell.",
                voice_of_child="I fell off my bike, ask anyone.",
            ),
        ],
        "leeds-police-csv": [
            told(
                police,
                "domestic-abuse-incident",
                "2024-11-18 20:15",
                "child",
                jaye,
                professional_judgement="medium",
                children_present="yes",
                says="Three children at home; the person causing harm had left.",
                also=(victim,),
            ),
            told(
                police,
                "police-incident",
                "2025-01-10 21:40",
                "suspect",
                jaye,
                sent="2025-01-11 07:05",
                offence="possession-of-weapon",
                child_at_risk="yes",
                says="Detained after a fight; a knife found near by.",
                place={"name": "Bus station", "postcode": "LS2 7HU"},
            ),
            told(
                police,
                "missing-episode",
                "2025-02-07 06:10",
                "missing-child",
                jaye,
                sent="2025-02-08 08:00",
                message="miss-1",
                version="1",
                missing_from="2025-02-06 21:00",
                returned_at="2025-02-07 06:10",
                risk="medium",
                says="Found out of area with older males.",
            ),
            told(
                police,
                "missing-episode",
                "2025-02-07 06:10",
                "missing-child",
                jaye,
                sent="2025-02-12 09:30",
                message="miss-1",
                version="2",
                missing_from="2025-02-06 19:00",
                returned_at="2025-02-07 06:10",
                risk="high",
                found_place="A flat in Bradford",
                says="Found out of area with three older males, one known for robbery.",
            ),
            told(
                police,
                "stop-search",
                "2025-02-24 17:05",
                "subject",
                jaye,
                reason="Near a fight",
                outcome="nothing-found",
            ),
            told(
                police,
                "police-intelligence",
                "2025-03-01",
                "subject",
                jaye,
                source_grade="1",
                information_grade="B",
                handling="P",
            ),
            told(
                police,
                "missing-episode",
                "2025-03-05 22:00",
                "missing-child",
                jaye,
                missing_from="2025-03-05 22:00",
                risk="high",
                returned_at="2025-03-06 07:30",
                says="Missing overnight; return interview not yet held.",
                sent="2025-03-06 09:00",
            ),
            told(
                police,
                "stop-search",
                "2025-03-09 16:00",
                "subject",
                alone,
                reason="Near a fight",
                outcome="nothing-found",
            ),
            Unread(
                "line 41",
                b"41;police-incident;31/02/2025;possession;Marsh\n",
                "not-a-date",
                (Fault(path="happened", expected="a date such as 2025-02-28 or 28/02/2025", code="not-a-date"),),
                "bad-1",
                police,
            ),
            Unread(
                "line 58",
                b"58;police-incident;2025-03-02;Marsh\n",
                "wrong-columns",
                (Fault(path="", expected="14 columns, as in the heading; found 4", code="wrong-columns"),),
                "bad-2",
                police,
            ),
        ],
        "case-management-jsonl": [
            told(
                care,
                "contact",
                "2024-11-19 09:05",
                "child",
                source_code="06",
                reason="Domestic abuse at home; three children.",
                also=(mother, sister),
                relations=family,
                voice_of_child="Can Mia stay with Nan?",
            ),
            told(
                care,
                "involvement",
                "2024-11-20",
                "child",
                worker_role="family-help-practitioner",
                _from="2024-11-20",
                to="2025-02-11",
            ),
            told(
                care,
                "contact",
                "2025-01-14 10:00",
                "child",
                source_code="2A",
                reason="Bruised hand.",
                says="Advice given to the school.",
            ),
            told(care, "child-in-need-plan", "2025-02-12", "child", started="2025-02-12", category="N1"),
            told(
                care,
                "involvement",
                "2025-02-12",
                "child",
                worker_role="social-worker",
                team="east-area-team",
                _from="2025-02-12",
                phone="0113 496 0142",
            ),
            told(
                justice,
                "youth-justice-outcome",
                "2025-03-03",
                "child",
                outcome="22",
                gravity="2",
                offence="possession-of-weapon",
                says="Weapons awareness sessions begun.",
            ),
        ],
    }


def crowd(entries: int) -> list[Notification | Unread]:
    """One child with many entries over years: for the picture, for paging, for speed."""
    start, kinds = (
        datetime(2018, 9, 3, 9, 0),
        (
            ("elmfield-academy", "school-concern", "child", {"category": "neglect"}),
            ("west-yorkshire-police", "police-incident", "victim", {"offence": "theft", "child_at_risk": "no"}),
            ("leeds-teaching-hospitals", "ae-attendance", "patient", {"complaint": "assault", "injury": "violence"}),
            ("elmfield-academy", "what-is-working", "child", {"words": "Sings in the choir."}),
            ("childrens-social-work", "contact", "child", {"source_code": "06", "reason": "A neighbour is worried."}),
            ("leeds-community-healthcare", "school-nurse-concern", "child", {"reason": "Tired."}),
            ("west-yorkshire-police", "stop-search", "subject", {"outcome": "nothing-found"}),
        ),
    )
    things: list[Notification | Unread] = []
    for n in range(entries):
        agency, record, role, values = kinds[(n * n + n // 3) % len(kinds)]
        at = start + timedelta(days=n * 2380 / entries + (n % 5) * 0.4, minutes=(n * 37) % 500)
        things.append(told(agency, record, at.strftime("%Y-%m-%d %H:%M"), role, NELL, says=f"Note {n}.", **values))
    return things
