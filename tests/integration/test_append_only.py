"""Full tables under attack: what may only be added to refuses all else, row by row; ids say nothing; nothing sensitive is clear.

What each table declares is held in tests/repository/test_tables.py; a trigger proves itself only where there are rows.
"""

from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from sightline.agencies.models import Published, RegistryRow
from sightline.disclosure.models import Pack, PackFile, PackStep
from sightline.front_door.models import Decided, Note, NoteRead
from sightline.front_door.portal_models import PortalMembership, Submitted, SubmittedAnswer
from sightline.front_door.told_models import ListDay, ListLine, ListWords
from sightline.identity.linkage.models import PublishedModel, TrainedModel
from sightline.identity.locations.models import (
    LocationEnded,
    LocationOf,
    ProtectedLocation,
    SafeContact,
    StopAnswered,
    StoppedRelease,
)
from sightline.identity.models import Guarding, Halting, Measured, Possible, Sealing, SourceIdentity
from sightline.intake.models import FeedAlarm, FeedAlarmStep
from sightline.ledger.actions import sequence
from sightline.ledger.models import Link, Node, Record
from sightline.ledger.triggers import append_only_models
from sightline.messages.models import Acknowledged, Ask, AskAnswer, Delivered, Mailed, Outgoing
from sightline.retention.models import Hold, Lifting
from sightline.signals.governing.models import Explained, Fairness
from sightline.signals.models import Answer, Happened, Switch
from sightline.timescales.moment import now
from sightline.watching.models import Reviewed, Unusual
from tests.support.partnership import CARE, HOSPITAL, POLICE, SCHOOL, child, send, settle_in

OURS = [model for model in apps.get_models() if model.__module__.startswith("sightline.")]
IN_ADDRESSES = (
    "chronology.Entry", "identity.Possible", "intake.Delivery", "intake.Item", "intake.Quarantined", "agencies.Worker",
)  # fmt: skip


@pytest.fixture(scope="module")
def full(shared_database):
    """Something in every table that is only ever added to."""
    settle_in()
    kim, parent = child("Kim", local_id="S1"), child("Ada")
    send(
        "attendance-summary",
        ("pupil", kim),
        agency=SCHOOL,
        period_from="2024-11-01",
        period_to="2024-12-01",
        possible="60",
        attended="30",
    )
    send("school-concern", ("child", kim), agency=SCHOOL, category="neglect")
    send(
        "ppn", ("child", child()), ("parent", parent), agency=POLICE, relations=(("p2", "parent", "p1"),), grade="amber"
    )
    send("involvement", ("child", kim), agency=CARE, worker_role="social-worker", **{"from": "2025-01-01"})
    send("ae-attendance", ("patient", kim), agency=HOSPITAL)
    alarm = FeedAlarm.objects.create(feed="ssd", of="late", about="due", since=now(), opened_at=now())
    FeedAlarmStep.objects.create(alarm=alarm, step="closed", at=now(), by="clock-machine")
    Published.objects.create(hash="0" * 64, bundle=b"", at=now(), by="feed-machine", because="declare-thing")
    RegistryRow.objects.create(
        group="a-group",
        what="met",
        happened=now().date(),
        known=now().date(),
        recorded=now(),
        by="feed-machine",
        by_name="A machine",
    )
    held = Hold.objects.create(kind="inquiry", reach="everything", at=now(), by="feed-machine", key=uuid4(), because=b"")
    Lifting.objects.create(hold=held, at=now(), by="feed-machine", because=b"")
    _of_matching()
    _of_watching()
    _of_disclosure()
    _of_messages()
    _of_locations()
    _of_the_queue()
    _of_signals()
    sequence()
    Link.objects.create(stream=CARE, n=1, record=Record.objects.first(), chain="0" * 64)  # as an earlier version kept them
    Node.objects.get_or_create(level=4, at=0, defaults={"root": bytes(32)})
    return shared_database


def _of_messages():
    asked = Ask.objects.create(
        what="record", subject=uuid4(), person=uuid4(), by="a", agency="a", at=now(), until=now(), key=uuid4(), words=b""
    )
    AskAnswer.objects.create(ask=asked, agreed=True, by="b", agency="a", at=now(), key=uuid4(), words=b"")
    sent = Outgoing.objects.create(kind="hand-over", to="agency:a", by="a", at=now(), due_at=now(), definition="0" * 64)
    Delivered.objects.create(message=sent, holder="agency:a", at=now(), why="told")
    Acknowledged.objects.create(message=sent, by="b", agency="a", at=now())
    Mailed.objects.create(worker="b", at=now(), messages=[str(sent.id)])
    day = ListDay.objects.create(
        day_list="l", day=now().date(), since=now(), until=now(), built_at=now(), definition="0" * 64
    )
    line = ListLine.objects.create(day=day, subject=uuid4(), added_at=now())
    ListWords.objects.create(line=line, agency="a", by="b", at=now(), words=b"")
    PortalMembership.objects.create(agency="a", joined=True, by="b", at=now(), definition="0" * 64)
    told = Submitted.objects.create(entry=uuid4(), agency="a", by="b", at=now(), about_kind="place", urgency="soon")
    SubmittedAnswer.objects.create(told=told, place=0, outcome="kept", by="b", agency="a", at=now())


def _of_the_queue():
    Decided.objects.create(item=uuid4(), generation=1, entry=uuid4(), by="amir", at=now())
    note = Note.objects.create(from_team="front-door", to_team="emergency-duty", at=now(), by="amir", words=b"")
    NoteRead.objects.create(note=note, at=now(), by="emma")


