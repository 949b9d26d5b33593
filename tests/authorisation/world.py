"""A small world for questions of access: one child a case, one worker a role and relation, and a word of its own in every field.

A *case* is a record of one kind in one state, about a child of whom nothing else is held. A *worker* has one role and stands
in one relation to every child. So whoever sees a case's words sees them for one reason, or without one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from uuid import UUID

from django.test import Client

from sightline.agencies.actions import add_worker, make_token, take_from_definition
from sightline.agencies.queries import actor_for, machine, partnership, worker
from sightline.agencies.types import Actor
from sightline.chronology.models import Part
from sightline.definition.types import RecordType
from sightline.identity.models import SourceIdentity
from sightline.intake.types import Details, Named, Notification
from sightline.jobs.receive import close_delivery, open_delivery, receive
from sightline.sharing.actions import tie, untie
from sightline.timescales.moment import now
from sightline.vault.actions import digest
from tests.support.senders import nhs_number

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
RELATIONS = (
    "none",
    "network",
    "allocated",
    "on-duty",
    "agenda",
    "attends",
    "lead-professional",
    "emergency",
    "reviewer",
    "ended",
)
STATES = ("current", "corrected", "years-old", "years-old-corrected")
KINDS = {  # the case: record, sender, who the child is on it
    "missing": ("missing-episode", "west-yorkshire-police", "missing-child"),
    "incident": ("police-incident", "west-yorkshire-police", "victim"),
    "domestic": ("domestic-abuse-incident", "west-yorkshire-police", "child"),
    "school": ("school-concern", "elmfield-academy", "child"),
    "plan": ("child-in-need-plan", "childrens-social-work", "child"),
    "mental-health": ("camhs-referral", "leeds-community-healthcare", "child"),
    "words": ("what-is-working", "youth-service", "child"),
    "outcome": ("youth-justice-outcome", "youth-justice-service", "child"),
    "marac": ("marac-referral", "domestic-abuse-service", "child"),
    "assault": ("sarc-attendance", "sexual-assault-referral-centre", "child"),
    "disclosure": ("disclosure-scheme", "west-yorkshire-police", "child"),
    "intelligence": ("police-intelligence", "west-yorkshire-police", "subject"),
    "adopted": ("permanence", "childrens-social-work", "child"),
    "trust": ("position-of-trust", "childrens-social-work", "child"),
    "register": ("attendance-summary", "elmfield-academy", "pupil"),
}
PLAIN = {"date": "2025-01-06", "datetime": "2025-01-06 10:00", "yes-no": "yes", "number": "3", "phone": "0113 496 0000"}
_serial = count(1)


@dataclass
class Case:
    """One record about one child. `token` stands in every text of it, and nowhere else; `name` is in the child's name."""

    kind: str
    state: str
    token: str
    name: str
    details: Details
    entry: UUID | None = None
    person: UUID | None = None
    identities: list[UUID] = field(default_factory=list)

    @property
    def record(self) -> str:
        return KINDS[self.kind][0]

    @property
    def sender(self) -> str:
        return KINDS[self.kind][1]


@dataclass(frozen=True)
class Who:
    """A worker: a role at an agency, in one relation to every child."""

    role: str
    agency: str
    relation: str

    @property
    def username(self) -> str:
        return f"{self.role}.{self.relation}"


HISTORY = 9  # days: nobody is told of it, whose messages and ties the tables would have to know


