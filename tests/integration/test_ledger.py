"""The ledger against somebody who owns the database and switches the triggers off, but does not hold the key.

What somebody can do who holds the keys as well: test_ledger_witnessed.py.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from sightline.ledger import proofs, rules, tree
from sightline.ledger.actions import sequence, write
from sightline.ledger.models import Head, Link, Node, Place, Record, Unplaced
from sightline.ledger.queries import sealed
from sightline.ledger.triggers import install
from sightline.ledger.verifying import _Looking, _only_reading, verify
from tests.support.tampering import afresh, at, delete, forged, sql, unguarded, with_right_leaf

POLICE, SCHOOL = "west-yorkshire-police", "elmfield-academy"
SEAL = "record {} was not written by Sightline, or altered since: its seal does not fit"
AFRESH = ("the ledger does not end as it was written: somebody changed it and computed the whole tree afresh",)


def read(n=0, **other):
    said = dict(kind="read", verb="view-child", actor=f"w{n}", acting_for=(POLICE, SCHOOL)[n % 2], ids=[uuid4()])
    return write(**{**said, "purpose": "safeguarding", "outcome": "allowed", **other})


@pytest.fixture
def ledger(database):
    """Forty records of two agencies, turn by turn, all in their places; and nothing guards them any more."""
    for n in range(40):
        read(n)
    assert sequence(limit=17) == 17
    assert sequence() == 23
    assert sequence() == 0
    assert verify().faults == ()
    unguarded()
    return database


def test_what_was_left_alone_holds(ledger):
    found = verify()
    assert (found.records, found.placed, found.faults) == (40, 40, ())
    grown = tree.Growing()
    for place in Place.objects.select_related("record").order_by("n"):
        grown.add(bytes.fromhex(place.record.leaf))
    assert found.root == grown.root.hex() == proofs.root_at(40).hex() == Head.objects.get().streams["*"][1]
    read()
    found = verify()
    assert (found.records, found.placed, found.faults) == (41, 40, ())  # one has no place yet: said, and no fault


# --- edit ------------------------------------------------------------------------------------------------------------


def test_no_part_of_a_record_can_be_altered(ledger):
    record = at(2)
    for column in set(rules.COVERED) - {"id"}:
        other = {"ids": ["x"], "detail": {"a": 1}, "count": 7, "at": record.at + timedelta(microseconds=1)}.get(
            column, "x"
        )
        Record.objects.filter(id=record.id).update(**{column: other})
        assert verify().faults == (f"record {record.id} was altered after it was written",), column
        Record.objects.filter(id=record.id).update(**{column: getattr(record, column)})
    assert verify().faults == ()


def test_whatever_stands_in_a_record_it_is_read_once_and_fits(database, monkeypatch):
    """However a database keeps JSON: quotation marks, other alphabets, spaces, names in no order. Looking at a record
    closely costs a query, and is for those that do not fit."""
    details = ({"pointer": 2, "full": 1, "levels": {"headline": 1, "a b": "c, d"}}, {"é": 'a"b\\c', "a": None}, {})
    for n, detail in enumerate(details):
        read(n, detail=detail, rule="sharing/front-door", basis="Children Act 1989, section 47")
    assert sequence() == len(details)
    monkeypatch.setattr(_Looking, "closely", lambda self, n: f"place {n} was looked at closely")
    assert verify().faults == ()
    read(4, basis='of the "family"\n')
    sequence()
    joined = () if database.engine == "sqlite" else ("place 3 was looked at closely",)
    assert verify().faults == joined  # PostgreSQL's is joined as it is
    monkeypatch.undo()
    assert verify().faults == ()


@pytest.mark.parametrize(
    "column, value",
    [
        ("actor", "X'00FF'"),
        ("actor", "'w2' || char(0) || 'x'"),
        ("detail", "'{'"),
        ("ids", "X'FF'"),
        ("count", "'three'"),
    ],
)
def test_on_sqlite_what_is_no_text_or_no_json_any_more_is_named_and_hides_nothing_else(sqlite_database, column, value):
    for n in range(20):
        read(n)
    sequence()
    unguarded()
    sql("PRAGMA ignore_check_constraints = ON")
    for n in (2, 7):
        sql(f'UPDATE "ledger_record" SET "{column}" = {value} WHERE "id" = %s', at_hex(n))
    assert verify().faults == tuple(f"record {dashed(n)} was altered after it was written" for n in (2, 7))


def test_on_sqlite_what_cannot_even_be_read_is_named_by_its_place(sqlite_database):
    for n in range(20):
        read(n)
    sequence()
    unguarded()
    sql('UPDATE "ledger_record" SET "actor" = CAST(X\'FF\' AS TEXT) WHERE "id" = %s', at_hex(7))
    assert verify().faults == ("the record at place 7 was altered after it was written: it cannot be read any more",)


def at_hex(n):
    with connection.cursor() as cursor:
        return cursor.execute('SELECT "record_id" FROM "ledger_place" WHERE "n" = %s', [n]).fetchone()[0]


def dashed(n):
    return UUID(at_hex(n))


def test_a_record_altered_with_its_fingerprint_does_not_fit_the_tree(ledger):
    for n, said in ((2, "places 0 to 15 do not fit the tree"), (38, AFRESH[0])):
        kept = at(n)
        altered = at(n)
        altered.actor = "somebody-else"
        Record.objects.filter(id=kept.id).update(actor=altered.actor, leaf=with_right_leaf(altered))
        (found,) = verify().faults
        assert found.startswith(said)
        Record.objects.filter(id=kept.id).update(actor=kept.actor, leaf=kept.leaf)
    assert verify().faults == ()


def test_a_record_altered_before_it_has_its_place_never_gets_one(ledger):
    """The second between writing and placing is no gap: a fingerprint can be computed by anybody, a seal cannot."""
    fresh, other = read(), read()
    fresh.actor = "somebody-else"
    Record.objects.filter(id=fresh.id).update(actor=fresh.actor, leaf=with_right_leaf(fresh))
    said = (SEAL.format(fresh.id),)
    assert verify().faults == said
    assert sequence() == 2 and sequence() == 0
    assert verify().faults == said
    assert at(40) == other and not Unplaced.objects.exists()  # nor does it stop the others


# --- delete ----------------------------------------------------------------------------------------------------------


def test_a_record_that_was_deleted_is_missed(ledger):
    delete(2, place=False)
    assert verify().faults == ("the record at place 2 is gone",)


def test_a_record_deleted_with_its_place_leaves_a_gap(ledger):
    delete(2)
    assert verify().faults == ("place 2 is missing",)


# --- insert ----------------------------------------------------------------------------------------------------------


def test_a_record_slipped_in_is_named_and_never_gets_a_place(ledger):
    copy = forged(at(2), actor="invented")
    assert verify().faults == (SEAL.format(copy.id),)
    Unplaced.objects.create(record=copy, at=copy.at)
    sequence()
    assert verify().faults == (SEAL.format(copy.id),) and verify().placed == 40


def test_a_record_put_behind_the_last_without_the_head_is_counted(ledger):
    Place.objects.create(n=40, record=forged(at(2)))
    assert verify().faults == ("1 records were put behind the 40 that have their places",)


def test_a_record_put_behind_the_last_with_a_head_made_to_fit_is_none(ledger):
    Place.objects.create(n=40, record=forged(at(2)))
    grown, head = afresh(), Head.objects.get()
    head.streams, head.frontier = {"*": [41, grown.root.hex()]}, [each.hex() for each in grown.frontier]
    head.save()
    assert verify().faults == ("the head is not as it was written",)


def test_the_seal_of_another_record_is_no_seal(ledger):
    copy = forged(at(2), actor="invented", seal=at(3).seal)
    assert verify().faults == (SEAL.format(copy.id),)


# --- swap ------------------------------------------------------------------------------------------------------------


def swap(one, other):
    first, second = at(one), at(other)
    delete(one, record=False)
    delete(other, record=False)
    Place.objects.create(n=one, record=second)
    Place.objects.create(n=other, record=first)


def test_two_records_that_changed_places_are_noticed(ledger):
    swap(2, 3)
    (said,) = verify().faults
    assert said.startswith("places 0 to 15 do not fit the tree")


def test_two_that_changed_places_at_the_edge_where_no_subtree_is_whole_are_noticed(ledger):
    swap(38, 39)
    assert verify().faults == AFRESH


# --- truncate --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", [39, 32, 5, 0])
def test_the_newest_end_cut_off_is_missed(ledger, left):
    for n in range(left, 40):
        delete(n)
    said = f"the ledger is cut off: it had 40 records in their places, and {left} are there"
    assert said in verify().faults
    read()
    sequence()  # and what comes after does not close the gap
    gap = f"places {left} to 39 are missing" if left < 39 else "place 39 is missing"
    assert gap in verify().faults


# --- compute afresh --------------------------------------------------------------------------------------------------


def test_everything_computed_afresh_does_not_end_as_the_sealed_head_says(ledger):
    delete(39)
    swap(2, 3)
    afresh()
    assert verify().faults == ("the ledger is cut off: it had 40 records in their places, and 39 are there",)
    swap(4, 5)
    again = read()
    Place.objects.create(n=39, record=again)
    Unplaced.objects.all().delete()
    afresh()
    assert verify().faults == AFRESH
    read()
    sequence()  # what follows rests on what was sealed: the break stays
    assert verify().faults


@pytest.mark.parametrize("how", ["changed", "deleted", "frontier"])
def test_a_head_cannot_be_made_to_fit_without_the_key(ledger, how):
    delete(39)
    afresh()
    head = Head.objects.get()
    if how == "deleted":
        head.delete()
        said = ("the head is gone: how far the ledger had got cannot be said",)
    else:
        said = ("the head is not as it was written",)
        grown = proofs.growing()
        head.frontier = [each.hex() for each in grown.frontier]
        if how == "changed":
            head.streams["*"] = [39, grown.root.hex()]
        head.save()
    assert verify().faults == said
    read()
    assert sequence() == 1  # recording goes on
    assert verify().faults == said  # and nothing makes it good
    assert verify().placed == 40


def test_a_row_of_the_tree_that_was_altered_taken_or_added_is_named(ledger):
    kept = Node.objects.get(level=4, at=1)
    Node.objects.filter(level=4, at=1).update(root=bytes(32))
    assert verify().faults[0].startswith("places 16 to 31 do not fit the tree")
    Node.objects.filter(level=4, at=1).delete()
    assert verify().faults == ("the tree's row over the places 16 to 31 is gone",)
    Node.objects.create(level=4, at=1, root=kept.root)
    Node.objects.create(level=5, at=7, root=kept.root)
    assert verify().faults == ("the tree has 1 rows over places that there are not",)


def test_what_the_database_cannot_say_an_older_copy_of_the_whole_is_a_whole_ledger(ledger):
    """Said as a test, so that nobody relies on it: for this there are the anchor, checkpoints and witnesses."""
    older, nodes = Head.objects.get(), list(Node.objects.values_list("level", "at"))
    for n in range(30):
        read(n)
    sequence()
    for n in range(40, 70):
        delete(n)
    for level, place in set(Node.objects.values_list("level", "at")) - set(nodes):
        Node.objects.filter(level=level, at=place).delete()
    older.save()
    assert verify().faults == ()


# --- several processes -----------------------------------------------------------------------------------------------


def test_several_processes_find_what_one_finds(ledger, monkeypatch):
    from sightline.ledger import verifying

    monkeypatch.setattr(verifying, "WIDE", 4)  # so that forty records are three stretches
    whole = verify()
    monkeypatch.setattr(verifying, "SEVERAL_FROM", 0)
    monkeypatch.setattr(verifying.os, "cpu_count", lambda: 2)
    assert verify() == whole and whole.faults == ()
    record = at(20)
    Record.objects.filter(id=record.id).update(actor="somebody-else")
    assert verify().faults == (f"record {record.id} was altered after it was written",)


def test_each_of_them_reads_and_cannot_write(ledger):
    _only_reading()
    assert Record.objects.count() == 40
    with pytest.raises(DatabaseError):
        Record.objects.filter(id=at(3).id).update(actor="somebody-else")
    connection.close()  # the next has a connection of its own


# --- proofs ----------------------------------------------------------------------------------------------------------


def test_a_record_and_a_past_are_proved_out_of_what_is_stored(database):
    for n in range(75):
        read(n)
    sequence()
    leaves = [bytes.fromhex(at(n).leaf) for n in range(75)]
    roots = {count: proofs.root_at(count) for count in range(76)}
    for count in (1, 2, 16, 17, 40, 64, 75):
        for leaf in {0, count // 2, count - 1}:
            path = proofs.inclusion(leaf, count)
            assert tree.root_by_inclusion(leaves[leaf], leaf, count, path) == roots[count]
        for old in {1, count // 2 or 1, count}:
            assert tree.is_consistent(old, roots[old], count, roots[count], proofs.consistency(old, count))


def test_a_proof_is_one_query(ledger, django_assert_num_queries):
    for leaf, old in ((0, 33), (17, 16), (39, 1)):
        with django_assert_num_queries(1):
            proofs.inclusion(leaf, 40)
        with django_assert_num_queries(1):
            proofs.consistency(old, 40)


def test_a_gap_gives_no_proof(ledger):
    Node.objects.filter(level=4, at=1).delete()
    with pytest.raises(proofs.Gap, match="run `sightline verify`"):
        proofs.inclusion(0, 40)


# --- what is kept ------------------------------------------------------------------------------------------------------


def test_a_long_list_is_kept_as_its_number_and_digest(ledger):
    record = read(ids=[uuid4() for _ in range(201)])
    assert (record.ids, record.count, len(record.detail["ids_digest"])) == ([], 201, 64)


# --- databases of earlier versions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("head", ["whole", "touched"])
def test_the_ledger_of_an_earlier_version_is_taken_in_and_its_chains_are_still_checked(database, head):
    entry = uuid4()
    _earlier([entry], touched=head == "touched")
    MigrationExecutor(connection).migrate([("ledger", "0004_tree")])
    install()
    found = verify()
    assert (found.records, found.placed) == (21, 21)
    assert found.faults == (() if head == "whole" else ("the head is not as it was written",))
    assert Unplaced.objects.count() == 0
    read()
    assert sequence() == 1 and verify().placed == 22
    if head == "whole":
        assert verify().faults == ()
        unguarded()
        link = Link.objects.get(n=3)
        Link.objects.filter(id=link.id).update(chain=rules.START)
        assert verify().faults[0] == f"stream {POLICE}: the chain of before the tree breaks at place 3"


def _earlier(ids, *, touched):
    """Twenty records in a chain and one that waits, as the version before kept them."""
    executor = MigrationExecutor(connection)
    executor.migrate([("ledger", "0003_unplaced")])
    apps = executor.loader.project_state([("ledger", "0003_unplaced")]).apps
    kept = {name: apps.get_model("ledger", name) for name in ("Record", "Link", "Head", "Unplaced")}
    chain = rules.START
    for n in range(21):
        values = {
            **{"id": uuid4(), "stream": POLICE, "at": datetime.now(UTC), "kind": "read", "verb": "view-child"},
            **{"actor": "x", "acting_for": POLICE, "purpose": "safeguarding", "basis": "", "rule": "", "policy": ""},
            **{"outcome": "allowed", "ids": [str(each) for each in ids], "count": 1, "detail": {}},
        }
        record = kept["Record"].objects.create(**values, leaf=rules.leaf(values))
        if n == 20:
            kept["Unplaced"].objects.create(record=record, at=record.at)
            break
        chain = rules.chained(chain, record.leaf)
        kept["Link"].objects.create(stream=POLICE, n=n + 1, record=record, chain=chain)
    streams = {POLICE: [20, chain]}
    seal = sealed(streams)
    kept["Head"].objects.create(id=1, streams=streams, at=datetime.now(UTC), seal=seal[::-1] if touched else seal)
