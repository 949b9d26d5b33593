"""What agreement is worth: the model, and how its weights are added up."""

from __future__ import annotations

import json
from copy import deepcopy
from math import log2

import numpy as np
import pytest

from sightline.identity.linkage.comparing import BY_ID, COMPARISONS, levels_of, prepared
from sightline.identity.linkage.likeness import likeness_of
from sightline.identity.linkage.model import Model, by_hand
from sightline.identity.linkage.scoring import probability, score, score_prepared
from sightline.identity.linkage.types import Likeness, Score, Untrained
from sightline.intake.types import Details


def told(**details: str) -> Likeness:
    lines = details.pop("line", "")
    return likeness_of(Details(**details, lines=(lines,) if lines else ()))  # type: ignore[arg-type]


def level(one: Likeness, other: Likeness, comparison: str) -> str:
    [row] = levels_of(one, [other])
    return BY_ID[comparison].levels[row[list(BY_ID).index(comparison)]].id


@pytest.mark.parametrize(
    "one, other, is_",
    [
        ("Jaye", "JAYE", "same"),
        ("Jaye Michael", "Jaye", "same"),
        ("Muhammad Ali", "Ali", "same"),
        ("Muhammad Ali", "Mohammed Bilal", "else"),
        ("Muhammad Ali", "Muhammad", "part"),
        ("Mary Kate", "Kate", "part"),
        ("Sarah Ann", "Mary Ann", "else"),
        ("Lizzie", "Elizabeth", "variant"),
        ("Siobhán", "Shivaun", "variant"),
        ("Mohammed", "Muhammad", "variant"),
        ("Jayden", "Jaydenn", "near"),
        ("Oliwierka", "Oliwerka", "near"),
        ("Marlon", "Marlowe", "loose"),
        ("Ava", "Eva", "loose"),
        ("Hassan", "Hussain", "loose"),
        ("Hassann", "Hassan", "near"),
        ("Paul", "Paula", "loose"),
        ("J", "Jaye", "initial"),
        ("J", "Kelly", "else"),
        ("Wendy", "Bashir", "else"),
        ("Baby", "Jaye", "null"),
        ("李小龙", "李小龙", "same"),
        ("李小龙", "李大龙", "else"),
    ],
)
def test_given_names(one, other, is_):
    assert level(told(given=one, family="Robinson"), told(given=other, family="Robinson"), "given-name") == is_


@pytest.mark.parametrize(
    "one, other, is_",
    [
        ("Robinson", "ROBINSON", "same"),
        ("O Brien", "O'Brien", "same"),
        ("de la Cruz", "Cruz", "same"),
        ("Smith-Jones", "Jones", "part"),
        ("Smith Jones", "Jones-Smith", "part"),
        ("Hussain", "Hossein", "variant"),
        ("Kowalska", "Kowalski", "variant"),
        ("Robinson", "Robinsom", "near"),
        ("Hussain", "Hassan", "near"),
        ("Hussain", "Robinson", "else"),
        ("Unknown", "Robinson", "null"),
    ],
)
def test_family_names(one, other, is_):
    assert level(told(given="Jaye", family=one), told(given="Jaye", family=other), "family-name") == is_


def test_names_in_each_others_place_and_names_that_were_borne_before():
    jaye, turned = told(given="Wendy", family="Okafor"), told(given="Okafor", family="Wendy")
    assert (level(jaye, turned, "given-name"), level(jaye, turned, "family-name")) == ("elsewhere", "elsewhere")
    adopted = likeness_of(Details(given="Ellie", family="Marsh"), before=jaye)
    assert (level(adopted, jaye, "given-name"), level(adopted, jaye, "family-name")) == ("earlier", "earlier")


@pytest.mark.parametrize(
    "one, other, is_",
    [
        ("2010-03-02", "2010-03-02", "same"),
        ("2010-01-01", "2010-01-01", "first-of-january"),
        ("2010-03-02", "2010-02-03", "turned"),
        ("2010-03-02", "2010-03-12", "digit"),
        ("2010-03-21", "2010-03-12", "digit"),
        ("2010-03-02", "2011-03-02", "digit"),
        ("2010-03-02", "2010-03-19", "month"),
        ("2010-03-02", "2005-03-02", "day-of-year"),
        ("2010-03-02", "1985-03-02", "day-of-year"),
        ("2010-03-02", "2010", "fits"),
        ("2010-03-02", "2010-03", "fits"),
        ("2010", "2010", "fits"),
        ("2010-03-02", "2011", "year"),
        ("2010-03-02", "about 14 on 2024-06-01", "fits"),
        ("2010-03-02", "2010-10-17", "year"),
        ("2010-03-02", "2014-10-17", "else"),
        ("2010-02-30", "2010-03-02", "null"),
        ("", "2010-03-02", "null"),
    ],
)
def test_birth_dates(one, other, is_):
    assert level(told(born=one), told(born=other), "birth-date") == is_


