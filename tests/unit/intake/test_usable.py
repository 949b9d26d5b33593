"""What is made of poor details: used as far as they can be, never lost, never a namesake of everybody else without one."""

from datetime import date
from pathlib import Path

import pytest

from sightline.definition.values import code_for
from sightline.identity.telling import told
from sightline.intake.types import Details
from sightline.intake.usable import SAYS, no_fixed_address, sentence, usable
from tests.unit.intake.shapes import leeds

TOLD_ON = date(2025, 1, 10)


def code(name, text):
    return code_for(leeds().codes[name], text)


def made(**details):
    return usable(Details(**details), on=TOLD_ON, code=code)


def why(detail, **details):
    return [reason for name, reason, _ in made(**details).noted if name == detail]


@pytest.mark.parametrize(
    ("sent", "born", "reason"),
    [
        ("2010-03-04", "2010-03-04", ""),
        ("2010-03", "2010-03", ""),
        ("2010", "2010", ""),
        ("about 14 on 2024-05-01", "about 14 on 2024-05-01", ""),
        ("2010-06-03T23:30:00Z", "2010-06-04", ""),  # a midnight of London's summer, told in UTC
        ("2010-02-30", "2010-02", "no-such-day"),
        ("30/02/2010", "2010-02", "no-such-day"),
        ("2010-00-00", "2010", "no-such-day"),
        ("00/00/0000", "", "no-such-day"),
        ("04/03/2010", "2010-03-04", "another-form"),  # the day first
        ("4.3.10", "2010-03-04", "another-form"),
        ("04/03/81", "1981-03-04", "another-form"),
        ("03/25/2010", "2010-03-25", "another-form"),  # the only day that it can be
        ("20100304", "2010-03-04", "another-form"),
        ("4th of March 2010", "2010-03-04", "another-form"),
        ("14", "about 14 on 2025-01-10", "age-for-date"),
        ("14ish", "about 14 on 2025-01-10", "age-for-date"),
        ("8 months", "about 0 on 2025-01-10", "age-for-date"),
        ("13-14", "about 14 on 2025-01-10", "age-for-date"),
        ("3-40", "", "not-a-date"),
        ("2010-03-04 / 2010-04-03", "2010", "two-dates"),
        ("4/3/2010 or 14/3/2010", "2010-03", "two-dates"),
        ("2009 or 2010", "", "two-dates"),
        ("2010-03-04 (2010-03-04)", "2010-03-04", "another-form"),
        ("2031-01-01", "", "in-the-future"),
        ("1900-01-01", "", "too-long-ago"),
        ("unknown", "", "not-known"),
        ("0", "", "not-known"),
        ("last spring", "", "not-a-date"),
        ("٢٠١٠", "", "not-a-date"),
    ],
)
def test_a_birth_date_is_used_as_far_as_it_can_be(sent, born, reason):
    found = made(born=sent)
    assert found.born == born
    assert found.noted == ((("born", reason, sent),) if reason else ())


def test_a_birth_that_is_still_to_come_is_when_it_is_expected_unless_the_child_has_a_name():
    found = made(born="2025-03-01", family="Larkin")
    assert (found.born, found.expected, found.noted[0][1]) == ("", "2025-03-01", "future-as-expected")
    found = made(born="2025-03-01", given="Ivy", family="Larkin")
    assert (found.born, found.expected, found.noted[0][1]) == ("", "", "in-the-future")


@pytest.mark.parametrize("given", ["Unknown", "TBC", "N/K", "not known", "???", "-", " unknown. "])
def test_what_says_unknown_is_no_name(given):
    found = made(given=given, family="Marsh")
    assert (found.given, found.family) == ("", "Marsh")
    assert found.noted == (("given", "not-known", given),)


@pytest.mark.parametrize(
    "given", ["Baby", "baby girl", "Baby Larkin", "Unborn", "Twin 1", "Infant of Cora", "Male infant"]
)
def test_what_stands_for_a_name_is_no_name(given):
    assert why("given", given=given, family="Larkin") == ["no-name-yet"]
    assert made(given=given, family="Larkin").given == ""


@pytest.mark.parametrize(
    ("given", "family"),
    [
        ("Jay", "Marsh"), ("Lee", "Child"), ("Ünal-Şahin", "O'Brien"), ("محمد", "علي"), ("Олександр", "Коваленко"), ("Xi", "Xu"),
        ("Maria-José (MJ)", "van der Berg"), ("Ng", "Ng"), ("Babylon", "Childs"), ("An", "Nil Nolan"), ("Zoë", "Ó Briain"),
    ],
)  # fmt: skip
def test_real_names_stay_as_they_are(given, family):
    details = Details(given=given, family=family)
    assert usable(details, on=TOLD_ON, code=code) is details


def test_names_that_came_oddly():
    assert (made(given="Marsh, Jay").given, made(given="Marsh, Jay").family) == ("Jay", "Marsh")
    assert (made(family="Marsh, Jay").given, made(family="Marsh, Jay").family) == ("Jay", "Marsh")
    assert (made(given="Jay Marsh").given, made(given="Jay Marsh").family) == ("Jay", "Marsh")
    assert made(given="Jay Marsh").noted == (("given", "one-field", "Jay Marsh"),)
    assert made(family="Garcia Lopez").noted == ()  # of a child without a given name: two parts of one family name
    assert made(given="Jay 😀", family="Marsh").noted == (("given", "signs", ""),)
    assert made(given="😀", family="Marsh").given == ""
    long = "J" * 500
    assert made(given=long, family="Marsh").given == long
    assert why("given", given=long, family="Marsh") == ["very-long"]


