"""Same, possible or new: never by itself on a name and a birth date, never a twin, never what is protected."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.definition.loader import load
from sightline.identity import agreeing
from sightline.identity.band_examples import run_example
from sightline.identity.bands import in_force, sentences, stricter, verdict
from sightline.identity.linkage.likeness import likeness_of
from sightline.identity.linkage.types import Likeness, Score
from sightline.intake.types import Details

DAY = date(2026, 1, 1)
ENGLAND = load("england")
RULES = in_force(ENGLAND.matching, DAY)
(POLICY,) = ENGLAND.matching.values()
NHS, OTHER_NHS, UPN = "9990000018", "9990000026", "H801200001001"
EMMA = {"given": "Emma", "family": "Marsh", "born": "2012-04-11", "sex": "female"}


def score(bits):
    return Score(float(bits), 0.5, ())


def like(kin=(), **told):
    return likeness_of(Details(**{**EMMA, **told}), kin=kin)


def band(one, other, bits=30, **how):
    return verdict(RULES, one, other, score(bits), **how)


def test_every_example_holds_and_there_are_enough_of_each():
    assert [run_example(ENGLAND, POLICY, example) for example in POLICY.examples] == [None] * len(POLICY.examples)
    bands = [example["band"] for example in POLICY.examples]
    assert (bands.count("same") >= 2, bands.count("possible") >= 5, bands.count("new") >= 4) == (True, True, True)


def test_an_example_that_does_not_hold_says_what_came():
    wrong = {**POLICY.examples[0], "band": "same"}
    assert run_example(ENGLAND, POLICY, wrong) == "possible (nhs, twin, not-confirmed)"


names = st.sampled_from(["Emma", "Ella", "Emm", "Emma Jane", "Muhammad Ali", "Muhammad", "Jon", "John", ""])
people = st.builds(
    like,
    given=names,
    family=st.sampled_from(["Marsh", "Marsh-Lane", "Lane", "Nowak", ""]),
    born=st.sampled_from(["2012-04-11", "2012-11-04", "2012", "1984-04-11", "2013-04-11", ""]),
    sex=st.sampled_from(["female", "male", ""]),
    nhs_number=st.sampled_from([NHS, OTHER_NHS, ""]),
    upn=st.sampled_from([UPN, ""]),
    postcode=st.sampled_from(["LS14 6AA", "LS9 7TF", ""]),
    school=st.sampled_from(["Elmfield", ""]),
    local_id=st.sampled_from(["A1", "A2", ""]),
    kin=st.sampled_from([(), ("emma|marsh|2012-04-11",), ("john|marsh|1984-04-11",)]),
)


@settings(max_examples=600, deadline=None)
@given(
    people, people, st.sampled_from([-30, -3, 5, 12, 40]), st.sampled_from(["", "protected", "sealed"]), st.booleans()
)
def test_what_joins_by_itself_has_a_number_a_name_a_birth_and_nothing_against(one, other, bits, guard, automatic):
    agencies = ("west-yorkshire-police", "elmfield-academy")
    found = verdict(RULES, one, other, score(bits), agencies=agencies, guard=guard, automatic=automatic)
    turned = verdict(RULES, other, one, score(bits), agencies=agencies[::-1], guard=guard, automatic=automatic)
    assert found == turned
    assert all(
        not sentence.startswith(code) for code, sentence in zip(found.why, sentences(RULES, found.why), strict=True)
    )
    known = agreeing.facts(one, other, RULES.generation)
    if found.band == "same":
        assert {"nhs", "upn"} & known.agree and not {"nhs", "upn"} & known.differ
        assert known.given in ("same", "short", "variant") and known.born not in ("different", "generation")
        assert not guard and automatic and bits >= RULES.same and not known.family_of_each_other
    if {"nhs", "upn"} & known.agree:
        assert found.band != "new"  # a number that agrees is always looked at by somebody


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("Charlotte", "Charlote", True),  # a letter left out
        ("Charlotte", "Chralotte", True),  # two changed over
        ("Ava", "Eva", False),  # two names
        ("Jaden", "Kaden", False),  # the first letter is another
        ("Paul", "Paula", False),  # a vowel at the end is another name
        ("Marie", "Maria", False),
        ("Hassan", "Hussain", False),  # alike to the ear, and what twins are called
        ("Ella", "Emma", False),
    ],
)
def test_what_may_be_a_slip_of_the_hand(one, other, found):
    assert agreeing.slip(one.lower(), other.lower()) is agreeing.slip(other.lower(), one.lower()) is found


def test_a_misspelt_name_confirms_where_both_tell_one_sex():
    misspelt = {"given": "Beatirx", "nhs_number": NHS}
    one = like(given="Beatrix", nhs_number=NHS)
    assert band(one, like(**misspelt)).band == "same"
    assert band(one, like(sex="", **misspelt)).band == "possible"


def test_the_older_brothers_number_typed_for_the_younger_waits_and_says_why():
    older = like(given="Noah", born="2009-01-30", sex="male", nhs_number=NHS, postcode="LS14 6AA")
    younger = like(nhs_number=NHS, postcode="LS14 6AA")
    found = band(older, younger)
    assert (found.band, set(found.why)) == (
        "possible",
        {"nhs", "sibling", "another-birth-date", "another-sex", "not-confirmed"},
    )
    words = sentences(RULES, found.why)
    assert (
        "A number agrees, but name and birth date do not confirm it: it may have been typed for somebody else" in words
    )


def test_whoever_is_told_as_a_relative_is_somebody_else_though_the_number_agrees():
    father = like(given="John", family="Marsh", born="1996-04-11", sex="male", nhs_number=NHS)
    son = like(
        given="John", family="Marsh", born="2014-04-12", sex="male", nhs_number=NHS, kin=("john|marsh|1996-04-11",)
    )
    found = band(father, son)
    assert found.band == "possible" and {"told-as-family", "generation"} <= set(found.why)
    assert band(like(given="John", born="1996-04-11", sex="male"), son, 12).band == "new"


@pytest.mark.parametrize(
    ("guessed", "born", "found"),
    [
        ("about 44 on 2025-03-10", "2010-09-12", "generation"),  # a father of the same name, of whom only an age is told
        ("about 14 on 2025-03-10", "1981-02-03", "generation"),
        ("about 16 on 2025-03-10", "2010-09-12", ""),
        ("about 26 on 2025-03-10", "2010-09-12", ""),  # twelve years, but for a guess: somebody is asked
        ("about 14 on 2025-03-10", "", ""),
        ("", "2010-09-12", ""),
    ],
)
def test_a_guessed_age_tells_a_father_from_his_son(guessed, born, found):
    one, other = like(born=guessed), like(born=born)
    assert agreeing.born(one, other, RULES.generation) == agreeing.born(other, one, RULES.generation) == found


def test_a_name_may_be_an_earlier_one():
    renamed = likeness_of(Details(given="Kai", family="Marsh", born="2012-04-11", nhs_number=NHS), before=like())
    assert "emma" in renamed.other_names
    found = agreeing.facts(renamed, like(), RULES.generation)
    assert (found.given, found.born) == ("variant", "same")


def test_an_unborn_child_is_the_one_who_is_born_only_within_the_weeks_around():
    unborn = Likeness(family=("marsh",), expected="2026-03-01")
    born = Likeness(given=("emma",), family=("marsh",), born="2026-02-20")
    years_later = Likeness(given=("emma",), family=("marsh",), born="2027-02-20")
    assert agreeing.born(unborn, born, 12) == agreeing.born(born, unborn, 12) == "part"
    assert agreeing.born(unborn, years_later, 12) == "different"


def test_of_several_guards_the_strictest_counts():
    assert (stricter(), stricter("", "protected"), stricter("sealed", "protected")) == ("", "protected", "sealed")


def test_the_policy_is_the_one_of_the_day_and_nothing_is_matched_by_no_policy():
    long_ago = in_force(ENGLAND.matching, date(2001, 1, 1))
    assert verdict(long_ago, like(nhs_number=NHS), like(nhs_number=NHS), score(90)).band == "possible"
    with pytest.raises(LookupError):
        in_force({}, DAY)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Mai", "Nguyễn"), ("Nguyen Thi", "Mai")),
        (("Xiaoming", "Wang"), ("Wang", "Xiao Ming")),
        (("Ji-soo", "Kim"), ("Kim", "Jisoo")),
        (("Kavitha", "Sivakumar"), ("S", "Kavitha")),
        (("Muhammad Hamza", "Iqbal"), ("Mohammed", "Hamza")),
    ],
)
def test_a_name_in_another_order_is_asked_about_and_confirms_no_number(one, other):
    told = {"born": "2012-03-15", "sex": "female", "postcode": "LS8 2AA"}
    a, b = (like(given=given, family=family, **told) for given, family in (one, other))
    assert (band(a, b, 3).band, band(b, a, 3).band) == ("possible", "possible")
    a, b = (like(given=given, family=family, nhs_number=NHS, **told) for given, family in (one, other))
    assert band(a, b).band == "possible" and "not-confirmed" in band(a, b).why


def test_twins_of_such_a_family_stay_two():
    told = {"family": "Nguyễn", "postcode": "LS8 2AA"}
    assert band(like(given="Mai", **told), like(given="Lan", **told), 9).band == "new"
    assert band(like(given="Lan", **told), like(given="Nguyen Thi", family="Mai", postcode="LS8 2AA"), 9).band == "new"


def test_an_unnamed_baby_under_the_mothers_number_is_asked_about():
    told = {"family": "Malik", "born": "2025-01-20", "sex": "male", "postcode": "LS13 1EJ"}
    booked = like(**told | {"given": "", "nhs_number": OTHER_NHS})
    named = like(**told | {"given": "Ayan", "nhs_number": NHS})
    assert band(booked, named, 3).band == "possible" and "another-number" in band(booked, named, 3).why
    assert band(booked, like(**told | {"given": "Aya", "sex": "female", "nhs_number": NHS}), 3).band == "new"
    assert band(booked, like(**told | {"given": "Ayan", "nhs_number": NHS, "postcode": "LS9 1AA"}), 3).band == "new"


def test_one_number_of_a_sender_for_two_who_are_nothing_alike_is_asked_about():
    one, other = like(local_id="H1"), like(given="Kofi", family="Boateng", born="2010-01-09", sex="male", local_id="H1")
    senders = ("leeds-housing", "leeds-housing")
    assert band(one, other, -30, agencies=senders).band == "new"
    found = band(one, other, -30, agencies=senders, one_number=True)
    assert found.band == "possible" and found.why[-1] == "number-given-twice"
    guarded = band(one, other, -30, agencies=senders, one_number=True, guard="protected")
    assert guarded.why[-2:] == ("number-given-twice", "protected")
    numbered = [like(nhs_number=NHS), like(given="Kofi", family="Boateng", born="2010-01-09", nhs_number=OTHER_NHS)]
    assert band(*numbered, -30, agencies=senders, one_number=True).band == "new"


@pytest.mark.parametrize(
    ("told", "another"),
    [
        ({"given": "Kofi", "family": "Boateng", "born": "2010-01-09"}, True),
        ({"given": "Kofi", "born": "2010-01-09"}, True),  # of one family: the wrong line was opened
        ({"given": "Kofi", "family": "Boateng"}, False),  # a new name, as after an adoption
        ({"given": "Kofi", "born": "2012-04-12"}, False),  # a name and a day put right
        ({"born": "1999-01-09", "family": "Boateng"}, False),  # a birth date and a family name put right
        ({"given": "Marsh", "family": "Emma", "born": "2010-01-09"}, False),  # fields changed over
        ({"given": "Em", "born": "2010-01-09"}, False),
        ({"given": "Kofi", "born": ""}, False),  # too little is told
        ({"given": "Ella", "born": "2010-01-09", "nhs_number": OTHER_NHS}, True),
        ({"given": "Kofi", "born": "2010-01-09", "nhs_number": NHS}, False),  # a number that agrees is looked at by somebody
        ({"given": "", "born": "", "expected": "2025-07-01"}, True),
    ],
)
def test_who_is_plainly_another_than_the_sender_held(told, another):
    one, other = like(nhs_number=NHS), like(**told)
    assert agreeing.plainly_another(one, other, 12) is agreeing.plainly_another(other, one, 12) is another


@pytest.mark.parametrize(
    ("first", "then", "another"),
    [
        ({"expected": "2024-07-01"}, {"expected": "2024-08-20"}, False),  # a scan puts the day right
        ({"expected": "2024-07-01"}, {"expected": "2025-08-01"}, True),  # another pregnancy
        ({"expected": "2024-07-01"}, {"given": "Ivy", "born": "2024-04-12"}, False),  # born early
        ({"expected": "2024-07-01"}, {"given": "Ivy", "born": "2025-07-30"}, True),
        ({"expected": "2024-07-01"}, {}, False),
    ],
)
def test_a_child_of_another_pregnancy_is_plainly_another(first, then, another):
    one, other = (likeness_of(Details(family="Larkin", **told)) for told in (first, then))
    assert agreeing.plainly_another(one, other, 12) is agreeing.plainly_another(other, one, 12) is another
