"""The second wall, asked as the application asks: signed in as its own user, past the gate, by the tables themselves."""

from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import DataError, ProgrammingError, connection, transaction

from sightline.chronology.models import Entry, Part
from sightline.identity.models import SourceIdentity, Version
from sightline.sharing.reading import Reading
from sightline.sharing.rules import holders
from sightline.sharing.standing import nobody, reading_as, trusted
from sightline.sharing.walling import build, examine, stand_aside
from sightline.timescales.moment import now
from tests.support.databases import connected
from tests.support.house import JAY, MIA, actor, live, open_house, told
from tests.support.walled import Walled, behind_the_wall, make_roles

TABLES = (Entry, Part, SourceIdentity, Version)


@pytest.fixture
def walled(postgresql_database):
    open_house()
    live(
        told(who=JAY),
        told(record="school-concern", role="child", who=MIA, agency="elmfield-academy", category="neglect"),
    )
    with behind_the_wall(postgresql_database) as copy:
        yield copy


def as_worker(username: str, purpose: str = "safeguarding"):
    who = actor(username)
    return reading_as(who, purpose, holders(who), now())


def suppressed():
    return suppress(DataError)


def shown() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in TABLES}


def test_without_a_reader_no_row_shows_and_with_one_what_the_rules_give(walled):
    everything = shown()
    assert min(everything.values()) >= 2  # as the machine, which files what comes in
    with nobody():
        assert set(shown().values()) == {0}
    with as_worker("ruth"):  # a school: what it recorded, and nobody else's
        assert {e.agency for e in Entry.objects.all()} == {"elmfield-academy"}
        assert {i.agency for i in SourceIdentity.objects.all()} == {"elmfield-academy"}
        assert Version.objects.count() == 1 and Part.objects.count() == 1
    with as_worker("bob"):  # housing, with no tie to anybody
        assert set(shown().values()) == {0}
    with as_worker("amir"):  # the front door: at least a pointer to everything
        assert shown() == everything
    assert shown() == everything


def test_a_query_that_forgot_to_ask_and_one_that_was_bent_find_nothing(walled):
    school = Entry.objects.get(agency="elmfield-academy")
    with as_worker("bob"):
        assert not Entry.objects.filter(id=school.id).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM chronology_entry WHERE agency = '' OR '1' = '1'")
            assert cursor.fetchone() == (0,)
            cursor.execute(
                "SELECT count(*) FROM chronology_part p JOIN identity_version v ON v.identity_id = p.identity_id"
            )
            assert cursor.fetchone() == (0,)
    with as_worker("ruth"):
        assert Entry.objects.filter(id=school.id).exists()


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_a_reading_writes_nothing_and_a_trusted_verb_does(walled, model):
    statement = f"UPDATE {model._meta.db_table} SET id = id WHERE false" if model is SourceIdentity else None
    row = model.objects.first()
    copy = model(**{f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields if not f.primary_key})
    if model is SourceIdentity:
        copy.local = None
    with as_worker("amir"), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        copy.save(force_insert=True)
    with as_worker("amir"), trusted("file"):
        copy.save(force_insert=True)
    with as_worker("amir"), connection.cursor() as cursor:
        if statement:
            cursor.execute(statement)
            assert cursor.rowcount == 0
        else:  # what is only added to, the application's user is not even let try
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                model.objects.update(**{model._meta.pk.attname: row.pk})


def test_a_transaction_that_fails_takes_nobody_else_s_standing_with_it(walled):
    """What was said inside it the database forgets; it is said again, and never what came before it."""
    with as_worker("bob"):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            with trusted("file"):
                assert Entry.objects.count() == 2
            raise ZeroDivisionError
        assert Entry.objects.count() == 0
        with trusted("file"), pytest.raises(ZeroDivisionError), transaction.atomic():
            assert Entry.objects.count() == 2
            with nobody():
                assert Entry.objects.count() == 0
            raise ZeroDivisionError
        assert Entry.objects.count() == 0
        with transaction.atomic():
            with suppressed(), transaction.atomic(), trusted("file"):  # a savepoint, and a statement that fails in it
                assert Entry.objects.count() == 2
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1/0")
            assert Entry.objects.count() == 0
        assert Entry.objects.count() == 0
    assert Entry.objects.count() == 2


