"""Erasing somebody: asked by one, agreed by another, forbidden by a hold; and what is about a brother too stays his."""

from itertools import count

import pytest

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import actor_by_id, machine
from sightline.chronology.events import of_people
from sightline.chronology.models import Entry, Part
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.identity.models import SourceIdentity
from sightline.identity.queries import profile
from sightline.intake.actions import save_draft
from sightline.intake.identifiers import nhs_number
from sightline.intake.queries import draft
from sightline.jobs import erasing
from sightline.ledger.models import Record
from sightline.retention import actions, queries
from sightline.retention.models import Disposal
from sightline.sharing.models import Tie
from sightline.sharing.reading import reading
from sightline.sharing.types import Level
from sightline.vault.actions import Erased, Keyring, destroy_again
from sightline.vault.models import Key
from tests.support.partnership import CARE, POLICE, SCHOOL, child, entries, identities, person_on, send, settle_in

NUMBERS = (number for number, good in (nhs_number(f"999{n:07d}") for n in count(5000)) if good)
WHY = "Her mother asked for it; nothing in the record is needed any more."


def worker(name, agency, role, team=""):
    made = add_worker(
        username=name, name=name.capitalize(), agency=agency, role=role, team=team, by=machine("story-runner")
    )
    return actor_by_id(made.id)


@pytest.fixture(scope="module")
def house(shared_database):
    there = settle_in()
    there["ines"] = worker("ines", "business-unit", "information-governance")
    there["igor"] = worker("igor", "business-unit", "information-governance")
    there["mona"] = worker("mona", CARE, "team-manager", "east-area-team")
    there["pat"] = worker("pat", POLICE, "police-supervisor", "police-hub")
    return there


@pytest.fixture
def siblings(house):
    kim, lee = (child(name, nhs_number=next(NUMBERS)) for name in ("Kim", "Lee"))
    both = send("ppn", ("child", kim), ("child", lee), grade="red", says="Both were at home.")
    alone = send("ppn", ("child", kim), grade="red", says="Kim alone.")
    send(
        "involvement",
        ("child", lee),
        agency=CARE,
        worker_role="social-worker",
        team="east-area-team",
        **{"from": "2025-01-01"},
    )
    send(
        "involvement",
        ("child", kim),
        agency=CARE,
        worker_role="social-worker",
        team="east-area-team",
        **{"from": "2025-01-01"},
    )
    return house, person_on(both, 0), person_on(both, 1), both, alone


def body(first):
    entry = Entry.objects.get(id=first)
    keyring = Keyring()
    keyring.fetch_for([bytes(entry.body)])
    return keyring.open(bytes(entry.body), f"entry|{entry.id}")


def code(caught):
    return caught.value.decision.reason_code


def test_one_sibling_is_erased_and_the_others_record_stays_whole(siblings):
    house, kim, lee, both, alone = siblings
    before = {view.first: view.says for view in entries(house["mona"], lee)}
    assert before[both] == "Both were at home."
    asked = actions.ask(person=kim, because=WHY, by=house["ines"])
    assert body(alone)["says"] == "Kim alone."  # asking takes nothing away
    tombstone = erasing.confirm(disposal=asked, because="Agreed.", by=house["igor"])
    with pytest.raises(Erased):
        body(alone)
    assert body(both)["says"] == "Both were at home."
    assert {view.first: view.says for view in entries(house["mona"], lee)} == before
    # on the erased sibling's page, nothing opens: not with the brother's key either
    try:
        hers = entries(house["amir"], kim)
    except Missing:
        hers = []
    assert hers and all(view.level is Level.POINTER and not view.says for view in hers)
    with reading(machine("clock-machine"), "safeguarding") as opened:  # nor does any rule rest on it
        assert of_people(opened, [kim]) == {}
    assert not Tie.objects.filter(subject__in=identities(alone), until=None).exists()
    record = Record.objects.get(id=tombstone)
    assert record.verb == "erase" and record.actor == house["igor"].id
    assert record.detail["first"] == house["ines"].id and record.detail["shared"] == 1 and record.detail["erased"] >= 1
    row = Disposal.objects.get(id=asked)
    assert (row.state, row.record, row.decided_by) == ("done", tombstone, house["igor"].id)
    assert "Kim" not in str(record.detail) and WHY not in str(record.__dict__)


