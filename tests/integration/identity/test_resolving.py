"""Who is who: joined only where a national identifier agrees and is confirmed; what is likely waits for a person; and
whatever was joined comes apart again without a trace being lost."""

from dataclasses import replace

import pytest

from sightline.definition.outcomes import Conflict, Refused
from sightline.identity.actions import decide_match, join, separate
from sightline.identity.models import Link, Possible, SourceIdentity, Trait, Version
from sightline.identity.queries import identities_of, profile
from sightline.intake.types import Details
from sightline.timescales.moment import now
from tests.support.house import (
    HOSPITAL,
    JAY,
    POLICE,
    SCHOOL,
    actor,
    as_,
    entries,
    identity,
    live,
    person,
    recent_day,
    send,
    told,
)

THEIRS = replace(JAY, local_id="S7")  # Jay, as the school holds him
NUMBERLESS = replace(THEIRS, nhs_number="")


def school(who, **more):
    return told("what-is-working", "child", who, agency=SCHOOL, words="He sings.", **more)


def waiting():
    return [(p.state, set(p.agree), set(p.differ)) for p in Possible.objects.all()]


def joined():
    return person(POLICE, "J1") == person(SCHOOL, "S7")


# --- when two senders mean the same person ---------------------------------------------------------------------------


@pytest.mark.parametrize("together", [True, False], ids=["in one bite", "in two"])
@pytest.mark.parametrize(
    "theirs",
    [
        THEIRS,
        replace(THEIRS, given="Jaye"),
        replace(THEIRS, born=""),
        replace(THEIRS, postcode="LS1 1AA"),
        replace(THEIRS, family="Merrion"),
        replace(THEIRS, nhs_number="999 000 0018"),
    ],
    ids=["the same", "spelt otherwise", "no birth date", "moved", "another family name", "written otherwise"],
)
def test_an_identifier_that_agrees_and_is_confirmed_joins(house, theirs, together):
    things = [told(), school(theirs)]
    if together:
        counts = send(*things)
        assert (counts.people_new, counts.people_matched) == (1, 1)
    else:
        for thing in things:
            send(thing)
    assert joined()
    assert Link.objects.get(identity=identity(SCHOOL, "S7")).reason == "identifiers-agree"
    assert waiting() == []


@pytest.mark.parametrize(
    ("theirs", "because"),
    [
        (
            replace(THEIRS, upn="A801200001001", nhs_number="9990000018", given="Bertha", born="1999-01-01"),
            "nothing confirms it",
        ),
        (replace(THEIRS, given="Bertha"), "another child of that birth date: the given names are far apart"),
        (replace(THEIRS, given="", family="", born=""), "a number alone says nothing"),
    ],
    ids=["contradicted", "a twin", "a number alone"],
)
def test_an_identifier_that_is_contradicted_or_alone_waits(house, theirs, because):
    send(told())
    send(school(theirs))
    assert not joined(), because
    ((state, agree, _),) = waiting()
    assert state == "waiting" and "nhs-number" in agree


def test_two_numbers_that_contradict_each_other_are_never_joined(house):
    send(told(who=replace(JAY, upn="")), told(who=replace(JAY, local_id="J2", nhs_number="9990000026")))
    assert person() != person(local="J2")
    assert waiting() == [], "the same name and birth date, but each has a number of their own"


def test_name_and_birth_date_alone_wait(house):
    send(told(), school(NUMBERLESS))
    assert not joined()
    ((state, agree, differ),) = waiting()
    assert (state, differ) == ("waiting", set())
    assert {"given-name", "family-name", "birth-date"} <= agree


def test_somebody_else_is_somebody_else(house):
    send(
        told(),
        school(replace(NUMBERLESS, born="2010-03-05")),
        school(replace(NUMBERLESS, local_id="S8", given="Bertha")),
    )
    assert len({row.person for row in SourceIdentity.objects.all()}) == 3
    assert waiting() == []


# --- a person decides ------------------------------------------------------------------------------------------------


def test_a_match_is_decided_and_taken_back(house):
    send(told(), school(NUMBERLESS))
    mine, theirs = person(POLICE, "J1"), person(SCHOOL, "S7")
    (match,) = Possible.objects.all()
    decide_match(possible=match.id, decision="same", because="The school telephoned.", by=actor("amir"))
    assert joined()
    with pytest.raises(Conflict):
        decide_match(possible=match.id, decision="different", by=actor("paul"))
    separate(one=identity(POLICE, "J1").id, other=identity(SCHOOL, "S7").id, by=actor("amir"))
    assert not joined()
    assert person(POLICE, "J1") in (mine, theirs)
    reasons = list(Link.objects.filter(identity=identity(SCHOOL, "S7")).order_by("at").values_list("reason", flat=True))
    assert reasons[0] == "first-seen" and "separated" in reasons[1:], "the history stays"


def test_joining_and_separating_move_no_entry(house):
    live(told(child_at_risk="yes"), school(NUMBERLESS, at=f"{recent_day(5)} 09:00"))
    one, other = identity(POLICE, "J1").id, identity(SCHOOL, "S7").id
    alone = [e.id for e in entries("paul", person())]
    join(one=one, other=other, by=actor("amir"))
    assert len(entries("paul", person())) == 2
    separate(one=one, other=other, by=actor("amir"))
    assert [e.id for e in entries("paul", person(POLICE, "J1"))] == alone


