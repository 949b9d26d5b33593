"""The ledger against somebody who owns the database and switches the triggers off, but does not hold the key."""

from uuid import uuid4

import pytest
from django.db import connection

from sightline.ledger import rules
from sightline.ledger.actions import sequence, write
from sightline.ledger.models import Head, Link, Record
from sightline.ledger.queries import verify

POLICE, SCHOOL = "west-yorkshire-police", "elmfield-academy"


@pytest.fixture
def ledger(database):
    """Five records of two agencies, turn by turn, all in their chains; and nothing guards them any more."""
    for n in range(10):
        write(
            kind="read",
            verb="view-child",
            actor=f"w{n}",
            acting_for=(POLICE, SCHOOL)[n % 2],
            purpose="safeguarding",
            ids=[uuid4()],
        )
    assert sequence(limit=4) == 4
    assert sequence() == 6
    assert sequence() == 0
    assert verify().faults == ()
    for model in (Record, Link):
        table = model._meta.db_table
        for verb in ("update", "delete"):
            drop = f'DROP TRIGGER "{table}_no_{verb}"'
            sql(drop + (f' ON "{table}"' if connection.vendor == "postgresql" else ""))
    if connection.vendor == "postgresql":
        sql("SET session_replication_role = replica")  # nor do foreign keys
    else:
        sql("PRAGMA foreign_keys = OFF")
    return database


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def delete(link, *, record=True, place=True):
    """Takes a record, its place in the chain, or both."""
    for model, pk in ((Link, link.id), (Record, link.record_id)):
        if place if model is Link else record:
            there = model._meta.pk.get_db_prep_value(pk, connection)
            sql(f'DELETE FROM "{model._meta.db_table}" WHERE id = %s', there)


def at(n, stream=POLICE):
    return Link.objects.select_related("record").get(stream=stream, n=n)


def with_right_leaf(record):
    """A record that fits its own fingerprint: anybody can compute that."""
    return rules.leaf({name: getattr(record, name) for name in rules.COVERED})


def chained_afresh(stream=POLICE):
    """The whole chain computed again, so that every link fits."""
    chain = rules.START
    for link in Link.objects.filter(stream=stream).select_related("record").order_by("n"):
        chain = rules.chained(chain, link.record.leaf)
        Link.objects.filter(id=link.id).update(chain=chain)


def test_what_was_left_alone_holds(ledger):
    found = verify()
    assert (found.records, found.chained, found.faults) == (10, 10, ())
    write(kind="read", verb="view-child", actor="x", acting_for=POLICE, purpose="safeguarding")
    found = verify()
    assert (found.records, found.chained, found.faults) == (11, 10, ())  # one has no place yet: said, and no fault


def test_a_record_that_was_altered_is_named(ledger):
    record = at(2).record
    Record.objects.filter(id=record.id).update(actor="somebody-else")
    assert verify().faults == (f"record {record.id} was altered after it was written",)


def test_no_part_of_a_record_can_be_altered(ledger):
    record = at(2).record
    for column in set(rules.COVERED) - {"id", "at"}:
        other = {"ids": ["x"], "detail": {"a": 1}, "count": 7, "stream": SCHOOL}.get(column, "x")
        Record.objects.filter(id=record.id).update(**{column: other})
        assert f"record {record.id} was altered after it was written" in verify().faults, column
        Record.objects.filter(id=record.id).update(**{column: getattr(record, column)})
    assert verify().faults == ()


def test_a_record_altered_with_its_fingerprint_breaks_the_chain(ledger):
    record = at(2).record
    record.actor = "somebody-else"
    Record.objects.filter(id=record.id).update(actor=record.actor, leaf=with_right_leaf(record))
    assert verify().faults == (f"stream {POLICE}: the chain breaks at place 2",)


def test_a_record_altered_with_fingerprint_and_whole_chain_does_not_end_as_the_sealed_head_says(ledger):
    record = at(2).record
    record.actor = "somebody-else"
    Record.objects.filter(id=record.id).update(actor=record.actor, leaf=with_right_leaf(record))
    chained_afresh()
    assert verify().faults == (
        f"stream {POLICE}: it does not end as it was written; somebody computed its chain afresh",
    )
    write(kind="read", verb="view-child", actor="x", acting_for=POLICE, purpose="safeguarding")
    sequence()  # what follows rests on what was sealed: the break stays
    assert verify().faults == (f"stream {POLICE}: the chain breaks at place 6",)


def test_a_record_that_was_deleted_is_missed(ledger):
    delete(at(2), place=False)
    assert verify().faults == (f"stream {POLICE}: the record at place 2 is gone",)