def test_the_brothers_page_names_her_no_more(siblings):
    house, kim, lee, both, _ = siblings
    asked = actions.ask(person=kim, because=WHY, by=house["ines"])
    erasing.confirm(disposal=asked, by=house["igor"])
    from sightline.chronology.queries import entry

    with reading(house["mona"], "safeguarding") as opened:
        history = entry(opened, both)
        assert history.persons == (lee,)
        with pytest.raises(Missing):
            profile(opened, kim)


def test_it_takes_two_and_they_are_not_the_same(siblings):
    house, kim, _, _, alone = siblings
    with pytest.raises(Refused) as caught:
        actions.ask(person=kim, because=WHY, by=house["amir"])
    assert code(caught) == "not-permitted"
    asked = actions.ask(person=kim, because=WHY, by=house["ines"])
    with pytest.raises(Refused) as caught:
        erasing.confirm(disposal=asked, by=house["ines"])
    assert code(caught) == "second-person-needed"
    with pytest.raises(Refused) as caught:
        erasing.confirm(disposal=asked, by=house["sara"])
    assert code(caught) == "not-permitted"
    for stranger in ("ruth", "gwen"):  # who may not see the child is not told that anything was asked
        with pytest.raises(Missing):
            erasing.confirm(disposal=asked, by=house[stranger])
    with pytest.raises(Conflict):
        actions.ask(person=kim, because=WHY, by=house["igor"])
    assert body(alone)["says"] == "Kim alone."
    erasing.confirm(disposal=asked, by=house["mona"])  # who works with the child, and may confirm
    with pytest.raises(Erased):
        body(alone)
    with pytest.raises(Conflict):
        erasing.confirm(disposal=asked, by=house["igor"])


def test_a_reason_is_needed_and_what_is_not_there_is_not_told_from_what_is_hidden(siblings):
    house, kim, *_ = siblings
    for words, wanted in (("", "rationale-missing"), ("Because.", "rationale-too-short")):
        with pytest.raises(Refused) as caught:
            actions.ask(person=kim, because=words, by=house["ines"])
        assert code(caught) == wanted
    with pytest.raises(Missing):
        actions.ask(person=Disposal().id, because=WHY, by=house["ines"])
    SourceIdentity.objects.filter(person=kim).update(guard="sealed")
    with pytest.raises(Missing):
        actions.ask(person=kim, because=WHY, by=house["ines"])


def test_who_does_not_agree_leaves_everything_and_who_asked_may_take_it_back(siblings):
    house, kim, _, _, alone = siblings
    asked = actions.ask(person=kim, because=WHY, by=house["ines"])
    assert actions.reject(disposal=asked, because="The claim is not settled yet.", by=house["igor"]) == "rejected"
    asked = actions.ask(person=kim, because=WHY, by=house["ines"])
    assert actions.reject(disposal=asked, by=house["ines"]) == "withdrawn"
    with pytest.raises(Conflict):
        erasing.confirm(disposal=asked, by=house["igor"])
    assert body(alone)["says"] == "Kim alone."


@pytest.mark.parametrize("reach", ["child", "record", "everything"])
def test_what_is_held_is_not_erased_and_may_be_once_it_is_lifted(siblings, reach):
    house, kim, lee, _, alone = siblings
    what = {"child": {"person": kim}, "record": {"record": "ppn"}, "everything": {}}[reach]
    asked = actions.ask(person=kim, because=WHY, by=house["ines"])
    held = actions.hold(kind="inquiry", because="The inquiry has written to us.", by=house["ines"], **what)
    with pytest.raises(Refused) as caught:
        erasing.confirm(disposal=asked, by=house["igor"])
    assert code(caught) == "on-hold" and "inquiry" in caught.value.decision.sentence
    assert body(alone)["says"] == "Kim alone."
    if reach != "record":
        actions.reject(disposal=asked, by=house["ines"])
        with pytest.raises(Refused):
            asked = actions.ask(person=kim, because=WHY, by=house["ines"])
    actions.lift(hold=held, because="The inquiry has ended, and says so.", by=house["igor"])
    if reach != "record":
        asked = actions.ask(person=kim, because=WHY, by=house["ines"])
    erasing.confirm(disposal=asked, by=house["igor"])
    with pytest.raises(Erased):
        body(alone)


