"""Routine records of children about whom nobody is worried are not there: not on a page, not in a count, not for a machine.

Three ways of looking. *No difference*: every address, as a worker of every role with every tie, before and after hundreds of
routine records arrive: byte for byte the same. *No word*: nothing that stands in one is found anywhere. *No reading*: no machine
that derives anything is given one. Then a concern opens some, for the declared window, on the record; and what nobody opened
expires. A seal that is taken off on purpose is noticed, so the test can fail.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from sightline.agencies.queries import actor_for, machine, partnership, worker
from sightline.chronology import events, listing, queries
from sightline.chronology.events import of_people
from sightline.chronology.expiry import due, expire, with_keys_of_their_own
from sightline.chronology.models import Entry, Opening
from sightline.chronology.queries import of_person
from sightline.clocks.models import Running
from sightline.commands import main
from sightline.definition.outcomes import Missing
from sightline.identity.queries import persons_of
from sightline.intake.models import Item
from sightline.jobs.models import Due
from sightline.jobs.nightly import NIGHTLY, OFTEN, next_at, plan
from sightline.jobs.worker import turn
from sightline.ledger.actions import sequence
from sightline.ledger.models import Record
from sightline.ledger.verifying import verify
from sightline.sharing.reading import reading
from sightline.sharing.types import Level
from sightline.signals.models import Standing
from sightline.signals.queries import raised
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import allow_pretending, now, pretend
from sightline.timescales.spans import parse_span
from sightline.vault.actions import Erased, Keyring
from tests.support.sealed_world import CHANGING, CORE, KINDS, MARKS, SCHOOL, START, SealedWorld, Walker

CHILDREN, MANY = 12, 300  # in `make test`, and in `make nightly`
EVERY_URL = ("social-worker", "front-door-manager", "data-officer")
FEWER = (*EVERY_URL, "designated-safeguarding-lead", "school-nurse")  # on the second engine
# What counts an agency's own deliveries, and not children: looked through for words, not compared. How the rules of signs do
# is told of children whose records are open, of whom more arrives here too: compared by itself, below.
COUNTS_DELIVERIES = (
    "who-saw",  # it tells of these very readings
    "loads",
    "delivery",
    "feeds",
    "health",
    "quarantined",
    "mapping",
    "feed_new",
    "feed_health",
    "feed_one",
    "signal-rules",
)
MOMENT = parse_moment(f"{START:%Y-%m-%d %H:%M}")


@pytest.fixture(scope="module")
def world(shared_database):
    allow_pretending()
    with pretend(MOMENT):
        made = SealedWorld(children=CHILDREN, roles=() if shared_database.engine == "sqlite" else FEWER)
        made.roles = list(made.workers)
    return made


def everywhere(world, child) -> dict[str, tuple[int, str]]:
    """Every answer about this child, as everybody."""
    entry = world.routine_entries(child)[0]
    found = {}
    for username in world.roles:
        every = len(world.children) > CHILDREN or username in EVERY_URL
        pages = Walker(username).pages(sorted(child.persons)[0], entry.id, child.details.family, every=every)
        found |= {f"{username}: {name}": answer for name, answer in pages.items()}
    return found


def words_in(answers) -> list[str]:
    """Where something that stands only in routine records is found."""
    return [
        name
        for name, (_, body) in answers.items()
        if any(mark in body for mark in MARKS)
        or (name.split(": ")[1].split()[0] in (*CORE, "find") and any(kind in body for kind in KINDS))
    ]


def differences(before, after) -> list[str]:
    names = [n for n in before if not any(f": {part}" in n for part in COUNTS_DELIVERIES)]
    return [name for name in names if name not in after or whole(before[name]) != whole(after[name])]


def whole(answer) -> tuple[int, str]:
    """An answer without what every blank form for the public carries anew: its own id, and when it was opened."""
    return answer[0], re.sub(r'(name="(?:id|opened)" value=")[^"]*', r"\1", answer[1])


def but_for_messages(answers) -> dict[str, tuple[int, str]]:
    """Without the number of one's messages, which stands around every page: whoever works with a child is told of a concern
    about that child."""
    return {
        name: (status, re.sub(r' <span class="sl-count">.*?</span></span>', "", body))
        for name, (status, body) in answers.items()
    }


def machine_leaks(world) -> list[str]:
    """Routine entries of quiet children that something that derives has been given, or rests on."""
    quiet = {person for child in world.quiet for person in child.persons}
    leaks = []
    with reading(machine("clock-machine"), "safeguarding", recorded=False) as opened:
        for theirs in of_people(opened, quiet).values():
            leaks += [f"clock machine: {entry.record}" for entry in theirs]
    routine = set(Entry.objects.filter(routine=True).values_list("id", flat=True))
    leaks += [f"clock: {clock.clock}" for clock in Running.objects.all() if clock.started_by in routine]
    about = persons_of(Standing.objects.exclude(identity=None).values_list("identity_id", flat=True))
    leaks += [f"sign: {row.rule}" for row in Standing.objects.all() if about.get(row.identity_id) in quiet]
    for username in world.roles:
        with reading(actor_for(worker(username)), "safeguarding", recorded=False) as opened:
            for person in sorted(quiet)[:3]:
                leaks += [f"{username}: signal {signal.signal}" for signal in raised(opened, person)]
                try:
                    leaks += [f"{username}: {entry.record}" for entry in of_person(opened, person).entries]
                except Missing:
                    pass
            leaks += [f"{username}: news {e.record}" for person, e in listing.recent(opened) if person in quiet]
    return leaks


@pytest.fixture(scope="module")
def looked(world):
    """Before and after more routine records about a quiet child and everybody else arrive."""
    child = world.quiet[0]
    with pretend(MOMENT):
        before = everywhere(world, child)
        for days in (3, 40, 200, 500):
            world.send(note for one in world.children for note in world.routine(one, START - timedelta(days=days)))
        after = everywhere(world, child)
    return before, after


def test_pages_are_there_to_be_compared(world, looked):
    before, _ = looked
    opened = [n for n, (status, _) in before.items() if status == 200]
    assert len(before) > 5 * len(world.roles) and len(opened) > 2 * len(world.roles)
    assert any(": child " in name for name in opened), "somebody opens the child's page, and finds nothing on it"
    assert not [name for name, (status, _) in before.items() if status >= 500]


def test_no_page_of_anybody_is_different_for_what_is_sealed(looked):
    before, after = looked
    assert differences(before, after) == []


def test_how_rules_of_signs_do_tells_nothing_of_what_is_sealed(world, looked):
    """Where more arrives of quiet children alone, it reads as before."""

    def read():
        clients = {one: Walker(one).client for one in world.roles}
        return {one: whole((got.status_code, CHANGING.sub("", got.content.decode()))) for one, client in clients.items()
                if (got := client.get("/signs/rules/")).status_code == 200}  # fmt: skip

    with pretend(MOMENT):
        before = read()
        for days in (5, 50, 300):
            world.send(note for one in world.quiet for note in world.routine(one, START - timedelta(days=days)))
        assert before and read() == before


def test_no_word_of_a_sealed_record_stands_anywhere(looked):
    before, after = looked
    assert words_in(before) == [] and words_in(after) == []


def test_a_sealed_record_is_not_there_whoever_asks_for_it(looked):
    _, after = looked
    asked = {name: status for name, (status, _) in after.items() if ": entry entry/" in name}
    assert asked and set(asked.values()) <= {403, 404}


def test_no_machine_is_given_one(world, looked):
    assert machine_leaks(world) == []


def test_no_answer_of_the_machine_door_says_more_than_that_it_is_held(world, looked):
    entry = world.routine_entries(world.quiet[0])[0]
    for token, status in ((world.token, 200 if entry.agency == SCHOOL else 404), (world.other_token, None)):
        answer = Client().get(f"/api/v1/receipts/{entry.item}", headers={"Authorization": f"Bearer {token}"})
        assert status is None or answer.status_code == status
        if answer.status_code == 200:
            assert set(answer.json()) == {"id", "received_at", "state"}
        assert not any(mark in answer.content.decode() for mark in MARKS)
    schema = Client().get("/api/v1/openapi.json")
    assert not any(mark in schema.content.decode() for mark in MARKS)


REPORTS = (("verify", "--json"), ("workers", "--help"), ("registry", "--help"), ("describe", "record/ae-attendance"))


def test_no_report_of_the_command_line_says_one(world, looked, capsys):
    for arguments in REPORTS:
        try:
            main(list(arguments))
        except SystemExit:
            pass
        said = "".join(capsys.readouterr())
        assert said and not any(mark in said for mark in MARKS), arguments


def test_the_ledger_names_no_sealed_record_as_read(world, looked):
    routine = {str(id) for id in Entry.objects.filter(routine=True).values_list("id", flat=True)}
    shown = set().union(*(entry_ids(world, child) for child in world.open)) if world.open else set()
    read = {id for ids in Record.objects.filter(kind="read").values_list("ids", flat=True) for id in ids}
    assert not read & (routine - shown)


def entry_ids(world, child) -> set[str]:
    return {str(entry.id) for entry in world.routine_entries(child)}


# --- the test can fail --------------------------------------------------------------------------------------


def test_a_seal_that_is_taken_off_is_noticed(world, looked, monkeypatch):
    before, _ = looked
    monkeypatch.setattr(queries, "is_sealed", lambda entry, opened: False)
    child = world.quiet[0]
    some, world.roles = world.roles, list(EVERY_URL[:3])
    try:
        with pretend(MOMENT):
            leaking = everywhere(world, child)
        kept = {name: answer for name, answer in before.items() if name.split(":")[0] in world.roles}
        assert len(differences(kept, leaking)) >= 3
        assert len(words_in(leaking)) >= 3
        assert machine_leaks(world)
    finally:
        world.roles = some


def test_a_seal_that_is_taken_off_for_machines_alone_is_noticed(world, looked, monkeypatch):
    monkeypatch.setattr(events, "is_sealed", lambda entry, opened: False)
    assert any(leak.startswith("clock machine") for leak in machine_leaks(world))


def test_a_count_alone_is_noticed(looked):
    """A page that said only how many there are would differ."""
    before, after = looked
    name = next(n for n, (status, _) in after.items() if ": child " in n and status == 200)
    assert differences(before, after | {name: (200, after[name][1].replace("</main>", "<p>4 more</p></main>"))}) == [
        name
    ]


# --- a concern opens them, for the declared window, on the record ---------------------------------------------


def seen(world, child, username="social-worker") -> dict[UUID, Level]:
    found: dict[UUID, Level] = {}
    with reading(actor_for(worker(username)), "safeguarding", recorded=False) as opened:
        for person in child.persons:
            try:
                found |= {entry.id: entry.level for entry in of_person(opened, person).entries}
            except Missing:
                pass
    return found


def within(world, child, at) -> set[UUID]:
    definition = partnership()
    return {
        e.id
        for e in world.routine_entries(child)
        if e.happened >= parse_span(definition.record[e.record].opened_for).before(at)
    }


def test_what_was_open_shows_the_window_and_no_more(world, looked):
    """Children with a concern twenty days old: half a year and a year back is shown, what lies beyond each window is not."""
    for child in world.open:
        at = parse_moment(f"{child.opened} 09:00")
        shown = {id for id in seen(world, child) if id in {e.id for e in world.routine_entries(child)}}
        assert shown == within(world, child, at)
        assert {e.id for e in world.routine_entries(child)} - shown, "some lie before the window"


def test_a_concern_opens_one_childs_records_on_the_record_and_nobody_elses(world, looked):
    _, after = looked
    child, other = world.quiet[1], world.quiet[0]
    assert not seen(world, child)
    with pretend(MOMENT):
        world.concern(child, START)
        opened = Opening.objects.filter(identity__in=world.identities(child))
        because = {str(id) for id in opened.values_list("because", flat=True)}
        [told] = [row for row in Record.objects.filter(verb="receive") if because <= set(row.ids)]
        assert len(because) == 1 and told.detail["routine-opened"] == opened.count()
        assert {row.record for row in opened} == {r.id for r in partnership().record.values() if r.routine}
        shown = {
            id: level for id, level in seen(world, child).items() if id in {e.id for e in world.routine_entries(child)}
        }
        assert set(shown) == within(world, child, MOMENT) and set(shown.values()) == {Level.FULL}
        world.roles, everybody = world.roles[:6], world.roles
        again = everywhere(world, other)
        world.roles = everybody
    of_child = ("child", "find", "entry")  # what waits at the front door, and whom a message tells, has changed for good
    same = {n: answer for n, answer in after.items() if n in again and n.split(": ")[1].startswith(of_child)}
    assert len(same) > len(world.roles[:6])
    assert differences(but_for_messages(same), but_for_messages(again)) == [], "the child next to it is as unknown as before"


# --- what nobody opened expires -------------------------------------------------------------------------------


def body(entry):
    keyring = Keyring()
    keyring.fetch_for([bytes(entry.body)])
    return keyring.open(bytes(entry.body), f"entry|{entry.id}")


def test_what_no_concern_opened_expires_on_schedule_and_the_opened_stays(world, looked):
    definition, by = partnership(), machine("expiry-machine")
    quiet, opened = world.quiet[0], world.open[0]
    entries = {e.id: e for e in world.routine_entries(quiet)}
    kept = within(world, opened, parse_moment(f"{opened.opened} 09:00"))
    assert all(body(entry)["says"] for entry in entries.values())
    with pretend(MOMENT + timedelta(days=365)):
        assert due(definition) and not expire(definition=definition, by=by).get(
            "developmental-review"
        )  # three years, not two
        over = parse_span("24 months").before(now())
    for entry in entries.values():
        if entry.happened < over and definition.record[entry.record].kept_for == "24 months":
            with pytest.raises(Erased):
                body(entry)
    with pretend(MOMENT + timedelta(days=4 * 366)):
        erased = expire(definition=definition, by=by)
        assert erased["attendance-summary"] > len(world.quiet)
        assert expire(definition=definition, by=by) == {} and set(due(definition).values()) == {0}
    for entry in entries.values():
        with pytest.raises(Erased):
            body(entry)
        item = Item.objects.get(id=entry.item)
        keyring = Keyring()
        keyring.fetch_for([bytes(item.raw)])
        with pytest.raises(Erased):  # what was received goes with it
            keyring.open_bytes(bytes(item.raw), f"item|{item.id}")
    for entry in world.routine_entries(opened):
        if entry.id in kept:
            assert body(entry)["says"]
    told = Record.objects.filter(verb="expire-routine")
    assert set(entries) <= {UUID(id) for ids in told.values_list("ids", flat=True) for id in ids}
    assert {row.detail["record"] for row in told} == {r.id for r in definition.record.values() if r.routine}
    while sequence():
        pass
    assert not verify().faults
    with pretend(MOMENT):
        assert not words_in(everywhere_some(world, quiet))


def everywhere_some(world, child):
    some, world.roles = world.roles, world.roles[:4]
    try:
        return everywhere(world, child)
    finally:
        world.roles = some


def test_whoever_is_erased_takes_their_routine_records_keys_along(world, looked):
    child = world.open[0]
    assert set(with_keys_of_their_own(world.identities(child))) <= {e.id for e in world.routine_entries(child)}
    assert with_keys_of_their_own(world.identities(child))


def test_the_worker_owes_it_once_a_night_and_does_it(world):
    at_three = parse_moment("2030-01-02 03:10")
    assert next_at(at_three.time(), parse_moment("2030-01-01 12:00")) == at_three
    with pretend(parse_moment("2030-01-01 12:00")):
        Due.objects.filter(verb="bring-up-due").delete()
        owed = Due.objects.filter(done_at=None, verb__in=(*NIGHTLY, *OFTEN)).count()
        assert owed + plan() == len(NIGHTLY) + len(OFTEN) and plan() == 0
        turn()
        assert Due.objects.get(verb="bring-up-due").done_at is None
    with pretend(at_three + timedelta(minutes=1)):
        turn()
        assert Due.objects.filter(verb="bring-up-due", done_at__isnull=False).count() == 1


def test_what_the_reports_say_is_json(world, capsys):
    main(["verify", "--json"])
    assert json.loads(capsys.readouterr().out.strip().splitlines()[-1])


@pytest.mark.nightly
def test_none_of_many_shows_to_anybody_at_any_address(database):
    """Hundreds of children, every role at every address, on both engines."""
    allow_pretending()
    with pretend(MOMENT):
        many = SealedWorld(children=MANY, every=10)
        many.roles = list(many.workers)
        child = many.quiet[3]
        before = everywhere(many, child)
        for days in (2, 25, 100, 300, 800):
            many.send(note for one in many.children for note in many.routine(one, START - timedelta(days=days)))
        after = everywhere(many, child)
    assert differences(before, after) == [] and words_in(after) == [] and machine_leaks(many) == []
    with pretend(MOMENT + timedelta(days=4 * 366)):
        expire(definition=partnership(), by=machine("expiry-machine"))
    for quiet in many.quiet:
        assert not with_keys_of_their_own(many.identities(quiet))
    assert all(with_keys_of_their_own(many.identities(one)) for one in many.open)