def _of_signals():
    Happened.objects.create(signal=uuid4(), rule="a-rule", version=1, what="raised", at=now())
    Answer.objects.create(
        signal=uuid4(), rule="a-rule", answer="acted", by="amir", agency=CARE, role="r", at=now(), words=b""
    )
    Switch.objects.create(rule="*", off=True, by="amir", at=now())
    today = now().date()
    Fairness.objects.create(
        rule="a-rule", version=1, begins=today, ends=today, made_at=now(), by="m", figures={}, definition="0" * 64
    )
    Explained.objects.create(
        rule="a-rule", breakdown="sex", group="g", times=2.0, because="w", at=now(), by="amir", until=today
    )


def _of_locations():
    machine, moment, someone = "feed-machine", now(), SourceIdentity.objects.first()
    place = ProtectedLocation.objects.create(kind="refuge", key=uuid4(), ring=CARE, at=moment, by=machine, body=b"")
    LocationOf.objects.create(location=place, identity=someone, at=moment, by=machine)
    LocationEnded.objects.create(location=place, at=moment, by=machine)
    SafeContact.objects.create(identity=someone, channel="phone", safe=False, at=moment, by=machine, body=b"")
    stop = StoppedRelease.objects.create(
        at=moment, by=machine, acting_for=CARE, recipient="outside", what="export", bundle="", body=b""
    )
    StopAnswered.objects.create(stopped=stop, at=moment, by=machine, answer="kept-back")


def _of_disclosure():
    moment, first = now(), uuid4()
    Pack.objects.create(
        id=first, first=first, kind="disclosure", recipient="court", purpose="court", person=uuid4(), agency=CARE, by="sara",
        at=moment, as_of=moment, handling="ordinary", definition="0" * 64, digest="0" * 64, body=b"",
    )  # fmt: skip
    PackStep.objects.create(pack=first, version=1, step="withdrawn", at=moment, by="sara")
    PackFile.objects.create(pack=first, format="csv", digest="0" * 64, size=0, at=moment, body=b"")


def _of_watching():
    moment, by = now(), "watching-machine"
    row = Unusual.objects.create(alert="own-home", actor=by, agency=CARE, record=uuid4(), at=moment, opened_at=moment)
    Reviewed.objects.create(unusual=row, outcome="justified", at=moment, by=by, key=uuid4(), comment=b"")


def _of_matching():
    machine, moment = "feed-machine", now()
    Sealing.objects.create(pair=Possible.objects.first(), step="sealed", at=moment, by=machine, first_by=machine)
    Guarding.objects.create(identity=SourceIdentity.objects.first(), kind="protected", at=moment, by=machine)
    TrainedModel.objects.create(id="0" * 40, body=b"", made_at=moment, by=machine)
    PublishedModel.objects.create(model="0" * 40, at=moment, by=machine, because="tried")
    Measured.objects.create(at=moment, by=machine, model="0" * 40, against="truth", counts={})
    Halting.objects.create(at=moment, by=machine, step="stopped", model="0" * 40)


@pytest.mark.parametrize("model", append_only_models(), ids=lambda m: m._meta.label)
def test_what_is_only_added_to_refuses_to_be_changed_taken_away_or_emptied(full, model):
    table = model._meta.db_table
    field = next(f for f in model._meta.concrete_fields if not f.primary_key)
    column = field.column
    before = model.objects.count()
    assert before, "nothing is in it: the refusal would prove nothing"
    attempts = [f'UPDATE "{table}" SET "{column}" = "{column}"', f'DELETE FROM "{table}"']
    attempts += [f'TRUNCATE "{table}" CASCADE'] if connection.vendor == "postgresql" else []
    for statement in attempts:
        with (
            pytest.raises(DatabaseError, match="append-only table"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.all().update(**{field.name: models.F(field.name)})
    assert model.objects.count() == before


def test_a_row_does_not_push_another_out(full):
    """INSERT OR REPLACE deletes behind a trigger's back, unless the database is told otherwise."""
    model = append_only_models()[0]
    columns = ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields)
    table = f'"{model._meta.db_table}"'
    if connection.vendor == "sqlite":
        statement = f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table} LIMIT 1"
    else:
        statement = (
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} LIMIT 1 "
            f'ON CONFLICT ("{model._meta.pk.column}") DO UPDATE SET "{model._meta.pk.column}" = EXCLUDED."{model._meta.pk.column}"'
        )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_nothing_about_a_child_stands_in_the_clear():
    """What is sensitive and not sealed is known by name: a worker's own mail address, and a file's name, sealed as bytes."""
    found = {(m._meta.label, f) for m in OURS for f, kind in m.classification.items() if kind == "sensitive"}
    assert found == {("agencies.Worker", "email"), ("intake.Delivery", "name")}
    assert isinstance(apps.get_model("intake.Delivery")._meta.get_field("name"), models.BinaryField)


@pytest.mark.parametrize("label", IN_ADDRESSES)
def test_what_stands_in_an_address_cannot_be_guessed(full, label):
    model = apps.get_model(label)
    key = model._meta.pk
    assert isinstance(key, models.UUIDField)
    assert key.default.__name__ == "uuid4"
    assert {row.version for row in model.objects.values_list("pk", flat=True)} <= {4}


def test_a_persons_id_is_random_too(full):
    assert {person.version for person in SourceIdentity.objects.values_list("person", flat=True)} == {4}
    assert Possible._meta.pk.default.__name__ == "uuid4"
