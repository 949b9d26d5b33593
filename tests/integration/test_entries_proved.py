"""An entry that somebody with every right on the database took away or altered is found: the ledger says how it was written."""

import pytest
from django.db import connection, transaction

from sightline.chronology.models import Entry, Part
from sightline.chronology.proving import check
from tests.support.house import JAY, MIA, an_hour_ago, identity, live, open_house, send, told
from tests.support.tampering import sql


@pytest.fixture(scope="module")
def house(shared_database):
    open_house()
    live(told(who=(JAY, MIA), message="both"), told("ppn", "child", at=an_hour_ago(), message="one"))
    send(told("school-concern", "child", agency="elmfield-academy"), told("ppn", "child", message="one", version="2"))


@pytest.fixture
def unguarded():
    """The triggers that refuse changes taken off, as their owner can. What is done then is undone after the test."""
    with transaction.atomic():
        for model in (Entry, Part):
            table = model._meta.db_table
            for verb in ("update", "delete"):
                drop = f'DROP TRIGGER "{table}_no_{verb}"'
                sql(drop + (f' ON "{table}"' if connection.vendor == "postgresql" else ""))
        yield
        transaction.set_rollback(True)


def a_row(**asked):
    return Entry.objects.filter(**asked).order_by("known_at", "id").first()


def test_entries_that_were_not_touched_stand_as_they_were_written(house):
    found = check()
    assert found.faults == () and found.entries == Entry.objects.count() > 3


@pytest.mark.parametrize(
    "column, value",
    [("handling", "health-confidential"), ("agency", "leeds-housing"), ("record", "voice-of-child"), ("stated", True)],
)
def test_a_label_that_was_altered_is_found(house, unguarded, column, value):
    row = a_row(agency="west-yorkshire-police")
    assert getattr(row, column) != value
    sql(f"UPDATE chronology_entry SET {column} = %s WHERE id = %s", value, key(row.id))
    (fault,) = check().faults
    assert "something was altered" in fault


def test_a_body_that_was_altered_and_a_body_put_in_anothers_place_are_found(house, unguarded):
    one, other = Entry.objects.order_by("id")[:2]
    sql("UPDATE chronology_entry SET body = %s WHERE id = %s", bytes(other.body), key(one.id))
    assert len(check().faults) == 1


def test_a_child_who_was_taken_off_a_record_is_found(house, unguarded):
    part = Part.objects.get(identity=identity("west-yorkshire-police", "M1"))
    sql("DELETE FROM chronology_part WHERE id = %s", part.id)
    assert "something was altered" in check().faults[0]


def test_an_entry_that_was_taken_away_is_found_and_named(house, unguarded):
    row = a_row(record="ppn")
    sql("DELETE FROM chronology_part WHERE entry_id = %s", key(row.id))
    sql("DELETE FROM chronology_entry WHERE id = %s", key(row.id))
    (fault,) = check().faults
    assert "1 of 1 are gone" in fault and str(row.id) in fault


def key(id_):
    return id_.hex if connection.vendor == "sqlite" else str(id_)
