"""Source identities of an invented county, with who is who: what matching is measured on at any size.

Families come from the simulation (brothers and sisters, twins, moves, new names), each agency holds them with its own
slips (`simulation/errors.yaml`), and postcodes are as many as a county of that size has. Nothing is lived: no events, no
files. Kept as Parquet, and made once. The truth stands beside each row, and nothing but the measuring reads it.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from sightline.identity.linkage.likeness import kin_of, likeness_of
from sightline.identity.linkage.types import Likeness
from sightline.intake.types import Details

SEED = 11
MISTAKES = "errors-to-learn-from.yaml"  # every mistake that matching must stand
SHARD = 5_000  # families
PER_FAMILY = 6.6  # source identities of a family, about
HOMES_A_POSTCODE = 15
POSTCODES_A_DISTRICT = 324  # as many as `numbers.postcode` can tell apart
# Which kinds of agency know a child, and an adult, of what share of families; `tells` says whom they name beside them.
KNOWN: dict[str, tuple[float, float, str]] = {
    "community-health": (0.92, 0.30, "mother"),
    "school": (0.97, 0.0, ""),
    "acute-hospital": (0.45, 0.12, ""),
    "police": (0.10, 0.12, "home"),
    "social-care": (0.09, 0.10, "all"),
    "ambulance": (0.05, 0.03, ""),
    "youth-justice": (0.01, 0.0, "mother"),
    "housing": (0.03, 0.05, "all"),
    "voluntary": (0.02, 0.02, ""),
}
FIELDS = ("given", "family", "born", "expected", "sex", "nhs_number", "upn", "postcode", "phone", "school", "local_id")
SCHEMA = pa.schema(
    [("person", pa.int32()), ("agency", pa.string()), ("ethnicity", pa.string()), ("pool", pa.string())]
    + [(name, pa.string()) for name in FIELDS]
    + [("line", pa.string()), ("kin", pa.list_(pa.string())), ("earlier", pa.list_(pa.string()))]
)


class Row(NamedTuple):
    """One source identity. `person` is the truth; `earlier` is what the sender told before, where it differs."""

    person: int
    agency: str
    ethnicity: str
    pool: str
    details: Details
    kin: tuple[str, ...]
    earlier: Details | None


def parquet(size: int, place: Path, jobs: int = 2) -> Path:
    """The file of about `size` rows; made where it is not there."""
    import sightline.simulation

    hashed = hashlib.sha256(Path(__file__).read_bytes())
    for file in sorted(Path(sightline.simulation.__file__).parent.glob("*.*")):
        hashed.update(file.read_bytes())
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"identities-{size}-{hashed.hexdigest()[:12]}.parquet"
    if path.exists():
        return path
    for old in place.glob(f"identities-{size}-*.parquet"):
        old.unlink()
    began, families = time.monotonic(), max(40, round(size / PER_FAMILY))
    districts = max(8, round(families / HOMES_A_POSTCODE / POSTCODES_A_DISTRICT))
    shards = [(families, at, min(families, at + SHARD), districts) for at in range(0, families, SHARD)]
    draft = path.with_suffix(".draft")
    count = 0
    with pq.ParquetWriter(draft, SCHEMA) as writer, ProcessPoolExecutor(jobs) as pool:
        for table in pool.map(_shard, shards):
            writer.write_table(table.slice(0, max(0, size - count)))
            count += table.num_rows
    draft.rename(path)
    print(f"  invented {min(count, size):,} source identities in {time.monotonic() - began:,.0f} s: {path}", flush=True)
    return path


def rows(path: Path) -> Iterator[Row]:
    """The rows again, as intake would hand them on."""
    for batch in pq.ParquetFile(path).iter_batches(20_000):
        yield from from_dicts(batch.to_pylist())


def from_dicts(found: Iterable[dict[str, Any]]) -> Iterator[Row]:
    """Rows of the file's columns."""
    for one in found:
        details = Details(**{name: one[name] for name in FIELDS}, lines=(one["line"],) if one["line"] else ())
        earlier = None
        if one["earlier"]:
            family, line, postcode = one["earlier"]
            earlier = Details(given=details.given, family=family, lines=(line,) if line else (), postcode=postcode)
        yield Row(one["person"], one["agency"], one["ethnicity"], one["pool"], details, tuple(one["kin"]), earlier)


