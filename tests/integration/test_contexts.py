"""Who is beside a child, and what happened at a place: worked out from what was told, and from nothing that is guarded."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from sightline.agencies.queries import machine
from sightline.chronology.events import of_people
from sightline.contexts import places, queries
from sightline.contexts.models import Spot
from sightline.identity import births
from sightline.identity.queries import rows_of
from sightline.intake.types import Named
from sightline.sharing.reading import reading
from sightline.timescales.moment import now
from tests.support.house import CARE, HOSPITAL, JAY, MIA, POLICE, identity, person, recent_day, send, told

KIT = replace(
    JAY, given="Kit", family="Hale", born="2009-11-02", nhs_number="9990000034", local_id="K1", postcode="LS9 1AA"
)
LEO = replace(
    JAY, given="Leo", family="Poole", born="2011-01-20", nhs_number="9990000042", local_id="L1", postcode="LS10 2BB"
)
MUM = replace(JAY, given="Anna", family="Marsh", born="1988-05-05", sex="female", nhs_number="", local_id="A1")
MAN = replace(JAY, given="Rob", family="Quill", born="1985-02-11", nhs_number="", local_id="R1", postcode="LS2 2CC")
STABBED = {
    "record": "ae-attendance",
    "role": "patient",
    "agency": HOSPITAL,
    "injury": "violence",
    "complaint": "stabbing",
}


def at_hospital(who, local):
    return replace(who, local_id=local)


def ago(days, time="21:00"):
    return f"{recent_day(days)} {time}"


def beside(*persons, known_on=None):
    """What a rule would see of others: (whose, record, days ago), by person."""
    with reading(machine("front-door-machine"), "safeguarding", about="test") as opened:
        own = of_people(opened, persons, known_on=known_on)
        born = {who: one.born for who, one in births.born(opened, rows_of(persons)).items()}
        return queries.network(opened, persons, own, born, known_on=known_on)


def seen(who, known_on=None):
    return [(one.whose, one.entry.record) for one in beside(who, known_on=known_on).get(who, ())]


def both(first, second, *, days=30, role="victim", record="police-incident", **more):
    other = Named("q1", (more.pop("other_role", role),), second)
    return told(record, role, first, also=(other,), at=ago(days), **more)


def test_a_child_who_was_there_is_a_peer_for_a_time(house):
    send(both(JAY, KIT))
    send(told(who=at_hospital(KIT, "H-K"), at=ago(4), **STABBED), agency=HOSPITAL)
    jay, kit = person(), person(POLICE, "K1")
    (one,) = beside(jay)[jay]
    assert (one.whose, one.entry.record, one.who) == ("peer", "ae-attendance", str(kit))
    assert [through for through in one.through] == [jay_entry(jay)], "what links them is told with it"
    assert seen(kit) == [], "nothing happened to Jay since"


def jay_entry(who) -> UUID:
    with reading(machine("front-door-machine"), "safeguarding", about="test") as opened:
        return of_people(opened, [who])[who][0].first


@pytest.mark.parametrize(
    "why",
    [
        "too long ago",
        "before they met",
        "the same evening",
        "good news is no link",
        "a grown-up",
        "nobody knows how old",
    ],
)
def test_who_is_no_peer(house, why):
    other = {"a grown-up": MAN, "nobody knows how old": replace(KIT, born="")}.get(why, KIT)
    days = {"too long ago": 240, "before they met": 30}.get(why, 30)
    if why == "good news is no link":
        send(both(JAY, other, record="what-is-working", role="child", words="They mended a bicycle."))
    else:
        send(both(JAY, other, days=days))
    happened = {"before they met": ago(40), "the same evening": ago(30, "23:30")}.get(why, ago(4))
    send(told(who=other, role="victim", at=happened, offence="violence-with-injury"))
    assert ("peer", "police-incident") not in seen(person())


def test_the_one_who_is_a_peer_shares_all_else_with_those_who_are_none(house):
    send(both(JAY, KIT))
    send(told(who=KIT, role="victim", at=ago(4), offence="violence-with-injury"))
    assert seen(person()) == [("peer", "police-incident")]


def test_a_link_is_known_from_when_it_was_told(house):
    send(told(who=KIT, role="victim", at=ago(9), offence="violence-with-injury"))
    before = now()
    send(both(JAY, KIT, days=30, sent=f"{recent_day(1)} 10:00"))
    jay = person()
    (one,) = beside(jay)[jay]
    assert one.known > one.entry.known_at
    assert seen(jay, known_on=one.entry.known_at + timedelta(hours=1)) == []
    assert before


def test_children_of_one_parent_are_siblings_by_what_is_told_and_by_records(house):
    mother = Named("q1", ("parent",), MUM)
    send(told("contact", "child", JAY, also=(mother,), agency=CARE, at=ago(20), reason="Asked for help"), agency=CARE)
    send(told("contact", "child", MIA, also=(mother,), agency=CARE, at=ago(18), reason="Asked for help"), agency=CARE)
    send(
        told(
            "looked-after-episode",
            "child",
            replace(MIA, local_id="M1"),
            agency=CARE,
            at=ago(10),
            started="2024-01-10",
            legal_status="C2",
        ),
        agency=CARE,
    )
    assert ("sibling", "looked-after-episode") in seen(person(CARE, "J1"))


def test_a_sibling_who_was_there_is_no_peer(house):
    send(both(JAY, KIT, relations=(("p1", "sibling", "q1"),)))
    send(told(who=KIT, role="victim", at=ago(4), offence="violence-with-injury"))
    assert ("peer", "police-incident") not in seen(person())


def seen_at_home(adult):
    """Housing writes that an adult lives with Jay; police know who that is. Jay's id."""
    also = (Named("q1", ("other-adult",), adult),)
    concern = told(
        "housing-concern", "child", JAY, agency="leeds-housing", at=ago(20), also=also, reason="Another adult"
    )
    send(concern, agency="leeds-housing")
    join(identity(POLICE, "R1").person, identity("leeds-housing", "B9").person)
    return person("leeds-housing", "J1")