class World:
    """Everybody and every case. `kinds`, `states`, `relations` make it smaller."""

    def __init__(self, kinds=tuple(KINDS), states=STATES, relations=RELATIONS, roles=()) -> None:
        self.by = machine("feed-machine")
        take_from_definition(by=self.by)
        self.workers = [
            Who(role, agency, relation)
            for role, agency in homes().items()
            for relation in relations
            if not roles or role in roles
        ]
        for one in self.workers:
            add_worker(
                username=one.username,
                name=one.role.replace("-", " ").capitalize(),
                agency=one.agency,
                role=one.role,
                team="",
                by=machine("story-runner"),
            )
        self.cases = [self._case(kind, state) for kind in kinds for state in states]
        self._tie()
        agencies = ("elmfield-academy", "general-practice")
        self.tokens = {a: make_token(agency=a, label="test", by=machine("set-up-machine")) for a in agencies}

    def case(self, kind: str, state: str = "current") -> Case:
        return next(one for one in self.cases if (one.kind, one.state) == (kind, state))

    def actor(self, one: Who) -> Actor:
        return actor_for(worker(one.username))

    def client(self, one: Who) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(worker(one.username), backend=BACKEND)
        return client

    # --- what is sent ---------------------------------------------------------------------------------------------------

    def _case(self, kind: str, state: str) -> Case:
        case = fresh(kind, state)
        days = 3700 if state.startswith("years-old") else HISTORY
        self.send(case, now() - timedelta(days=days))
        if state.endswith("corrected"):
            self.send(case, now() - timedelta(days=days), version="2", letter="B")
        return case

    def send(self, case: Case, at: datetime, *, version: str = "", letter: str = "A") -> None:
        """The record arrives through the same door as any; a later version is a correction."""
        record, sender, role = KINDS[case.kind]
        declared = partnership().record[record]
        note = Notification(
            agency=sender, record=record, message_id=case.token, happened=f"{at:%Y-%m-%d %H:%M}", sent=f"{at:%Y-%m-%d %H:%M}",
            says=f"{case.token}{letter}", version=version, people=(Named("p1", (role,), case.details),),
            fields=texts(declared, f"{case.token}{letter}"), raw=f"{case.token}{letter}".encode(),
        )  # fmt: skip
        delivery = open_delivery(feed="leeds-police-csv", agency=sender, kind="file", name="file.csv", by=self.by)
        counts = receive([note], delivery=delivery, by=self.by)
        close_delivery(delivery, counts, by=self.by)
        local = digest("local", f"{sender}|{case.details.local_id}")
        row = SourceIdentity.objects.get(agency=sender, local=local)
        case.person, case.identities = row.person, [row.id]
        case.entry = Part.objects.filter(identity=row).order_by("-id").values_list("entry_id", flat=True)[0]

    def _tie(self) -> None:
        since = now() - timedelta(days=400)
        identities = [identity for case in self.cases for identity in case.identities]
        ties, over = [], []
        for one in self.workers:
            if one.relation == "none":
                continue
            holder, ended = f"worker:{worker(one.username).id}", one.relation == "ended"
            kind = "allocated" if ended else one.relation
            ties += [(holder, kind, identity, since, None, None) for identity in identities]
            if ended:
                over.append((holder, kind))
        tie(ties)  # all at once: each call reads what is there
        for holder, kind in over:
            untie(kind=kind, subjects=identities, holder=holder)


@cache
def homes() -> dict[str, str]:
    """An agency for every role that people have: one of the kinds at which the role exists."""
    definition = partnership()
    by_kind: dict[str, str] = {}
    for agency in definition.agency.values():
        by_kind.setdefault(agency.kind, agency.id)
    by_kind |= {"school": "elmfield-academy", "community-health": "leeds-community-healthcare"}
    usual = {"partnership": "business-unit"}
    found = {}
    for role in sorted(definition.role.values(), key=lambda r: r.id):
        if not role.machine:
            kind = next((k for k in role.agencies if k in by_kind), "partnership")
            found[role.id] = usual.get(kind) or by_kind[kind]
    return found


def fresh(kind: str, state: str) -> Case:
    """A case of whom nobody has heard yet."""
    n = next(_serial)
    letters = "".join("bdfglmnprt"[int(d)] + "aeiou"[int(d) % 5] for d in f"{n:04d}")
    details = Details(
        given=f"{letters}ka".capitalize(),
        family=f"{letters[::-1]}sen".capitalize(),
        born=f"20{9 + n % 8:02d}-{1 + n % 12:02d}-{1 + n % 28:02d}",
        sex="female",
        local_id=f"W{n}",
        nhs_number=nhs_number(n + 3000),
        postcode=f"LS{1 + n % 28} {n % 9}AA",
        lines=(f"{n} {letters.capitalize()} Row",),
        phone=f"07700 900{n:03d}",
    )
    return Case(kind, state, f"Q{letters}x", details.family, details)


def texts(declared: RecordType, token: str) -> dict[str, str]:
    """Every text that the record can hold, filled with the token; what needs a code or a date is left out unless it must be."""
    found = {}
    for name, one in declared.fields.items():
        if one.kind in ("line", "text", "quoted", "words"):
            found[name] = f"{token} {name}"
        elif one.needed and one.kind in ("choice", "choices"):
            found[name] = next(iter(partnership().codes[one.of].codes))
        elif one.needed:
            found[name] = PLAIN[one.kind]
    return found
