"""Each child of a generated night reaches the right person before the right minute, once, however often the worker is killed."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import OperationalError

from sightline.agencies.actions import add_worker, declare_agency, take_from_definition
from sightline.agencies.queries import machine
from sightline.chronology.actions import versions_of
from sightline.chronology.models import Entry
from sightline.chronology.tracing import people_of
from sightline.intake.tracing import became
from sightline.jobs.due import sweep
from sightline.jobs.models import Due
from sightline.jobs.receive import open_delivery, receive
from sightline.jobs.telling import arrived
from sightline.messages.models import Delivered, Outgoing
from sightline.timescales.moment import allow_pretending, pretend
from tests.crash.nursery import Nursery
from tests.integration.telling import night
from tests.support.databases import connected

PERSON = "role:education-officer"


def open_schools() -> None:
    allow_pretending()
    by = machine("set-up-machine")
    take_from_definition(by=machine("feed-machine"))
    for school in night.SCHOOLS:
        calendar = {"inset": [night.INSET.isoformat()]} if school.inset else {}
        declare_agency(
            id=school.id, kind=school.kind, title=school.id.replace("-", " ").title(), calendar=calendar, by=by
        )
        if school.reads:
            settings = {"holiday-notices": "next-morning"} if school.next_morning else {}
            add_worker(
                username=f"lead-{school.id}",
                name="Lead",
                agency=school.id,
                role="designated-safeguarding-lead",
                settings=settings,
                by=by,
            )
    add_worker(username="edie", name="Edie", agency=night.AUTHORITY, role="education-officer", by=by)


def take(things, at) -> None:
    by = machine("feed-machine")
    with pretend(at):
        receive(
            things, delivery=open_delivery(feed="", agency="", kind="file", name="night", by=by), by=by, settled=False
        )


def identity_of(one, child):
    """The child's source identity on the incident: people stand on it in the order in which they were sent, the victim first."""
    first = became(night.POLICE, one.message)
    return people_of(versions_of(first)[-1])[1 + one.children.index(child)][0]


def told_of(identity) -> list[tuple[str, str, object]]:
    """Every message about this child: (kind, to whom, when it was in the inbox)."""
    found = []
    for row in Outgoing.objects.filter(
        kind__in=("operation-encompass", "encompass-at-home", "encompass-nobody-to-tell")
    ):
        if ["identity", str(identity)] in row.about:
            at = Delivered.objects.filter(message=row, why="told").values_list("at", flat=True).order_by("at").first()
            found.append((row.kind, row.to, at))
    return found


def live(made, worker) -> int:
    """Lives the night: what was told earlier, the incidents, and every moment at which something is owed. `worker(moment)`
    does what is due then and returns how often it was killed."""
    killed = 0
    for one in made:
        for before in one.before:
            take([before], one.known - timedelta(days=200))
    while Due.objects.filter(done_at=None).exists():
        killed += worker(made[0].known - timedelta(days=1))
        Due.objects.filter(done_at=None, tries__gte=5).update(tries=0)
        if not Due.objects.filter(done_at=None, run_at__lte=made[0].known - timedelta(days=1)).exists():
            break
    groups = {}
    for one in made:
        groups.setdefault(one.known, []).append(one.notification)
    for moment, things in sorted(groups.items()):
        killed += until(moment, worker)
        take(things, moment)
        killed += worker(moment)
    return killed + until(made[-1].known + timedelta(days=2), worker)


def until(end, worker) -> int:
    killed = 0
    while (due := Due.objects.filter(done_at=None, run_at__lt=end).order_by("run_at").first()) is not None:
        killed += worker(due.run_at)
    return killed


def check(made) -> None:
    wrong = []
    for one in made:
        for child in one.children:
            identity = identity_of(one, child)
            found = told_of(identity)
            wanted = {
                place: f"role:designated-safeguarding-lead@{place}" if place in night.BY_ID else PERSON
                for place in child.to
            }
            first = [
                entry
                for entry in found
                if not entry[1].startswith("role:deputy") and not entry[1].startswith("role:police")
            ]
            if sorted(to for _, to, _ in first) != sorted(wanted.values()):
                wrong.append((child.local, child.kind, "told", [(kind, to) for kind, to, _ in found], "not", wanted))
                continue
            for place, to in wanted.items():
                at = next(at for _, name, at in found if name == to)
                if at is None or at > child.due[place]:
                    wrong.append((child.local, child.kind, place, "at", at, "due", child.due[place]))
                if child.at_once and at > one.known + timedelta(minutes=1):
                    wrong.append((child.local, child.kind, "not at once", at, one.known))
            entries = Entry.objects.filter(record="encompass-notice", parts__identity=identity).count()
            if entries != sum(place in night.BY_ID or place == "officer" for place in child.to):
                wrong.append((child.local, child.kind, "entries", entries))
    assert not wrong, (len(wrong), wrong[:4])


def undisturbed(moment) -> int:
    with pretend(moment):
        while sweep():
            pass
    return 0


def test_each_child_of_a_night_reaches_the_right_person_before_the_right_minute(database):
    made = night.incidents(26, seed=7)
    open_schools()
    live(made, undisturbed)
    check(made)
    assert {child.kind for one in made for child in one.children} >= set(night.KINDS) - {"twins"}
    # whoever settles again finds nothing to do
    count = Outgoing.objects.count()
    for one in made[:5]:
        with pretend(one.known + timedelta(days=2)):
            arrived(became(night.POLICE, one.message))
    assert Outgoing.objects.count() == count


@pytest.fixture(scope="session")
def nursery(tmp_path_factory):
    made = Nursery(tmp_path_factory.mktemp("nursery") / "log")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("children", "kills", "seed"),
    [(24, 5, 11), pytest.param(1000, 20, 12, marks=pytest.mark.nightly)],
)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_worker_is_killed_on_the_way(engine, children, kills, seed, database_templates, django_db_blocker, nursery):
    with django_db_blocker.unblock(), database_templates.copy(engine, durable=True) as database, connected(database):
        made = night.incidents(children, seed=seed)
        open_schools()
        left = kills

        def worker(moment) -> int:
            nonlocal left
            killed = 0
            if left and owed(moment) > 1:
                for pause in (0.02, 0.05, 0.1, 0.25):  # so soon at first that no machine has done everything by then
                    ended = nursery.turns(database, moment, kill_after=pause)
                    killed += ended.killed
                    left -= ended.killed
                    if not left or not owed(moment):
                        break
            if owed(moment):
                assert nursery.turns(database, moment).code == 0
            return killed

        assert live(made, worker) == kills, f"only {kills - left} of {kills} kills came while something was owed"
        check(made)


def owed(moment) -> int:
    for _ in range(200):
        try:
            return Due.objects.filter(done_at=None, run_at__lte=moment).count()
        except OperationalError:
            time.sleep(0.01)
    raise AssertionError("the database stayed busy")
