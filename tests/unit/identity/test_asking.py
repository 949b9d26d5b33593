"""One box understands what people type into it: names, dates, ages, places, numbers, in any order."""

from datetime import date

import pytest

from sightline.identity.asking import nearly, understood, years
from sightline.identity.types import Asked

TODAY = date(2026, 11, 22)


def meant(words, **asked):
    return understood(Asked(words=words, **asked), TODAY)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("nell crowther", {"words": ("nell", "crowther")}),
        ("14ish near LS14", {"ages": (13, 15), "district": "LS14"}),
        ("kim aged 9-11, LS8 2DD", {"words": ("kim",), "ages": (9, 11), "postcode": "LS82DD"}),
        ("about 9 jay", {"words": ("jay",), "ages": (8, 10)}),
        ("jay marsh 14", {"words": ("jay", "marsh"), "ages": (13, 15)}),
        ("aged 16 or 17 marsh", {"words": ("marsh",), "ages": (16, 17)}),
        ("crowther nell 12/8/2009", {"words": ("crowther", "nell"), "born": "2009-08-12"}),
        ("nell 12.8.09", {"words": ("nell",), "born": "2009-08-12"}),
        ("Jay 4 March 2010", {"words": ("jay",), "born": "2010-03-04"}),
        ("jay march 2010", {"words": ("jay",), "born": "2010-03"}),
        ("kim 2010", {"words": ("kim",), "born": "2010"}),
        ("999 000 0018", {"number": "9990000018"}),
        ("H801200001001 kim", {"words": ("kim",), "number": "H801200001001"}),
        ("07700 900123", {"number": "07700900123"}),
        ("NHS number 999 000 0018", {"number": "9990000018"}),
        ("+44 7700 900123", {"number": "07700900123"}),
        ("0044 (0)7700 900123", {"number": "07700900123"}),
        ("ls14-5jw", {"postcode": "LS145JW"}),
        ("LSI4 5JW", {"postcode": "LS145JW"}),
        ("Jo Ian Oil", {"words": ("jo", "ian", "oil")}),  # no figure stands in it: names
        ("kim LS14 5", {"words": ("kim",), "district": "LS14"}),  # its sector, or an age: nobody is left out by it
        ("kim LS14 5 years old", {"words": ("kim",), "district": "LS14", "ages": (4, 6)}),
        ("kim in year 10", {"words": ("kim",), "ages": (14, 15)}),
        ("kim Y7", {"words": ("kim",), "ages": (11, 12)}),
        ("kim 10 years old", {"words": ("kim",), "ages": (9, 11)}),
        ("May Marsh", {"words": ("may", "marsh")}),
        ("o'brien-núñez", {"words": ("obrien", "nunez")}),
        ("14", {"ages": (13, 15)}),
        ("", {}),
    ],
)
def test_what_is_typed_is_understood(typed, expected):
    found = meant(typed)
    assert {name: getattr(found, name) for name in expected} == expected
    others = {"words", "born", "ages", "number", "postcode", "district"} - expected.keys()
    assert not any(getattr(found, name) for name in others)


def test_a_box_of_its_own_stands_before_what_is_among_the_words():
    found = meant("kim 14 LS1", born="2010-03-04", age="9", number="p 12-3", postcode="ls8 2dd")
    assert (found.born, found.ages, found.number, found.postcode) == ("2010-03-04", (8, 10), "P123", "LS82DD")
    assert meant("", postcode="ls14").district == "LS14"


def test_a_family_name_of_two_words_is_looked_for_as_one_too():
    found = meant("d st john")
    assert found.words == ("d", "st", "john") and dict(found.joined) == {"st": "stjohn", "john": "stjohn"}
    assert not meant("john marsh").joined


def test_an_age_alone_narrows_nothing():
    assert meant("14").nothing and meant("14ish").nothing
    assert not meant("14 near LS14").nothing


def test_years_of_an_age():
    assert years((13, 15), TODAY) == (2010, 2013)


def test_a_date_may_be_nearly_right():
    found = nearly("2010-03-04")
    assert {"2010-04-03", "2010-03-05", "2010-03-03", "2012-03-04", "2010-03-14"} <= set(found)
    assert "2010-03-04" not in found and "2010-13-04" not in found
    assert nearly("2010") == ()
