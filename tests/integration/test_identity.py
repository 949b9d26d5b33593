"""Is this the same person? Joined on a confirmed number alone; otherwise somebody decides, and it can be undone."""

from itertools import count

import pytest
from django.db import transaction

from sightline.chronology.queries import of_person
from sightline.definition.outcomes import Conflict, Missing, Refused
from sightline.identity import guards
from sightline.identity import queries as identity
from sightline.identity.actions import decide_match, join, separate
from sightline.identity.models import Link, Possible, SourceIdentity
from sightline.identity.tracing import waiting_between
from sightline.intake.types import Details
from sightline.sharing.reading import reading
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import pretend
from tests.support.partnership import HOSPITAL, POLICE, SCHOOL, child, entries, identities, person_on, send, settle_in
from tests.support.senders import nhs_number

UPN = "H801200001001"
_serial = count(700)


def nhs():
    """An NHS number that nobody has yet, with a right check digit: a wrong one identifies nobody."""
    return nhs_number(next(_serial))


@pytest.fixture(scope="module")
def house(shared_database):
    return settle_in()


@pytest.fixture
def number():
    return nhs()


def as_(known, **change):
    """The same child as another sender holds them."""
    return child(**{"given": known.given, "family": known.family, "born": known.born, **change})


def police(details, **how):
    return send("ppn", ("child", details), agency=POLICE, grade="amber", **how)


def school(details, **how):
    return send("school-concern", ("child", details), agency=SCHOOL, category="neglect", **how)


def waiting(*firsts):
    one, other = (identities(first) for first in firsts)
    return waiting_between(one, other)


def name(who, person, known_on=""):
    with reading(who, "safeguarding") as opened:
        return identity.profile(opened, person, known_on=parse_moment(known_on) if known_on else None).name


def test_a_number_that_a_birth_date_confirms_joins(house, number):
    kim = child("Kim", nhs_number=number)
    one, other = (
        police(kim),
        school(as_(kim, given="Kimberley", family="Other", nhs_number=f"{number[:3]} {number[3:6]} {number[6:]}")),
    )
    assert person_on(one) == person_on(other)
    assert waiting(one, other) == []
    link = Link.objects.get(identity=identities(other)[0])
    assert (link.reason, set(link.evidence) >= {"nhs-number", "birth-date"}) == ("identifiers-agree", True)


def test_a_number_that_a_name_alone_confirms_waits_for_somebody(house, number):
    """A father and a son may share a name; where both tell one school too, it is the child."""
    kim = child("Kim", nhs_number=number)
    one, other = police(kim), school(as_(kim, born="", nhs_number=number))
    assert person_on(one) != person_on(other)
    assert len(waiting(one, other)) == 1
    lee = child("Lee", nhs_number=nhs(), school="Elmfield Academy")
    there = as_(lee, born="", nhs_number=lee.nhs_number, school="Elmfield Academy")
    assert person_on(police(lee)) == person_on(school(there))


def test_a_number_that_nothing_confirms_waits(house, number):
    """A number typed for another child: alone it is no proof."""
    one, other = police(child("Kim", nhs_number=number)), school(child("Bartholomew", nhs_number=number))
    assert person_on(one) != person_on(other)
    assert len(waiting(one, other)) == 1


def test_two_numbers_of_which_one_agrees_and_one_contradicts_wait(house):
    kim = child("Kim", nhs_number=nhs(), upn=UPN)
    one, other = police(kim), school(as_(kim, nhs_number=nhs(), upn=UPN))
    assert person_on(one) != person_on(other)
    [(match, _, _)] = waiting(one, other)
    row = Possible.objects.get(id=match)
    assert "upn" in row.agree and "nhs-number" in row.differ


def test_two_different_numbers_are_two_children_whatever_their_names(house):
    kim = child("Kim", nhs_number=nhs())
    one, other = police(kim), school(as_(kim, nhs_number=nhs()))
    assert person_on(one) != person_on(other)
    assert waiting(one, other) == []


def test_a_name_and_a_birth_date_wait_for_somebody(house):
    kim = child("Kim")
    one, other = police(kim), school(as_(kim))
    assert person_on(one) != person_on(other)
    [(match, _, _)] = waiting(one, other)
    row = Possible.objects.get(id=match)
    assert row.state == "waiting" and set(row.agree) >= {"birth-date", "given-name", "family-name"}


def test_twins_with_one_number_typed_for_both_wait_both_of_them(house, number):
    """Same family, same day, one number: whichever comes first, nobody is joined by it."""
    ayo = child("Ayo", nhs_number=number)
    bea = as_(ayo, given="Beatrix", nhs_number=number)
    together = send("ppn", ("child", ayo), ("child", bea), grade="amber", agency=POLICE)
    assert person_on(together, 0) != person_on(together, 1)
    assert len(waiting_between(identities(together)[:1], identities(together)[1:])) == 1
    known_elsewhere = school(as_(bea, given="Beatrix", nhs_number=number))
    assert person_on(known_elsewhere) != person_on(together, 0)


