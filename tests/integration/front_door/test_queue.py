"""The queue: what arrives takes its place at once, by its own words and by all that went before."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import actor_by_id, machine, partnership
from sightline.chronology.models import Entry
from sightline.chronology.queries import entry as entry_history
from sightline.clocks import queries as clocks
from sightline.clocks.models import Running
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.front_door import claiming, following, queue, shifts
from sightline.front_door.changes import changed_since
from sightline.front_door.models import Decided, Item, Step
from sightline.front_door.queue_types import Narrow
from sightline.jobs import front_door_queue
from sightline.jobs.decide import decide
from sightline.jobs.due import sweep
from sightline.messages.queries import told as told_of
from sightline.sharing.reading import reading
from sightline.sharing.types import Level
from sightline.timescales.london import local, parse_moment
from sightline.timescales.moment import now, pretend
from tests.support.partnership import CARE, HOSPITAL, SCHOOL, child, say, send, settle_in, take


@pytest.fixture(scope="module")
def house(shared_database):
    made = settle_in()
    by = machine("story-runner")
    for name, agency, role, team in (
        ("lena", CARE, "duty-social-worker", "front-door"),
        ("emma", "emergency-duty-team", "emergency-duty-worker", "emergency-duty"),
    ):
        added = add_worker(username=name, name=name.capitalize(), agency=agency, role=role, team=team, by=by)
        made[name] = actor_by_id(added.id)
    return made


def item(first) -> Item:
    return Item.objects.get(entry=first)


def ago(**span) -> str:
    return f"{local(now() - timedelta(**span)):%Y-%m-%d %H:%M}"


def notice(*, who=None, grade="amber", **how):
    return send("ppn", ("child", who or child()), grade=grade, **{"happened": ago(minutes=20), **how})


def works_with(one, team="east-area-team"):
    """A social worker of a team has worked with the child since January."""
    told = say("involvement", ("child", one), agency=CARE, happened="2025-01-03 09:00")
    take(replace(told, fields={"worker-role": "social-worker", "team": team, "from": "2025-01-03"}))


def page(who, **how):
    with reading(who, "safeguarding") as opened:
        return queue.page(opened, **how)


# --- taking its place -------------------------------------------------------------------------------------------------


def test_a_notice_is_in_the_queue_when_it_is_acknowledged(house):
    row = item(notice())
    assert (row.state, row.why, row.danger, row.children.count()) == ("open", ["amber-notice"], 54, 1)


def test_the_gravest_reason_says_where_it_stands_and_all_that_hold_are_kept(house):
    born = (now() - timedelta(days=60)).date().isoformat()
    first = send(
        "ae-attendance", ("patient", child(born=born)), agency=HOSPITAL, injury="unexplained", happened=ago(minutes=9)
    )
    row = item(first)
    assert row.danger == 2 and row.why[0] == "injury-in-baby-who-cannot-move" and "injury-nobody-explains" in row.why


def test_what_went_before_moves_a_notice_up(house):
    one = child(local_id="R1")
    for days in (40, 20):
        told = ago(days=days)
        send("missing-episode", ("missing-child", one), missing_from=told, happened=told, on=told, returned_at=told)
    row = item(send("missing-episode", ("missing-child", one), missing_from=ago(hours=2), happened=ago(hours=2)))
    assert row.why == ["repeat-missing", "missing-now"] and row.before == {"repeat-missing": 2} and row.repeats == 2


def test_another_childs_history_counts_for_that_child_alone(house):
    one, other = child(local_id="S1"), child(local_id="S2")
    for who, days in ((one, 40), (other, 20)):
        send(
            "missing-episode",
            ("missing-child", who),
            missing_from=ago(days=days),
            happened=ago(days=days),
            on=ago(days=days),
        )
    first = send("ppn", ("child", one), ("child", other), happened=ago(minutes=5), grade="green")
    assert "repeat-missing" not in item(first).why and item(first).repeats == 1


def test_history_does_not_flood_the_queue(house):
    long_ago = notice(happened=ago(days=30), sent=ago(days=30))
    lately = notice(happened=ago(days=3), sent=ago(days=3))
    assert not Item.objects.filter(entry=long_ago).exists() and Item.objects.filter(entry=lately).exists()


def test_a_safe_time_is_a_clock_and_its_end_is_a_danger(house):
    until = f"{local(now() + timedelta(hours=5)):%Y-%m-%d %H:%M}"
    first = send(
        "school-concern",
        ("child", child()),
        agency=SCHOOL,
        category="bullying",
        safe_until=until,
        happened=ago(minutes=4),
    )
    row = item(first)
    assert row.why == [] and row.due_at == row.safe_until
    with pretend(now() + timedelta(hours=3, minutes=30)):
        sweep()
    assert item(first).why == ["safe-no-longer"]


def test_a_waiting_match_never_lowers_where_it_stands(house):
    known = child("Rowan", local_id="W1", nhs_number="9990000034")
    notice(who=known, grade="green")
    first = send("ae-attendance", ("patient", replace(known, local_id="", nhs_number="", given="Rowen")), agency=HOSPITAL,
                 injury="violence", happened=ago(minutes=3))  # fmt: skip
    assert item(first).why[0] == "injured-by-violence"


def test_what_is_computed_can_be_thrown_away_and_made_again(house):
    row = item(notice(grade="red"))
    before = (row.danger, row.why, row.repeats, row.due_at)
    Item.objects.filter(id=row.id).update(danger=90, why=[], repeats=7)
    following.bring_up_to_date([row.id])
    row.refresh_from_db()
    assert (row.danger, row.why, row.repeats, row.due_at) == before


# --- open to somebody already -----------------------------------------------------------------------------------------


def test_whoever_has_the_child_open_is_told_once_and_accepts_by_name(house):
    one = child(local_id="O1")
    works_with(one)
    first = send("school-concern", ("child", one), agency=CARE, category="neglect", happened=ago(minutes=10))
    row = item(first)
    assert [(o["state"], o["holder"], o["since"]) for o in row.open_to] == [
        ("involvement", "team:east-area-team", "2025-01-03")
    ]
    following.bring_up_to_date([row.id])
    assert [t.holders for t in told_of("already-open") if first in t.records] == [("team:east-area-team",)]
    assert row.state == "open" and first in {line.entry for line in page(house["amir"]).items}
    with pytest.raises(Refused):
        front_door_queue.accept(entry=first, by=house["lena"])
    made = front_door_queue.accept(entry=first, by=house["sara"], comment="I see them at three.")
    sweep()
    assert item(first).state == "accepted" and Entry.objects.get(id=made).record == "hand-over-accepted"
    assert Running.objects.get(clock="contact-screening", first=first).stopped_at is not None
    assert not [t for t in told_of("already-open") if first in t.records and not t.answered]
    with pytest.raises(Conflict, match="Sara"):
        front_door_queue.accept(entry=first, by=house["sara"])


# --- one event --------------------------------------------------------------------------------------------------------


def test_notices_about_one_event_are_one_line_by_the_gravest(house):
    one = child(local_id="E1")
    low = notice(who=one, grade="green", happened=ago(hours=3))
    high = send(
        "missing-episode", ("missing-child", one), missing_from=ago(hours=4), happened=ago(hours=4), risk="high"
    )
    other_day = notice(who=one, grade="green", happened=ago(hours=30))
    assert item(low).event == item(high).event != item(other_day).event
    assert (item(high).heads, item(low).heads, item(other_day).heads) == (True, False, True)
    line = next(line for line in page(house["amir"]).items if line.entry == high)
    assert [b.item for b in line.beside] == [item(low).id]


def test_somebody_puts_notices_apart_and_together_and_it_stays_so(house):
    one = child(local_id="E2")
    first, second = notice(who=one, happened=ago(hours=2)), notice(who=one, happened=ago(hours=1))
    assert item(first).event == item(second).event
    claiming.split(item=item(second).id, by=house["amir"])
    notice(who=one, happened=ago(minutes=50))
    assert item(first).event != item(second).event and item(second).heads
    claiming.gather(items=[item(first).id, item(second).id], by=house["amir"])
    assert item(first).event == item(second).event
    with pytest.raises(Invalid):
        claiming.gather(items=[item(first).id], by=house["amir"])


# --- who has it -------------------------------------------------------------------------------------------------------


def test_whoever_comes_second_is_told_who_was_first(house):
    row = item(notice())
    claiming.claim(item=row.id, by=house["amir"], version=row.version)
    with pytest.raises(Conflict, match="Amir"):
        claiming.claim(item=row.id, by=house["lena"], version=row.version)
    claiming.claim(item=row.id, by=house["lena"], take=True)
    assert item(row.entry).holder == house["lena"].id
    with pytest.raises(Refused):
        claiming.release(item=row.id, by=house["amir"])
    with pytest.raises(Conflict):
        claiming.hand_to(item=row.id, worker=house["amir"].id, by=house["lena"], version=row.version)
    claiming.hand_to(item=row.id, worker=house["amir"].id, by=house["lena"])
    claiming.release(item=row.id, by=house["amir"])
    assert item(row.entry).holder == ""


def test_nobody_without_the_right_takes_or_is_given_anything(house):
    row = item(notice())
    for name in ("ruth", "olive", "sara"):
        with pytest.raises(Refused):
            claiming.claim(item=row.id, by=house[name])
        with pytest.raises(Invalid):
            claiming.hand_to(item=row.id, worker=house[name].id, by=house["amir"])
    claiming.claim(item=row.id, by=house["amir"])


def test_a_decision_is_kept_once_a_generation(house):
    first = notice()
    made = Entry.objects.get(id=first).id
    claiming.settle(entry=first, decision=made, state="decided", by=house["amir"])
    with pytest.raises(Conflict, match="Amir decided this"):
        claiming.settle(entry=first, decision=made, state="accepted", by=house["lena"])
    claiming.move(entry=first, state="open", by=house["lena"], reopened=True)
    claiming.settle(entry=first, decision=made, state="accepted", by=house["lena"])
    assert Decided.objects.filter(item=item(first).id).count() == 2 and item(first).closed_at is not None
    assert claiming.settle(entry=uuid4(), decision=made, state="decided", by=house["amir"]) is None


# --- reading it -------------------------------------------------------------------------------------------------------


def test_the_queue_is_in_the_order_of_danger_and_then_of_the_clock_page_by_page(house):
    for grade in ("green", "amber", "red", "green"):
        notice(grade=grade)
    whole = page(house["amir"], limit=200).items
    assert [(line.rank, line.due_at) for line in whole] == sorted((line.rank, line.due_at) for line in whole)
    got, after = [], ""
    while True:
        some = page(house["amir"], after=after, limit=3)
        got += [line.item for line in some.items]
        after = some.next
        if not after:
            break
    assert got == [line.item for line in whole] and len(got) == len(set(got)) > 3


def test_each_reader_sees_no_more_than_the_notice_shows_them(house):
    first = send(
        "school-concern", ("child", child("Secret")), agency=SCHOOL, category="neglect", happened=ago(minutes=2)
    )
    mine = next(line for line in page(house["amir"], limit=200).items if line.entry == first)
    assert mine.why and mine.children[0].name.startswith("Secret")
    for line in page(
        house["olive"], limit=200
    ).items:  # police at the front door: a reason shows with the notice itself
        assert line.notice.level >= Level.HEADLINE or not (line.why or line.notice.headline or line.open_to)
    for name in ("ruth", "gwen"):
        with pytest.raises(Refused):
            page(house[name])


def test_narrowed_lists_and_numbers_agree(house):
    with reading(house["amir"], "safeguarding") as opened:
        numbers = queue.counts(opened)
        for show, count in (
            ("", numbers.waiting),
            ("now", numbers.now),
            ("free", numbers.free),
            ("elsewhere", numbers.elsewhere),
        ):
            assert len(queue.page(opened, narrow=Narrow(show), limit=500).items) == count, show


def test_a_page_costs_the_same_number_of_queries_however_long(house):
    def cost(limit):
        with reading(house["lena"], "safeguarding") as opened, CaptureQueriesContext(connection) as caught:
            assert len(queue.page(opened, limit=limit).items) == limit
        return len(caught)

    assert cost(12) <= cost(3) + 3  # a second look at names where more are there


# --- day and night ----------------------------------------------------------------------------------------------------


def test_the_night_hands_over_to_the_day_and_back(house):
    definition = partnership()
    assert shifts.team_now(definition, parse_moment("2025-03-03 10:00")) == "front-door"
    for moment in ("2025-03-03 22:00", "2025-03-02 10:00", "2025-04-21 10:00"):  # night, Sunday, Easter Monday
        assert shifts.team_now(definition, parse_moment(moment)) == "emergency-duty"
    first = notice()
    shifts.leave_note(
        words="Ring the aunt at nine, she has the key.", by=house["emma"], item=item(first).id, to_team="front-door"
    )
    with reading(house["amir"], "safeguarding") as opened:
        view = queue.one(opened, item(first).id)
        assert [n.words for n in view.notes] == [
            "Ring the aunt at nine, she has the key."
        ] and view.line.team == "Front door"
        assert first in {line.entry for line in queue.page(opened, narrow=Narrow("handed"), limit=200).items}
    claiming.claim(item=item(first).id, by=house["amir"])
    assert item(first).team == ""
    note = shifts.leave_note(words="Two foster homes are full.", by=house["emma"], to_team="front-door")
    with reading(house["amir"], "safeguarding") as opened:
        assert [n.id for n in shifts.shift_notes(opened)] == [note]
    with pytest.raises(Missing):
        shifts.read_note(note=note, by=house["emma"])
    shifts.read_note(note=note, by=house["amir"])
    with pytest.raises(Conflict):
        shifts.read_note(note=note, by=house["lena"])
    with pytest.raises(Invalid):
        shifts.leave_note(words=" ", by=house["emma"], to_team="front-door")


# --- open pages hear of it --------------------------------------------------------------------------------------------


def test_an_open_page_hears_which_line_changed(house):
    start = now()
    first = notice()
    assert item(first).id in changed_since(start)
    bell = front_door_queue.Bell()
    bell._running = True  # nobody looks at the database: what rings is what is told here
    since = bell.enter()
    bell.ring(frozenset((item(first).id,)))
    assert bell.wait(since, 1.0) == (1, frozenset((item(first).id,)))
    assert bell.wait(1, 0.01) == (1, frozenset())
    bell.leave()
    assert bell.listeners == 0


def test_only_so_many_pages_are_listened_to_and_the_next_asks_by_itself(house):
    bell = front_door_queue.Bell()
    bell._running = True
    assert all(bell.enter() is not None for _ in range(front_door_queue.MOST_OPEN))
    assert bell.enter() is None


def test_what_was_known_before_a_go_live_is_taken_out_by_set_up_alone(house):
    first = notice(happened=ago(hours=22), sent=ago(hours=22))
    with pytest.raises(Refused):
        claiming.dealt_with(before=now(), by=house["amir"])
    assert item(first).closed_at is None
    claiming.dealt_with(before=now() - timedelta(hours=20), by=machine("set-up-machine"))
    assert item(first).state == "accepted"


def test_a_notice_that_names_no_child_stands_in_the_queue_opens_and_is_decided(house):
    first = send("ppn", ("parent", child()), grade="amber", happened=ago(minutes=5))
    row = item(first)
    with reading(house["lena"], "safeguarding") as opened:
        assert row.id in [line.item for line in queue.page(opened, limit=500).items]
        line = queue.one(opened, row.id).line
    assert line.children == () and line.notice.sight.level is Level.FULL
    why = {"rationale": "The mother was seen home; which children live there is asked of housing.", "without_checks": "None known"}
    made, flagged = decide(entry=first, by=house["lena"], decision="advice", **why)
    assert Decided.objects.get(item=row.id).entry == made and flagged == ()
    again = send("ppn", ("parent", child()), grade="red", happened=ago(minutes=4))
    decide(entry=again, by=house["lena"], decision="strategy-discussion", rationale="")
    assert Decided.objects.filter(item=item(again).id).exists()
    steps = [s for s in Step.objects.filter(notice=again, kind="hand-over") if s.to.startswith("team:")]
    team = steps[0].to.removeprefix("team:")
    by = machine("story-runner")
    added = add_worker(username="tess", name="Tess", agency=CARE, role="team-manager", team=team, by=by)
    with reading(actor_by_id(added.id), "safeguarding") as opened:  # whoever must act on it comes to it
        assert entry_history(opened, again).now.level >= Level.HEADLINE


def test_whoever_may_not_see_an_item_does_nothing_to_it(house):
    row = item(notice())
    with reading(house["lena"], "safeguarding") as opened:
        queue.must_see(opened, row.id)
        with pytest.raises(Missing):
            queue.must_see(opened, uuid4())
        opened.once["queue-visible"] = Q(pk=None)  # what the gate says of somebody from whom everything is hidden
        with pytest.raises(Missing):
            queue.must_see(opened, row.id)


def test_own_work_leaves_to_the_queue_what_nobody_has_taken(house):
    """Whoever is on duty would else read each notice twice: once in the queue, and once as late or due."""
    untouched, taken = notice(happened=ago(minutes=9)), notice(happened=ago(minutes=8))
    claiming.claim(item=item(taken).id, version=item(taken).version, by=house["amir"])
    with reading(house["amir"], "safeguarding") as opened:
        own = {one.entry for one in clocks.mine(opened, limit=500, besides=queue.for_whoever_comes(opened))}
        every = {one.entry for one in clocks.mine(opened, limit=500)}
        found, waits = queue.glance(opened), queue.counts(opened)
    started = {one.first: one.started_by for one in Running.objects.filter(first__in=[untouched, taken])}
    assert started[taken] in own and started[untouched] not in own
    assert {*started.values()} <= every
    assert found.waiting == waits.waiting - waits.decided and found.late <= found.waiting
    assert found.next_due is not None and found.next_due > now()
    with reading(house["lena"], "safeguarding") as opened:  # what somebody else took is not hers
        assert started[taken] not in {
            one.entry for one in clocks.mine(opened, limit=500, besides=queue.for_whoever_comes(opened))
        }
