"""Two dozen who may be one person, for the match queue: namesakes, twins with one number, five spellings, a family, one who
is protected, one about whom something urgent waits. As agencies would send them; nobody is real."""

from __future__ import annotations

from dataclasses import replace
from zlib import crc32

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import actor_for, machine, worker
from sightline.identity import match_queries
from sightline.identity.actions import guard
from sightline.intake.types import Details, Named, Notification
from sightline.sharing.reading import Reading
from tests.journeys.story import told
from tests.journeys.town import PASSWORD, deliver

NAMES = (  # none is like another: each is held by two agencies
    "Ada Thackray, Bruno Oldroyd, Chioma Eze, Dorota Wilk, Elif Kaya, Fergus Munro, Gwen Pritchard, Hamza Siddiqui, "
    "Ines Carvalho, Joel Sugden, Kezia Blackwood, Lubna Aziz, Marek Novotny, Nia Bevan, Oskar Lindqvist, Poppy Garside, "
    "Quinn Ramsbottom, Rafael Dacosta, Saskia Verhoeven, Tariq Mahmood, Ursula Finch, Violet Holroyd"
).split(", ")
SCHOOL, POLICE, NURSE = "elmfield-academy", "west-yorkshire-police", "leeds-community-healthcare"


def held(
    agency: str, who: Details, n: int = 1, also: tuple[Named, ...] = (), relations: tuple = (), **more: str
) -> None:
    """One record of an agency about somebody."""
    kind, role, fields = {
        SCHOOL: ("school-concern", "child", {"category": "neglect"}),
        POLICE: ("stop-search", "subject", {"outcome": "nothing-found"}),
        NURSE: ("camhs-referral", "child", {"reason": "Low mood", "urgency": "routine"}),
    }[agency]
    record = told(agency, kind, f"2025-02-{n:02}", role, who, also=also, relations=relations, **{**fields, **more})
    deliver("match-queue", [numbered(record)])


def numbered(record: Notification) -> Notification:
    """Each agency has numbers of its own for people, as they have."""

    def own(named: Named) -> Named:
        number = crc32(f"{record.agency}{named.details.local_id}".encode()) % 90_000 + 10_000
        return replace(named, details=replace(named.details, local_id=f"{record.agency[:1].upper()}{number}"))

    return replace(record, people=tuple(own(named) for named in record.people))


def plant_alike() -> None:
    for n, name in enumerate(NAMES):
        given, family = name.split()
        born = f"{2008 + n % 9}-{n % 12 + 1:02}-{n + 3:02}"
        one = Details(given=given, family=family, born=born, postcode=f"LS{n % 12 + 3} 4AA", school=SCHOOL)
        other = Details(given=given, family=family, born=born, postcode=f"LS{n % 9 + 4} 8BB")
        held(SCHOOL, one, n % 27 + 1)
        held(POLICE, other, n % 27 + 1)


def plant_family() -> None:
    """Twins, one with the other's number; both stand with their mother, whom two agencies name, and one with a brother."""
    common = {"family": "Pickles", "postcode": "LS12 3CC"}
    twins = {"born": "2013-06-19", "sex": "female", "nhs_number": "9990000077", **common}
    mother = Details(given="Rosa", born="1985-05-06", sex="female", **common)
    brother = Details(given="Tom", born="2010-02-11", sex="male", **common)

    def named(key: str, who: Details, role: str, id: str) -> Named:
        return Named(key, (role,), Details.from_dict({**who.as_dict(), "local_id": id}))

    ella = told(
        "childrens-social-work",
        "contact",
        "2025-02-03 10:00",
        "child",
        Details(given="Ella", lines=("3 Mill Row",), **twins),
        also=(named("mother", mother, "parent", "rosa-c"), named("brother", brother, "child", "tom-c")),
        relations=(("mother", "parent", "child"), ("mother", "parent", "brother")),
        source_code="06",
        reason="Shouting at night",
        cannot_wait="yes",
    )
    edith = told(
        POLICE,
        "domestic-abuse-incident",
        "2025-02-04 23:10",
        "child",
        Details(given="Edith", **twins),
        also=(named("mother", mother, "victim", "rosa-p"),),
        relations=(("mother", "parent", "child"),),
        professional_judgement="medium",
        children_present="yes",
    )
    deliver("match-queue", [numbered(ella)])
    deliver("match-queue", [numbered(edith)])


def plant_knot() -> None:
    """One child under several spellings at three agencies."""
    common = {"family": "Ogunleye", "born": "2011-11-23", "sex": "female"}
    held(SCHOOL, Details(given="Folasade", postcode="LS8 1AA", school=SCHOOL, **common), 5)
    held(POLICE, Details(given="Folashade", postcode="LS8 1AA", **common), 6)
    held(NURSE, Details(given="Folasade", phone="0113 496 0777", **common), 7)


def protect(given: str) -> None:
    """Somebody of this name becomes protected, by a duty worker; and a second one comes, who may agree."""
    team = {"role": "front-door-manager", "team": "front-door", "agency": "childrens-social-work"}
    add_worker(username="paula", name="Paula Lister", password=PASSWORD, by=machine("story-runner"), **team)
    amir = actor_for(worker("amir"))
    reading = Reading(amir, "safeguarding", recorded=False)
    view = next(v for v in match_queries.waiting(reading).items if v.one.details.given == given)
    guard(identities=[view.one.identity], kind="protected", because="A court order names the address.", by=amir)
