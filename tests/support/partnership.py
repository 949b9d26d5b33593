"""A partnership with a worker in each of a few places, and agencies that send: for tests that need a child and a reader."""

from __future__ import annotations

from contextlib import nullcontext
from itertools import count
from uuid import UUID

from django.test import Client

from sightline.agencies.actions import add_worker, take_from_definition
from sightline.agencies.queries import actor_by_id, machine, worker
from sightline.agencies.types import Actor
from sightline.chronology.queries import of_person
from sightline.chronology.tracing import first_of, people_of, versions_of
from sightline.chronology.types import EntryView
from sightline.identity.queries import persons_of
from sightline.intake.types import Details, Named, Notification, Receipt
from sightline.jobs.receive import receive_one
from sightline.sharing.reading import reading
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import allow_pretending, pretend

POLICE, SCHOOL, HOSPITAL, CARE = (
    "west-yorkshire-police",
    "elmfield-academy",
    "leeds-teaching-hospitals",
    "childrens-social-work",
)
WORKERS = {  # username: agency, role, team
    "amir": (CARE, "duty-social-worker", "front-door"),
    "sara": (CARE, "social-worker", "east-area-team"),
    "ruth": (SCHOOL, "designated-safeguarding-lead", ""),
    "olive": (POLICE, "police-hub-officer", "police-hub"),
    "dee": ("business-unit", "data-officer", ""),
    "gwen": ("general-practice", "gp", ""),
}
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_number = count(1)


def settle_in() -> dict[str, Actor]:
    """The definition's agencies, and the workers as actors by name."""
    allow_pretending()
    by = machine("story-runner")
    take_from_definition(by=by)
    made = {}
    for name, (agency, role, team) in WORKERS.items():
        added = add_worker(username=name, name=name.capitalize(), agency=agency, role=role, team=team, by=by)
        made[name] = actor_by_id(added.id)
    return made


def inside(username: str) -> Client:
    """A browser in which this worker has signed in."""
    client = Client()
    client.force_login(worker(username), backend=BACKEND)
    return client


def child(given: str = "", **details: str) -> Details:
    """An invented child whom nobody else is like: each with a family name and a birth date of their own."""
    n = next(_number)
    # no k: a family of Kimitiki is found where somebody looks for Kim, and most children here are Kim
    family = "".join("bcdfghlmnprstvwz"[int(digit, 16)] + "aeiou"[n % 5] for digit in f"{n * 7919 % 65536:04x}")
    known = {"family": family.capitalize(), "born": f"20{8 + n % 9:02d}-{n % 12 + 1:02d}-{n % 28 + 1:02d}"}
    return Details(**{"given": given or "Kim", **known, **details})


def say(
    record: str, *people: tuple[str, Details], agency: str = POLICE, message: str = "", version: str = "", sent: str = "",
    happened: str = "2025-01-10 21:40", says: str = "As told.", relations: tuple = (), **fields: str,
) -> Notification:  # fmt: skip
    """A notification; people are (role, details), in the order of their keys p1, p2, …"""
    return Notification(
        agency=agency, record=record, message_id=message or f"m{next(_number)}", happened=happened, version=version, sent=sent,
        people=tuple(Named(f"p{n}", (role,), details) for n, (role, details) in enumerate(people, 1)),
        fields={name.replace("_", "-"): value for name, value in fields.items()}, says=says, relations=relations,
        raw=f"{record}|{says}|{fields}".encode(),
    )  # fmt: skip


def take(notification: Notification, *, on: str = "") -> Receipt:
    """It arrives, now or on a day of the test's own."""
    with pretend(parse_moment(on)) if on else nullcontext():
        return receive_one(notification, feed="", kind="story", by=machine("feed-machine"))


def send(record: str, *people: tuple[str, Details], on: str = "", **how: object) -> UUID:
    """As `say` and `take`: the id of the record (its first version)."""
    receipt = take(say(record, *people, **how), on=on)  # type: ignore[arg-type]
    found = first_of(UUID(receipt.id))
    assert found is not None, receipt
    return found


def identities(first: UUID, version: int = -1) -> list[UUID]:
    """The source identities on a version of a record, in the order in which they were named."""
    return [identity for identity, _ in people_of(versions_of(first)[version])]


def person_on(first: UUID, place: int = 0, version: int = -1) -> UUID:
    identity = identities(first, version)[place]
    return persons_of([identity])[identity]


def entries(who: Actor, person: UUID, *, known_on: str = "") -> list[EntryView]:
    """A child's chronology as this worker sees it. Raises Missing."""
    with reading(who, "safeguarding") as opened:
        return list(of_person(opened, person, known_on=parse_moment(known_on) if known_on else None).entries)