def test_joining_and_separating_move_nothing_and_what_was_known_then_stays(house):
    kim = child("Kim")
    one = police(kim, on="2025-03-01 09:00", says="Police say.")
    other = school(as_(kim), on="2025-03-02 09:00", says="School says.")
    first, second = identities(one)[0], identities(other)[0]
    person, amir = person_on(one), house["amir"]
    with pretend(parse_moment("2025-03-10 09:00")):
        join(one=first, other=second, because="Rang the school.", by=amir)
    assert person_on(other) == person
    with pretend(parse_moment("2025-03-20 09:00")):
        separate(one=first, other=second, because="Two children after all.", by=amir)
    assert person_on(other) != person
    with pretend(parse_moment("2025-03-21 09:00")):  # while the front door's tie still holds

        def told(on):
            return {e.says or e.title for e in entries(amir, person, known_on=on)}

        assert told("2025-03-05") == {"Police say."}
        assert told("2025-03-12") == {"Police say.", "School says."}
        assert told("2025-03-21") == {"Police say."} == {e.says for e in entries(amir, person)}
    assert [link.reason for link in Link.objects.filter(identity=second).order_by("at")] == [
        "first-seen",
        "decided",
        "separated",
    ]
    assert SourceIdentity.objects.get(id=second).agency == SCHOOL  # what each sender holds was never touched


def test_what_somebody_said_of_a_match_is_sealed_and_only_one_decides(house):
    kim = child("Kim")
    one, other = police(kim), school(as_(kim))
    [(match, _, _)] = waiting(one, other)
    decide_match(possible=match, decision="unsure", because="Nan at 14 Quarry Rise will ring.", by=house["amir"])
    assert b"Quarry" not in bytes(Possible.objects.get(id=match).because)
    assert person_on(one) != person_on(other)
    decide_match(possible=match, decision="same", because="She rang.", by=house["amir"])
    assert person_on(one) == person_on(other)
    with pytest.raises(Conflict):
        decide_match(possible=match, decision="different", by=house["amir"])
    assert person_on(one) == person_on(other)


def test_only_who_has_the_right_decides_joins_and_separates(house):
    kim = child("Kim")
    one, other = police(kim), school(as_(kim))
    [(match, first, second)] = waiting(one, other)
    for attempt in (
        lambda by: decide_match(possible=match, decision="same", by=by),
        lambda by: join(one=first, other=second, by=by),
        lambda by: separate(one=first, other=second, by=by),
    ):
        with pytest.raises(Refused):
            attempt(house["ruth"])
    assert person_on(one) != person_on(other)


def test_a_number_that_comes_late_joins_who_was_alone(house, number):
    kim = child("Kim", nhs_number=number)
    one = police(kim)
    other = school(as_(kim, local_id="S1-late"))
    assert person_on(one) != person_on(other)
    assert school(as_(kim, local_id="S1-late", nhs_number=number)) != other
    assert person_on(one) == person_on(other)


def test_a_number_that_comes_late_undoes_no_decision(house, number):
    kim = child("Kim", nhs_number=number)
    one, other = police(kim), school(as_(kim, local_id="S2-late"))
    separate(one=identities(one)[0], other=identities(other)[0], by=house["amir"])
    join(one=identities(other)[0], other=identities(school(as_(kim, local_id="S3-late")))[0], by=house["amir"])
    school(as_(kim, local_id="S2-late", nhs_number=number))
    assert person_on(one) != person_on(other)


def test_an_unborn_child_is_born_and_stays_the_same(house):
    expected = child("Baby", born="", expected="2025-06-20", local_id="U1")
    first = send("midwifery-concern", ("child", expected), agency=HOSPITAL, on="2025-05-01 09:00")
    row = SourceIdentity.objects.get(id=identities(first)[0])
    assert row.unborn
    with pretend(parse_moment("2025-07-01")):
        assert name(house["amir"], row.person) == expected.family  # `Baby` is no name
    born = child("Ida", family=expected.family, born="2025-06-18", local_id="U1")
    again = send("midwifery-concern", ("child", born), agency=HOSPITAL, on="2025-06-19 09:00")
    assert identities(again) == identities(first)
    row.refresh_from_db()
    assert not row.unborn
    with pretend(parse_moment("2025-07-01")), reading(house["amir"], "safeguarding") as opened:
        now_ = identity.profile(opened, row.person)
        then = identity.profile(opened, row.person, known_on=parse_moment("2025-05-02"))
    assert (now_.given, now_.born, now_.expected) == ("Ida", "2025-06-18", "")
    assert (then.given, then.born, then.expected) == ("", "", "2025-06-20")


