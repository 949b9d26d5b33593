"""Who has seen a child is told in full, from the ledger alone; unusual reading is told of within a minute, once."""

from datetime import timedelta
from itertools import count

import pytest

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import machine
from sightline.chronology.queries import entry, of_person
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.identity.queries import profile
from sightline.intake.types import Details
from sightline.ledger.actions import sequence
from sightline.ledger.models import Record
from sightline.sharing.actions import tie, untie
from sightline.sharing.reading import reading
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import now, pretend
from sightline.watching import actions, queries
from sightline.watching.following import follow
from sightline.watching.models import Flag, Followed, Own, Reviewed, Seen, Unusual
from tests.support.house import POLICE, SCHOOL, actor, as_, identity, open_house, send, told

_number = count(1)
BEFORE = set()  # what was told of before the test
NOON = "2026-03-04 12:00"  # a Wednesday
PEOPLE = (
    ("ivy", "business-unit", "information-governance"),
    ("ida", POLICE, "information-governance"),
    ("olga", POLICE, "police-hub-officer"),
    ("nora", "leeds-community-healthcare", "school-nurse"),
    ("quin", "business-unit", "quality-officer"),
)


@pytest.fixture(scope="module")
def place(shared_database):
    open_house()
    for username, agency, role in PEOPLE:
        add_worker(
            username=username, name=username.capitalize(), agency=agency, role=role, by=machine("set-up-machine")
        )
    return shared_database


@pytest.fixture
def house(place):
    """As it was: nothing is anybody's own, nobody is flagged, nothing has been seen; and what was told of before."""
    for model in (Seen, Own, Flag):
        model.objects.all().delete()
    BEFORE.clear()
    BEFORE.update(Unusual.objects.values_list("id", flat=True))
    return place


@pytest.fixture
def lee(house):
    """A boy whom the police know, another one for each test; he is allocated to Sam."""
    n = next(_number)
    held = Details(
        given="Lee",
        family="Amberley",
        born=f"20{n // 28 + 10}-02-{n % 28 + 1:02d}",
        local_id=f"L{n}",
        lines=("3 Mill Fold",),
        postcode="LS9 7AA",
    )
    with pretend(parse_moment("2026-03-02 09:00")):
        send(told("ppn", "child", held, grade="amber", says="Found at home alone."), at="2026-03-02 09:00")
        one = identity(POLICE, f"L{n}")
        tie([(f"worker:{actor('sam').id}", "allocated", one.id, now(), None, None)])
    return one


def caught_up():
    while sequence():
        pass
    while follow():
        pass


def look(who, person, at=NOON, about="view-child"):
    with pretend(parse_moment(at)):
        with reading(actor(who), "safeguarding", about=about) as opened:
            of_person(opened, person)
        caught_up()


def asked(who, person, at="2026-03-04 13:00", **how):
    with pretend(parse_moment(at)), as_(who) as opened:
        return queries.who_has_seen(opened, person, **how)


def names(page):
    return [one.who.name for one in page.items]


# --- who has seen this child ------------------------------------------------------------------------------------------


def test_everybody_who_was_shown_something_is_listed_with_what_for_and_by_which_rule(lee):
    look("sam", lee.person, "2026-03-04 10:00")
    look("olga", lee.person, "2026-03-04 11:00")
    page = asked("sam", lee.person)
    assert names(page) == ["Olga", "Sam"]
    olga, sam = page.items
    assert (sam.ties, sam.involved, sam.levels) == (("allocated",), True, (("full", 1),))
    assert (olga.involved, olga.purpose, olga.verb) == (False, "safeguarding", "view-child")
    assert "own-records-police" in olga.rules and olga.basis and olga.who.agency.id == POLICE
    assert names(asked("sam", lee.person, untied=True)) == ["Olga"]
    with pretend(parse_moment("2026-03-04 13:00")), as_("sam") as opened:
        (first, second) = queries.viewers(opened, lee.person)
    assert (first.who.name, first.involved, second.times) == ("Olga", False, 1)


def test_what_was_shown_a_second_ago_is_listed_too_and_asking_is_on_record(lee):
    with pretend(parse_moment(NOON)):
        with reading(actor("olga"), "safeguarding", about="view-child") as opened:
            of_person(opened, lee.person)
        assert not Seen.objects.exists(), "nothing has been followed yet"
    assert names(asked("sam", lee.person)) == ["Olga"]
    records = [r for r in Record.objects.filter(verb="view-who-saw") if str(lee.person) in r.detail["about"]]
    assert [record.actor for record in records] == [actor("sam").id]
    caught_up()
    assert names(asked("sam", lee.person)) == ["Olga"], "and once only when it has been"


