"""What was done stands: rows cannot be changed, and what somebody changes behind the product's back is found."""

import pytest
from django.db import DatabaseError, connection, transaction

from sightline.ledger import rules
from sightline.ledger.actions import MANY, sequence, write
from sightline.ledger.models import Head, Link, Record
from sightline.ledger.queries import verify
from sightline.ledger.triggers import append_only_models, install, trigger_names
from tests.support.house import JAY, MIA, SCHOOL, as_, entries, live, open_house, person, recent_day, send, told


@pytest.fixture
def busy(house):
    """A house in which every append-only table has a row, and the ledger is chained."""
    mother = JAY.__class__(given="Dana", family="Marsh", born="1986-09-21", local_id="D1")
    live(
        told(who=(JAY, MIA), role="victim", relations=(("p1", "parent", "p2"),), at=f"{recent_day(20)} 10:00"),
        told("school-concern", "child", agency=SCHOOL, at=f"{recent_day(19)} 10:00", category="neglect"),
        told(who=mother, role="witness"),
    )
    entries("amir", person())
    while sequence():
        pass
    assert verify().faults == ()
    assert verify().records == verify().chained > 5
    return house


def run(statement, values=()):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def behind_the_back(table):
    """As somebody with all rights on the database would: first the triggers go."""
    for name in trigger_names(table):
        run(f'DROP TRIGGER "{name}"' + (f' ON "{table}"' if connection.vendor == "postgresql" else ""))


def test_no_row_of_an_append_only_table_can_be_changed_or_deleted(busy):
    for model in append_only_models():
        table = model._meta.db_table
        assert model.objects.exists(), f"{table} has no row: the test would prove nothing"
        column = next(f.column for f in model._meta.concrete_fields if not f.primary_key)
        for statement in (f'UPDATE "{table}" SET "{column}" = "{column}"', f'DELETE FROM "{table}"'):
            with pytest.raises(DatabaseError, match="append-only"):
                run(statement)
        before = model.objects.count()
        with pytest.raises(DatabaseError, match="append-only|protected"), transaction.atomic():
            model.objects.all().delete()
        assert model.objects.count() == before


def test_replacing_a_row_is_changing_it(busy):
    row = Record.objects.values().first()
    columns = ", ".join(f'"{name}"' for name in row)
    conflict = "ON CONFLICT (id) DO UPDATE SET purpose = 'other'"
    statement = f"INSERT INTO ledger_record ({columns}) SELECT {columns} FROM ledger_record WHERE verb = %s {conflict}"
    with pytest.raises(DatabaseError, match="append-only"):
        run(statement, [row["verb"]])
    if connection.vendor == "sqlite":
        with pytest.raises(DatabaseError, match="append-only"):
            run(f"INSERT OR REPLACE INTO ledger_record SELECT {columns} FROM ledger_record")


def test_a_record_that_was_altered_is_named(busy):
    victim = Record.objects.filter(kind="read").first()
    behind_the_back("ledger_record")
    assert Record.objects.filter(id=victim.id).update(actor="somebody-else") == 1
    install()
    assert any(str(victim.id) in fault for fault in verify().faults)


@pytest.mark.parametrize(
    "column", [name for name in rules.COVERED if name not in ("id", "ids", "count", "detail", "at")]
)
def test_every_text_of_a_record_is_covered(sqlite_database, column):
    open_house()
    behind_the_back("ledger_record")
    run(f'UPDATE ledger_record SET "{column}" = %s', ["other"])
    assert verify().faults


def test_an_altered_record_with_a_new_fingerprint_breaks_its_chain(busy):
    victim = Record.objects.filter(kind="read").first()
    behind_the_back("ledger_record")
    values = {name: getattr(victim, name) for name in rules.COVERED} | {"actor": "somebody-else"}
    Record.objects.filter(id=victim.id).update(actor="somebody-else", leaf=rules.leaf(values))
    assert any("chain breaks" in fault for fault in verify().faults)


def test_a_chain_that_was_computed_afresh_does_not_end_as_it_was_sealed(busy):
    victim = Record.objects.exclude(stream="partnership").first()
    behind_the_back("ledger_record")
    behind_the_back("ledger_link")
    values = {name: getattr(victim, name) for name in rules.COVERED} | {"actor": "somebody-else"}
    Record.objects.filter(id=victim.id).update(actor="somebody-else", leaf=rules.leaf(values))
    chain = rules.START
    for link in Link.objects.filter(stream=victim.stream).order_by("n").select_related("record"):
        chain = rules.chained(chain, link.record.leaf)
        Link.objects.filter(id=link.id).update(chain=chain)
    assert verify().faults, "whoever holds the database but not the key cannot seal a new end"


def test_gaps_cut_ends_insertions_and_swaps_are_found(busy):
    behind_the_back("ledger_link")
    behind_the_back("ledger_record")
    stream = max(Link.objects.values_list("stream", flat=True), key=lambda s: Link.objects.filter(stream=s).count())
    rows = list(Link.objects.filter(stream=stream).order_by("n"))
    assert len(rows) >= 3

    def spoil(spoiling, said):
        with transaction.atomic():
            spoiling()
            assert any(said in fault for fault in verify().faults), verify().faults
            transaction.set_rollback(True)
        assert verify().faults == ()

    spoil(lambda: Link.objects.filter(id=rows[1].id).delete(), "place 2 is missing")
    spoil(lambda: Link.objects.filter(id=rows[-1].id).delete(), "cut off")
    spoil(lambda: Link.objects.filter(stream=stream).delete(), "cut off")
    spoil(lambda: Link.objects.filter(id=rows[0].id).update(chain=rows[1].chain), "chain breaks")
    spoil(
        lambda: Link.objects.create(stream=stream, n=len(rows) + 1, record=unchained(), chain=rows[0].chain),
        "chain breaks",
    )
    spoil(lambda: Head.objects.all().delete(), "the head is gone")
    spoil(lambda: Head.objects.update(streams={}), "not as it was written")


def unchained():
    return write(kind="change", verb="planted", actor="x", acting_for="x", purpose="x")


def test_records_of_one_moment_are_all_chained_once(database):
    for n in range(30):
        write(kind="change", verb="test", actor=str(n), acting_for="one" if n % 3 else "other", purpose="test")
    assert sequence(limit=7) == 7
    while sequence(limit=7):
        pass
    assert Link.objects.count() == 30
    assert list(Link.objects.filter(stream="one").order_by("n").values_list("n", flat=True)) == list(range(1, 21))
    assert verify().faults == ()


def test_a_long_list_is_kept_as_its_digest_and_count(database):
    ids = [f"entry-{n}" for n in range(MANY + 1)]
    record = write(kind="read", verb="view-child", actor="a", acting_for="b", purpose="c", ids=ids)
    again = write(kind="read", verb="view-child", actor="a", acting_for="b", purpose="c", ids=reversed(ids))
    assert (record.ids, record.count) == ([], MANY + 1)
    assert record.detail["ids_digest"] == again.detail["ids_digest"]


def test_a_record_is_written_with_what_it_records_or_not_at_all(house):
    before = Record.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        send(told())
        raise RuntimeError
    assert Record.objects.count() == before
    with as_("amir") as opened:
        opened.about = "test"
    assert Record.objects.count() == before + 1
