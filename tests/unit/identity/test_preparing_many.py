"""Likenesses made ready in a table say, cell for cell, what each says that is made ready by itself."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from benchmarks import identity_rows
from sightline.identity.linkage.columns import table
from sightline.identity.linkage.preparing_many import table_from
from sightline.identity.linkage.types import Likeness
from tests.unit.identity.test_parity import DUE, _forms


@pytest.fixture(scope="module")
def people() -> list[Likeness]:
    draw = random.Random(9)
    rows = identity_rows._shard((120, 0, 120, 9)).to_pylist()
    found = [identity_rows.likeness(row) for row in identity_rows.from_dicts(rows)]
    odd = [
        Likeness(), DUE, Likeness(given=("j",)), Likeness(family=("de", "la", "cruz")),
        Likeness(about_age="about 14 on 2025-06-03"),
        Likeness(born="2010-13-45", sex="F"), Likeness(born="2010"), Likeness(expected="2025-05", born="2025-04-30"),
        Likeness(given=("muhammad", "ali"), family=("khan",), born="2011-02-03", kin=("ali|khan|2011-02-03", "sara|khan|")),
        Likeness(given=("محمد",), emails=("a@example.org",), phones=("07700900123", "07700900124"), numbers=("1234", "12345")),
        Likeness(postcodes=("LS146AA", "LS14", "LS141", "nowhere"), lines='12"\\n high street', schools=("a", "b")),
        Likeness(kin=("2011-02-03", "sara||2011-02-03", "sara|khan|2011-02")),
    ]  # fmt: skip
    return [*found, *(form for one in draw.sample(found, 200) for form in _forms(one, draw)), *odd]


def test_a_table_of_sealed_bodies_is_that_of_their_likenesses(people: list[Likeness]) -> None:
    bodies = [json.dumps(one.as_dict(), ensure_ascii=False).encode() for one in people]
    ours, alone = table_from(bodies), table(people)
    assert ours.schema == alone.schema
    for name in alone.schema.names:
        assert ours[name].to_pylist() == alone[name].to_pylist(), name
    assert table_from([]).equals(table([]))
    assert table_from(bodies[-1:]).equals(table(people[-1:]))


def test_a_likeness_of_another_shape_than_todays_is_read_by_itself(people: list[Likeness]) -> None:
    known = replace(people[0], sex="F")
    bodies = [json.dumps(known.as_dict()).encode(), json.dumps({**known.as_dict(), "shoe": 7}).encode()]
    assert table_from(bodies)["sex"].to_pylist() == ["F", "F"]  # what is no longer known is passed over
    bodies.append(b'{"given": ["jay"], "nhs": [], "sex": ""}')
    assert table_from(bodies)["given"].to_pylist()[2] == "jay"
