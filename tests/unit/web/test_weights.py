"""Weights in words: every number says what it means, and a bar says the same without colour."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string

from sightline.identity.linkage.comparing import COMPARISONS
from sightline.identity.match_types import Weighed
from sightline.web.matches import weights
from sightline.web.matches.comparing import Cell, Compared


@pytest.mark.parametrize(
    ("weight", "number", "words", "times"),
    [
        (0.0, "0", "hardly counts", "as likely either way"),
        (1.0, "+1.0", "a little for one person", "twice as likely if they are one person"),
        (-1.0, "−1.0", "a little for two people", "twice as likely if they are two people"),
        (4.0, "+4.0", "clearly for one person", "about 16 times as likely if they are one person"),
        (-6.5, "−6.5", "strongly for two people", "about 90 times as likely if they are two people"),
        (12.6, "+12.6", "very strongly for one person", "about 6,200 times as likely if they are one person"),
        (20.0, "+20.0", "very strongly for one person", "about a million times as likely if they are one person"),
        (
            40.0,
            "+40.0",
            "very strongly for one person",
            "over a thousand million times as likely if they are one person",
        ),
    ],
)
def test_a_weight_in_words(weight, number, words, times):
    assert weights.number(weight) == number
    assert weights.strength(weight) == words
    assert weights.times(weight) == times


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ("the same", "what both say is too little to go by"),  # a number of two figures; no fixed address
        ("different", "what both say is too little to go by"),
        ("only one says", "one of them does not say"),
        ("Not told of one of them", "one of them does not say"),
    ],
)
def test_a_line_that_is_not_weighed_says_why(says, why):
    line = Compared("Other number", Cell("Q1"), Cell("Q1"), says, False, None)
    page = render_to_string("matches/table.html", {"lines": [line], "view": SimpleNamespace(bits=-40.9)})
    assert f"not weighed: {why}</small>" in page


@pytest.mark.parametrize(
    ("bits", "says"),
    [
        (0.0, "about 50 in 100 such pairs are one person"),
        (5.0, "about 97 in 100 such pairs are one person"),
        (10.0, "about 999 in 1,000 such pairs are one person"),
        (33.0, "more than 9,999 in 10,000 such pairs are one person"),
        (-4.0, "about 6 in 100 such pairs are one person"),
        (-30.0, "fewer than 1 in 10,000 such pairs is one person"),
        (-4000.0, "fewer than 1 in 10,000 such pairs is one person"),
    ],
)
def test_a_total_in_words(bits, says):
    assert weights.chance(bits) == says


def test_the_word_of_a_total_follows_the_declared_weights():
    words = [weights.total_words(bits, 10, -4) for bits in (30, 10, 9.9, 3, 2.9, -4, -4.1)]
    assert words == ["very likely", "very likely", "likely", "likely", "possible", "possible", "thin"]
    assert weights.total_words(None, 10, -4) == "not weighed"
    assert [word for word, _ in weights.levels(10, -4)] == ["very likely", "likely", "possible"]


def test_a_bar_goes_right_for_one_and_left_for_two_and_never_beyond_its_frame():
    one, two, none, most = (weights.bar(weight) for weight in (8.0, -8.0, 0.1, 99.0))
    assert (one.kind, two.kind, none.kind) == ("one", "two", "none")
    assert float(two.x) + float(two.width) == float(one.x) == weights.BAR
    assert one.width == two.width
    assert float(most.x) + float(most.width) <= 2 * weights.BAR


def test_a_rare_value_says_what_it_adds_and_a_common_one_what_it_takes():
    rare = weights.line(Weighed("family-name", "same", 8.3, 7.0))
    assert (rare.number, rare.says, rare.title) == ("+15.3", "The same family name", "Family name")
    assert rare.rare == "Of this, +7.0 because few people have it."
    common = weights.line(Weighed("family-name", "same", 8.3, -3.0))
    assert common.number == "+5.3"
    assert common.rare == "It would be +8.3, but many people have it: −3.0."
    assert weights.line(Weighed("sex", "same", 1.0, 0.0)).rare == ""


def test_every_level_that_the_model_knows_is_said_in_words():
    for comparison in COMPARISONS:
        for level in comparison.levels:
            line = weights.line(Weighed(comparison.id, level.id, 1.0, 0.0))
            assert line.says == level.says != level.id
            assert line.title == comparison.title


def test_what_is_no_longer_known_is_shown_by_its_code():
    line = weights.line(Weighed("shoe-size", "same", 2.0, 0.0))
    assert (line.title, line.says) == ("shoe-size", "same")
