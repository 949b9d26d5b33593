"""What stands around every page: who I am, where I may go. Only what exists, and only what this worker may."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from sightline.agencies.queries import agencies, partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.messages.queries import waiting_for
from sightline.web.permissions import ACCESS, SIGNED_IN

PLACES = (  # words, URL name, the names of the pages under it
    ("My work", "work", ("work",)),
    ("Your team", "team", ("team", "allocation")),
    (
        "Front door",
        "queue",
        tuple(
            (
                "queue queue-item queue-shift queue-accept decide decided ask-checks call-discussion discussion medical "
                "enquiry tell-referrer"
            ).split()
        ),
    ),
    ("Signs", "signals", ("signals", "signal")),
    ("Send a concern", "concerns", ("concerns", "concern", "concern-sent", "concern-quality", "concern-quality-all")),
    ("Messages", "messages", ("messages", "messages-settings")),
    ("Domestic abuse notices", "told", ("told", "told-one")),
    ("Schools to tell", "to-tell", ("to-tell", "to-tell-one")),
    ("The day’s lists", "day-lists", ("day-lists", "day-list")),
    ("What did not come", "expected", ("expected", "expected-one")),
    ("Police information", "police-information", ("police-information", "police-information-one")),
    ("Missing", "missing", ("missing", "pass-on")),
    ("Places", "places", ("places", "place")),
    ("Asked of us", "asked", ("asked", "asked-one", "became", "became-one")),
    ("You answer for", "answers-for", ("answers-for", "made-whole", "disagreement", "reconsider")),
    ("Handed over", "hand-overs", ("hand-overs", "hand-over")),
    ("Emergency openings", "emergencies", ("emergencies", "emergency-one")),
    (
        "Find a child",
        "find",
        tuple(
            (
                "find found child child-signs-then entry separate seen-because who-was-who join join-with who-saw "
                "who-saw-receipt flag-child commission-review hindsight keep-child keep-record protected protect safe-contact "
                "location location-end emergency emergency-child emergency-ring reveal reveal-shown reveal-record "
                "reveal-location pack-prepare decide-sharing decide-sharing-child"
            ).split()
        ),
    ),
    ("Tell the police", "intelligence", ("intelligence", "intelligence-new", "intelligence-one", "intelligence-join")),
    ("Packs", "packs", ("packs", "pack", "pack-line", "pack-beside")),
    ("From the public", "public-held", ("public-held",)),
    ("Gaps in records", "data-quality", ("data-quality",)),
    (
        "Rules of signs",
        "signal-rules",
        tuple("signal-rules signal-rule signal-figures signal-switch signal-draft signal-draft-new".split()),
    ),
    ("Loads", "loads", ("loads", "delivery", "quarantined")),
    (
        "Feeds",
        "feeds",
        (
            "feeds",
            "feed_new",
            "mapping",
            "mapping_row",
            "mapping_people",
            "mapping_columns",
            "mapping_values",
            "mapping_check",
            "mapping_result",
        ),
    ),
    ("Feed health", "feed_health", ("feed_health", "feed_one", "feed_alarm")),
    ("Matches", "matches", ("matches", "match")),
    ("Match quality", "match-quality", ("match-quality", "match-joining", "match-model")),
    (
        "Registry",
        "registry",
        (
            "registry",
            "registry-group",
            "registry-agencies",
            "registry-priorities",
            "registry-changes",
            "registry-record",
            "registry-withdraw",
        ),
    ),
    ("How much is told", "messages-measured", ("messages-measured", "intelligence-use")),
    ("Unusual reading", "unusual", ("unusual", "unusual-one")),
    ("Nobody left", "kept-alone", ("kept-alone", "kept-alone-one")),
    ("Keeping and erasing", "retention", ("retention", "disposal", "holds", "lift", "erase")),
    ("Stopped", "stops", ("stops", "stopped")),
    ("Help", "help", ("help", "glossary", "own-details")),
)


def front_door_numbers() -> tuple[str, str]:
    """By day; and at night and at weekends, empty where it is the same. The same on every page that says whom to ring."""
    info = partnership().info
    agency = agencies().get(info.front_door)
    day, night = (agency.phone, agency.out_of_hours) if agency else ("", "")
    return day or info.phone, night if night != (day or info.phone) else ""


@dataclass(frozen=True, slots=True)
class Place:
    words: str
    href: str
    here: bool
    count: int = 0  # what waits there for this worker


class Shell:
    """Made for each request; says nothing until asked."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def partnership(self) -> str:
        return partnership().info.title

    @cached_property
    def ring(self) -> tuple[str, str]:
        """The front door's telephone numbers: by day, and at night and at weekends where that is another."""
        return front_door_numbers()

    @property
    def demonstration(self) -> bool:
        return settings.SIGHTLINE_MODE == "demo"

    @cached_property
    def actor(self) -> Actor | None:
        return getattr(self._request, "actor", None)

    @cached_property
    def role(self) -> str:
        role = partnership().role.get(self.actor.role) if self.actor else None
        return role.title if role else ""

    @cached_property
    def team(self) -> str:
        """The team in words, else the agency."""
        if self.actor is None:
            return ""
        team = partnership().team.get(self.actor.team)
        agency = partnership().agency.get(self.actor.agency)
        return team.title if team else agency.title if agency else ""

    @cached_property
    def places(self) -> list[Place]:
        if self.actor is None:
            return []
        match = self._request.resolver_match
        here = match.url_name if match else ""
        return [
            Place(words, reverse(name), here in under, self.waiting if name == "messages" else 0)
            for words, name, under in PLACES
            if self.may_open(name)
        ]

    @cached_property
    def waiting(self) -> int:
        """How many messages wait for this worker: a number alone."""
        return waiting_for(self.actor) if self.actor else 0

    @property
    def typed(self) -> str:
        """Where this page keeps what is typed on it and not sent."""
        from sightline.web.drafts import address  # which needs the table of addresses, and that needs the pages

        return address(self._request) if self.actor else ""

    def may_open(self, name: str) -> bool:
        who = ACCESS[name].who
        return self.actor is not None and (who == SIGNED_IN or bool(may(self.actor, who, partnership())))

    @cached_property
    def why(self) -> object:
        """Why what is on this page is shown: asked for at its foot, when all of it has been read."""
        from sightline.web.access.why import why  # which reads; the shell itself is made for every request

        return why(self._request)