def test_an_entry_opened_by_itself_counts_and_another_childs_does_not(lee):
    other = Details(given="Ann", family="Brook", born="2012-05-06", local_id="B1")
    with pretend(parse_moment("2026-03-02 09:00")):
        send(told("ppn", "child", other, grade="amber"), at="2026-03-02 09:00")
    with pretend(parse_moment("2026-03-04 09:00")), as_("olga") as opened:
        (shown,) = of_person(opened, identity(POLICE, "B1").person).entries
    with pretend(parse_moment("2026-03-04 10:00")), reading(actor("olga"), "safeguarding", about="view-entry") as o:
        entry(o, shown.id)
    caught_up()
    assert names(asked("sam", lee.person)) == []
    assert {one.verb for one in asked("ivy", identity(POLICE, "B1").person).items} == {"view-entry", "view-child"}


def test_it_comes_a_page_at_a_time_newest_first_and_nothing_is_skipped(lee):
    for minute in range(10, 17):
        look("olga", lee.person, f"2026-03-04 10:{minute}")
    found, after = [], ""
    while True:
        page = asked("sam", lee.person, after=after, limit=3)
        assert len(page.items) <= 3
        found += [one.at for one in page.items]
        after = page.next
        if not after:
            break
    assert len(found) == 7 and found == sorted(found, reverse=True)


def test_only_who_leads_for_the_child_or_reviews_may_ask_and_hidden_is_missing(lee):
    look("olga", lee.person)
    assert names(asked("sam", lee.person)) == ["Olga"]
    assert names(asked("ivy", lee.person)) == ["Olga"], "information governance reviews use"
    for who in ("olga", "amir"):  # who see the child, and to whom he is not allocated
        with pytest.raises(Refused):
            asked(who, lee.person)
    with pytest.raises(Missing):
        asked("ruth", lee.person)
    with pretend(parse_moment("2026-03-04 14:00")):
        untie(kind="allocated", subjects=[lee.id])
    with pytest.raises((Missing, Refused)):
        asked("sam", lee.person, at="2026-03-04 14:01")


def test_following_again_from_the_beginning_says_the_same(lee):
    look("olga", lee.person)
    look("sam", lee.person)

    def noted():
        rows = Seen.objects.filter(identity=lee.id)
        return sorted(rows.values_list("identity", "record", "actor", "ties", "opened"))

    before = noted()
    assert len(before) == 2
    Seen.objects.all().delete()
    Followed.objects.all().delete()
    caught_up()
    assert noted() == before
    assert alerts() == []


# --- unusual reading --------------------------------------------------------------------------------------------------


def told_of():
    return Unusual.objects.exclude(id__in=BEFORE)


def alerts():
    return sorted(told_of().values_list("alert", flat=True))


def own(who, **given):
    by = actor(who)
    actions.name_own(worker=by.id, by=by, given=[(k.replace("_", "-"), v) for k, v in given.items()])


def test_the_officer_who_looks_up_her_neighbour_is_told_of_once_and_the_worker_is_not(lee):
    own("olga", postcode="ls97aa")
    own("sam", postcode="LS9 7AA")
    look("sam", lee.person)
    assert alerts() == []
    look("olga", lee.person)
    look("olga", lee.person, "2026-03-04 12:05")
    (row,) = told_of()
    assert (row.alert, row.actor, row.person, row.detail) == (
        "own-home", actor("olga").id, lee.person, {"details": ["postcode"]},
    )  # fmt: skip
    assert row.told == ["business-unit", POLICE]
    look("olga", lee.person, "2026-03-06 12:05")
    assert alerts() == ["own-home", "own-home"], "the day after next it is news again"


def test_own_name_and_a_colleagues_address(lee):
    own("olga", family_name="AMBERLEY")
    look("olga", lee.person)
    assert alerts() == ["own-family"]
    by = actor("ida")
    actions.name_own(worker=by.id, by=by, addresses=[("3, Mill Fold", "LS9 7AA")])
    look("omar", lee.person)
    assert alerts() == ["colleagues-family", "own-family"]
    look("amir", lee.person)
    assert len(alerts()) == 2, "nobody at Amir's agency lives there"