def likeness(row: Row) -> Likeness:
    """What matching compares of it, as intake would gather it."""
    told = [Details(**dict(zip(("given", "family", "born"), one.split("|"), strict=True))) for one in row.kin]
    kin = [said for one in told if (said := kin_of(one))]
    return likeness_of(row.details, kin=kin, before=likeness_of(row.earlier) if row.earlier else None)


def _shard(asked: tuple[int, int, int, int]) -> pa.Table:
    from sightline.definition.loader import load
    from sightline.simulation import names
    from sightline.simulation.held import DEFAULT, Holders, read_errors
    from sightline.simulation.numbers import Numbers
    from sightline.simulation.people import Families
    from sightline.simulation.schools import Schools
    from sightline.simulation.when import STORY_ENDS, Period, school_days_of

    total, start, end, districts = asked
    definition = load("leeds")
    period = Period(STORY_ENDS - timedelta(days=730), STORY_ENDS, school_days_of(definition))
    schools = Schools(definition, round(total * 2), districts)
    families = Families(
        SEED, definition, period, schools, Numbers(SEED, definition.info.authority, start * 4, start * 2)
    )
    families.places = [(f"ZZ{at}", "") for at in range(districts)]
    holders = Holders(SEED, definition, read_errors(DEFAULT.with_name(MISTAKES)), schools.titles)
    of_kind: dict[str, list[str]] = {}
    for agency in definition.agency.values():
        of_kind.setdefault(agency.kind, []).append(agency.id)
    columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
    for n in range(start + 1, end + 1):
        family, rng = families.make(n, 6)
        pool = next((g for g, p in names.pools().items() if family.children[0].family in p.family), "british")
        for person in family.people:
            for kind, (child, adult, tells) in KNOWN.items():
                if rng.random() >= (child if person.is_child else adult) or (kind == "school" and not person.school):
                    continue
                if kind == "youth-justice" and person.age(period.until) < 10:
                    continue
                agency = person.school if kind == "school" else rng.choice(of_kind.get(kind, [kind]))
                with_them = [p for p in family.people if p is not person and _told(p, tells)]
                for record in _records(holders, agency, person, with_them, period, rng):
                    columns["person"].append(person.n)
                    columns["ethnicity"].append(person.ethnicity)
                    columns["pool"].append(pool)
                    for name, value in record.items():
                        columns[name].append(value)
        if n % 500 == 0:
            holders.forget()
    return pa.table(columns, schema=SCHEMA)


def _told(person: Any, tells: str) -> bool:
    return tells in ("all", "home") or (tells == "mother" and person.role == "mother")


def _records(
    holders: Any, agency: str, person: Any, with_them: list[Any], period: Any, rng: random.Random
) -> Iterator[dict[str, Any]]:
    """What the agency holds of somebody: one record, or two where it holds them twice."""
    first, last = holders.held(agency, person, period.start, rng), holders.held(agency, person, period.until, rng)
    kin = ["|".join((h["given"], h["family"], str(h["born"] or ""))) for p in with_them
           for h in [holders.held(agency, p, period.until, rng)]]  # fmt: skip
    seen: set[str] = set()
    for held, earlier in ((last, first if first["local_id"] == last["local_id"] else None), (first, None)):
        if held["local_id"] in seen:
            continue
        seen.add(held["local_id"])
        found = {name: str(held.get(name) or "") for name in FIELDS}
        before = (earlier["family"], earlier.get("address", ""), earlier.get("postcode", "")) if earlier else None
        now = (held["family"], held.get("address", ""), held.get("postcode", ""))
        yield found | {
            "agency": agency,
            "line": held.get("address", ""),
            "kin": kin,
            "earlier": list(before) if before and before != now and earlier and earlier["born"] else [],
        }