def test_the_senders_own_id_keeps_one_identity_with_its_history(house):
    kim = child("Kim", local_id="P1-same", postcode="LS1 1AA")
    one = police(kim, on="2025-02-01 09:00")
    other = police(as_(kim, family="Newname", local_id="P1-same"), on="2025-02-10 09:00")
    assert identities(one) == identities(other)
    person = person_on(one)
    assert name(house["amir"], person) == "Kim Newname"
    assert name(house["amir"], person, "2025-02-05") == f"Kim {kim.family}"
    with reading(house["amir"], "safeguarding") as opened:
        assert (
            identity.profile(opened, person).address == "LS1 1AA"
        )  # what the sender left out this time it still holds
    assert person_on(police(as_(kim, local_id="p1 SAME"))) == person  # however it is written
    assert (
        person_on(send("school-concern", ("child", child("Zed", local_id="P1-same")), agency=SCHOOL)) != person
    )  # another's


def test_the_senders_own_id_given_to_somebody_else_makes_somebody_else(house):
    kim, kofi = child("Kim", born="2011-03-04", local_id="A1-again"), child("Kofi", born="2007-10-21", local_id="A1-again")
    one, other = police(kim), police(kofi)
    assert identities(one) != identities(other) and person_on(one) != person_on(other)
    assert waiting(one, other)  # a person may know that it is one child under two names
    assert name(house["amir"], person_on(one)) == f"Kim {kim.family}"
    for told, first in ((kim, one), (kofi, other)):  # told of again, each is who they were, whatever is new
        again = police(as_(told, local_id="a1 AGAIN", phone="0113 496 0128"))
        assert identities(again) == identities(first)
    third = police(child("Zed", born="2015-06-07", local_id="A1-again"))
    assert len({*identities(one), *identities(other), *identities(third)}) == 3
    [(match, _, _)] = waiting(one, other)
    decide_match(possible=match, decision="same", by=house["amir"])
    assert person_on(one) == person_on(other)
    police(as_(kofi, local_id="A1-again", postcode="LS1 1AA"))
    assert person_on(one) == person_on(other)  # what a person decided stands


def test_the_number_of_a_household_sent_for_each_of_it_makes_nobody_anybody_else(house):
    """A mother, twins and a lodger of whom nothing but a name is told, all under one number, as some systems send them."""
    one = child("Ama", local_id="HH-1")
    twins = [one, as_(one, given="Efua", local_id="HH-1")]
    others = [Details(given="Dana", family=one.family, local_id="HH-1"), Details(given="Unknown", sex="M", local_id="HH-1")]
    first = send("ppn", *(("child", t) for t in twins), *(("other-adult", t) for t in others), agency=POLICE, grade="amber")
    assert len(set(identities(first))) == 4 and len({person_on(first, place) for place in range(4)}) == 4
    assert not any(waiting_between([a], [b]) for a in identities(first) for b in identities(first) if a != b)
    for place, told in enumerate(twins):  # told of alone, each is who they were: the number is known to be several people's
        assert identities(police(as_(told, local_id="HH-1", phone="0113 496 0128"))) == [identities(first)[place]]
    assert identities(police(as_(one, given="Kojo", local_id="HH-1")))[0] not in identities(first)


def test_one_child_named_twice_on_one_record_is_one(house):
    kim = child("Kim", local_id="A5-twice")
    first = send("ppn", ("child", kim), ("child", Details(local_id="A5-twice")), ("child", kim), agency=POLICE, grade="amber")
    assert len(set(identities(first))) == 1


def test_nobody_is_asked_where_each_has_a_national_number(house):
    kim = child("Kim", born="2011-03-04", nhs_number=nhs(), local_id="A2-again")
    one, other = police(kim), police(child("Kofi", born="2007-10-21", nhs_number=nhs(), local_id="A2-again"))
    assert person_on(one) != person_on(other) and not waiting(one, other)


def test_a_name_or_a_birth_date_put_right_or_a_new_name_is_the_same_child(house):
    kim = child("Kim", born="2011-03-04", local_id="A3-same")
    first = identities(police(kim))
    for told in ({"born": "2010-12-24"}, {"given": "Grace", "family": "Whitmore"}, {"given": "", "born": "2009-09-09"}):
        assert identities(police(as_(kim, local_id="A3-same", **told))) == first
        assert identities(police(kim)) == first


def test_whoever_is_guarded_stays_so_under_a_new_name_and_birth_date(house):
    kim = child("Kim", born="2011-03-04", local_id="A4-safe")
    first = identities(police(kim))
    with transaction.atomic():
        guards.mark({first[0]: "protected"}, by=house["amir"].id)
    assert identities(police(child("Rosa", born="2009-09-09", local_id="A4-safe"))) == first


def test_somebody_who_is_not_there_is_missing(house):
    kim = police(child("Kim"))
    with pytest.raises(Missing), reading(house["gwen"], "safeguarding") as opened:
        of_person(opened, person_on(kim))
    with pytest.raises(Missing):
        join(one=identities(kim)[0], other=kim, by=house["amir"])
