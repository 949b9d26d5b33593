"""Correcting a record, by the sender and by a worker: nothing is overwritten, and people stay who they were."""

from uuid import UUID, uuid4

import pytest

from sightline.agencies.actions import add_worker, take_from_definition
from sightline.agencies.queries import actor_by_id, machine
from sightline.chronology.queries import of_person
from sightline.chronology.tracing import first_of, people_of, versions_of
from sightline.definition.outcomes import Invalid, Missing, Refused
from sightline.identity.queries import persons_of
from sightline.intake.types import Details, Named, Notification
from sightline.jobs.correct import correct_record
from sightline.jobs.receive import receive_one
from sightline.sharing.reading import reading

JAY = Details(given="Jay", family="Marsh", born="2010-03-04")
KIT = Details(given="Kit", family="Marsh", born="2012-05-06")


@pytest.fixture
def house(database):
    """A database with the partnership's agencies and a worker at the front door, at the police, at a school."""
    take_from_definition(by=machine("feed-machine"))
    made = {}
    for name, agency, role, team in (
        ("amir", "childrens-social-work", "duty-social-worker", "front-door"),
        ("olive", "west-yorkshire-police", "police-hub-officer", "police-hub"),
        ("ruth", "elmfield-academy", "designated-safeguarding-lead", ""),
        ("admin", "west-yorkshire-police", "police-analyst", ""),
    ):
        worker = add_worker(username=name, name=name, agency=agency, role=role, team=team, by=machine("story-runner"))
        made[name] = actor_by_id(worker.id)
    return made


def send(people=(("jay", ("child",), JAY),), message="m1", version="1", **fields):
    notification = Notification(
        agency="west-yorkshire-police",
        record="ppn",
        message_id=message,
        happened="2025-01-12 10:00",
        version=version,
        people=tuple(Named(*each) for each in people),
        fields=fields or {"reason": "Alone at night", "grade": "amber"},
        says="As first told.",
    )
    receipt = receive_one(notification, feed="", kind="story", by=machine("feed-machine"))
    return first_of(UUID(receipt.id))


def identities(first, version=-1):
    return [identity for identity, _ in people_of(versions_of(first)[version])]


def shown(first, by):
    [person] = persons_of(identities(first)).values()
    with reading(by, "safeguarding") as opened:
        [entry] = [each for each in of_person(opened, person).entries if each.first == first]
    return entry


def test_a_worker_corrects_what_changes_and_the_rest_stands(house):
    first = send()
    made = correct_record(entry=first, by=house["olive"], fields={"grade": "red"})
    assert versions_of(first) == [first, made]
    entry = shown(first, house["amir"])
    assert entry.id == made and entry.corrected == 1 and entry.urgent
    assert (entry.values["grade"], entry.values["reason"], entry.says) == ("red", "Alone at night", "As first told.")
    assert identities(first) == identities(first, 0)


def test_a_value_can_be_taken_away_and_a_moment_put_right(house):
    first = send()
    correct_record(
        entry=first, by=house["olive"], fields={"grade": None}, says="As told later.", happened="2025-01-11 22:30"
    )
    entry = shown(first, house["amir"])
    assert "grade" not in entry.values and entry.says == "As told later."
    assert entry.happened.isoformat() == "2025-01-11T22:30:00+00:00"


def test_somebody_else_can_be_put_on_it(house):
    first = send()
    [before] = identities(first)
    correct_record(entry=first, by=house["olive"], people=[Named("kit", ("child",), KIT)])
    [after] = identities(first)
    assert after != before
    with reading(house["amir"], "safeguarding") as opened:
        assert of_person(opened, persons_of([before])[before]).entries == ()
        assert [e.first for e in of_person(opened, persons_of([after])[after]).entries] == [first]


def test_only_the_agency_that_recorded_it_with_the_right_to(house):
    first = send()
    for unseen in (first, uuid4()):  # whoever may not see it learns no more than of what is not there
        with pytest.raises(Missing):
            correct_record(entry=unseen, by=house["ruth"], says="No.")
    for name in ("amir", "admin"):
        with pytest.raises(Refused) as refused:
            correct_record(entry=first, by=house[name], says="No.")
        assert refused.value.decision.reason_code == "not-permitted"
    assert versions_of(first) == [first]


def test_what_cannot_be_understood_changes_nothing(house):
    first = send()
    with pytest.raises(Invalid):
        correct_record(entry=first, by=house["olive"], fields={"grade": "purple"})
    with pytest.raises(Invalid):
        correct_record(entry=first, by=house["olive"], people=[Named("kit", ("suspect",), KIT)])
    with pytest.raises(Invalid):
        correct_record(entry=first, by=house["olive"], happened="yesterday")
    with pytest.raises(Missing):
        correct_record(entry=UUID(int=1), by=house["olive"], says="Nothing is there.")
    assert versions_of(first) == [first]


def test_the_sender_sends_the_same_again_after_a_correction_and_nothing_is_new(house):
    first = send()
    made = correct_record(entry=first, by=house["olive"], fields={"grade": "red"})
    assert send() == first
    assert versions_of(first)[-1] == made
    send(version="2", reason="Not alone after all", grade="green")
    assert shown(first, house["amir"]).values["grade"] == "green"
    assert len(versions_of(first)) == 3


def test_a_sender_without_ids_of_its_own_means_the_same_people_again(house):
    first = send(people=(("jay", ("child",), JAY), ("kit", ("child",), KIT)))
    before = identities(first)
    again = Details(given="Jaye", family="Marsh", born="2010-03-04", ethnicity="MWBC")
    send(people=(("kit", ("child",), KIT), ("jay", ("child",), again)), version="2", reason="Alone", grade="amber")
    assert sorted(identities(first), key=str) == sorted(before, key=str)
    assert identities(first) == before[::-1]


def test_a_correction_that_puts_a_twin_in_somebodys_place_is_about_somebody_else(house):
    first = send()
    [before] = identities(first)
    twin = Details(given="Oli", family="Marsh", born="2010-03-04")
    send(people=(("oli", ("child",), twin),), version="2", reason="Alone", grade="amber")
    assert identities(first) != [before]
