"""A protected location shows to nobody, is revealed to those named for it and on the record, and never leaves."""

import pytest

from sightline.chronology.queries import of_person
from sightline.definition.outcomes import Invalid, Missing, Refused
from sightline.identity import protected
from sightline.identity.erasing import erase
from sightline.identity.finding import find
from sightline.identity.queries import family, profile
from sightline.identity.release import Recipient, Released, Stopped, gate
from sightline.identity.types import Asked
from sightline.intake.types import Details, Named
from sightline.ledger.models import Record
from sightline.sharing.reading import reading
from sightline.sharing.release import Value
from tests.support.house import JAY, SCHOOL, actor, identity, open_house, person, send, told

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


# --- masked wherever it would show --------------------------------------------------------------------

MUM = Details(given="Lena", family="Alvarez", born="1988-02-11", sex="female", local_id="L1",
              lines=("22 Coppice Mews", "Bramley", "Leeds"), postcode="LS13 3QP", phone="07700 900161")  # fmt: skip
KIT = Details(given="Kit", family="Alvarez", born="2014-05-09", sex="male", local_id="K1",
              lines=("22 Coppice Mews", "Bramley", "Leeds"), postcode="LS13 3QP", school=SCHOOL)  # fmt: skip
OTHER = Details(given="Nell", family="Brook", born="2012-01-30", sex="female", local_id="N1",
                lines=("9 Beech Grove", "Leeds"), postcode="LS8 2QT")  # fmt: skip


@pytest.fixture(scope="module")
def fled(people):
    """A mother and her son at a refuge, and a child who lives elsewhere; the refuge is protected after its record came."""
    send(
        told("gp-concern", "child", KIT, agency="general-practice", says="Now at 22 Coppice Mews, LS133QP; ring 07700 900161.",
             also=(Named("mum", ("parent",), MUM),), relations=(("mum", "parent", "p1"),)),
        told("gp-concern", "child", OTHER, agency="general-practice", says="Seen today."),
    )  # fmt: skip
    before = found(people["amir"], postcode="LS13 3QP"), found(people["amir"], postcode="LS8 2QT")
    kit = identity("general-practice", "K1")
    protected.protect(
        value=Value("address", lines=MUM.lines, postcode=MUM.postcode), kind="refuge", recipients=["worker:amir"],
        because=WHY, by=people["amir"], identities=[kit.id],
    )  # fmt: skip
    protected.protect(
        value=Value("phone", MUM.phone), kind="phone", recipients=["worker:amir"], because=WHY, by=people["amir"],
        identities=[identity("general-practice", "L1").id],
    )  # fmt: skip
    return before, kit


def found(by, **asked):
    with reading(by, "safeguarding") as opened:
        return {one.person for one in find(opened, Asked(**asked))}


@pytest.mark.parametrize("name", ["amir", "paul"])
def test_it_shows_on_no_profile_to_a_recipient_either(people, fled, name):
    _, kit = fled
    with reading(people[name], "safeguarding") as opened:
        shown = profile(opened, kit.person)
        kin = family(opened, kit.person)
    assert "Protected: ring Children" in shown.address and "22" not in shown.address.split("ring")[0]
    assert not any("Coppice" in repr(one) or "LS13" in repr(one) for one in (shown, kin))
    assert shown.school == SCHOOL or shown.school  # what is not protected is as it was


def test_it_is_masked_in_the_words_of_records(people, fled):
    _, kit = fled
    with reading(people["amir"], "safeguarding") as opened:
        (entry,) = of_person(opened, kit.person).entries
    assert entry.says == "Now at [protected], [protected]; ring [protected]."


def test_nobody_is_found_by_it_and_others_are_as_before(people, fled):
    (by_refuge, by_home), kit = fled
    assert kit.person in by_refuge  # else what follows would prove nothing
    for name in ("amir", "paul"):
        assert kit.person not in found(people[name], postcode="LS13 3QP")
        assert not found(people[name], number="07700 900161")
        assert kit.person in found(people[name], words="kit alvarez")
        assert found(people[name], postcode="LS8 2QT") == by_home


def test_where_others_live_is_not_masked(people, fled):
    with reading(people["amir"], "safeguarding") as opened:
        assert profile(opened, person("general-practice", "N1")).address == "9 Beech Grove, Leeds, LS8 2QT"


def test_a_later_record_that_brings_it_is_protected_too(people, fled):
    later = Details(given="Catherine", family="Alvarez-Dunn", born="1988-02-12", sex="female", local_id="H7",
                    lines=("22 COPPICE MEWS", "LEEDS"), postcode="ls133qp")  # fmt: skip
    send(told("ae-attendance", "patient", later, agency="leeds-teaching-hospitals", says="Home: 22 Coppice Mews."))
    came = identity("leeds-teaching-hospitals", "H7")
    assert came.guard == "protected"
    assert came.person not in found(people["amir"], postcode="LS13 3QP")
    assert came.person in found(people["amir"], words="catherine alvarez-dunn")
    with reading(people["amir"], "safeguarding") as opened:
        assert profile(opened, came.person).address.startswith("Protected: ring")


def test_after_it_ended_by_two_people_it_shows_again(people):
    leo = Details(
        given="Leo", family="Quill", born="2013-03-03", local_id="Q1", lines=("3 Elm Row",), postcode="LS9 8ZZ"
    )
    send(told("gp-concern", "child", leo, agency="general-practice", says="Well."))
    row = identity("general-practice", "Q1")
    place = protected.protect(value=Value("address", lines=leo.lines, postcode=leo.postcode), kind="home",
                              recipients=["worker:amir"], because=WHY, by=people["amir"], identities=[row.id])  # fmt: skip
    assert row.person not in found(people["amir"], postcode="LS9 8ZZ")
    with pytest.raises(Refused):
        protected.end(
            place, because="They have moved on, and it is let again.", by=people["amir"], agreed_by=people["amir"]
        )
    protected.end(
        place, because="They have moved on, and it is let again.", by=people["amir"], agreed_by=people["paul"]
    )
    assert row.person in found(people["amir"], postcode="LS9 8ZZ")
    with reading(people["amir"], "safeguarding") as opened:
        assert profile(opened, row.person).address == "3 Elm Row, LS9 8ZZ"
    with pytest.raises(Missing):
        protected.reveal(place, by=people["amir"], purpose="safeguarding")


def test_with_whoever_is_erased_goes_the_location_that_protected_nobody_else(people):
    ash = Details(
        given="Ash", family="Winter", born="2011-11-11", local_id="A9", lines=("6 Dell Way",), postcode="LS7 7QQ"
    )
    send(told("gp-concern", "child", ash, agency="general-practice", says="Well."))
    row = identity("general-practice", "A9")
    place = protected.protect(
        value=Value("address", lines=ash.lines, postcode=ash.postcode),
        kind="home",
        recipients=["worker:amir"],
        because=WHY,
        by=people["amir"],
        identities=[row.id],
    )
    whom = Recipient("outside")
    assert not gate(recipient=whom, artefacts="Seen at 6 Dell Way.", by=people["paul"])
    erase([row.id])
    with pytest.raises(Missing):
        protected.reveal(place, by=people["amir"], purpose="safeguarding")
    assert gate(recipient=whom, artefacts="Seen at 6 Dell Way.", by=people["paul"])  # nobody knows any more what it was