def test_a_hold_on_a_child_holds_whoever_is_joined_with_them_and_nobody_else(siblings):
    house, kim, lee, *_ = siblings
    held = actions.hold(kind="litigation", because="A claim is expected this year.", by=house["ines"], person=lee)
    asked = actions.ask(person=kim, because=WHY, by=house["ines"])
    SourceIdentity.objects.filter(person=kim).update(person=lee)  # joined
    with pytest.raises(Refused) as caught:
        erasing.confirm(disposal=asked, by=house["igor"])
    assert code(caught) == "on-hold"
    actions.lift(hold=held, because="The claim was settled.", by=house["igor"])


def test_whoever_became_somebody_elses_since_is_asked_about_again(siblings):
    house, kim, lee, *_ = siblings
    asked = actions.ask(person=kim, because=WHY, by=house["ines"])
    SourceIdentity.objects.filter(person=kim).update(person=lee)
    with pytest.raises(Refused) as caught:
        erasing.confirm(disposal=asked, by=house["igor"])
    assert code(caught) == "out-of-date"


def test_a_hold_has_a_kind_a_reason_and_somebody_who_may(siblings):
    house, kim, *_ = siblings
    with pytest.raises(Refused) as caught:
        actions.hold(kind="inquiry", because=WHY, by=house["amir"], person=kim)
    assert code(caught) == "not-permitted"
    with pytest.raises(Invalid):
        actions.hold(kind="inquirry", because=WHY, by=house["ines"], record="ppm")
    held = actions.hold(kind="inquiry", because=WHY, by=house["ines"])
    assert [one.because for one in queries.holds()] == [WHY]
    actions.lift(hold=held, because="The order was taken back today.", by=house["ines"])
    with pytest.raises(Conflict):
        actions.lift(hold=held, because="The order was taken back today.", by=house["ines"])
    assert queries.holds() == []


def test_a_copy_from_before_brings_nobody_back(siblings, settings, tmp_path):
    house, kim, _, _, alone = siblings
    settings.SIGHTLINE_ANCHOR = str(tmp_path / "anchor")
    row = SourceIdentity.objects.filter(id__in=identities(alone)).first()
    copied = Key.objects.filter(id=row.key).values().get()
    erasing.confirm(disposal=actions.ask(person=kim, because=WHY, by=house["ines"]), by=house["igor"])
    Key.objects.create(**copied)  # an older copy is put back
    assert body(alone)["says"] == "Kim alone."
    assert destroy_again()[0] == 1  # as `sightline restore` does, before anything is served
    with pytest.raises(Erased):
        body(alone)


def test_what_the_second_person_breaks_off_is_as_if_never_begun(siblings, monkeypatch):
    house, kim, _, _, alone = siblings
    asked = actions.ask(person=kim, because=WHY, by=house["ines"])

    def broken(**_):
        raise RuntimeError

    monkeypatch.setattr(actions, "write", broken)  # no ledger, no erasure
    with pytest.raises(RuntimeError):
        erasing.confirm(disposal=asked, by=house["igor"])
    monkeypatch.undo()
    assert body(alone)["says"] == "Kim alone."
    assert Disposal.objects.get(id=asked).state == "asked"


def test_a_routine_record_about_two_stays_the_others(house):
    kim, lee = child("Kim"), child("Lee")
    days = {"period_from": "2024-11-01", "period_to": "2024-12-01", "possible": "60", "attended": "30"}
    shared = send("attendance-summary", ("pupil", kim), ("pupil", lee), agency=SCHOOL, **days)
    person = person_on(shared, 0)
    erasing.confirm(disposal=actions.ask(person=person, because=WHY, by=house["ines"]), by=house["igor"])
    assert body(shared)
    assert Part.objects.filter(entry=shared).count() == 2


def test_what_was_typed_and_not_sent_about_them_goes_too(siblings):
    house, kim, lee, *_ = siblings
    for person in (kim, lee):
        save_draft(form=f"join:{person}", values={"because": "Half a sentence about her"}, by=house["amir"])
    erasing.confirm(disposal=actions.ask(person=kim, because=WHY, by=house["ines"]), by=house["igor"])
    assert draft(house["amir"], f"join:{kim}") is None
    assert draft(house["amir"], f"join:{lee}")[0] == {"because": "Half a sentence about her"}