def test_a_new_connection_has_been_told_nothing(walled):
    with as_worker("amir"):
        assert Entry.objects.count() == 2
        connection.close()
        assert Entry.objects.count() == 2  # told again
        with psycopg.connect(walled.url) as bare:
            assert bare.execute("SELECT count(*) FROM chronology_entry").fetchone() == (0,)
            who = bare.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
            owner = bare.execute("SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'chronology_entry'")
            assert who == (False, False) and owner.fetchone() == (False,)


def test_nothing_outlives_a_request(walled):
    """Two requests on one connection: the second starts from nobody, whoever the first read as."""
    with nobody():
        amir = actor("amir")
        Reading(amir, "safeguarding", recorded=False)
        assert Entry.objects.count() == 2
    with nobody():
        assert Entry.objects.count() == 0
    with nobody():
        Reading(actor("bob"), "safeguarding", recorded=False)
        assert Entry.objects.count() == 0


def test_a_reading_inside_a_trusted_verb_leaves_it_trusted(walled):
    with nobody(), trusted("recompute"):
        Reading(actor("bob"), "safeguarding", recorded=False)
        assert Entry.objects.count() == 2


def test_an_end_of_a_tie_holds_for_the_next_request(walled):
    from sightline.sharing.actions import tie, untie

    subject = SourceIdentity.objects.get(agency="elmfield-academy")
    sam = actor("sam")
    for open_, expected in ((True, 1), (False, 0)):
        if open_:
            tie([(f"worker:{sam.id}", "allocated", subject.id, now(), None, None)])
        else:
            untie(kind="allocated", subjects=[subject.id])
        with as_worker("sam"):
            assert Entry.objects.filter(agency="elmfield-academy").count() == expected


def test_the_wall_says_how_it_stands(walled, postgresql_database):
    assert examine().stands
    with connected(postgresql_database):
        as_owner = examine()
        assert as_owner.built and as_owner.current and not as_owner.behind and "superuser" in as_owner.says
        with connection.cursor() as cursor:
            cursor.execute("COMMENT ON SCHEMA sightline_wall IS 'of other rules'")
        assert examine().built and not examine().current
        build()
        assert examine().current
        stand_aside()  # before a migration, which must see every row even as an owner that is no superuser
        assert not examine().built
        build()
        assert examine().built
        with connection.cursor() as cursor:
            cursor.execute("DROP POLICY sightline_wall ON identity_version")
        assert not examine().built
        build()
        assert examine().built


def test_without_its_roles_nothing_is_built_and_nothing_changes(sqlite_database):
    assert not build() and not examine().built
    stand_aside()


def test_the_application_s_roles_are_made_once(postgresql_database):
    make_roles(postgresql_database)
    make_roles(postgresql_database)


def test_an_owner_who_is_no_superuser_builds_it_and_stands_behind_it_too(walled, postgresql_database):
    """In earnest the tables belong to an ordinary user. Forced: so signed in by mistake, the application shows nothing."""
    name, password = "plain_owner", "of-a-test"
    with psycopg.connect(postgresql_database.url, autocommit=True) as admin:
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
            admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}' NOSUPERUSER NOBYPASSRLS")
            admin.execute(f"GRANT sightline_machine TO {name}")
        admin.execute(f"ALTER SCHEMA public OWNER TO {name}")
        admin.execute(f"ALTER SCHEMA sightline_wall OWNER TO {name}")
        admin.execute(f'ALTER DATABASE "{urlsplit(postgresql_database.url).path[1:]}" OWNER TO {name}')
        tables = admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            admin.execute(f'ALTER TABLE public."{table}" OWNER TO {name}')
        admin.execute("COMMENT ON SCHEMA sightline_wall IS 'to be built anew'")
    parts = urlsplit(postgresql_database.url)
    own = Walled("postgresql", urlunsplit(parts._replace(netloc=f"{name}:{password}@{parts.hostname}:{parts.port}")))
    with connected(own):
        assert build() and examine().built and examine().current
        assert set(shown().values()) == {0}
        stand_aside()
        assert Entry.objects.count() == 2  # for a migration
        assert build()
        assert set(shown().values()) == {0}
    with connected(walled), as_worker("amir"):
        assert Entry.objects.count() == 2
