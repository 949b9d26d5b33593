"""A town of a given size, written fast: the rows that a load would have left, truly sealed, without living the load.

What a page reads is there: source identities with their versions, likenesses, links and keys; entries with their parts;
openings, ties, running clocks. What it does not read (the inbox: items and messages) is left out. One child's history
is lived through the product's own door (`crowded`): 500 records from six agencies, with corrections and a family.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

ENTRIES_A_PERSON = 10
BATCH = 20_000
AGENCIES = ("west-yorkshire-police", "elmfield-academy", "leeds-teaching-hospitals", "childrens-social-work")
KINDS = (  # agency, record, role, fields, queued, routine
    (0, "police-incident", "suspect", {"offence": "theft", "child-at-risk": "no"}, False, False),
    (0, "police-incident", "victim", {"offence": "violence-without-injury", "child-at-risk": "yes"}, True, False),
    (
        1,
        "attendance-summary",
        "pupil",
        {"period-from": "2025-01-06", "period-to": "2025-02-14", "possible": "60", "attended": "52"},
        False,
        True,
    ),
    (1, "school-concern", "child", {"category": "neglect", "voice-of-child": "I was hungry."}, True, False),
    (2, "ae-attendance", "patient", {"complaint": "laceration", "injury": "unintentional"}, False, True),
    (3, "contact", "child", {"source-code": "06", "reason": "A neighbour is worried."}, True, False),
)
PASSWORD_FREE = {"amir": ("childrens-social-work", "duty-social-worker", "front-door")}


def build(size: int) -> None:
    """Fills an empty, migrated database."""
    from sightline.agencies.actions import add_worker, take_from_definition
    from sightline.agencies.queries import machine

    began = time.perf_counter()
    take_from_definition(by=machine("feed-machine"))
    for username, (agency, role, team) in PASSWORD_FREE.items():
        add_worker(
            username=username,
            name=username.capitalize(),
            agency=agency,
            role=role,
            team=team,
            by=machine("set-up-machine"),
        )
    people = Crowd(size // ENTRIES_A_PERSON)
    for start in range(0, people.count, BATCH):
        people.write(start, min(people.count, start + BATCH))
    for start in range(0, size, BATCH):
        write_entries(people, min(BATCH, size - start), start)
        print(
            f"\r  building: {min(size, start + BATCH):,} entries, {time.perf_counter() - began:,.0f} s",
            end="",
            flush=True,
        )
    print()


class Crowd:
    """Source identities: three of five people are known to one sender, the others to two or three."""

    def __init__(self, count: int) -> None:
        from sightline.vault.actions import Keyring

        self.count, self.rng = count, random.Random(7)
        self.ids: list[UUID] = []
        self.keys: list[UUID] = []
        self.keyring = Keyring()

    def write(self, start: int, end: int) -> None:
        from django.db import transaction

        from sightline.identity import indexing
        from sightline.identity.linkage.likeness import likeness_of
        from sightline.identity.models import Link, SourceIdentity, Version
        from sightline.intake.types import Details
        from sightline.sharing.models import Tie
        from sightline.vault.actions import digest
        from sightline.vault.adding import add
        from tests.support.senders import FAMILY_END, FAMILY_START, GIVEN, nhs_number

        rng, keyring, moment = self.rng, self.keyring, datetime(2024, 6, 3, 9, tzinfo=UTC)
        identities, versions, links, ties = [], [], [], []
        alike, seen = {}, set()
        person, details = uuid4(), Details()
        for n in range(start, end):
            if n == start or rng.random() < 0.7:
                born = date(2007, 1, 1) + timedelta(days=rng.randrange(365 * 18))
                family = rng.choice(FAMILY_START) + rng.choice(FAMILY_END)
                postcode = (
                    f"LS{rng.randrange(1, 29)} {rng.randrange(1, 10)}{rng.choice('ABDEFG')}{rng.choice('HJLNPQ')}"
                )
                person, details = (
                    uuid4(),
                    Details(
                        given=rng.choice(GIVEN),
                        family=family,
                        born=born.isoformat(),
                        sex=rng.choice(("male", "female")),
                        nhs_number=nhs_number(n + 500),
                        postcode=postcode,
                        lines=(f"{n % 200} Quarry Rise",),
                    ),
                )
            agency = AGENCIES[n % len(AGENCIES)]
            identity, version, key = uuid4(), uuid4(), keyring.make("subject")
            held = Details.from_dict({**details.as_dict(), "local_id": f"X{n}"})
            self.ids.append(identity)
            self.keys.append(key)
            identities.append(
                (
                    identity,
                    agency,
                    digest("local", f"{agency}|X{n}"),
                    key,
                    person,
                    identity if person in seen else person,
                    digest("details", repr(held.as_dict())),
                    moment,
                    False,
                    "",
                )
            )
            seen.add(person)
            versions.append(
                (version, identity, moment, moment, None, keyring.seal(held.as_dict(), [key], f"identity|{version}"))
            )
            links.append((uuid4(), identity, person, moment, "feed-machine", "first-seen", []))
            alike[identity] = (key, likeness_of(held))
            if n % 4 == 0:
                ties.append(
                    (
                        uuid4(),
                        "team:front-door",
                        "on-duty",
                        identity,
                        moment,
                        datetime.now(UTC) + timedelta(days=90),
                        None,
                    )
                )
            if n % 4 == 1:
                ties.append((uuid4(), "agency:elmfield-academy", "attends", identity, moment, None, None))
        keyring.save()
        add(
            SourceIdentity,
            ("id", "agency", "local", "key", "person", "origin", "details", "made_at", "unborn", "guard"),
            identities,
        )
        add(Version, ("id", "identity_id", "known_at", "recorded_at", "item", "body"), versions)
        add(Link, ("id", "identity_id", "person", "at", "by", "reason", "evidence"), links)
        with transaction.atomic():
            indexing.write(alike, {}, keyring)
        add(Tie, ("id", "holder", "kind", "subject", "from_at", "until", "because"), ties)


def write_entries(people: Crowd, count: int, start: int) -> None:
    """Entries with their parts, openings and clocks, sealed as the product seals them."""
    from sightline.agencies.queries import partnership
    from sightline.chronology.models import Entry, Opening, Part
    from sightline.clocks.models import Running
    from sightline.vault.adding import add, add_objects

    definition = partnership()
    rng = random.Random(start)
    entries, parts, openings, clocks = [], [], [], []
    for n in range(start, start + count):
        place, record, role, fields, queued, routine = KINDS[rng.randrange(len(KINDS))]
        subject = int(len(people.ids) * rng.random() ** 1.3)
        entry, happened = (
            uuid4(),
            datetime(2022, 1, 3, 8, tzinfo=UTC) + timedelta(minutes=rng.randrange(4 * 365 * 1440)),
        )
        known = happened + timedelta(hours=rng.randrange(1, 60))
        body = {
            "says": f"Note {n}: everybody was spoken to and taken home.",
            "place": {},
            "fields": fields,
            "missing": [],
            "absent": [],
            "counts": {role: 1},
        }
        sealed = people.keyring.seal(body, [people.keys[subject]], f"entry|{entry}")
        declared = definition.record[record]
        entries.append(
            (
                entry,
                entry,
                record,
                AGENCIES[place],
                declared.handling,
                declared.pointer_only,
                routine,
                queued,
                False,
                happened,
                None,
                "minute",
                known,
                known,
                False,
                uuid4(),
                "feed-machine",
                definition.hash,
                sealed,
            )
        )
        parts.append((entry, people.ids[subject], role, True, happened))
        if queued and n % 3 == 0:
            openings.append(
                (uuid4(), people.ids[subject], "attendance-summary", known - timedelta(days=365), None, known, entry)
            )
            clocks.append(
                Running(
                    clock="contact-screening",
                    agency=AGENCIES[place],
                    first=entry,
                    identity_id=people.ids[subject],
                    started_at=known,
                    started_by=entry,
                    due_at=known + timedelta(days=1),
                    stopped_at=known + timedelta(hours=9),
                    stopped_by=entry,
                    why="One working day.",
                )
            )
    add(
        Entry,
        (
            "id",
            "first",
            "record",
            "agency",
            "handling",
            "pointer_only",
            "routine",
            "queued",
            "urgent",
            "happened",
            "until",
            "precision",
            "known_at",
            "recorded_at",
            "stated",
            "item",
            "author",
            "definition",
            "body",
        ),
        entries,
    )
    add(Part, ("entry_id", "identity_id", "role", "child", "happened"), parts)
    add(Opening, ("id", "identity_id", "record", "since", "until", "opened_at", "because"), openings)
    add_objects(clocks)


CROWDED_NHS = "9990000034"
CROWDED = (  # agency, record, role, fields
    ("elmfield-academy", "school-concern", "child", {"category": "neglect", "voice-of-child": "It is cold at home."}),
    ("west-yorkshire-police", "police-incident", "victim", {"offence": "theft", "child-at-risk": "no"}),
    ("leeds-teaching-hospitals", "ae-attendance", "patient", {"complaint": "assault", "injury": "violence"}),
    ("elmfield-academy", "what-is-working", "child", {"words": "Sings in the choir."}),
    ("childrens-social-work", "contact", "child", {"source-code": "06", "reason": "A neighbour is worried."}),
    ("leeds-community-healthcare", "school-nurse-concern", "child", {"reason": "Tired."}),
    ("west-yorkshire-police", "stop-search", "subject", {"outcome": "nothing-found"}),
    (
        "west-yorkshire-police",
        "police-intelligence",
        "subject",
        {"source-grade": "1", "information-grade": "B", "handling": "P"},
    ),
    ("youth-justice-service", "youth-justice-outcome", "child", {"outcome": "22", "offence": "theft"}),
    (
        "elmfield-academy",
        "attendance-summary",
        "pupil",
        {"period-from": "2025-01-06", "period-to": "2025-02-14", "possible": "60", "attended": "31"},
    ),
)


def crowded(entries: int) -> None:
    """One child with many records from six agencies, one in ten corrected since, with a mother and a sister."""
    from sightline.agencies.queries import machine
    from sightline.jobs.receive import close_delivery, open_delivery, receive

    by = machine("feed-machine")
    delivery = open_delivery(feed="bench", agency="elmfield-academy", kind="file", name="crowded", by=by)
    close_delivery(delivery, receive(list(_crowded(entries)), delivery=delivery, by=by), by=by)


def _crowded(entries: int) -> Iterator[Any]:
    from sightline.intake.types import Details, Named, Notification

    def named(key: str, roles: Sequence[str], local: str, **details: str) -> Named:
        return Named(key, tuple(roles), Details(family="Crowther", local_id=local, **details))

    for n in range(entries):
        agency, record, role, fields = CROWDED[n % len(CROWDED)]
        at = datetime.now() - timedelta(days=5 + (entries - n) * 2380 / entries)
        nell = named(
            "nell",
            (role,),
            "nell",
            given="Nell",
            born="2009-08-12",
            sex="female",
            nhs_number=CROWDED_NHS,
            postcode="LS8 2DD",
        )
        kin: tuple[Named, ...] = ()
        relations: tuple[tuple[str, str, str], ...] = ()
        if record == "contact":
            kin = (
                named("mother", ("parent",), "dana", given="Dana", born="1986-09-21"),
                named("mia", ("child",), "mia", given="Mia", born="2013-06-19"),
            )
            relations = (("mother", "parent", "nell"), ("mother", "parent", "mia"))
        for version in ("1", "2")[: 2 if n % 10 == 3 else 1]:
            yield Notification(
                agency=agency,
                record=record,
                message_id=f"crowded-{n}",
                version=version,
                happened=f"{at:%Y-%m-%d %H:%M}",
                sent=f"{at + timedelta(hours=3 + 40 * (version == '2')):%Y-%m-%d %H:%M}",
                people=(nell, *kin),
                fields=fields,
                relations=relations,
                says=f"Note {n}{' corrected' if version == '2' else ''}: she was seen, spoken to, and taken home by her aunt.",
                raw=b"x" * 300,
            )