def test_a_child_is_born_about_when_it_was_expected():
    expected = told(given="Baby", family="Okafor", expected="2025-03-10")
    assert level(expected, told(born="2025-02-27"), "birth-date") == "due"
    assert level(expected, told(expected="2025-03-20"), "birth-date") == "due"
    assert level(expected, told(expected="2025-03-10"), "birth-date") == "same"
    assert level(expected, told(born="2024-02-27"), "birth-date") == "else"


@pytest.mark.parametrize(
    "one, other, is_",
    [
        ({"postcode": "LS14 6AA", "line": "14 Elm Street"}, {"postcode": "ls146aa", "line": "14, ELM STREET"}, "house"),
        (
            {"postcode": "LS14 6AA", "line": "14 Elm Street"},
            {"postcode": "LS14 6AA", "line": "16 Elm Street"},
            "postcode",
        ),
        ({"postcode": "LS14 6AA"}, {"postcode": "LS14 6BB"}, "sector"),
        ({"postcode": "LS14 6AA"}, {"postcode": "LS14 1BB"}, "district"),
        ({"postcode": "LS14 6AA"}, {"postcode": "LS14"}, "null"),  # a part that fits speaks neither for nor against
        ({"postcode": "LS14 6AA"}, {"postcode": "LS14 6"}, "sector"),
        ({"postcode": "LS14 6AA"}, {"postcode": "LS9"}, "else"),
        ({"postcode": "LS14 6AA"}, {"postcode": "BD1 1BB"}, "else"),
        ({"phone": "07700 900123"}, {"phone": "+447700900123", "postcode": "BD1 1BB"}, "contact"),
        ({"email": "a@example.org"}, {"email": "A@example.org"}, "contact"),
        ({"postcode": "LS14 6AA"}, {"phone": "07700 900123"}, "null"),
        ({"postcode": "ZZ99 3VZ"}, {"postcode": "ZZ99 3VZ"}, "null"),
    ],
)
def test_homes(one, other, is_):
    assert level(told(**one), told(**other), "household") == is_


def test_family_told_with_them():
    kin = {name: f"{name}|robinson|1985-04-01" for name in ("kelly", "dan")}
    one, other = (
        likeness_of(Details(postcode="LS14 6AA"), kin=(kin["kelly"],)),
        likeness_of(Details(postcode="LS14 6AA"), kin=(kin["kelly"],)),
    )
    away = likeness_of(Details(postcode="BD1 1AA"), kin=(kin["kelly"],))
    others = likeness_of(Details(postcode="BD1 1AA"), kin=(kin["dan"],))
    assert level(one, other, "household") == "family-and-home"
    assert level(one, away, "household") == "family"
    assert level(one, others, "household") == "other-family"


@pytest.mark.parametrize(
    "one, other, is_",
    [("9990000018", "9990000018", "same"), ("9990000018", "9990000081", "null"), ("9990000026", "9990000018", "else")],
)
def test_nhs_numbers_count_where_their_check_digit_holds(one, other, is_):
    assert level(told(nhs_number=one), told(nhs_number=other), "nhs-number") == is_


# --- adding up ----------------------------------------------------------------------------------------

JAYE = {"given": "Jaye", "family": "Robinson", "born": "2010-03-02", "postcode": "LS14 6AA"}


def test_weights_and_the_prior_are_added_up():
    model = by_hand()
    [found] = score(model, told(**JAYE), [told(**JAYE)])
    assert found.bits == pytest.approx(
        model.prior_bits + sum(part.bits + part.tf_bits for part in found.parts), abs=1e-9
    )
    assert [part.comparison for part in found.parts] == [c.id for c in COMPARISONS]
    for part in found.parts:
        m, u = model.m[part.comparison].get(part.level), model.u[part.comparison].get(part.level)
        assert part.bits == pytest.approx(log2(m / u) if m and u else 0.0, abs=1e-9)
        assert part.bits == model.bits(part.comparison, part.level)


