"""Messages: sent with what caused them, in the right inboxes, never saying more than their reader may see."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from sightline.agencies.actions import add_worker
from sightline.agencies.models import Worker
from sightline.agencies.queries import machine
from sightline.chronology.queries import persons_on
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.identity.queries import identities_of
from sightline.jobs.due import lag_seconds, sweep
from sightline.ledger.models import Record
from sightline.messages import actions
from sightline.messages.actions import acknowledge, send
from sightline.messages.models import Acknowledged, Outgoing, Waiting
from sightline.messages.queries import inbox, one, told, waiting_count
from sightline.timescales.moment import now, pretend
from tests.support.house import CARE, JAY, MIA, POLICE, SCHOOL, actor, as_, entries, live, open_house, person
from tests.support.house import told as tell

AT = {"agency": POLICE, "at": "2025-01-10T03:04:00+00:00", "until": "2025-01-10T07:04:00+00:00"}


def alert(to, **more):
    return send("break-glass-alert", to=to, says=AT, by=actor("omar"), **more)


def lines(username, **more):
    with as_(username) as opened:
        return inbox(opened, **more).items


@pytest.fixture(scope="module")
def furnished(shared_database):
    open_house()


@pytest.fixture
def house(furnished):
    """Nothing waits: what tests before have sent was read."""
    for row in Outgoing.objects.filter(acknowledged=None):
        Acknowledged.objects.create(message=row, by=actor("bob").id, agency="", at=now())
    Waiting.objects.all().delete()


def newest(kind="break-glass-alert"):
    return told(kind)[-1]


def test_a_message_reaches_whom_it_is_sent_to_and_nobody_else(house):
    alert(f"worker:{actor('ruth').id}")
    alert(f"role:gp@{actor('gwen').agency}")
    alert(f"agency:{CARE}")
    assert [len(lines(name)) for name in ("ruth", "gwen", "paul", "amir", "bob")] == [1, 1, 1, 0, 0]
    assert (
        "West Yorkshire Police" in lines("paul")[0].says
    )  # a manager reads what a whole agency is told, if it has one


def test_it_is_sent_with_what_caused_it_or_not_at_all(house):
    there = Outgoing.objects.count(), Record.objects.filter(verb="send-message").count()
    with pytest.raises(RuntimeError), transaction.atomic():
        alert(f"agency:{SCHOOL}")
        raise RuntimeError
    assert not lines("ruth")
    assert there == (Outgoing.objects.count(), Record.objects.filter(verb="send-message").count())


def test_whatever_is_no_count_moment_or_code_does_not_stand_in_a_message(house):
    there = Outgoing.objects.count()
    for says in ({**AT, "agency": "Jay Marsh"}, {**AT, "at": "14 Quarry Rise"}, {**AT, "name": "Jay"}, {}):
        with pytest.raises(Invalid):
            send("break-glass-alert", to=f"agency:{SCHOOL}", says=says, by=actor("omar"))
    for to in ("ruth", "worker:", "agency:nowhere", "role:queen", f"team:x@{CARE}"):
        with pytest.raises(Invalid):
            alert(to)
    with pytest.raises(Invalid):
        send("gossip", to=f"agency:{SCHOOL}", by=actor("omar"))
    assert Outgoing.objects.count() == there


def test_one_of_those_told_says_that_it_was_read_and_it_leaves_all_inboxes(house):
    (made,) = alert(f"agency:{SCHOOL}")
    with pytest.raises(Missing):
        acknowledge(message=made, by=actor("omar"))
    with pytest.raises(Missing):
        acknowledge(message=uuid4(), by=actor("omar"))
    with pytest.raises(Refused):
        acknowledge(message=made, by=actor("dee"))
    acknowledge(message=made, by=actor("ruth"))
    assert not lines("ruth") and lines("ruth", answered=True)[0].answered_by == "Ruth"
    with pytest.raises(Conflict):
        acknowledge(message=made, by=actor("ruth"))
    with as_("omar") as opened, pytest.raises(Missing):
        one(opened, made)


def test_who_may_not_acknowledge_has_no_inbox(house):
    with as_("dee") as opened:
        assert waiting_count(opened) == 0
        with pytest.raises(Refused):
            inbox(opened)


def test_where_nobody_answers_somebody_else_is_told_once(house):
    moment = now()
    (made,) = alert(f"agency:{SCHOOL}")
    later = moment + timedelta(hours=4, minutes=1)
    with pretend(later):
        assert lag_seconds() > 0
        assert sweep() and not sweep()
        assert lag_seconds() == 0
        found = newest()
        assert set(found.holders) == {
            "role:designated-safeguarding-lead@elmfield-academy",
            "role:information-governance",
        }
    assert lines("ruth")[0].id == made


def test_who_has_read_it_ends_the_wait(house):
    moment = now()
    (made,) = alert(f"agency:{SCHOOL}")
    acknowledge(message=made, by=actor("ruth"))
    with pretend(moment + timedelta(hours=5)):
        assert not sweep()
    assert len(newest().holders) == 1


def test_where_nobody_is_there_nobody_is_waited_for(house):
    """An agency without a worker in the system: whoever is named besides is told now, not hours later."""
    alert("agency:safer-leeds")
    sweep()
    found = newest()
    last = f"role:front-door-manager@{CARE}"  # nobody of information governance is here either
    assert set(found.holders) == {"agency:safer-leeds", "role:information-governance", last}


def test_what_reaches_nobody_at_all_is_told_to_whoever_is_declared_for_that(house):
    """Neither whom it is for nor who is told next: the first of the roles that are named for it of whom somebody is there."""
    away = Worker.objects.filter(username__in=["paul", "amir", "sam"])
    roles = ("role:front-door-manager", "role:duty-social-worker")
    for who, place in (("paul", f"{roles[0]}@{CARE}"), ("amir", f"{roles[1]}@{CARE}"), ("sam", f"agency:{CARE}")):
        send("release-stopped", to="role:information-governance", says={"count": 1}, by=actor("omar"))
        sweep()
        holders = newest("release-stopped").holders
        assert set(holders) == {"role:information-governance", place}
        Worker.objects.filter(username=who).update(is_active=False)
    away.update(is_active=True)
    send("release-stopped", to=["role:front-door-manager"], says={"count": 1}, by=actor("omar"))
    sweep()
    assert len(newest("release-stopped").holders) == 1  # somebody is there: nobody else is told


def test_what_is_sent_to_somebody_who_has_left_is_told_at_their_own_agency(house):
    made = add_worker(username="tess", name="Tess", agency=CARE, role="team-manager", by=machine("set-up-machine"))
    Worker.objects.filter(username="sam").update(is_active=False)
    send("already-open", to=f"worker:{Worker.objects.get(username='sam').id}", says={"agency": POLICE}, by=actor("omar"))
    sweep()
    assert f"role:team-manager@{CARE}" in newest("already-open").holders
    Worker.objects.filter(username="sam").update(is_active=True)
    Worker.objects.filter(id=made.id).update(is_active=False)


def test_a_line_names_only_whom_its_reader_may_see(house):
    live(tell("ppn", "child"))
    whom = person()
    (entry,) = entries("omar", whom)
    send(
        "new-on-your-child",
        to=[f"worker:{actor(n).id}" for n in ("omar", "gwen")],
        about=[entry.id],
        says={"record": "ppn", "agency": POLICE},
        by=actor("omar"),
    )
    alert([f"worker:{actor(n).id}" for n in ("omar", "gwen")], about=[whom])
    mine, theirs = lines("omar"), lines("gwen")
    assert [c.name for line in mine for c in line.children] == ["Jay Marsh"] * 2
    assert any(line.entries == (entry.id,) for line in mine) and all(line.says for line in mine)
    assert all(not line.children and line.others == 1 and not line.entries for line in theirs)
    by_kind = {line.kind: line for line in theirs}
    assert by_kind["new-on-your-child"].says == "" and by_kind["break-glass-alert"].says


def test_a_message_that_names_a_child_is_not_about_whoever_else_stands_on_its_records(house):
    live(tell("ppn", "child", (JAY, MIA), message="of-two"))
    whom, omar = person(POLICE, JAY.local_id), f"worker:{actor('omar').id}"
    entry = next(one for one in entries("omar", whom) if len(persons_on(one.id)) == 2)
    send("new-on-your-child", to=omar, about=[entry.id], says={"record": "ppn", "agency": POLICE}, by=actor("omar"))
    alert(omar, about=[identities_of(whom)[0].id, entry.id])
    by_kind = {line.kind: [c.name for c in line.children] for line in lines("omar")}
    assert sorted(by_kind["new-on-your-child"]) == ["Jay Marsh", "Mia Marsh"]
    assert by_kind["break-glass-alert"] == ["Jay Marsh"]


def test_pressing_ones_first_and_the_rest_page_by_page(house):
    whom = f"worker:{actor('ruth').id}"
    for _ in range(5):
        send("match-to-decide", to=whom, says={"count": 1}, by=actor("omar"))
    alert(whom)
    with as_("ruth") as opened:
        assert waiting_count(opened) == 6
        first = inbox(opened, limit=3)
        assert [line.kind for line in first.items] == ["break-glass-alert"] + ["match-to-decide"] * 3
        second = inbox(opened, after=first.next, limit=3)
        assert len(second.items) == 2 and not second.next
        assert len({line.id for line in (*first.items, *second.items)}) == 6


def test_more_that_press_than_one_page_holds_go_on_before_the_rest(house):
    whom = f"worker:{actor('ruth').id}"
    send("match-to-decide", to=whom, says={"count": 1}, by=actor("omar"))
    for _ in range(7):
        alert(whom)
    found, after = [], ""
    with as_("ruth") as opened:
        for _ in range(3):
            page = inbox(opened, after=after, limit=3)
            found, after = [*found, *page.items], page.next
    assert [line.kind for line in found] == ["break-glass-alert"] * 7 + ["match-to-decide"] and not after
    assert len({line.id for line in found}) == 8


def test_what_one_reason_sends_to_several_of_ones_inboxes_is_one_line_and_read_once(house):
    cause = uuid4()
    paul = actor("paul")
    alert([f"agency:{CARE}", f"worker:{paul.id}", f"role:{paul.role}"], because=cause)
    alert(f"worker:{paul.id}", because=uuid4())
    with as_("paul") as opened:
        assert waiting_count(opened) == 2
        two = inbox(opened).items
        assert len(two) == 2 and sorted(len(line.also) for line in two) == [0, 2]
    acknowledge(message=next(line.id for line in two if line.also), by=paul)
    assert len(lines("paul")) == 1


def test_many_that_reach_nobody_are_each_looked_at_twice_and_no_more(house, monkeypatch):
    """Delivered, and chased at once: nobody is there to read it. Each looked through all that waited, once."""
    steps = []
    taken = actions._steps
    monkeypatch.setattr(actions, "_steps", lambda *args: steps.extend(args[0]) or taken(*args))
    with transaction.atomic():
        for _ in range(12):
            alert("role:hospital-navigator")
    assert len(steps) == len(set(steps)) <= 24
