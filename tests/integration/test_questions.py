"""A question that is put over and over finds what Django finds, whatever is asked for; and one that could not is refused."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from sightline.agencies.models import Agency, Worker
from sightline.agencies.queries import agencies
from sightline.jobs.models import Due
from sightline.sharing.models import Restriction, Tie
from sightline.vault.adding import add_objects
from sightline.vault.asking import Question
from sightline.vault.models import Key

HOSTILE = ("", "plain", "a\tb\nc\rd\\e", "\x011", "%s", "“Zoë” 🙂", "'; --")
MOMENT = datetime(2025, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)
SUMMER = datetime(2025, 6, 1, 13, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
LATER = MOMENT + timedelta(days=1)


@pytest.fixture
def due(database):
    made = [
        Due(
            id=uuid4(), verb=text, payload={"said": text}, run_at=MOMENT if n < 4 else LATER, tries=n, failed=str(n % 2)
        )
        for n, text in enumerate(HOSTILE)
    ]
    add_objects(made)
    return made


def by_tries(**wanted):
    return Due.objects.filter(**wanted).order_by("tries")


def test_each_kind_of_value_takes_its_place(due):
    verb = Question(lambda text: by_tries(verb=text), "id", "verb", "payload")
    one = Question(lambda id: by_tries(id=id), "id")
    until = Question(lambda moment: by_tries(run_at__lte=moment), "tries", "run_at")
    among = Question(lambda texts, ids: by_tries(verb__among=texts, id__among=ids), "id")
    for row in due:
        assert verb(row.verb) == [(row.id, row.verb, row.payload)]
        assert one(row.id) == [(row.id,)]
    for moment in (MOMENT, SUMMER, SUMMER - timedelta(microseconds=1), LATER):
        assert until(moment) == list(by_tries(run_at__lte=moment).values_list("tries", "run_at"))
    ids = [row.id for row in due]
    for some in (HOSTILE[:1], set(HOSTILE[1:4]), dict.fromkeys(HOSTILE)):
        assert among(some, ids) == [(row.id,) for row in due if row.verb in some]
        assert among(list(some), ids[2:]) == [(row.id,) for row in due[2:] if row.verb in some]


def test_bytes_and_days_take_their_place_too(database):
    bodies = {b"\x00\x01\xff": uuid4(), b"": uuid4()}
    add_objects([Key(id=id, scope="subject", wrapped=body, made_at=MOMENT) for body, id in bodies.items()])
    of = Question(lambda body: Key.objects.filter(wrapped=body), "id")
    assert {body: of(body) for body in bodies} == {body: [(id,)] for body, id in bodies.items()}
    on = Question(lambda day: Key.objects.filter(made_at__date=day), "id")
    assert (len(on(date(2025, 6, 1))), len(on(date(2025, 6, 2)))) == (2, 0)


def test_a_condition_may_be_left_out_and_a_limit_given(due):
    some = Question(
        lambda verb, first, tried, limit: by_tries(**({} if verb is None else {"verb": verb})).filter(
            Q(failed="1") if tried else Q(), run_at=first
        )[:limit],
        "tries",
    )
    tries = {(verb, tried, limit): some(verb, MOMENT, tried, limit)
             for verb in (None, "plain") for tried in (True, False) for limit in (1, 3)}  # fmt: skip
    assert tries == {
        (None, True, 1): [(1,)], (None, True, 3): [(1,), (3,)], (None, False, 1): [(0,)], (None, False, 3): [(0,), (1,), (2,)],
        ("plain", True, 1): [(1,)], ("plain", True, 3): [(1,)], ("plain", False, 1): [(1,)], ("plain", False, 3): [(1,)],
    }  # fmt: skip


def test_whole_rows_and_what_they_point_to(house):
    rows = Question(lambda: Worker.objects.order_by("id"))
    assert [one.__dict__ | {"_state": None} for one in rows.rows()] == [
        one.__dict__ | {"_state": None} for one in Worker.objects.order_by("id")
    ]
    names = "id", "agency__kind", "is_active"
    assert Question(lambda: Worker.objects.order_by("id"), *names)() == list(
        Worker.objects.order_by("id").values_list(*names)
    )
    assert all(row[2] is True or row[2] is False for row in Question(lambda: Worker.objects.all(), *names)())


def test_two_tables_put_together(house):
    subject = uuid4()
    Tie.objects.create(holder="a", kind="attends", subject=subject, from_at=MOMENT)
    Restriction.objects.create(subject=subject, holder="b", from_at=MOMENT, by="c", because=b"")
    both = Question(
        lambda some: (
            Tie.objects.filter(subject__among=some)
            .values_list("subject", "from_at", "holder")
            .union(
                Restriction.objects.filter(subject__among=some).values_list("subject", "from_at", "holder"), all=True
            )
        ),
        *("subject", "from_at", "holder"),
    )
    assert sorted(both([subject])) == [(subject, MOMENT, "a"), (subject, MOMENT, "b")]


def test_where_nothing_is_asked_for_nothing_is_asked(due):
    among = Question(lambda ids, verb: by_tries(id__among=ids, verb=verb), "id")
    nothing = Question(lambda verb: by_tries(verb=verb).none(), "id")
    with CaptureQueriesContext(connection) as put:
        assert among([], "plain") == [] == among.rows(set(), "plain") == nothing("plain") == nothing.rows("plain")
    assert len(put) == 0


def test_none_of_many_is_nothing_where_it_must_be_so_and_no_more(due):
    """Beside another condition, or where it is left out, an empty collection means what it means to Django."""
    either = Question(lambda ids, verbs: by_tries().filter(Q(id__among=ids) | Q(verb__among=verbs)), "tries")
    but = Question(lambda ids, verbs: by_tries(verb__among=verbs).exclude(id__among=ids), "tries")
    both = Question(lambda ids, verbs: by_tries(verb__among=verbs, id__among=ids), "tries")
    ids, verbs = [due[2].id], HOSTILE[:2]
    for question, expected in (
        (either, {(0, 0): [], (0, 2): [(0,), (1,)], (1, 0): [(2,)], (1, 2): [(0,), (1,), (2,)]}),
        (but, {(0, 0): [], (0, 2): [(0,), (1,)], (1, 0): [], (1, 2): [(0,), (1,)]}),
        (both, {(0, 0): [], (0, 2): [], (1, 0): [], (1, 2): []}),
    ):
        for _ in range(2):
            assert {(m, n): question(ids[:m], (v for v in verbs[:n])) for m, n in expected} == expected
    assert list(Due.objects.filter(id__among=[])) == [] and Due.objects.exclude(id__among=[]).count() == len(due)


@pytest.mark.parametrize("value", [1.5, object(), timedelta(1)])
def test_what_cannot_be_asked_for_is_refused(database, value):
    with pytest.raises(TypeError, match="cannot be asked for"):
        Question(lambda one: by_tries(verb=one), "id")(value)


def test_what_changes_by_itself_is_refused(database):
    with pytest.raises(RuntimeError, match="changes by itself"):
        Question(lambda: by_tries(id=uuid4()), "id")()


@pytest.mark.parametrize(
    ("ask", "value"),
    [
        (lambda one: by_tries(verb=one + "!"), "plain"),
        (lambda one: by_tries(), "plain"),
        (lambda some: by_tries(id__in=some), [UUID(int=5)]),
        (lambda moment: by_tries(run_at__lt=moment + timedelta(days=1)), MOMENT),
    ],
)
def test_what_does_not_stand_in_the_statement_as_it_was_given_is_refused(database, ask, value):
    with pytest.raises(RuntimeError, match="does not stand in the statement"):
        Question(ask, "id")(value)


def test_no_question_is_forgotten_by_which_kind_of_value_it_was_made(due):
    """A statement made for one kind of value is not used for another."""
    either = Question(lambda one: by_tries(**({"tries": one} if isinstance(one, int) else {"verb": one})), "tries")
    assert either("plain") == [(1,)] == either(1)
    assert either(2) == [(2,)] and either(HOSTILE[2]) == [(2,)]


def test_agencies_are_those_of_django(house):
    assert {id: one.title for id, one in agencies().items()} == dict(Agency.objects.values_list("id", "title"))