def test_nothing_to_compare_adds_nothing():
    model = by_hand()
    [found] = score(model, Likeness(), [told(**JAYE)])
    assert found.bits == model.prior_bits
    assert {(part.level, part.bits, part.tf_bits) for part in found.parts} == {("null", 0.0, 0.0)}


def test_a_rare_name_in_common_says_more_than_a_common_one():
    kept = by_hand().as_dict() | {
        "tf": {"given-name": {"muhammad": 0.02, "mohammed": 0.03}, "family-name": {"khan": 0.01}}
    }
    model = Model.from_dict(kept)

    def tf(one: str, other: str) -> float:
        [found] = score(model, told(given=one), [told(given=other)])
        return next(part.tf_bits for part in found.parts if part.comparison == "given-name")

    u = model.u["given-name"]["same"]
    assert tf("Muhammad", "Muhammad") == pytest.approx(log2(u) - log2(0.02))
    assert tf("Muhammad", "Mohammed") == pytest.approx(0.5 * (log2(u) - log2(0.03)))  # the more common of the two
    assert tf("Jaye", "Jaye") == pytest.approx(log2(u) - log2(model.tf_rare["given-name"]))
    assert tf("Jaye", "Bashir") == 0.0


def test_probabilities_follow_from_bits_and_never_overflow():
    assert [probability(bits) for bits in (0.0, 1.0, -1.0)] == pytest.approx([0.5, 2 / 3, 1 / 3])
    assert probability(1e9) == 1.0 and probability(-1e9) >= 0.0


def test_many_are_scored_as_each_alone():
    model, one = by_hand(), told(**JAYE)
    others = [told(**JAYE | {"given": name}) for name in ("Jaye", "Jay", "Wendy", "Baby", "J")]
    alone: list[Score] = [found for other in others for found in score(model, one, [other])]
    assert score(model, one, others) == alone == score_prepared(model, prepared(one), [prepared(o) for o in others])
    assert score(model, one, []) == [] and levels_of(one, []).shape == (0, len(COMPARISONS))
    assert levels_of(one, others).dtype == np.int8


# --- the model ----------------------------------------------------------------------------------------


def test_a_model_is_kept_and_read_again():
    model = by_hand()
    kept = json.loads(json.dumps(model.as_dict()))
    assert Model.from_dict(kept).id == model.id
    assert len(model.id) == 40
    kept["prior"] = 0.5
    assert Model.from_dict(kept).id != model.id


@pytest.mark.parametrize("what", ["m", "u"])
def test_a_model_with_an_untrained_level_is_refused_by_name(what):
    """As a sample of a million pairs leaves it, in which no NHS number was ever the same (linkage.md, trap 2)."""
    for comparison in COMPARISONS:
        for one in comparison.levels[1:]:
            for value in (None, 0.0, 1.0, float("nan"), "level not observed in training dataset"):
                kept = deepcopy(by_hand().as_dict())
                if value is None:
                    del kept[what][comparison.id][one.id]
                else:
                    kept[what][comparison.id][one.id] = value
                with pytest.raises(Untrained, match=f'^{comparison.id}: level "{one.says}" .* {what}'):
                    Model.from_dict(kept)
    assert Model.from_dict(deepcopy(by_hand().as_dict()))


@pytest.mark.parametrize("missing", ["made", "prior", "m", "u", "tf-rare", "thresholds"])
def test_a_model_without_a_part_is_refused_by_name(missing):
    kept = by_hand().as_dict()
    del kept[missing]
    with pytest.raises(Untrained, match=missing.replace("-", ".")):
        Model.from_dict(kept)


def test_a_model_set_by_hand_says_so():
    model = by_hand()
    assert model.trained_on["engine"] == "set by hand"
    assert set(model.by_hand) == {f"{c.id}/{one.id}" for c in COMPARISONS for one in c.levels[1:]}
    for comparison in COMPARISONS:
        for numbers in (model.m, model.u):
            assert sum(numbers[comparison.id].values()) == pytest.approx(1.0, abs=1e-4)


def test_each_level_has_its_number_in_splinks_order():
    for comparison in COMPARISONS:
        numbers = [comparison.gamma(i) for i in range(len(comparison.levels))]
        assert numbers == [-1, *range(len(comparison.levels) - 2, -1, -1)]
        assert comparison.levels[0].id == "null" and comparison.levels[-1].sql == "ELSE"
        assert (
            len({one.id for one in comparison.levels})
            == len({one.says for one in comparison.levels})
            == len(comparison.levels)
        )