def test_an_adult_at_home_brings_what_is_recorded_of_them_until_the_link_fades(house):
    send(told(who=MAN, role="suspect", at=ago(900), offence="child-cruelty"))
    housing = replace(MAN, local_id="B9")
    jay = seen_at_home(housing)
    (one,) = beside(jay)[jay]
    assert (one.whose, one.entry.record) == ("adult-at-home", "police-incident")
    assert one.until is not None and timedelta(days=300) < one.until - now() < timedelta(days=366)
    assert one.known > one.entry.happened + timedelta(days=800), (
        "he lives there since he was seen there, not since he did it"
    )


def test_what_an_adult_did_as_a_child_is_no_history(house):
    was_a_child = replace(MAN, born=f"{int(recent_day(900)[:4]) - 17}-01-01", local_id="R1")
    housing = replace(was_a_child, local_id="B9")
    send(told(who=was_a_child, role="suspect", at=ago(900), offence="other-sexual"))
    send(told(who=was_a_child, role="suspect", at=ago(30), offence="other-sexual"))
    jay = seen_at_home(housing)
    assert [one.entry.happened > now() - timedelta(days=60) for one in beside(jay)[jay]] == [True]


def join(one, other):
    from sightline.identity.models import SourceIdentity

    SourceIdentity.objects.filter(person=other).update(person=one)


def test_who_is_affected_is_never_too_few(house):
    mother = Named("q1", ("parent",), MUM)
    send(told("contact", "child", JAY, also=(mother,), agency=CARE, at=ago(20), reason="Asked"), agency=CARE)
    send(told("contact", "child", MIA, also=(mother,), agency=CARE, at=ago(18), reason="Asked"), agency=CARE)
    send(both(JAY, KIT))
    send(told(who=LEO, at=ago(3)))
    jay, mia, kit, leo = person(CARE, "J1"), person(CARE, "M1"), person(POLICE, "K1"), person(POLICE, "L1")
    mum = person(CARE, "A1")
    with reading(machine("front-door-machine"), "safeguarding", about="test") as opened:
        assert {jay, mia, mum} <= queries.affected(opened, [jay])
        assert {jay, mia} <= queries.affected(opened, [mia])
        assert {jay, mia} <= queries.affected(opened, [mum])
        assert person(POLICE, "J1") in queries.affected(opened, [kit])
        assert queries.affected(opened, [leo]) == {leo}


# --- places -----------------------------------------------------------------------------------------------------------


def follow(*persons):
    with reading(machine("front-door-machine"), "safeguarding", about="test") as opened:
        entries = [entry for theirs in of_people(opened, persons).values() for entry in theirs]
        return places.follow(opened.definition, entries)


def worlds(*digests):
    with reading(machine("front-door-machine"), "safeguarding", about="test") as opened:
        return places.worlds(opened, digests)


def there(who, name, *, code="", days=5, **more):
    return replace(told(who=who, role="victim", at=ago(days), **more), place={"name": name, "postcode": code})


def test_equal_places_meet_by_postcode_and_by_plain_name_and_say_nothing_in_the_table(house):
    send(
        there(JAY, "The stairs at Carr Court"), there(KIT, "stairs at Carr Court."), there(LEO, "Kiosk", code="LS1 4DY")
    )
    send(there(MIA, "the corner shop", code="ls14dy", message="m-mia"))
    everybody = [person(POLICE, key) for key in ("J1", "K1", "L1", "M1")]
    assert follow(*everybody) == set(), "they were followed when they came, and nothing is new the second time"
    found = worlds(*places.several())
    assert len(found) == 2
    assert sorted(len(every) for every in found.values()) == [2, 2]
    assert all(len({one.who for one in every}) == 2 for every in found.values())
    text = " ".join(map(str, Spot.objects.values_list()))
    assert "Carr" not in text and "LS1" not in text


def test_a_place_is_corrected_and_the_old_one_is_touched_too(house):
    first = there(JAY, "Carr Court", message="p-1", version="1")
    send(first)
    (old,) = places.several(at_least=1)
    send(replace(first, place={"name": "Dell Court"}, version="2", raw=b"again"))
    (now_,) = places.several(at_least=1)
    assert old != now_ and worlds(old) == {} and list(worlds(now_)) == [now_]
    Spot.objects.update(place=old)
    assert follow(person()) == {old, now_}, "the place before is looked at too"


def test_kinds_of_place_follow_from_words_and_from_where_they_live(house):
    send(
        there(JAY, "the gate of Mossop Lane school"),
        there(KIT, "Larch House, a children's home"),
        there(LEO, "his flat", code="LS10 2BB"),
    )
    kinds = {kind for every in worlds(*places.several(at_least=1)).values() for one in every for kind in one.kinds}
    assert {"school", "childrens-home", "home"} <= kinds


def test_brothers_at_one_place_are_one_family(house):
    send(there(JAY, "Carr Court", relations=()), there(MIA, "Carr Court", message="m-2"))
    send(
        told(
            "police-incident",
            "witness",
            JAY,
            also=(Named("q1", ("witness",), MIA),),
            relations=(("p1", "sibling", "q1"),),
            at=ago(50),
        )
    )
    (every,) = worlds(*places.several()).values()
    assert len(every) == 2 and len({one.who for one in every}) == 1