def test_what_is_ones_own_is_kept_as_digests_and_can_be_forgotten(lee):
    own("olga", postcode="LS9 7AA", phone="+44 7700 900123")
    assert {len(row.digest) for row in Own.objects.all()} == {32}
    assert queries.own_counts(actor("olga").id) == {"phone": 1, "postcode": 1}
    with pytest.raises(Invalid):
        own("olga", postcode="Leeds")
    with pytest.raises(Refused):
        actions.name_own(worker=actor("olga").id, by=actor("sam"), given=[("postcode", "LS9 7AA")])
    assert actions.forget_own(worker=actor("olga").id, by=actor("olga")) == 2
    look("olga", lee.person)
    assert alerts() == []


def test_a_flagged_child_is_told_of_while_the_flag_stands(lee):
    def set_(at, **how):
        with pretend(parse_moment(at)):
            return actions.flag(person=lee.person, because="in-the-news", by=actor("paul"), **how)

    with pytest.raises(Refused):
        actions.flag(person=lee.person, because="in-the-news", until=now() + timedelta(days=9), by=actor("olga"))
    with pytest.raises(Invalid):
        set_("2026-03-04 09:00", until=parse_moment("2028-03-04"))
    set_("2026-03-04 09:00", until=parse_moment("2026-03-05"))
    look("sam", lee.person)
    assert alerts() == []
    look("olga", lee.person)
    assert alerts() == ["flagged-child"]
    look("omar", lee.person, "2026-03-05 12:00")
    assert alerts() == ["flagged-child"], "it has ended"


def test_out_of_hours_without_duty(lee):
    tie([(f"worker:{actor('nora').id}", "sent", lee.id, parse_moment("2026-03-01"), None, None)])
    tie([("agency:leeds-community-healthcare", "network", lee.id, parse_moment("2026-03-01"), None, None)])
    look("nora", lee.person, "2026-03-04 12:00")
    look("olga", lee.person, "2026-03-04 03:00")  # the police work through the night
    look("sam", lee.person, "2026-03-04 03:00")  # Lee is allocated to Sam
    assert alerts() == []
    look("nora", lee.person, "2026-03-07 12:00")
    assert alerts() == ["out-of-hours"]


def test_many_children_in_an_hour_and_more_than_the_agency_usually_opens(house, monkeypatch):
    from sightline.agencies.queries import partnership
    from sightline.watching import noticing

    declared = partnership()
    fewer = declared.alert["many-children"].model_copy(
        update={"limit": (declared.alert["many-children"].limit[0].model_copy(update={"is_": "3"}),)}
    )
    least = declared.alert["more-than-usual"].model_copy(update={"least": 3})
    changed = declared.model_copy(update={"alert": {"many-children": fewer, "more-than-usual": least}})
    monkeypatch.setattr(noticing, "partnership", lambda: changed)
    with pretend(parse_moment("2026-03-01 09:00")):
        for n in range(5):
            held = Details(given=f"Kid{n}", family=f"Brook{n}by", born=f"2012-0{n + 1}-06", local_id=f"K{n}")
            send(told("ppn", "child", held, grade="amber"), at="2026-03-01 09:00")
    kids = [identity(POLICE, f"K{n}").person for n in range(5)]
    for day in range(3, 10):
        look("omar", kids[0], f"2026-03-0{day} 10:00")
    for n in range(3):
        look("olga", kids[n], f"2026-03-10 10:0{n}")
        look("olga", kids[n], f"2026-03-10 10:1{n}")  # the same child counts once
    assert alerts() == [], "three are not more than three, nor more than five times one"
    look("olga", kids[3], "2026-03-10 10:20")
    look("olga", kids[4], "2026-03-10 12:20")
    assert alerts() == ["many-children"]
    (row,) = told_of()
    assert row.detail == {"count": 4} and row.person is None
    least_more = least.model_copy(update={"limit": (least.limit[0].model_copy(update={"is_": "4"}),)})
    monkeypatch.setattr(
        noticing, "partnership", lambda: declared.model_copy(update={"alert": {"more-than-usual": least_more}})
    )
    look("olga", kids[4], "2026-03-10 12:30")
    assert alerts() == ["many-children", "more-than-usual"]
    assert told_of().get(alert="more-than-usual").detail == {"count": 5, "usual": 1.0}


