"""A generated world in which most children are known by routine records alone, and everybody who might see one by mistake.

One worker of every role is given every tie to every child, so that nothing but the seal stands between them and a record. The
routine records carry words that nobody else uses (`MARKS`), so that one of them on any page, list or answer is found.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from sightline.agencies.actions import add_worker, make_token, take_from_definition
from sightline.agencies.queries import machine, partnership, worker
from sightline.chronology.models import Entry, Part
from sightline.identity.models import SourceIdentity
from sightline.intake.models import Delivery
from sightline.intake.types import Details, Named, Notification
from sightline.jobs.receive import close_delivery, open_delivery, receive
from sightline.sharing.actions import tie
from tests.support.senders import nhs_number

SCHOOL, HOSPITAL, NURSES = "elmfield-academy", "leeds-teaching-hospitals", "leeds-community-healthcare"
MARKS = ("Quillfeather", "Zennorbrook", "Ossiwick", "Tamberlane")
KINDS = (
    "School attendance",
    "Attendance: ",
    "A&amp;E attendance",
    "Not brought to",
    "Review by a health visitor",
    "s review: ",
)
TIES = ("allocated", "network", "agenda", "attends", "on-duty", "sent")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
START = datetime(2025, 6, 2, 9, 0)  # London's morning, a Monday
FAMILIES = "Ashlar Birkin Calloway Dunmere Ellwick Fenhope Garsdale Hollin Ingmire Jarrow Kelder Lowther".split()
_numbers = count(1)


@dataclass
class Child:
    """A child of this world. `opened`: a concern is known from that day on."""

    n: int
    details: Details
    opened: str = ""
    persons: set[UUID] = field(default_factory=set)


class SealedWorld:
    """`children` children; every `every`-th has a concern from the beginning, and for half of those some records lie before
    the window."""

    def __init__(self, *, children: int, every: int = 6, seed: int = 7, roles: Collection[str] = ()) -> None:
        self.rng = random.Random(seed)
        self.by = machine("feed-machine")
        take_from_definition(by=self.by)
        self.children = [Child(n, self._details(n)) for n in range(children)]
        self.workers = self._everybody(roles)
        self.token = make_token(agency=SCHOOL, label="test", by=machine("set-up-machine"))
        self.other_token = make_token(agency=HOSPITAL, label="test", by=machine("set-up-machine"))
        # each agency that will send knows each child already, so that nothing that follows adds an identity
        self.send(note for child in self.children for note in self.routine(child, START - timedelta(days=30)))
        for child in self.children[::every]:
            self.concern(child, START - timedelta(days=20))
        for child in self.children:
            rows = SourceIdentity.objects.filter(id__in=self.identities(child))
            child.persons = set(rows.values_list("person", flat=True))
        self._tie_everybody()

    @property
    def quiet(self) -> list[Child]:
        return [child for child in self.children if not child.opened]

    @property
    def open(self) -> list[Child]:
        return [child for child in self.children if child.opened]

    def _details(self, n: int) -> Details:
        return Details(
            given=f"{'Abi Cai Eve Gus Ida Kit Noa Oz Pia Rex'.split()[n % 10]}", family=f"{FAMILIES[n % 12]}{n // 12 or ''}",
            born=f"20{10 + n % 9:02d}-{1 + n % 12:02d}-{1 + n % 28:02d}", sex="female" if n % 2 else "male", local_id=f"L{n}",
            postcode=f"LS{1 + n % 28} {n % 9}AA", school=SCHOOL, nhs_number=nhs_number(n),
        )  # fmt: skip

    def _everybody(self, roles: Collection[str]) -> dict[str, str]:
        """One worker of every role (or of these), in an agency that may have such: username by role."""
        definition, made = partnership(), {}
        kinds: dict[str, str] = {}
        for agency in definition.agency.values():
            kinds.setdefault(agency.kind, agency.id)
        kinds |= {"school": SCHOOL, "acute-hospital": HOSPITAL, "community-health": NURSES}
        for role in definition.role.values():
            if role.machine or (roles and role.id not in roles):
                continue
            kind = next((k for k in role.agencies if k in kinds), "partnership")
            add_worker(username=role.id, name=role.title, agency=kinds[kind], role=role.id, by=machine("story-runner"))
            made[role.id] = role.id
        return made

    def _tie_everybody(self) -> None:
        since = (START - timedelta(days=900)).astimezone()
        identities, ties = list(SourceIdentity.objects.values_list("id", flat=True)), []
        for username in self.workers.values():
            holder = f"worker:{worker(username).id}"
            ties += [(holder, kind, identity, since, None, None) for identity in identities for kind in TIES]
        tie(ties)  # all at once: each call reads what is there

    # --- what is sent ---------------------------------------------------------------------------------------

    def routine(self, child: Child, at: datetime) -> list[Notification]:
        """One routine record of each agency and kind about this child, with words of their own."""
        day, rng = at.date().isoformat(), self.rng
        mark = rng.choice(MARKS)
        return [
            self._note(SCHOOL, "attendance-summary", "pupil", child, at, f"{mark} in the register", **{
                "period-from": day, "period-to": day, "possible": "53", "attended": str(rng.randrange(53)), "codes": f"{mark} 7"}),
            self._note(HOSPITAL, "ae-attendance", "patient", child, at, f"{mark} at triage", complaint="breathing", injury="none",
                       **{"arrived-with": f"{mark} aunt"}),
            self._note(NURSES, "was-not-brought", "child", child, at, f"{mark} letter sent", service=f"{mark} clinic"),
            self._note(NURSES, "developmental-review", "child", child, at, f"{mark} weighed", **{
                "review-kind": "one-year", "brought": "yes", "development": f"{mark} and curious"}),
        ]  # fmt: skip

    def concern(self, child: Child, at: datetime) -> None:
        """Somebody is worried: what lies back within the window of each kind is opened."""
        child.opened = child.opened or at.date().isoformat()
        self.send([self._note(SCHOOL, "school-concern", "child", child, at, "Hungry again.", category="neglect")])

    def _note(
        self, agency: str, record: str, role: str, child: Child, at: datetime, says: str, **fields: str
    ) -> Notification:
        moment = f"{at:%Y-%m-%d %H:%M}"
        return Notification(
            agency=agency, record=record, message_id=f"w{next(_numbers)}", happened=moment, sent=moment, says=says,
            people=(Named("p1", (role,), child.details),), fields=fields, raw=f"{record}|{says}".encode(),
        )  # fmt: skip

    def send(self, notes: Iterator[Notification] | list[Notification]) -> None:
        by_agency: dict[str, list[Notification]] = {}
        for note in notes:
            by_agency.setdefault(note.agency, []).append(note)
        for agency, theirs in by_agency.items():
            delivery = open_delivery(feed="leeds-police-csv", agency=agency, kind="file", name="file.csv", by=self.by)
            close_delivery(delivery, receive(theirs, delivery=delivery, by=self.by), by=self.by)

    # --- who is who -------------------------------------------------------------------------------------------

    def identities(self, child: Child) -> list[UUID]:
        from sightline.vault.actions import digest

        keys = [digest("local", f"{agency}|L{child.n}") for agency in (SCHOOL, HOSPITAL, NURSES)]
        return list(SourceIdentity.objects.filter(local__in=keys).values_list("id", flat=True))

    def routine_entries(self, child: Child) -> list[Entry]:
        ids = Part.objects.filter(identity__in=self.identities(child)).values_list("entry_id", flat=True)
        return list(Entry.objects.filter(id__in=ids, routine=True).order_by("happened"))


# --- every page, as everybody -----------------------------------------------------------------------------------


def routes() -> list[tuple[str, str]]:
    """Every address of the web and of the API: (route, name)."""
    return sorted(set(_walk(get_resolver().url_patterns)), key=str)


def _walk(patterns, prefix: str = "") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.name or ""


PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
NOT_WALKED = ("sign-in", "sign-out", "account_", "mfa_", "openid")  # one's own sign-in; some end the session
CORE = ("work", "child", "entry", "matches")  # where a child may show, besides what a search finds
# Words that change from one answer to the next, and say nothing of anybody.
CHANGING = re.compile(
    r'csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|nonce-[\w+/=-]+|"csrfToken": ?"[^"]*"|value="[A-Za-z0-9]{64}"'
)


class Walker:
    """Goes to every address as one worker. What an address needs is taken from the world, whatever is new included."""

    def __init__(self, username: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.client.force_login(worker(username), backend=BACKEND)

    def pages(self, person: UUID, entry: UUID, words: str, *, every: bool = True) -> dict[str, tuple[int, str]]:
        """Every answer: (status, body without what changes), by name of the address. Without `every`, where a child may
        show."""
        known = {
            "person": person,
            "held": person,
            "entry": entry,
            "delivery": Delivery.objects.values_list("id", flat=True).order_by("received_at").first(),
            "about": person,
            "form": "match",
            "group": "mace-gold",
        }
        found: dict[str, tuple[int, str]] = {}
        self.client.post("/find/", {"words": words})  # what one searched for stands on the page that one searches from
        for route, name in routes():
            if any(part in f"{route} {name}" for part in NOT_WALKED) or "^" in route:
                continue
            if not every and name not in CORE:
                continue
            path = "/" + PARAMETER.sub(lambda m: str(known.get(m[2]) or uuid4()), route)
            found[f"{name} {route}"] = self.get(path)
        searched = self.client.post("/find/", {"words": words}, follow=True)
        found["find by name"] = (searched.status_code, CHANGING.sub("", searched.content.decode(errors="replace")))
        found["child as known then"] = self.get(f"/child/{person}/?known-on=2025-05-20")
        return found

    def get(self, path: str) -> tuple[int, str]:
        answer = self.client.get(path)
        if getattr(answer, "streaming", False):
            return answer.status_code, ""
        return answer.status_code, CHANGING.sub("", answer.content.decode(errors="replace"))
