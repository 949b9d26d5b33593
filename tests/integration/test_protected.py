"""A protected location shows to nobody, is revealed to those named for it and on the record, and never leaves."""

import pytest

from sightline.definition.outcomes import Invalid, Missing, Refused
from sightline.identity import protected
from sightline.identity.release import Recipient, Released, Stopped, gate
from sightline.ledger.models import Record
from sightline.sharing.release import Value
from tests.support.house import JAY, actor, identity, open_house, person, send, told

REFUGE = Value("address", lines=("14 Alder Close", "Seacroft", "Leeds"), postcode="LS14 6AA")
WHY = "She and the children fled; he is looking for them."


@pytest.fixture(scope="module")
def people(shared_database):
    open_house()
    send(told(who=JAY))
    return {name: actor(name) for name in ("amir", "paul", "sam", "ruth", "omar", "bob")}


@pytest.fixture(scope="module")
def location(people):
    return protected.protect(
        value=REFUGE,
        kind="refuge",
        recipients=["worker:amir", "team:east-area-team"],
        because=WHY,
        by=people["amir"],
        identities=[identity("west-yorkshire-police", "J1").id],
    )


def test_it_is_revealed_to_those_named_for_it_on_the_record(people, location):
    before = Record.objects.filter(verb="reveal-location").count()
    assert protected.reveal(location, by=people["amir"], purpose="safeguarding").lines == (
        *REFUGE.lines,
        REFUGE.postcode,
    )
    assert protected.reveal(location, by=people["sam"], purpose="safeguarding").because == WHY
    assert Record.objects.filter(verb="reveal-location").count() == before + 2


def test_it_is_not_revealed_to_anybody_else_alone(people, location):
    with pytest.raises(Refused) as refused:
        protected.reveal(location, by=people["paul"], purpose="safeguarding")
    assert refused.value.decision.reason_code == "protected"
    with pytest.raises(Missing):
        protected.reveal(location, by=people["bob"], purpose="safeguarding")
    assert protected.reveal(location, by=people["paul"], purpose="safeguarding", agreed_by=people["amir"])


def test_nothing_leaves_with_it(people, location):
    father = Recipient("person", linked=(person(),))
    assert isinstance(gate(recipient=father, artefacts="They are at 14 Alder Cl.", by=people["paul"]), Stopped)
    assert isinstance(gate(recipient=father, artefacts="They are well.", by=people["paul"]), Released)
    assert gate(recipient=Recipient.worker(people["amir"]), artefacts="They are at 14 Alder Cl.", by=people["paul"])


def test_whether_a_channel_is_safe_is_no_until_somebody_says_yes(people):
    assert not protected.safe_to_contact(person(), "phone")
    with pytest.raises(Invalid):
        protected.say_safe(person=person(), channel="phone", safe=True, said_by="", by=people["amir"])
    protected.say_safe(
        person=person(), channel="phone", safe=True, said_by="Jay’s mother", of="07700 900161", by=people["amir"]
    )
    assert protected.safe_to_contact(person(), "phone")
    assert not protected.safe_to_contact(person(), "voicemail")
