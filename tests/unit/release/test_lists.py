"""Which place is protected is not told by the hole in a list: of a list nothing shows, whether or not it is among them."""

import pytest

from sightline.sharing.release import Scanner, Value
from sightline.sharing.release.values import probes

HOME = Value("address", lines=("31 Sorrel Gardens", "Armley", "Leeds"), postcode="LS12 4GW", id="1")
SCANNER = Scanner([HOME, Value("phone", "07700 900123", id="2"), Value("name", "Lantern House School", id="3")])
KNOWN = ("Elm Fell", "Aire Bridge", "Kirk Dale", "Moor Peak", "Birch Fell", "Lantern House")
SCHOOLS = frozenset(name.text for name in probes(Value("name", f"{one} School") for one in KNOWN).names)


@pytest.mark.parametrize(
    "with_it, without",
    [
        ("LS12 4GA, LS12 4GB, LS12 4GD, LS12 4GW, LS12 4GX", "LS12 4GA, LS12 4GB, LS12 4GD, LS12 4GE, LS12 4GX"),
        ("ls12-4ga ls124gb ls12 4gd ls 12 4gw ls12 4gx", "ls12-4ga ls124gb ls12 4gd ls 12 4ge ls12 4gx"),
        ("1, 3, 5, 7, 31 Sorrel Gardens", "1, 3, 5, 7, 33 Sorrel Gardens"),
        ("Sorrel Gardens: 31, 33, 35, 37, 39", "Sorrel Gardens: 41, 33, 35, 37, 39"),
        (
            "07700900121 07700900123 07700900140 07700900155 07700900160",
            "07700900121 07700900199 07700900140 07700900155 07700900160",
        ),  # fmt: skip
        (
            "Elm Fell, Aire Bridge, Kirk Dale, Moor Peak and Lantern House",
            "Elm Fell, Aire Bridge, Kirk Dale, Moor Peak, Birch Fell",
        ),
    ],
)
def test_a_list_reads_the_same_whether_or_not_it_holds_it(with_it, without):
    def left(text):
        return SCANNER.veiled([text], "", SCHOOLS)[0].replace("and", "").strip(" ,.")

    assert left(with_it) == left(without)
    assert not any(c.isdigit() for c in left(with_it)) and "Fell" not in left(with_it)


def test_a_list_over_several_parts_of_a_record_is_one_list():
    parts = [f"Perhaps LS12 4G{letter}" for letter in "ABDEF"]
    assert SCANNER.veiled(parts) == ["Perhaps [protected]"] * 5


def test_a_few_places_days_and_numbers_beside_it_go_on_showing():
    said = (
        "On 21/11/2026 at 14:20 she was at 31 Sorrel Gardens; he lives at 3 Elm Road, LS9 1AA. Rang 0113 496 0000 on "
        "20/11/2026, at 10:05, 12:30, 13:30 and 14:10. He is 14; on the 1st, 2nd, 3rd, 4th and 5th by the end of the park."
    )
    assert SCANNER.veiled([said]) == [said.replace("31 Sorrel Gardens", "[protected]")]
