"""Two accounts of one person are one person, wherever two people are asked for."""

import pytest

from sightline.agencies.actions import add_worker
from sightline.agencies.models import Worker
from sightline.agencies.one_person import same_person
from sightline.agencies.queries import machine
from sightline.definition.outcomes import Refused
from sightline.identity import protected
from sightline.jobs import erasing
from sightline.retention import actions
from sightline.sharing.release import Value
from tests.support.house import CARE, JAY, POLICE, actor, identity, open_house, person, send, told

DUTY, OFFICE = "emergency-duty-team", "business-unit"
PEOPLE = (  # user name, name, e-mail, agency, role
    ("lena", "Lena Hart", "", CARE, "team-manager"),
    ("lena.nights", "HART, Lena (nights)", "", DUTY, "emergency-duty-worker"),
    ("mail", "Petra Vane", "p.vane@office.example", OFFICE, "information-governance"),
    ("mail.too", "P Vane", "P.Vane@office.example", OFFICE, "information-governance"),
    ("other", "Oona Reeve", "", OFFICE, "information-governance"),
    ("zoë", "Zoë O’Brien-Lund", "", CARE, "team-manager"),
    ("zoe", "Zoe O'Brien Lund", "", POLICE, "police-supervisor"),
    ("sole", "Kit", "", CARE, "team-manager"),
    ("sole.police", "Kit", "", POLICE, "police-supervisor"),
    ("sole.care", "Kit", "", CARE, "social-worker"),
)
WHY = "She and the children fled; he is looking for them."


@pytest.fixture(scope="module")
def ids(shared_database):
    open_house()
    for username, name, email, agency, role in PEOPLE:
        add_worker(username=username, name=name, agency=agency, role=role, by=machine("set-up-machine"))
        Worker.objects.filter(username=username).update(email=email)
    send(told(who=JAY))
    return {w.username: str(w.id) for w in Worker.objects.all()}


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("lena", "lena", True),
        ("lena", "lena.nights", True),
        ("mail", "mail.too", True),
        ("zoë", "zoe", True),
        ("sole", "sole.care", True),
        ("sole", "sole.police", False),
        ("lena", "other", False),
        ("mail", "other", False),
    ],
)
def test_one_name_or_one_mail_address_is_one_person(ids, one, other, same):
    assert same_person(ids[one], ids[other]) is same
    assert same_person(ids[other], ids[one]) is same


def test_machines_and_ids_that_are_nobodys_are_themselves_alone(ids):
    assert same_person("clock-machine", "clock-machine")
    assert not same_person("clock-machine", ids["lena"], "")
    assert not same_person(ids["lena"], "")


def test_nobody_erases_with_a_second_account(ids):
    asked = actions.ask(person=person(), because="The adult whom it is about asks for it.", by=actor("mail"))
    with pytest.raises(Refused) as refused:
        erasing.confirm(disposal=asked, because="As asked for.", by=actor("mail.too"))
    assert refused.value.decision.reason_code == "second-person-needed"
    actions.reject(disposal=asked, by=actor("other"))


def test_nobody_ends_a_protection_with_a_second_account_and_two_people_do(ids):
    place = protected.protect(
        value=Value("address", lines=("14 Alder Close", "Seacroft"), postcode="LS14 6AA"),
        kind="refuge",
        recipients=["worker:zoë", "worker:zoe", "worker:lena"],
        because=WHY,
        by=actor("amir"),
        identities=[identity(POLICE, "J1").id],
    )
    with pytest.raises(Refused) as refused:
        protected.end(place, because=WHY, by=actor("zoë"), agreed_by=actor("zoe"))
    assert refused.value.decision.reason_code == "second-person-needed"
    protected.end(place, because=WHY, by=actor("zoë"), agreed_by=actor("lena"))