def test_what_was_separated_is_not_joined_again_by_the_next_message(house):
    live(told(), school(THEIRS, at=f"{recent_day(9)} 09:00"))
    assert joined()
    separate(one=identity(POLICE, "J1").id, other=identity(SCHOOL, "S7").id, by=actor("amir"))
    send(school(replace(THEIRS, postcode="LS9 9AA")), told(who=replace(JAY, postcode="LS8 8AA")))
    assert not joined()


def test_who_may_not_decide_is_refused(house):
    send(told(), school(NUMBERLESS))
    (match,) = Possible.objects.all()
    for username in ("bob", "ruth"):
        with pytest.raises(Refused):
            decide_match(possible=match.id, decision="same", by=actor(username))
    assert not joined()


def test_as_known_before_the_join_they_were_two(house):
    send(told(), at=f"{recent_day(9)} 12:00")
    send(school(NUMBERLESS, at=f"{recent_day(10)} 09:00"), at=f"{recent_day(9)} 12:00")
    before = now()
    join(one=identity(POLICE, "J1").id, other=identity(SCHOOL, "S7").id, by=actor("amir"))
    assert len(identities_of(person())) == 2
    assert len(identities_of(person(), before)) == 1


# --- as time goes on -------------------------------------------------------------------------------------------------


def test_a_number_that_comes_late_joins(house):
    live(told(), school(NUMBERLESS, at=f"{recent_day(9)} 09:00"))
    assert not joined()
    send(school(THEIRS, at=f"{recent_day(8)} 09:00"))
    assert joined()
    assert Link.objects.filter(identity=identity(SCHOOL, "S7")).count() == 2


def test_a_number_that_comes_late_waits_where_somebody_has_decided(house):
    live(told(), school(NUMBERLESS, at=f"{recent_day(9)} 09:00"))
    (match,) = Possible.objects.all()
    decide_match(possible=match.id, decision="different", because="Two cousins.", by=actor("amir"))
    separate(one=identity(POLICE, "J1").id, other=identity(SCHOOL, "S7").id, by=actor("amir"))
    send(school(THEIRS, at=f"{recent_day(8)} 09:00"))
    assert not joined(), "what a person decided, no message undoes"


def test_the_same_sender_s_id_is_the_same_person_whatever_changed(house):
    live(
        told(at=f"{recent_day(9)} 10:00"),
        told(who=replace(JAY, family="Merrion", postcode="LS9 7AA"), at=f"{recent_day(8)} 10:00"),
        told(who=Details(given="Jay", local_id="J1"), at=f"{recent_day(7)} 10:00"),
    )
    assert SourceIdentity.objects.count() == 1
    assert Version.objects.count() == 2, "what says nothing new is no new version"
    with as_("amir") as opened:
        now_held = profile(opened, person())
    assert (now_held.family, now_held.born, now_held.address) == ("Merrion", "2010-03-04", "LS9 7AA"), (
        "silence takes nothing away"
    )
    with as_("amir") as opened:
        from tests.support.house import _end

        assert profile(opened, person(), known_on=_end(recent_day(9))).family == "Marsh"


def test_the_index_follows_what_is_held(house):
    send(told())
    before = set(Trait.objects.values_list("kind", "digest"))
    send(told(who=replace(JAY, family="Merrion")))
    after = set(Trait.objects.values_list("kind", "digest"))
    assert before - after and after - before
    assert Trait.objects.count() == len(after), "nobody stands in the index twice"


def test_an_unborn_child_is_born(house):
    unborn = Details(given="", family="Marsh", expected="2026-12-24", local_id="U1")
    midwife = {"record": "midwifery-concern", "role": "unborn-child", "agency": HOSPITAL}
    from sightline.agencies.queries import partnership

    role = next(r for r, p in partnership().record["midwifery-concern"].people.items() if p.child)
    send(told(midwife["record"], role, unborn, agency=HOSPITAL, at=f"{recent_day(20)} 10:00"))
    assert identity(HOSPITAL, "U1").unborn
    send(
        told(
            "ae-attendance",
            "patient",
            replace(unborn, given="Ada", expected="", born=recent_day(2), nhs_number="9990000034"),
            agency=HOSPITAL,
            at=f"{recent_day(1)} 10:00",
            complaint="laceration",
        )
    )
    born = identity(HOSPITAL, "U1")
    assert not born.unborn
    with as_("amir") as opened:
        held = profile(opened, born.person)
    assert (held.name, held.born, held.expected) == ("Ada Marsh", recent_day(2), "")
    assert SourceIdentity.objects.count() == 1


def test_senders_without_ids_bring_a_new_source_identity_each_time_and_it_joins_by_number(house):
    nameless = replace(JAY, local_id="")
    send(told(who=nameless), told(who=nameless))
    assert SourceIdentity.objects.count() == 2
    assert len({row.person for row in SourceIdentity.objects.all()}) == 1
