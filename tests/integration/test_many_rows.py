"""Many rows at once hold what Django would have written, and are read as Django would read them."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest

from sightline.agencies.models import Agency
from sightline.jobs.models import Due
from sightline.vault.adding import add, add_objects, change
from sightline.vault.ids import Ids, uuid_of
from sightline.vault.models import Key
from sightline.vault.taking import rows, taken

HOSTILE = ("", "plain", "a\tb\nc\rd\\e", r"\N", r"\.", "“Zoë” 🙂", "'; --")
MOMENT = datetime(2025, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)
SUMMER = datetime(2025, 6, 1, 13, 0, tzinfo=timezone(timedelta(hours=1)))


@pytest.fixture
def due(database):
    """Enough for a COPY: texts that mean something to it, numbers, moments in another zone, nothing at all, JSON."""
    made = [
        Due(id=uuid4(), verb=text, payload={"said": text}, run_at=SUMMER, tries=n, done_at=MOMENT if n % 2 else None)
        for n, text in enumerate(HOSTILE)
    ]
    add_objects(made)
    return made


def test_what_is_added_is_what_was_given(due):
    for one in due:
        kept = Due.objects.get(id=one.id)
        assert (kept.verb, kept.payload, kept.tries, kept.failed) == (one.verb, one.payload, one.tries, "")
        assert (kept.run_at, kept.done_at) == (SUMMER, one.done_at)


def test_one_row_is_added_as_many_are(database):
    for text in HOSTILE:
        one = Due(id=uuid4(), verb=text, payload=[text, None], run_at=MOMENT)
        add_objects([one])
        kept = Due.objects.get(id=one.id)
        assert (kept.verb, kept.payload, kept.run_at, kept.done_at) == (text, [text, None], MOMENT, None)


def test_bytes_are_added_as_they_are(database):
    bodies = {uuid4(): body for body in (b"\x00\x01\xff\\N\t\n", b"", bytes(range(256)))}
    add(Key, ("id", "scope", "wrapped", "made_at"), [(id_, "subject", body, MOMENT) for id_, body in bodies.items()])
    assert {id_: bytes(kept) for id_, kept in Key.objects.filter(id__in=bodies).values_list("id", "wrapped")} == bodies
    assert {id_: bytes(kept) for id_, kept in taken(Key.objects.filter(id__in=bodies), "id", "wrapped")} == bodies


def test_truths_are_added_as_truths(database):
    made = [Agency(id=f"agency-{n}", title=f"No {n}", kind="school") for n in range(4)]
    names = [f.attname for f in Agency._meta.concrete_fields if f.get_internal_type() == "BooleanField"]
    assert names
    for n, one in enumerate(made):
        for name in names:
            setattr(one, name, bool(n % 2))
    add_objects(made)
    for n, one in enumerate(made):
        kept = Agency.objects.get(id=one.id)
        assert [getattr(kept, name) for name in names] == [bool(n % 2)] * len(names)


def test_what_is_taken_is_what_django_reads(due):
    names = ("id", "verb", "payload", "run_at", "tries", "done_at")
    ordered = Due.objects.order_by("tries")
    assert taken(ordered, *names) == list(ordered.values_list(*names))
    assert [row.__dict__ | {"_state": None} for row in rows(ordered)] == [
        row.__dict__ | {"_state": None} for row in ordered
    ]
    assert all(row._state.adding is False for row in rows(ordered))
    assert taken(Due.objects.none(), "id") == [] == rows(Due.objects.filter(verb="nothing"))


def test_a_changed_row_is_the_one_that_was_meant(due):
    change(Due, "done_at", [(due[0].id, SUMMER), (due[1].id, None)])
    kept = dict(taken(Due.objects.all(), "id", "done_at"))
    assert (kept[due[0].id], kept[due[1].id], kept[due[3].id]) == (SUMMER, None, MOMENT)


@pytest.mark.parametrize("values", [[], [uuid4()], [uuid4(), None]])
def test_asked_among_ids_also_where_one_is_missing(due, values):
    wanted = [*values, *([due[2].id] if values else [])]
    assert list(Due.objects.filter(id__among=wanted)) == ([due[2]] if values else [])


def test_ids_are_random_and_of_version_four(database):
    ids = Ids()
    made = [ids() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert {(one.version, one.variant) for one in made} == {(4, "specified in RFC 4122")}
    assert len({one.int >> 96 for one in made}) == 1
    other = uuid4()
    assert uuid_of(other.int) == other == UUID(str(uuid_of(other.int)))
