"""What may happen to a child or a family, how much of it the figures ask for, and to whom it may happen.

To whom is drawn by how hard a family's life is, and by chance. Ethnicity, place and school never come in, unless a file of
biases is given: then the same figures are shared out unfairly, as recording sometimes is.
"""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """`figure`: how many a year. `tail`: how unequally (the sigma of a log-normal). `ages`: from, until before.

    `by`: what makes it likelier: `burden` (a life with harm in it), `flat` (anybody), `unborn`. `records`: what is
    recorded of it, for biases. `school`: only pupils of schools that send.
    """

    figure: str
    ages: tuple[int, int] = (0, 18)
    tail: float = 0.5
    by: str = "burden"
    records: tuple[str, ...] = ()
    school: bool = False


CHILD_KINDS: dict[str, Kind] = {
    "accused": Kind("children-suspected", (10, 18), 0.9, records=("police-incident",)),
    "arrest": Kind("child-arrests", (10, 18), 1.1, records=("custody",)),
    "voluntary": Kind("child-voluntary-attendances", (10, 18), 0.8, records=("voluntary-attendance",)),
    "harmed": Kind("children-harmed", (4, 18), 0.6, records=("police-incident",)),
    "witness": Kind("children-witnesses", (8, 18), 0.4, records=("police-incident",)),
    "search": Kind("stop-searches", (11, 18), 0.8, records=("stop-search",)),
    "missing": Kind("missing-episodes", (10, 18), 2.4, records=("missing-episode",)),
    "protected": Kind("police-protections", (0, 17), 0.5, records=("police-protection",)),
    "sentence": Kind("serious-violence-sentences", (13, 18), 0.8, records=("youth-justice-outcome",)),
    "school": Kind("school-concerns", (4, 18), 0.7, records=("school-concern",), school=True),
    "suspension": Kind("suspensions", (5, 16), 1.2, records=("suspension",), school=True),
    "exclusion": Kind("exclusions", (7, 16), 0.8, records=("exclusion",), school=True),
    "weapon": Kind("weapons-in-school", (8, 17), 0.5, records=("weapon-in-school",), school=True),
    "reduced": Kind("reduced-timetables", (6, 16), 0.5, records=("reduced-timetable",), school=True),
    "home-education": Kind("home-education", (5, 16), 0.5, records=("elective-home-education",), school=True),
    "missing-education": Kind("missing-education", (5, 16), 0.5, records=("child-missing-education",), school=True),
    "visitor": Kind("health-visitor-concerns", (0, 5), 0.5, records=("health-visitor-concern",)),
    "nurse": Kind("school-nurse-concerns", (5, 18), 0.5, records=("school-nurse-concern",)),
    "midwife": Kind("midwifery-concerns", by="unborn", records=("midwifery-concern",)),
    "camhs": Kind("camhs-referrals", (6, 18), 0.5, records=("camhs-referral",)),
    "attendance": Kind("attendances", tail=0.4, by="flat", records=("ae-attendance",)),
    "violence": Kind("attendances-violence", (10, 18), 0.7, records=("ae-attendance",)),
    "infant": Kind("attendances-infant-injury", (0, 1), 0.4, records=("ae-attendance",)),
    "self-harm": Kind("attendances-self-harm", (11, 18), 0.8, records=("ae-attendance",)),
    "ambulance": Kind("ambulance-concerns", (0, 18), 0.5, records=("ambulance-concern",)),
    "contact": Kind("contacts", (0, 18), 0.5, records=("contact",)),
    "early-help": Kind("early-help", (0, 17), 0.4, records=("early-help-assessment",)),
    "housing": Kind("housing-concerns", (0, 18), 0.4, records=("housing-concern",)),
    "voluntary-sector": Kind("voluntary-concerns", (5, 18), 0.4, records=("voluntary-concern",)),
    "probation": Kind("probation-checks", (0, 18), 0.4, records=("probation-check",)),
    "adult-mental-health": Kind("adult-mental-health-involvements", (0, 18), 0.4, records=("involvement",)),
    "substance-misuse": Kind("substance-misuse-involvements", (0, 18), 0.4, records=("involvement",)),
}
CHILD_CODES = tuple(CHILD_KINDS)
FAMILY_CODES = ("domestic", "domestic-alone", "domestic-service")  # the second: no child was there
CARE_CODES = ("looked-after", "protection", "conference-only", "enquiry", "in-need", "assessment", "nothing-further")
