"""What is kept to named people; what shows of it to whom; and that a change of who may see holds from the next request on."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from sightline.agencies.models import Worker
from sightline.agencies.queries import actor_by_id, worker
from sightline.chronology.listing import recent
from sightline.chronology.models import Entry, Part
from sightline.chronology.queries import at_least_headline, of_person
from sightline.chronology.queries import entry as entry_history
from sightline.definition.outcomes import Invalid, Missing, Refused
from sightline.identity.finding import find
from sightline.identity.queries import names
from sightline.identity.types import Asked
from sightline.ledger.models import Record
from sightline.sharing.actions import tie, untie
from sightline.sharing.filters import at_least
from sightline.sharing.models import Restriction, Tie
from sightline.sharing.reading import Reading, reading
from sightline.sharing.restricting import agree, forget, holders_of, lift, named_on, reason, restrict
from sightline.sharing.types import Level
from sightline.timescales.moment import now
from sightline.vault.actions import Erased, Keyring, destroy
from tests.support.partnership import (
    CARE,
    POLICE,
    SCHOOL,
    child,
    entries,
    identities,
    inside,
    person_on,
    send,
    settle_in,
)

WHY = "The child of a colleague in the east area team."


@pytest.fixture(scope="module")
def house(shared_database):
    found = settle_in()
    Worker.objects.filter(username="sara").update(
        role="team-manager"
    )  # one of those who may keep a record to named people
    found["sara"] = actor_by_id(worker("sara").id)
    return found


def holder(actor):
    return f"worker:{actor.id}"


def allocate(who, first, kind="allocated"):
    tie([(holder(who), kind, i, now(), None, None) for i in identities(first)])


def level(who, first):
    with reading(who, "safeguarding", recorded=False) as opened:
        try:
            return entry_history(opened, first).now.sight
        except Missing:
            return None


@pytest.fixture
def told(house):
    first = send("missing-episode", ("missing-child", child("Ivy")), agency=POLICE, risk="high", found_place="12 Elm Court",
                 found_with="A man of 30")  # fmt: skip
    return first


def test_a_record_that_is_kept_shows_to_who_is_named_and_to_the_front_door_as_a_pointer_with_whom_to_ring(house, told):
    sara, amir, gwen, olive = (house[name] for name in ("sara", "amir", "gwen", "olive"))
    allocate(gwen, told, "network")
    allocate(sara, told)
    assert level(gwen, told).level is Level.HEADLINE
    assert level(olive, told).level is Level.FULL  # her force's own
    assert restrict([told], named=[holder(sara), "team:front-door-managers"], by=sara, because=WHY) == 1
    assert level(sara, told).level is Level.FULL
    assert level(gwen, told) is None and level(olive, told) is None
    pointer = level(amir, told)
    assert (pointer.level, pointer.holders) == (Level.POINTER, (holder(sara),))
    assert pointer.missing == "You would see more if you were named on it. It is kept to named people: ring its holder."
    assert holders_of([told]) == {told: (holder(sara),)}
    assert set(named_on([told])[told]) == {holder(sara), "team:front-door-managers"}
    with reading(sara, "safeguarding", recorded=False) as opened:
        assert reason(opened.keyring, told) == WHY


def test_no_other_tie_opens_it_not_even_an_emergency(house, told):
    sara, gwen = house["sara"], house["gwen"]
    restrict([told], named=[holder(sara)], by=sara, because=WHY)
    for kind in ("allocated", "network", "agenda", "on-duty", "lead-professional", "emergency"):
        allocate(gwen, told, kind)
    assert level(gwen, told) is None
    with reading(gwen, "safeguarding", recorded=False) as opened:
        assert at_least_headline(opened, [told]) == set()
        assert told not in {view.first for _, view in recent(opened)}


def test_who_is_named_on_one_thing_is_not_named_on_another(house, told):
    """Named on the child, and not on the record about the child."""
    sara, gwen = house["sara"], house["gwen"]
    other = send("ppn", ("child", child("Ada")), agency=POLICE, grade="amber")
    restrict([other], named=[holder(gwen)], by=sara, because=WHY)
    restrict([told], named=[holder(sara)], by=sara, because=WHY)
    restrict(identities(told), named=[holder(gwen)], by=sara, because=WHY)
    assert level(gwen, told) is None
    assert level(gwen, other).level is Level.FULL


def test_the_filter_says_the_same(house, told):
    sara, gwen, amir = house["sara"], house["gwen"], house["amir"]
    for who in (sara, gwen):
        allocate(who, told, "network")
        allocate(who, told)
    restrict([told], named=[holder(sara)], by=sara, because=WHY)
    for who, wanted in ((sara, Level.FULL), (gwen, Level.HIDDEN), (amir, Level.POINTER)):
        opened = Reading(who, "safeguarding")
        for asked in (Level.POINTER, Level.HEADLINE, Level.FULL):
            rows = Part.objects.filter(entry__first=told, child=True)
            passed = rows.filter(at_least(opened.policy, asked, subject="identity_id", prefix="entry__")).exists()
            assert passed is (wanted >= asked), (who.role, asked)


def test_somebody_all_of_whom_is_kept_is_no_more_found_or_named(house):
    sara, gwen, amir, olive = (house[name] for name in ("sara", "gwen", "amir", "olive"))
    first = send("school-concern", ("child", child("Zoe")), agency=SCHOOL, category="neglect")
    allocate(gwen, first, "network")
    person = person_on(first)
    with reading(gwen, "safeguarding", recorded=False) as opened:
        assert names(opened, [person])
    restrict(identities(first), named=[holder(sara)], by=sara, because=WHY)
    with pytest.raises(Missing):
        entries(gwen, person)
    with reading(gwen, "safeguarding", recorded=False) as opened:
        assert not names(opened, [person])
    (pointer,) = entries(amir, person)  # the front door: what is held, never who says what
    assert (pointer.level, pointer.sight.holders) == (Level.POINTER, (holder(sara),))
    assert [e.level for e in entries(sara, person)] == [Level.FULL]
    with reading(sara, "safeguarding", recorded=False) as opened:
        assert names(opened, [person])
    assert olive  # (her force has nothing of the child)


def test_only_who_is_named_can_name_others_or_lift_it(house, told):
    sara, amir = house["sara"], house["amir"]
    manager = Worker.objects.get(username="amir")
    Worker.objects.filter(id=manager.id).update(role="front-door-manager")
    boss = actor_by_id(manager.id)
    try:
        restrict([told], named=[holder(sara)], by=sara, because=WHY)
        for attempt in (
            lambda: restrict([told], named=[holder(boss)], by=boss, because=WHY),
            lambda: lift([told], by=boss, because=WHY),
        ):
            with pytest.raises(Refused) as refused:
                attempt()
            assert refused.value.decision.reason_code == "not-named"
        assert restrict([told], named=[holder(boss)], by=sara, because=WHY) == 0  # named now, by one of the named
        assert level(boss, told).level is Level.FULL
        assert lift([told], by=boss, because="Her mother has left the team, and agrees.") == 1
    finally:
        Worker.objects.filter(id=manager.id).update(role="duty-social-worker")
    assert not Tie.objects.filter(subject=told, kind="named", until=None).exists()
    assert level(house["olive"], told).level is Level.FULL
    assert lift([told], by=sara, because=WHY) == 0
    assert amir


def test_it_needs_the_right_a_reason_and_somebody_to_ring(house, told):
    sara, gwen = house["sara"], house["gwen"]
    with pytest.raises(Refused) as refused:
        restrict([told], named=[holder(gwen)], by=gwen, because=WHY)
    assert refused.value.decision.reason_code == "not-permitted"
    with pytest.raises(Refused) as refused:
        restrict([told], named=[holder(sara)], by=sara, because="Because.")
    assert refused.value.decision.reason_code == "reason-too-short"
    for named in ([], ["sara"], ["worker:"], ["somebody:else"]):
        with pytest.raises(Invalid):
            restrict([told], named=named, by=sara, because=WHY)
    assert not Restriction.objects.filter(subject=told).exists()


def test_each_change_is_in_the_ledger_without_a_word_of_the_reason(house, told):
    sara = house["sara"]
    restrict([told], named=[holder(sara)], by=sara, because=WHY)
    lift([told], by=sara, because="It need not be kept any longer.")
    records = [r for r in Record.objects.filter(verb__in=("restrict-record", "lift-restriction")) if str(told) in r.ids]
    assert sorted(r.verb for r in records) == ["lift-restriction", "restrict-record"]
    assert all("colleague" not in json.dumps(r.detail) for r in records)
    row = Restriction.objects.get(subject=told)
    assert destroy(forget([told])) == 1  # erasing it takes the reason too
    with pytest.raises(Erased):
        Keyring().open(bytes(row.because), f"restriction|{row.id}")
    assert b"colleague" not in bytes(row.because) and row.lifted_by == sara.id


def test_a_change_of_tie_or_role_holds_from_the_next_request(house, told):
    """Inside one session that stays open: nothing that a worker is or has outlives a request."""
    sara = house["sara"]
    browser = inside("sara")
    address = f"/child/{person_on(told)}/"

    def status():
        found = browser.get(address)
        assert found.status_code in (200, 403, 404), found.status_code
        return found.status_code

    assert status() == 404
    allocate(sara, told)
    assert status() == 200
    untie(kind="allocated", subjects=identities(told), holder=holder(sara))
    assert status() == 404
    allocate(sara, told, "attends")
    assert status() == 404  # a tie that no rule knows of her role gives nothing …
    tie([(holder(sara), "allocated", i, now(), now() + timedelta(seconds=0), None) for i in identities(told)])
    assert status() == 404  # … and what is over already gives nothing
    allocate(sara, told)
    assert status() == 200
    Worker.objects.filter(username="sara").update(role="system-administrator", agency_id="business-unit")
    assert status() == 403
    Worker.objects.filter(username="sara").update(role="team-manager", agency_id=CARE)
    assert status() == 200
    restrict([*identities(told), told], named=[holder(house["olive"])], by=sara, because=WHY)
    assert status() == 404


# --- fields by class --------------------------------------------------------------------------------------------------


def test_protected_fields_show_to_whom_a_rule_gives_them_and_to_nobody_else(house, told):
    sara, ruth = house["sara"], house["ruth"]
    allocate(sara, told)
    allocate(ruth, told, "lead-professional")
    with reading(sara, "safeguarding", recorded=False) as opened:
        whole = entry_history(opened, told).now
    with reading(ruth, "safeguarding", recorded=False) as opened:
        part = entry_history(opened, told).now
    assert (whole.level, part.level) == (Level.FULL, Level.FULL)
    assert whole.values["found-place"] == "12 Elm Court"
    assert "found-place" not in part.values and part.values["risk"] == "high"
    assert "Elm Court" not in repr((part.headline, part.says, part.fields, part.words, part.values))
    assert whole.sight.fields > part.sight.fields


def test_an_emergency_opens_no_protected_field(house, told):
    gwen = house["gwen"]
    allocate(gwen, told, "emergency")
    with reading(gwen, "safeguarding", recorded=False) as opened:
        shown = entry_history(opened, told).now
    assert shown.level is Level.FULL and shown.sight.lasts == "4 hours"
    assert "Elm Court" not in repr(shown)


def test_who_is_said_to_have_caused_harm_is_told_only_to_who_may_see_restricted_things(house):
    """The role is handled otherwise than the record: it is left out of who is on it, as if nobody were."""
    sara, ruth = house["sara"], house["ruth"]
    first = send("ppn", ("child", child("Bea")), ("person-causing-harm", child("Rex")), agency=POLICE, grade="amber")
    subjects = identities(first)[:1]
    tie([(holder(sara), "allocated", i, now(), None, None) for i in subjects])
    tie([(holder(ruth), "network", i, now(), None, None) for i in subjects])
    found = {}
    for who in (sara, ruth):
        with reading(who, "safeguarding", recorded=False) as opened:
            found[who.role] = dict(entry_history(opened, first).people)
    assert found["team-manager"] == {"Child": 1, "Person causing harm": 1}
    assert found["designated-safeguarding-lead"] == {"Child": 1}


# --- intelligence with conditions -------------------------------------------------------------------------------------


def test_intelligence_with_conditions_is_known_of_once_the_originator_agrees(house):
    sara, olive, amir, ruth = (house[name] for name in ("sara", "olive", "amir", "ruth"))
    rae = child("Rae")
    graded = {"source_grade": "2", "information_grade": "D"}
    plain = send("police-intelligence", ("subject", rae), agency=POLICE, handling="P", **graded)
    held = send(
        "police-intelligence", ("subject", rae), agency=POLICE, handling="C", conditions="Ask us first", **graded
    )
    unsaid = send("police-intelligence", ("subject", rae), agency=POLICE, **graded)
    handled = dict(Entry.objects.filter(id__in=[plain, held, unsaid]).values_list("id", "handling"))
    assert handled == {plain: "intelligence", held: "intelligence-conditions", unsaid: "intelligence-conditions"}
    for first in (plain, held):
        allocate(sara, first)
    assert level(sara, plain).level is Level.POINTER
    assert level(sara, held) is None
    assert level(amir, held).level is Level.POINTER  # the front door never meets a false "nothing known"
    assert level(ruth, held) is None
    with pytest.raises(Refused) as refused:
        agree(held, agency=POLICE, to=[holder(sara)], by=olive, because="She may know that it is held.")
    assert refused.value.decision.reason_code == "not-permitted"
    Worker.objects.filter(username="olive").update(role="police-supervisor")
    try:
        grader = actor_by_id(worker("olive").id)
        with pytest.raises(Refused) as refused:
            agree(held, agency=SCHOOL, to=[holder(sara)], by=grader, because="She may know that it is held.")
        assert refused.value.decision.reason_code == "not-the-originator"
        assert agree(held, agency=POLICE, to=[holder(sara)], by=grader, because="She may know that it is held.") == 1
    finally:
        Worker.objects.filter(username="olive").update(role="police-hub-officer")
    sight = level(sara, held)
    assert (sight.level, sight.decision.reason_code) == (Level.POINTER, "intelligence-agreed")
    assert level(ruth, held) is None and level(house["gwen"], held) is None


def test_nothing_of_a_record_that_is_kept_is_said_of_one_that_is_not_there(house, told):
    """Hidden and missing are one answer."""
    sara, gwen = house["sara"], house["gwen"]
    restrict([told, *identities(told)], named=[holder(sara)], by=sara, because=WHY)
    browser = inside("gwen")
    answers = [browser.get(f"/entry/{i}/") for i in (told, uuid4())] + [
        browser.get(f"/child/{i}/") for i in (person_on(told), uuid4())
    ]
    assert {(a.status_code, a.content) for a in answers[:2]} == {(404, answers[1].content)}
    assert {(a.status_code, a.content) for a in answers[2:]} == {(404, answers[3].content)}
    with reading(gwen, "safeguarding", recorded=False) as opened, pytest.raises(Missing):
        of_person(opened, person_on(told))


def test_a_search_at_the_front_door_says_whom_to_ring_and_any_other_finds_nobody(house):
    sara, amir, gwen, ruth = (house[name] for name in ("sara", "amir", "gwen", "ruth"))
    held = child("Nia", nhs_number="9990000042")
    first = send("school-concern", ("child", held), agency=SCHOOL, category="neglect")
    tie([(holder(gwen), "network", i, now(), None, None) for i in identities(first)])
    asked = Asked(words=f"{held.given} {held.family}", born=held.born)

    def found(who, asked=asked):
        with reading(who, "safeguarding", recorded=False) as opened:
            return [one.person for one in find(opened, asked)], tuple(opened.kept_back)

    person = person_on(first)
    assert found(gwen) == found(amir) == ([person], ())
    restrict(identities(first), named=[holder(sara)], by=sara, because=WHY)
    assert found(amir) == ([], (holder(sara),))
    assert found(amir, Asked(number="9990000042")) == ([], (holder(sara),))
    assert found(amir, Asked(words=held.given)) == ([], ())  # a name alone points to nobody
    assert found(gwen) == found(ruth) == ([], ())  # her school wrote it: she is not named on it
    assert found(sara)[0] == [person]
    page = inside("amir").post("/find/", {"words": asked.words, "born": asked.born}, follow=True).content.decode()
    assert "kept to named people" in page and "Sara, team manager" in page and str(person) not in page


def test_the_page_keeps_a_record_names_somebody_else_and_lifts_it(house, told):
    sara, gwen = house["sara"], house["gwen"]
    allocate(sara, told)
    browser = inside("sara")
    address = f"/entry/{told}/keep/"
    assert "Keep this record to named people" in browser.get(f"/entry/{told}/").content.decode()
    assert inside("amir").get(address).status_code == 403  # has not the right
    assert browser.post(address, {"because": "Too short"}).status_code == 422
    assert level(gwen, told) is None
    sent = browser.post(address, {"because": WHY, "worker": gwen.id, "keep": "1"}, follow=True)
    assert sent.status_code == 200 and "Kept to named people" in sent.content.decode()
    assert level(gwen, told).level is level(sara, told).level is Level.FULL
    assert level(house["olive"], told) is None
    page = browser.get(address).content.decode()
    assert WHY in page and "Gwen, " in page and "Sara, " in page
    assert browser.post(address, {"because": WHY, "lift": "1"}, follow=True).status_code == 200
    assert level(gwen, told) is None and level(house["olive"], told).level is Level.FULL


def test_the_page_keeps_a_child_and_is_not_there_for_who_does_not_see_the_child(house):
    sara = house["sara"]
    first = send("school-concern", ("child", child("Ila")), agency=SCHOOL, category="neglect")
    address = f"/child/{person_on(first)}/keep/"
    browser = inside("sara")
    assert browser.get(address).status_code == 404
    allocate(sara, first)
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"because": WHY, "keep": "1"}, follow=True).status_code == 200
    assert level(house["ruth"], first) is None and level(sara, first).level is Level.FULL