def test_what_was_read_long_ago_and_what_stories_ask_raises_nothing(lee):
    own("olga", postcode="LS9 7AA")
    with pretend(parse_moment("2026-03-03 11:00")):
        with reading(actor("olga"), "safeguarding", recorded=False) as opened:
            of_person(opened, lee.person)
        with reading(actor("olga"), "safeguarding", about="view-child") as opened:
            of_person(opened, lee.person)
    with pretend(parse_moment("2026-03-05 11:01")):
        caught_up()
    assert Seen.objects.filter(actor=actor("olga").id).exists() and alerts() == []


# --- reviewing --------------------------------------------------------------------------------------------------------


def test_it_is_reviewed_once_by_somebody_else_with_words_that_are_sealed(lee):
    own("olga", postcode="LS9 7AA")
    look("olga", lee.person)
    row = told_of().get()

    def waits(who):
        with as_(who) as opened:
            return [one.id for one in queries.unusual(opened).items]

    assert row.id in waits("ivy") and row.id in waits("ida")
    for who in ("sam", "olga", "paul"):
        with pytest.raises(Refused):
            waits(who)
    said = {"unusual": row.id, "outcome": "breach", "by": actor("ida")}
    with pytest.raises(Refused):
        actions.review(**{**said, "by": actor("paul")}, comment="She lives next door to the boy.")
    with pytest.raises(Refused):
        actions.review(**said, comment="Yes.")
    with pytest.raises(Invalid):
        actions.review(**{**said, "outcome": "fine"}, comment="She lives next door to the boy.")
    actions.review(**said, comment="She lives next door to the boy.")
    with pytest.raises(Conflict):
        actions.review(**{**said, "outcome": "justified"}, comment="A second thought about it.")
    assert row.id not in waits("ivy")
    kept = Reviewed.objects.get(unusual=row)
    assert b"next door" not in bytes(kept.comment)
    with as_("ivy") as opened:
        one, shown = queries.one_unusual(opened, row.id)
    assert (one.outcome, one.comment) == ("breach", "She lives next door to the boy.")
    assert shown.who.name == "Olga"
    record = Record.objects.filter(verb="review-reading").latest("at")
    assert "next door" not in str(record.detail) and record.detail["outcome"] == "breach"


def test_nobody_reviews_their_own_reading_nor_another_agencys(lee):
    add_worker(username="gale", name="Gale", agency=SCHOOL, role="information-governance", by=machine("set-up-machine"))
    look("olga", lee.person)
    row = Unusual.objects.create(
        alert="own-home", actor=actor("ida").id, agency=POLICE, record=Record.objects.filter(kind="read").first().id,
        at=now(), opened_at=now(), told=["business-unit"],
    )  # fmt: skip
    for who in ("ida", "gale"):
        with pytest.raises(Missing):
            actions.review(unusual=row.id, outcome="justified", comment="It was my own work.", by=actor(who))
        with pytest.raises(Missing), as_(who) as opened:
            queries.one_unusual(opened, row.id)
    actions.review(unusual=row.id, outcome="justified", comment="It was her own work.", by=actor("ivy"))


# --- who reviews a child's records ------------------------------------------------------------------------------------


def test_a_review_is_commissioned_by_somebody_else_for_a_time(lee):
    given = {"person": lee.person, "worker": actor("quin").id, "kind": "reviewer", "by": actor("ivy")}
    with pytest.raises(Refused):
        actions.commission(**{**given, "by": actor("paul")}, until=now() + timedelta(days=30))
    with pytest.raises(Refused):  # Sam may see no hindsight
        actions.commission(**{**given, "worker": actor("sam").id}, until=now() + timedelta(days=30))
    with pytest.raises(Invalid):
        actions.commission(**{**given, "kind": "allocated"}, until=now() + timedelta(days=30))
    with pytest.raises(Missing), as_("quin", "practice-review") as opened:
        profile(opened, lee.person)
    assert actions.commission(**given, until=now() + timedelta(days=30)) == 1
    with as_("quin", "practice-review") as opened:
        assert queries.who_has_seen(opened, lee.person) is not None


def test_what_an_erasure_takes_ends_the_flag_and_the_words_of_a_review(lee):
    actions.flag(person=lee.person, because="other", until=now() + timedelta(days=9), by=actor("paul"))
    own("olga", postcode="LS9 7AA")
    look("olga", lee.person)
    row = told_of().filter(alert="own-home").get()
    actions.review(unusual=row.id, outcome="training", comment="Lee is her nephew, she says.", by=actor("ivy"))
    assert actions.forget([lee.id]) == [Reviewed.objects.get(unusual=row).key]
    assert queries.flagged([lee.id]) is None
    assert actions.forget([row.id]) == []
