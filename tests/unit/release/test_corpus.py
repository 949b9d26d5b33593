"""Show 8: protected values planted in bundles of every kind. Exact and written otherwise are all found; nearly all that
are misspelt, a digit off or split; and clean bundles go."""

from collections import Counter

import pytest

from sightline.sharing.release import Scanner
from sightline.sharing.release.types import Value
from tests.unit.release.corpus import Maker
from tests.unit.release.otherwise import Otherwise

SHARES = ("exact", "normalised", "normalised", "fuzzy", "fuzzy", "")


def run(style, many, start=0):
    return run_with(lambda n: Maker(n, style), many, start)


def run_with(make, many, start=0):
    of, found, wrong = Counter(), Counter(), []
    for n in range(start, start + many):
        planted = SHARES[n % len(SHARES)]
        bundle = make(n).bundle(planted)
        hits = Scanner(bundle.values).scan(bundle.artefacts)
        of[planted] += 1
        found[planted] += bool(hits)
        if bool(hits) != bool(planted):
            wrong.append((n, planted, bundle.how, [(h.kind, h.how, h.where, h.excerpt) for h in hits]))
    return of, found, wrong


def held(of, found, wrong):
    assert found["exact"] == of["exact"], wrong
    assert found["normalised"] == of["normalised"], wrong
    assert found["fuzzy"] >= 0.98 * of["fuzzy"], wrong
    assert found[""] <= 0.05 * of[""], wrong


def test_a_thousand_bundles():
    held(*run("plain", 1000))


@pytest.mark.nightly
def test_ten_thousand_in_another_hand():
    held(*other(10_000, start=10_000))


@pytest.mark.nightly
def test_twenty_thousand_bundles():
    held(*run("plain", 20_000, start=1000))


def other(many, start=0):
    return run_with(Otherwise, many, start)


def test_bundles_in_another_hand():
    """Its first run, before anything was learnt from it: exact 167 of 167, otherwise 331 of 334, fuzzy 317 of 333, false
    alarms 1 of 166."""
    held(*other(500, start=5000))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Value(kind="phone", text="07700 900588"), r'a,b 1,"07700\n900588"'),
        (
            Value(kind="address", lines=("36 Juniper Gardens", "Beeston", "Leeds"), postcode="LS14 2NX"),
            "36 Jun-\niper Gardens",
        ),
        (
            Value(kind="address", lines=("47 Ivy Gardens", "Chapeltown", "Leeds"), postcode="LS11 9AF"),
            r"47 Ivy-\n Gardens",
        ),
    ],
    ids=["an end of line written as two letters", "a broken word that begins like another", "both"],
)
def test_what_was_missed_once(value, text):
    assert [hit.kind for hit in Scanner([value]).scan(text)] == [value.kind]
    assert Scanner([value]).scan(r"C:\nightfall\reports on 36 June") == []
