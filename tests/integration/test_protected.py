"""A protected location shows to nobody, is revealed to those named for it and on the record, and never leaves."""

from dataclasses import replace

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
from sightline.jobs.receive import receive_one
from sightline.ledger.models import Record
from sightline.messages.models import Outgoing
from sightline.sharing.actions import tie, untie
from sightline.sharing.reading import reading
from sightline.sharing.release import Value
from sightline.timescales.moment import now
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


def test_a_list_of_guesses_in_a_record_tells_nothing(people, location):
    """Whoever may send a record and read it again lists the postcodes of a district: none shows, with the right one among
    them or without."""
    whom = Details(given="Jay", family="Marsh", born="2010-03-04", sex="male", nhs_number="9990000018", local_id="GP9")
    for n, letters in enumerate(("AWX", "BDE")):
        codes = ", ".join(f"LS14 6{a}{b}" for a in letters for b in "AWX")
        note = told("gp-concern", "child", whom, agency="general-practice", message=f"guesses-{n}", says=f"I tried {codes}.")
        send(note)
    with reading(people["amir"], "safeguarding") as opened:
        shown = of_person(opened, person("general-practice", "GP9")).entries
    said = [one.says for one in shown if "I tried" in one.says]
    assert said == ["I tried [protected]."] * 2
    addresses = set()
    for n, last in enumerate(("14 Alder Close", "18 Alder Close")):
        homes = tuple(f"{house} Alder Close" for house in (1, 3, 5, 7)) + (last,)
        guessed = replace(whom, local_id=f"GP{n}", lines=homes)
        send(told("gp-concern", "child", guessed, agency="general-practice", message=f"homes-{n}"))
        with reading(people["amir"], "safeguarding") as opened:
            found = profile(opened, person("general-practice", f"GP{n}")).held
        addresses |= {one.details.lines for one in found if one.details.lines}
    assert addresses == {("[protected]",)}


# --- who is told that it came from elsewhere ------------------------------------------------------------

def at_lantern(given, local_id, family="Morrow", born="2015-06-07", yard="Lantern Yard"):
    return Details(given=given, family=family, born=born, sex="female", local_id=local_id,
                   lines=(f"5 {yard}", "Leeds"), postcode=f"LS11 {len(yard) % 10}ZZ")  # fmt: skip


@pytest.fixture
def told_holders(people):
    """A way to see what holders were told since the test began."""
    before = set(Outgoing.objects.values_list("id", flat=True))

    def since():
        return sorted(
            (one.kind.removeprefix("protected-place-"), one.to, one.says["agency"], int(one.says["count"]))
            for one in Outgoing.objects.filter(kind__startswith="protected-place-").exclude(id__in=before)
        )

    return since


def keep_for(child, people):
    """One worker of social care, and all of general practice, are named for it."""
    send(told("gp-concern", "child", child, agency="general-practice", says="Registered."))
    protected.protect(
        value=Value("address", lines=child.lines, postcode=child.postcode), kind="refuge",
        recipients=["worker:amir", "agency:general-practice"], because=WHY, by=people["amir"],
        identities=[identity("general-practice", child.local_id).id],
    )  # fmt: skip


def test_those_named_for_it_hear_who_else_holds_it_and_who_may_be_guessing(people, told_holders):
    ida = at_lantern("Ida", "M1")
    keep_for(ida, people)
    send(told("gp-concern", "child", at_lantern("Una", "U1", "Next", "2010-10-10"), agency="general-practice"))
    assert told_holders() == []  # whoever is named for it tells them nothing new
    made_up = at_lantern("Zed", "Z1", "Nobody", "2011-01-01")
    send(told("school-concern", "child", made_up, agency=SCHOOL, says="Tired."))
    amir = f"worker:{people['amir'].id}"
    named = ["agency:general-practice", "role:information-governance", amir]
    assert told_holders() == [("guessed", to, SCHOOL, 1) for to in named]
    send(told("school-concern", "child", made_up, agency=SCHOOL, says="Tired again."))
    assert len(told_holders()) == 3  # once of each whom an agency tells of
    send(told("health-visitor-concern", "child", replace(ida, local_id="H9"), agency="leeds-community-healthcare",
              also=(Named("s", ("parent",), at_lantern("Fay", "H8", born="1985-02-02")),),
              relations=(("s", "parent", "p1"),)))  # fmt: skip
    assert [one for one in told_holders() if one[0] == "told"] == [
        ("told", "agency:general-practice", "leeds-community-healthcare", 2),
        ("told", amir, "leeds-community-healthcare", 2),
    ]
    assert len(told_holders()) == 5


def test_a_worker_who_is_named_for_it_tells_nobody_and_a_colleague_does(people, told_holders):
    keep_for(at_lantern("Ada", "N1", "Field", "2013-03-03", "Tallow Yard"), people)
    for given, by, told_of in (("Abe", "amir", set()), ("Bea", "paul", {"guessed"})):
        one = at_lantern(given, given, "Elsewhere", "2009-09-09", "Tallow Yard")
        written = told("referral", "child", one, agency="childrens-social-work", says="Seen.")
        receive_one(written, feed="", kind="form", by=people[by])
        assert {row[0] for row in told_holders()} == told_of


def test_a_made_up_child_shows_nothing_by_which_to_know_whose_place_it_is(people):
    eve = at_lantern("Eve", "EV1", "Hall", "2014-04-04", "Wick Yard")
    keep_for(eve, people)
    send(told("school-concern", "child", replace(eve, local_id="EV2"), agency=SCHOOL, says="Tired."))
    send(told("school-concern", "child", at_lantern("Guy", "G1", "Fawn", "2009-01-01", "Wick Yard"), agency=SCHOOL))
    made_up, known = identity(SCHOOL, "G1"), identity(SCHOOL, "EV2")
    with reading(people["ruth"], "safeguarding") as opened:
        assert len(protected.of(opened, [known])) == 1  # that it is protected, and whom to ring
        assert protected.of(opened, [made_up]) == []
        assert profile(opened, made_up.person).address.startswith("Protected: ring")  # as whoever moves in there
    with reading(people["amir"], "safeguarding") as opened:
        assert len(protected.of(opened, [made_up])) == 1  # who is named for it is named for it


def test_a_team_that_is_no_more_holds_up_no_record_and_somebody_is_told(people, told_holders):
    ann = at_lantern("Ann", "AN1", "Lowe", "2016-06-06", "Quill Yard")
    send(told("gp-concern", "child", ann, agency="general-practice", says="Registered."))
    location = protected.protect(
        value=Value("address", lines=ann.lines, postcode=ann.postcode), kind="refuge", recipients=["team:east-area-team"],
        because=WHY, by=people["amir"], identities=[identity("general-practice", "AN1").id],
    )  # fmt: skip
    untie(kind="holder", subjects=[location])
    tie([("team:no-more", "holder", location, now(), None, None)])
    counts = send(told("school-concern", "child", at_lantern("Max", "MX1", "Ford", "2010-02-02", "Quill Yard"), agency=SCHOOL))
    assert counts.new == 1
    assert {to for _, to, _, _ in told_holders()} == {"role:business-manager", "role:information-governance"}