def test_a_record_deleted_with_its_link_leaves_a_gap(ledger):
    delete(at(2))
    assert verify().faults == (
        f"stream {POLICE}: place 2 is missing",
        f"stream {POLICE}: the chain breaks at place 3",
    )


def test_a_record_slipped_in_breaks_the_chain(ledger):
    copy = at(2).record
    copy.id, copy.actor = uuid4(), "invented"
    copy.leaf = with_right_leaf(copy)
    copy.save(force_insert=True)
    Link.objects.create(stream=POLICE, n=6, record=copy, chain=rules.chained(at(5).chain, copy.leaf))
    assert verify().faults == (
        f"stream {POLICE}: it does not end as it was written; somebody computed its chain afresh",
    )


def test_a_record_with_a_made_up_fingerprint_is_named_before_it_has_its_place(ledger):
    copy = at(2).record
    copy.id = uuid4()
    copy.save(force_insert=True)
    assert verify().faults == (f"record {copy.id} was altered after it was written",)


def test_two_records_that_changed_places_are_noticed(ledger):
    one, other = at(2), at(3)
    delete(one, record=False)
    delete(other, record=False)
    Link.objects.create(stream=POLICE, n=2, record=other.record, chain=one.chain)
    Link.objects.create(stream=POLICE, n=3, record=one.record, chain=other.chain)
    assert verify().faults == (
        f"stream {POLICE}: the chain breaks at place 2",
        f"stream {POLICE}: the chain breaks at place 3",
    )


def test_a_record_does_not_stand_in_another_agencys_chain(ledger):
    mine, theirs = at(2), at(2, SCHOOL)
    delete(mine)
    delete(theirs, record=False)
    Link.objects.create(stream=POLICE, n=2, record=theirs.record, chain=rules.chained(at(1).chain, theirs.record.leaf))
    assert f"stream {POLICE}: the chain breaks at place 2" in verify().faults


def cut(places, stream=POLICE):
    for n in places:
        delete(at(n, stream))


def test_the_newest_end_cut_off_is_missed(ledger):
    cut((4, 5))
    assert verify().faults == (f"stream {POLICE}: cut off after place 3, of 5",)
    write(kind="read", verb="view-child", actor="x", acting_for=POLICE, purpose="safeguarding")
    sequence()  # and what comes after does not close the gap
    assert f"stream {POLICE}: place 4 is missing" in verify().faults


def test_a_whole_agencys_chain_taken_away_is_missed(ledger):
    cut(range(1, 6), SCHOOL)
    assert verify().faults == (f"stream {SCHOOL}: cut off after place 0, of 5",)


@pytest.mark.parametrize("how", ["changed", "deleted"])
def test_a_head_cannot_be_made_to_fit_without_the_key(ledger, how):
    cut((5,))
    head = Head.objects.get()
    if how == "changed":
        head.streams[POLICE] = [4, at(4).chain]
        head.save()
        said = ("the head is not as it was written",)
    else:
        head.delete()
        said = ("the head is gone: how far the chains had got cannot be said",)
    assert verify().faults == said
    write(kind="read", verb="view-child", actor="x", acting_for=POLICE, purpose="safeguarding")
    assert sequence() == 1  # recording goes on
    assert verify().faults == said  # and nothing makes it good


def test_what_cannot_be_noticed_until_others_hold_signed_heads(ledger):
    """Said as a test, so that nobody relies on it: an older copy of the whole, head and all, is a whole ledger. And what
    is done to a record in the second before it has its place, by somebody who computes its fingerprint.
    """
    older, there = Head.objects.get(), list(Link.objects.values_list("id", flat=True))
    for n in range(3):
        write(kind="read", verb="view-child", actor=f"late{n}", acting_for=POLICE, purpose="safeguarding")
    sequence()
    for link in Link.objects.exclude(id__in=there):
        delete(link)
    older.save()
    assert verify().faults == ()
    fresh = write(kind="read", verb="view-child", actor="x", acting_for=POLICE, purpose="safeguarding")
    fresh.actor = "somebody-else"
    Record.objects.filter(id=fresh.id).update(actor=fresh.actor, leaf=with_right_leaf(fresh))
    assert verify().faults == ()


def test_a_long_list_is_kept_as_its_number_and_digest(ledger):
    record = write(
        kind="read", verb="x", actor="x", acting_for=POLICE, purpose="safeguarding", ids=[uuid4() for _ in range(201)]
    )
    assert (record.ids, record.count, len(record.detail["ids_digest"])) == ([], 201, 64)
