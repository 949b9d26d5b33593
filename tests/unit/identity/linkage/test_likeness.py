"""From what a sender told to what is compared."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.identity.linkage.comparing import levels_between
from sightline.identity.linkage.keys import keys_asked, keys_of
from sightline.identity.linkage.likeness import kin_of, likeness_of
from sightline.identity.linkage.model import by_hand
from sightline.identity.linkage.preparing import prepared
from sightline.identity.linkage.scoring import score
from sightline.identity.linkage.types import Likeness
from sightline.intake.types import Details

JAYE = Details(
    given="Jaye",
    family="Robinson",
    born="2010-03-02",
    sex="female",
    nhs_number="999 000 0018",
    upn="",
    lines=("14 Elm Street", "Leeds"),
    postcode="LS14 6AA",
    phone="+44 7700 900123",
    email="Jaye@Example.org",
    school="elmfield-academy",
    local_id="P/0042",
)


def test_everything_that_is_told_is_folded():
    assert likeness_of(JAYE) == Likeness(
        given=("jaye",),
        family=("robinson",),
        born="2010-03-02",
        sex="F",
        postcodes=("LS146AA",),
        lines="14elmstreet",
        phones=("07700900123",),
        emails=("jaye@example.org",),
        schools=("elmfield academy",),
        nhs="9990000018",
        numbers=("P0042",),
    )


def test_a_likeness_is_kept_and_read_again():
    one = likeness_of(JAYE, kin=("dan|robinson|2015-01-05",))
    assert Likeness.from_dict(one.as_dict()) == one
    assert Likeness().as_dict() == {}
    assert Likeness.from_dict({**one.as_dict(), "no-longer-known": 1}) == one


def test_what_was_told_before_gathers_and_what_is_told_now_stands():
    moved = likeness_of(replace(JAYE, family="Marsh", postcode="BD1 1AA", phone="", born=""), before=likeness_of(JAYE))
    assert (moved.family, moved.other_names) == (("marsh",), ("robinson",))
    assert moved.postcodes == ("BD11AA", "LS146AA")
    assert moved.phones == ("07700900123",)
    assert moved.born == "2010-03-02"
    back = likeness_of(JAYE, before=moved)
    assert (back.family, back.other_names) == (("robinson",), ("marsh",))
    assert back.postcodes == ("LS146AA", "BD11AA")


def test_a_number_whose_check_digit_does_not_hold_is_kept_as_a_number_and_identifies_nobody():
    one = likeness_of(replace(JAYE, nhs_number="999 000 0019", upn="A12345678901A"))
    assert (one.nhs, one.upn) == ("", "")
    assert {"9990000019", "A12345678901A"} <= set(one.numbers)


def test_a_temporary_upn_never_identifies():
    from stdnum.gb import upn

    for ends, holds in (("1", True), ("A", False)):
        body = f"80120000100{ends}"
        number = upn.calc_check_digit(body) + body
        one = likeness_of(Details(upn=number))
        assert (one.upn == number) is holds
        assert (number in one.numbers) is not holds


@pytest.mark.parametrize(
    "told, born, about",
    [
        ("2010-03-02", "2010-03-02", ""),
        ("2010-03", "2010-03", ""),
        ("2010", "2010", ""),
        ("2010-02-30", "", ""),
        ("2010-13", "", ""),
        ("2010-01-02/2010-02-01", "", ""),
        ("about 14 on 2024-06-01", "", "about 14 on 2024-06-01"),
        ("0000-00-00", "", ""),
        ("yesterday", "", ""),
    ],
)
def test_a_birth_date_is_compared_as_far_as_it_is_one(told, born, about):
    one = likeness_of(Details(born=told))
    assert (one.born, one.about_age) == (born, about)
    prepared(one), keys_of(one), keys_asked(one)


def test_a_whole_name_in_one_field_is_parted():
    one = likeness_of(Details(given="Jaye Robinson"))
    assert (one.given, one.family) == (("jaye",), ("robinson",))


@pytest.mark.parametrize("told", ["U", "unknown", "X", "", "other"])
def test_a_sex_that_is_not_known_compares_with_nobody(told):
    assert likeness_of(Details(sex=told)).sex == ""


def test_no_home_is_not_compared():
    """Everybody of no fixed abode has one pseudo postcode: sharing it says nothing."""
    one = likeness_of(Details(postcode="ZZ99 3VZ", lines=("No fixed abode",)))
    assert (one.postcodes, one.lines) == ((), "")


def test_part_of_a_postcode_is_compared_as_far_as_it_goes():
    whole, district, sector = (prepared(likeness_of(Details(postcode=p))) for p in ("LS14 6AA", "LS14", "LS14 6"))
    assert (district.postcodes, district.districts) == ((), ("LS14",))
    assert (sector.sectors, sector.districts) == (("LS146",), ("LS14",))
    assert set(whole.districts) & set(district.districts)


def test_kin_is_known_by_called_name_family_name_and_birth_date():
    assert kin_of(Details(given="Muhammad Ali", family="Khan", born="2012-01-05")) == "ali|khan|2012-01-05"
    assert kin_of(Details(given="", family="Khan", born="2012-01-05")) == ""


def test_whoever_is_named_as_anothers_family_is_another_person():
    jaye = likeness_of(JAYE, kin=(kin_of(Details(given="Dan", family="Robinson", born="2010-03-02")),))
    dan = likeness_of(replace(JAYE, given="Dan"))
    [found] = score(by_hand(), jaye, [dan])
    assert next(part.level for part in found.parts if part.comparison == "household") == "of-family"


def test_a_twin_of_the_same_name_in_the_file_is_not_evidence_against_oneself():
    """A family told of with somebody of one's own name and birth date: it cannot say which of them this is."""
    told = kin_of(JAYE)
    one, other = likeness_of(JAYE, kin=(told,)), likeness_of(JAYE, kin=(told,))
    [found] = score(by_hand(), one, [other])
    assert next(part.level for part in found.parts if part.comparison == "household") != "of-family"


texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "",
            "Baby",
            "2010-02-30",
            "about x on y",
            "ZZ99 3VZ",
            "9990000018",
            "0" * 600,
            "🙂",
            "Jaye",
            "LS14",
            "\u202e\u0000",
        ]
    ),
)
details = st.builds(
    Details, given=texts, family=texts, born=texts, expected=texts, sex=texts, nhs_number=texts, upn=texts, lines=st.tuples(texts),
    postcode=texts, phone=texts, email=texts, school=texts, local_id=texts,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(details, details)
def test_nothing_that_is_told_raises_and_scores_are_the_same_both_ways(one, other):
    a = likeness_of(one, kin=(kin_of(other),))
    b = likeness_of(other, before=a)
    assert Likeness.from_dict(a.as_dict()) == a
    assert all(key.kind and key.value for key in (*keys_of(a), *keys_asked(a), *keys_of(b), *keys_asked(b)))
    assert levels_between(prepared(a), prepared(b)) == levels_between(prepared(b), prepared(a))
    assert score(by_hand(), a, [b]) == score(by_hand(), b, [a])
