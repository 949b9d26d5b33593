"""What happens in the city, before anybody writes it into a file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sightline.definition.types import Partnership
from sightline.simulation.people import Person

Value = str | bool | date | datetime


@dataclass(slots=True)
class Event:
    """One record that one agency sends. `about`: the people on it with their roles; `fields`: the record's own."""

    at: date | datetime
    sent: datetime
    agency: str
    record: str
    about: list[tuple[Person, str]]
    fields: Mapping[str, Value] = field(default_factory=dict)
    says: str = ""
    place: str = ""
    storyline: str = ""
    message: str = ""  # the id that the sender gives it, where it is not the next of the feed's own
    version: str = ""
    system: str = ""  # `ssd`: told by the standard dataset alone


@dataclass(slots=True)
class Case:
    """An episode with children's social care, as the census tells it."""

    child: Person
    referred: date
    source: str
    need: str
    nothing_further: bool = False
    assessed: tuple[date, date | None, str] | None = None  # started, authorised, factors
    enquiry: tuple[date, date, date | None, bool] | None = None  # started, conference target, held, not needed
    plan: tuple[date, date | None] | None = None
    protection: tuple[date, date | None, str, int] | None = None  # started, ended, category, plans before
    closed: date | None = None
    closed_because: str = ""
    care: tuple[date, date | None] | None = None  # looked after: from, until
    no_plan: bool = False  # a conference that decided against a plan
    adopted: bool = False
    before: bool = False  # begun before we watched: known to the system's history alone
    again_after: int = 0  # days since an earlier plan ended; 0: none
    segment: int = 0
    part: float = 0.5  # where it stands among its kind: shares are dealt out by it
    told_at: datetime | None = None  # when the referral was known, just before the decision on it
    says: dict[str, str] = field(default_factory=dict)  # words beside a part of it, by record type
    storyline: str = ""


class Agencies:
    """Who sends what in this partnership: the first agency of each kind, those with a feed first."""

    def __init__(self, partnership: Partnership, schools: Collection[str] = ()) -> None:
        by_kind: dict[str, str] = {}
        feeds = {feed.agency for feed in partnership.feed.values()}
        for agency in sorted(partnership.agency.values(), key=lambda a: a.id not in feeds):  # those with a feed first
            by_kind.setdefault(agency.kind, agency.id)
        self.police = by_kind.get("police", "")
        self.hospital = by_kind.get("acute-hospital", "")
        self.health = by_kind.get("community-health", "")
        self.youth_justice = by_kind.get("youth-justice", "")
        self.social_care = by_kind.get("social-care", "")
        self.family_help = by_kind.get("early-help", "")
        self.youth_service = "youth-service" if "youth-service" in partnership.agency else by_kind.get("youth-work", "")
        self.by_kind = by_kind
        self.substance_misuse = next((a for a in sorted(partnership.agency) if "substance" in a), "")
        voluntary = sorted(a.id for a in partnership.agency.values() if a.kind == "voluntary")
        self.domestic_abuse = next((a for a in voluntary if "domestic" in a or "refuge" in a), "")
        self.voluntary = next((a for a in voluntary if a != self.domestic_abuse), self.domestic_abuse)
        self.schools = {
            a.id for a in partnership.agency.values() if a.kind in ("school", "college", "alternative-provision")
        } | set(schools)
        self.teams = partnership.team
        self.phones = {a.id: a.phone for a in partnership.agency.values()}

    def first(self, kind: str) -> str:
        """The agency of that kind that sends; empty where there is none."""
        return self.by_kind.get(kind, "")

    def team(self, agency: str, locality: str, word: str = "") -> tuple[str, str]:
        """The team of an agency that serves a locality: (id, telephone)."""
        found = [t for t in self.teams.values() if t.agency == agency and word in t.id]
        near = [t for t in found if locality and locality in t.id] or found
        return (near[0].id, near[0].phone) if near else ("", self.phones.get(agency, ""))
