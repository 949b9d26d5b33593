"""FEBRL by our own comparisons, training and scores: the columns stand where ours stand.

`given_name`, `surname`, `date_of_birth` are what they are called; `postcode` and `suburb` where somebody lives, either of
which may be right; `street_number` and `address_1` the first line; `soc_sec_id` an identifier, as an NHS number is one;
`address_1` and `address_2`, each with its `state`, places that several share, as a school is.

The pairs looked at are those that Splink looks at in the same run (`febrl_splink.BLOCKS`), so that what is compared is
how pairs are judged; `found_by_keys` says what our own keys, made for children in England, find of the true ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from zlib import crc32

from benchmarks.febrl_splink import BLOCKS
from sightline.identity.linkage.columns import table
from sightline.identity.linkage.comparing import prepared
from sightline.identity.linkage.engine import Duck
from sightline.identity.linkage.keys import BLOCKING, keys_asked, keys_of
from sightline.identity.linkage.likeness import likeness_of
from sightline.identity.linkage.model import Model
from sightline.identity.linkage.scoring import score_prepared
from sightline.identity.linkage.training import Wanted, train
from sightline.identity.linkage.types import Likeness
from sightline.intake.types import Details

Row = Mapping[str, str]
Data = Mapping[str, Sequence[Row]]


def likeness(row: Row) -> Likeness:
    day = row["date_of_birth"]
    address = f"{row['street_number']} {row['address_1']}".strip()
    found = likeness_of(
        Details(
            given=row["given_name"],
            family=row["surname"],
            born=f"{day[:4]}-{day[4:6]}-{day[6:]}" if len(day) == 8 else "",
            lines=(address,) if address else (),
        )
    )
    return replace(
        found,
        nhs=row["soc_sec_id"],
        postcodes=tuple(filter(None, (_postcode(row["postcode"]), _place(row["suburb"])))),
        schools=tuple(f"{_plain(row[column])}{row['state']}" for column in ("address_1", "address_2") if row[column]),
    )


def _postcode(four: str) -> str:
    """Australia's four digits in the shape of an English postcode, which is what we compare: `4223` as `Z422DD`."""
    return f"Z{four[:3]}{'ABCDEFGHIJ'[int(four[3])] * 2}" if len(four) == 4 and four.isdigit() else ""


def _place(name: str) -> str:
    """A suburb's name in that shape too: another name is another postcode."""
    number = crc32(_plain(name).encode())
    return f"Y{number % 1000:03}{chr(65 + number // 1000 % 26)}{chr(65 + number // 26000 % 26)}" if name else ""


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def link(data: Data) -> tuple[list[tuple[str, str, float]], Model]:
    """Every pair looked at, each with its weight in bits, and the model that was learnt. Of two files, pairs across."""
    rows = [row for file in data.values() for row in file]
    likenesses = [likeness(row) for row in rows]
    engine = Duck()
    engine.take(table(likenesses))
    model = train(engine, Wanted(expected=True, random_pairs=2e6, em_pairs=5e5))
    columns, found = [prepared(one) for one in likenesses], []
    for one, others in _pairs(data, lambda at: [(column, rows[at][column]) for column in BLOCKS if rows[at][column]]):
        scores = score_prepared(model, columns[one], [columns[other] for other in others])
        found += [(rows[one]["id"], rows[other]["id"], s.bits) for other, s in zip(others, scores, strict=True)]
    return found, model


def found_by_keys(data: Data) -> set[frozenset[str]]:
    """The pairs that our keys bring together, either asking for the other."""
    rows = [row for file in data.values() for row in file]
    likenesses = [likeness(row) for row in rows]
    written = [[key for key in keys_of(one) if key.kind in BLOCKING] for one in likenesses]
    asked = [keys_asked(one) for one in likenesses]
    found = _pairs(data, lambda at: written[at], lambda at: asked[at])
    return {frozenset((rows[one]["id"], rows[other]["id"])) for one, others in found for other in others}


def _pairs(
    data: Data, of: Callable[[int], Sequence[object]], asked: Callable[[int], Sequence[object]] | None = None
) -> list[tuple[int, list[int]]]:
    """For each row those before it (of two files: of the first) with which it shares something."""
    sizes = [len(file) for file in data.values()]
    total, first = sum(sizes), sizes[0] if len(sizes) > 1 else 0
    posts: dict[object, list[int]] = defaultdict(list)
    for at in range(total):
        for key in of(at):
            posts[key].append(at)
    found = []
    for at in range(first, total):
        until = first or at
        others = sorted({other for key in (asked or of)(at) for other in posts.get(key, ()) if other < until})
        if others:
            found.append((at, others))
    return found