@pytest.mark.parametrize(
    ("detail", "sent", "used", "reason"),
    [
        ("sex", "M", "male", ""),
        ("sex", "2", "female", ""),
        ("sex", "ZZ", "", "unknown-code"),
        ("sex", "n/k", "", "not-known"),
        ("ethnicity", "W1", "WBRI", ""),
        ("ethnicity", "Kashmiri", "Kashmiri", "unknown-code"),  # never compared: its words may stand
        ("nhs_number", "9990000019", "9990000019", "check-digit"),
        ("nhs_number", "0000000000", "", "not-known"),
        ("nhs_number", "9999999999", "", "not-known"),
        ("nhs_number", "9876543210", "", "not-known"),  # its check digit holds, and it is no number
        ("nhs_number", "123 456 7890", "", "not-known"),
        ("nhs_number", "unknown", "", "not-known"),
        ("upn", "A123", "A123", "check-digit"),
        ("local_id", "N/A", "", "not-known"),
        ("local_id", "0", "", "not-known"),
        ("local_id", "N1", "N1", ""),
        ("school", "TBC", "", "not-known"),
        ("postcode", "LS14 6AA", "LS14 6AA", ""),
        ("postcode", "ls146aa", "ls146aa", ""),
        ("postcode", "LSI4 6AA", "LS14 6AA", "letter-for-figure"),
        ("postcode", "LS14", "LS14", "part-of-a-postcode"),
        ("postcode", "ZZ99 3VZ", "", "no-fixed-address"),
        ("postcode", "ZZ99 3WZ", "", "not-known"),
        ("postcode", "near the park", "", "not-a-postcode"),
        ("phone", "07700 900123", "07700 900123", ""),
        ("phone", "+44 (0)7700 900123", "+44 (0)7700 900123", ""),
        ("phone", "07700 900123 (mum)", "07700 900123", "words-with-number"),
        ("phone", "07700 900123 / 07700 900456", "07700 900123", "words-with-number"),
        ("phone", "ask his aunt", "", "not-a-phone"),
        ("phone", "00000 000000", "", "not-known"),
        ("email", "jay@example.org", "jay@example.org", ""),
        ("email", "jay at home", "", "not-an-email"),
    ],
)
def test_each_detail_is_used_or_noted(detail, sent, used, reason):
    found = made(**{detail: sent})
    assert getattr(found, detail) == used
    assert [r for _, r, _ in found.noted] == ([reason] if reason else [])


def test_no_fixed_address_is_kept_and_compares_with_nothing():
    found = made(lines=("No fixed abode",))
    assert found.lines == ("No fixed abode",) and found.noted == (("lines", "no-fixed-address", ""),)
    assert no_fixed_address(("NFA",)) and no_fixed_address(("of no fixed address, Leeds",))
    assert not no_fixed_address(("4 Abode Street",)) and not no_fixed_address(())


def test_made_usable_again_it_is_the_same():
    for details in (
        {"born": "2010-02-30", "nhs_number": "9990000019", "postcode": "LS14", "lines": ("NFA",)},
        {"given": "Jay Marsh", "born": "14", "sex": "ZZ", "phone": "mum: 07700 900123"},
    ):
        once = made(**details)
        assert usable(once, on=date(2026, 5, 5), code=code) is once


def test_everything_said_is_a_sentence_and_never_a_value():
    assert all(says.endswith(".") and says[0].isupper() for says in SAYS.values())
    assert sentence("born", "no-such-day") == f"Birth date: kept as received. {SAYS['no-such-day']}"


def test_a_page_is_told_in_the_order_of_the_details_with_what_was_received():
    found = told(made(born="2010-02-30", given="TBC", nhs_number="9990000019", lines=("NFA", "Leeds")))
    assert [(one.detail, one.received) for one in found] == [
        ("given", "TBC"),
        ("born", "2010-02-30"),
        ("nhs_number", "9990000019"),
        ("lines", "NFA, Leeds"),
    ]
    assert told(Details(nhs_number="9990000019"))[0].why == "check-digit"  # held before notes were made


def test_what_a_sender_tells_anew_takes_the_place_of_what_was_noted():
    before = made(given="Jay", family="Marsh", born="2010-02-30", phone="ask his aunt")
    after = before.told_again(made(born="2010-02-27"))
    assert (after.given, after.born) == ("Jay", "2010-02-27")
    assert [name for name, _, _ in after.noted] == ["phone"]
    assert after.told_again(made(born="15")).born == "2010-02-27"  # an age says less than the day that they told before
    assert after.told_again(made(born="2010")).born == "2010-02-27"
    assert after.told_again(made(born="2011")).born == "2011"


def test_details_with_notes_are_sealed_and_opened_again():
    details = made(given="TBC", born="2010-02-30", lines=("NFA",))
    assert Details.from_dict(details.as_dict()) == details


def test_every_note_stands_in_the_reference():
    page = (Path(__file__).parents[3] / "docs" / "reference" / "poor-details.md").read_text()
    assert [f"`{code}`" in page and says in page for code, says in SAYS.items()] == [True] * len(SAYS)


def test_what_turns_letters_round_stands_in_no_name_and_what_came_is_kept():
    """`\u202e` makes a screen show what follows from right to left: another child's name, or another line beside it."""
    given = made(given="\u202eyaJ", family="Mar\u2066sh\x08")
    assert (given.given, given.family) == ("yaJ", "Marsh")
    assert given.noted == (("given", "signs", "\u202eyaJ"), ("family", "signs", "Mar\u2066sh\x08"))
    assert made(given="Jay\nLee", family="Marsh").given == "Jay Lee"
    assert made(given="می\u200cنا", family="Marsh").given == "می\u200cنا"  # joins letters: part of how it is written
