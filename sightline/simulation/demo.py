"""Who signs in to the demonstration. Plain data: `sightline demo` adds them as workers. All are invented."""

from __future__ import annotations

from typing import NamedTuple


class DemoWorker(NamedTuple):
    username: str
    name: str
    agency: str
    team: str  # empty: none
    role: str
    phone: str
    says: str  # who they are, in one sentence


DEMO_WORKERS = (
    DemoWorker(
        "amir",
        "Amir Khan",
        "childrens-social-work",
        "front-door",
        "duty-social-worker",
        "0113 496 0140",
        "On duty at the front door: sees what reaches the queue and decides what happens next.",
    ),
    DemoWorker(
        "moira",
        "Moira Ellison",
        "childrens-social-work",
        "front-door",
        "front-door-manager",
        "0113 496 0141",
        "Manages the front door: answers for its clocks, and decides where others disagree.",
    ),
    DemoWorker(
        "precious",
        "Precious Moyo",
        "childrens-social-work",
        "east-area-team",
        "social-worker",
        "0113 496 0142",
        "Social worker in the East area team; Jay Marsh is allocated to her team.",
    ),
    DemoWorker(
        "tess",
        "Tess Ogden",
        "childrens-social-work",
        "east-area-team",
        "team-manager",
        "0113 496 0143",
        "Manages the East area team: sees whom nobody has yet, and gives each child to a worker.",
    ),
    DemoWorker(
        "ruth",
        "Ruth Adeyemi",
        "elmfield-academy",
        "",
        "designated-safeguarding-lead",
        "0113 496 0188",
        "Leads safeguarding at Elmfield Academy: sees what concerns her own pupils.",
    ),
    DemoWorker(
        "gareth",
        "Gareth Lumb",
        "west-yorkshire-police",
        "police-hub",
        "police-hub-officer",
        "0113 496 0150",
        "Police officer at the front door: answers what police know, and hears what others do.",
    ),
    DemoWorker(
        "noreen",
        "Noreen Iqbal",
        "leeds-community-healthcare",
        "front-door-health",
        "front-door-health",
        "0113 496 0153",
        "Nurse at the front door: brings what health services know of a child.",
    ),
    DemoWorker(
        "callum",
        "Callum Reyes",
        "youth-justice-service",
        "youth-justice",
        "youth-justice-practitioner",
        "0113 496 0107",
        "Youth justice case manager; has worked with Jay Marsh since 3 March.",
    ),
    DemoWorker(
        "hana",
        "Hana Novak",
        "leeds-community-healthcare",
        "nought-to-nineteen-east",
        "school-nurse",
        "0113 496 0161",
        "School nurse in the east of the city; Jay Marsh trusts her.",
    ),
    DemoWorker(
        "tom",
        "Tom Sadler",
        "west-yorkshire-police",
        "missing-exploitation",
        "missing-exploitation-officer",
        "0113 496 0151",
        "Police officer for missing and exploited children.",
    ),
    DemoWorker(
        "bridget",
        "Bridget Shaw",
        "safer-leeds",
        "",
        "mace-coordinator",
        "0113 496 0119",
        "Prepares the meetings on exploitation and harm outside the home.",
    ),
    DemoWorker(
        "olu",
        "Olu Benson",
        "business-unit",
        "",
        "business-manager",
        "0113 496 0128",
        "Runs the partnership's business: keeps the registry, watches the feeds; sees no case.",
    ),
    DemoWorker(
        "sal",
        "Sal Whitaker",
        "business-unit",
        "",
        "system-administrator",
        "0113 496 0129",
        "Looks after the system: adds workers, maps new suppliers' files, watches loads; sees no case.",
    ),
    DemoWorker(
        "imogen",
        "Imogen Tate",
        "business-unit",
        "",
        "information-governance",
        "0113 496 0138",
        "Looks after how information is used: who read what, what is kept, shared and erased; sees no case.",
    ),
    DemoWorker(  # erasing, and naming somebody anew, take two
        "idris",
        "Idris Kaya",
        "business-unit",
        "",
        "information-governance",
        "0113 496 0139",
        "The second person of information governance: agrees, or does not, with what Imogen Tate asks.",
    ),
)


class DemoDecision(NamedTuple):
    """A possible match that a worker has decided before the demonstration begins."""

    username: str
    name: str  # whom it is about, as one searches
    spelt: tuple[str, str]  # the two given names
    because: str


DEMO_DECISION = DemoDecision("amir", "Jay Marsh", ("Jay", "Jaye"), "His school rang: one boy, spelt by ear.")

# The demonstration's centrepiece: whose sign is printed as a link, which, and as whom it is looked for.
DEMO_CHILD, DEMO_SIGN, DEMO_WHO = "Jay Marsh", "pattern-of-incidents", "precious"
