"""A whole city: sketched, planned, and made shard by shard, in as many processes as are wanted; the same bytes in any case."""

from __future__ import annotations

import multiprocessing
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TextIO

from sightline.definition.loader import load
from sightline.simulation import census, ssd
from sightline.simulation.bias import Bias, read_bias
from sightline.simulation.figures import Compared, compared, table
from sightline.simulation.figures import Counter as FigureCounter
from sightline.simulation.held import read_errors
from sightline.simulation.people import ETHNICITY
from sightline.simulation.plan import Plan, Sketch
from sightline.simulation.shard import BLOCK, City, Share, Told, Workshop, writers_of
from sightline.simulation.storylines import Storyline, appoint, quota, storylines
from sightline.simulation.targets import Targets
from sightline.simulation.truth import FILES
from sightline.simulation.when import STORY_ENDS, Period, school_days_of, shifted

REGISTER = "schools-register.csv"
REGISTER_COLUMNS = (
    "URN",
    "LA (code)",
    "EstablishmentNumber",
    "EstablishmentName",
    "TypeOfEstablishment (name)",
    "PhaseOfEducation (name)",
    "EstablishmentStatus (name)",
    "Postcode",
    "TelephoneNum",
)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Wanted:
    """What city is wanted. `shift_to`: the last day is moved by whole weeks to just before that one. `scale`: so many
    times the children whom the partnership's figures tell of, instead of `children`."""

    out: Path
    partnership: str = "leeds"
    children: int = 3000
    seed: int = 1
    years: float = 1.0
    until: date = STORY_ENDS
    shift_to: date | None = None
    errors: Path | None = None
    scale: float | None = None
    bias: Path | None = None
    storylines: Path | None = None
    jobs: int = 0  # processes; 0: as many as there are processors
    ssd: bool = True
    census: bool = False


@dataclass
class Made:
    """What was made. `files` in the order of their names, in which they may be loaded."""

    files: list[Path] = field(default_factory=list)
    truth: list[Path] = field(default_factory=list)
    register: Path | None = None  # of schools that the definition does not declare
    start: date = date.min
    until: date = date.min
    scale: float = 0.0
    children: int = 0
    people: int = 0
    unrecorded: int = 0
    records: Counter[str] = field(default_factory=Counter)  # by file name
    kinds: Counter[str] = field(default_factory=Counter)  # by record type
    planted: Counter[str] = field(default_factory=Counter)  # storylines and look-alikes
    figures: list[Compared] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.records.values())

    def as_dict(self) -> dict[str, Any]:
        return {
            "start": self.start.isoformat(),
            "until": self.until.isoformat(),
            "scale": round(self.scale, 4),
            "children": self.children,
            "people": self.people,
            "records": dict(sorted(self.records.items())),
            "kinds": dict(sorted(self.kinds.items())),
            "total": self.total,
            "unrecorded": self.unrecorded,
            "planted": dict(sorted(self.planted.items())),
            "figures": [one.as_dict() for one in self.figures],
            "files": [str(path) for path in self.files],
            "schools": str(self.register or ""),
            "truth": [str(path) for path in self.truth],
        }


def simulate(wanted: Wanted, progress: Progress | None = None) -> Made:
    """Writes the city. Raises ValueError where what is wanted cannot be, and Unsound where the definition is not."""
    definition = load(wanted.partnership)
    children = Targets.children_at(definition, wanted.scale) if wanted.scale is not None else wanted.children
    if children < 1 or wanted.years <= 0 or (wanted.scale is not None and wanted.scale <= 0):
        raise ValueError("at least one child, and a time longer than none")
    city = City(
        wanted.partnership,
        children,
        wanted.seed,
        period_of(wanted),
        read_errors(wanted.errors),
        tuple(read_bias(wanted.bias)),
        tuple(storylines(definition, wanted.storylines)),
        wanted.ssd,
        wanted.census and any(feed.format == "cin-census" for feed in definition.feed.values()),
    )
    jobs = wanted.jobs or os.cpu_count() or 1
    with _Pool(city, min(jobs, city.shards)) as pool:
        return _write(wanted.out, city, pool, progress or (lambda *_: None))


def period_of(wanted: Wanted) -> Period:
    until = shifted(wanted.until, wanted.shift_to) if wanted.shift_to else wanted.until
    school = school_days_of(load(wanted.partnership))
    return Period(until - timedelta(days=max(1, round(wanted.years * 365.25))), until, school)


# --- processes ------------------------------------------------------------------------------------------

_workshop: Workshop | None = None


def _begin(city: City) -> None:
    global _workshop
    _workshop = Workshop(city)


def _sketch(shard: int) -> tuple[Sketch, list[tuple[int, int, int, int]]]:
    assert _workshop is not None
    return _workshop.sketch(shard)


def _make(task: tuple[int, Share]) -> Told:
    assert _workshop is not None
    return _workshop.make(*task)


class _Pool:
    """Runs a function over tasks, in their order, in this process or several. A few tasks ahead at most: memory is bounded."""

    def __init__(self, city: City, jobs: int) -> None:
        _begin(city)
        assert _workshop is not None
        self.workshop = _workshop
        self._pool = (
            multiprocessing.get_context("fork").Pool(jobs) if jobs > 1 else None
        )  # children inherit the workshop
        self._ahead = 2 * jobs

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.terminate()
            self._pool.join()

    def over(self, function: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Any]:
        if self._pool is None:
            yield from map(function, tasks)
            return
        waiting: list[Any] = []
        for task in tasks:
            waiting.append(self._pool.apply_async(function, (task,)))
            if len(waiting) >= self._ahead:
                yield waiting.pop(0).get()
        for one in waiting:
            yield one.get()


# --- writing --------------------------------------------------------------------------------------------


def _write(out: Path, city: City, pool: _Pool, progress: Progress) -> Made:
    shards = range(city.shards)
    sketches: list[Sketch] = []
    numbers: dict[int, tuple[int, int, int]] = {}
    nhs = upn = 0
    shares: list[Share] = []
    for shard, (sketch, families) in enumerate(pool.over(_sketch, shards)):
        progress("sketching", shard + 1, city.shards)
        sketches.append(sketch)
        numbers |= {n: (most, nhs + first_nhs, upn + first_upn) for n, most, first_nhs, first_upn in families}
        shares.append(Share(None, nhs, upn))  # type: ignore[arg-type]
        nhs, upn = nhs + sketch.nhs, upn + sketch.upn
    workshop = pool.workshop
    bias = Bias(city.unfair, tuple(ETHNICITY), workshop.districts)
    planted = _appoint(city, workshop, shares, numbers)
    plan = Plan(city.seed, workshop.targets, city.period, sketches, bias, planted)
    for share, orders in zip(shares, plan.orders, strict=True):
        share.orders = orders
        share.released, share.more_force = _arrests(workshop.targets, city.period, planted)
    made = Made(start=city.period.start, until=city.period.until, scale=workshop.targets.scale)
    figures = FigureCounter(workshop.definition, city.period)
    for folder in (out / "feeds" / "ssd", out / "truth"):
        folder.mkdir(parents=True, exist_ok=True)
    _clear(out)
    with ExitStack() as stack:
        files = _open(out, city, workshop, stack)
        for shard, told in enumerate(pool.over(_make, list(zip(shards, shares, strict=True)))):
            progress("making", shard + 1, city.shards)
            _put(told, files, made, figures)
    _finish(out, city, workshop, made, figures)
    return made


def _appoint(
    city: City, workshop: Workshop, shares: list[Share], numbers: dict[int, tuple[int, int, int]]
) -> FigureCounter:
    """Storylines and look-alikes: which families have a part in one; and what their records come to."""
    able = [n for n, (most, _, _) in numbers.items() if most == 0 or most > 7]
    lines: list[Storyline] = list(workshop.lines.values())
    quotas = {line.id: quota(line, city.children, city.period.years) for line in lines}

    def household(n: int) -> Any:
        return workshop.household(n, numbers[n][0])

    found = appoint(
        lines,
        quotas,
        seed=city.seed,
        numbers=able,
        household=household,
        first=city.period.start,
        last=city.period.until - timedelta(days=1),
    )
    planted = FigureCounter(workshop.definition, city.period)
    for one in found:
        for shard in sorted(
            {n // BLOCK for n in one.households}
        ):  # once a shard, however many of its homes have a part
            share = shares[shard]
            share.appointments.append(one)
            share.elsewhere |= {other: numbers[other] for other in one.households}
        for event in workshop.planted(one, household).events:
            planted.event(event)
    return planted


def _arrests(targets: Targets, period: Period, planted: FigureCounter) -> tuple[float, float]:
    """The share of arrested children released early that the rest must have, so that with those of storylines it is right;
    and how much likelier force must be, since storylines tell of none."""
    name, base = "child-arrests-released-within-12-hours", "child-arrests"
    years = range(len(period.segments))
    wanted = targets.of(base) * sum(fraction for _, _, fraction in period.segments)
    rest = wanted - sum(planted.records[base, at] for at in years)
    if rest <= 0:
        return targets.share(name), 1.0
    early = wanted * targets.share(name) - sum(planted.records[name, at] for at in years)
    return min(1.0, max(0.0, early / rest)), wanted / rest


def _clear(out: Path) -> None:
    """Files of another wish, which would not be written again."""
    for old in (
        *(out / "feeds").glob("cin-census-*.xml"),
        *(out / "feeds" / "ssd").glob("ssd_*.csv"),
        out / "feeds" / REGISTER,
    ):
        old.unlink(missing_ok=True)


def _open(out: Path, city: City, workshop: Workshop, stack: ExitStack) -> dict[str, TextIO]:
    def opened(name: str, first: str = "") -> TextIO:
        stream = stack.enter_context((out / name).open("w", encoding="utf-8", newline=""))
        stream.write(first)
        return stream

    found = {f"feeds/{w.name}": opened(f"feeds/{w.name}", w.header()) for w in writers_of(workshop, lambda *_: {})}
    if city.ssd:
        for name, fields in ssd.TABLES.items():
            found[f"feeds/ssd/{name}.csv"] = opened(f"feeds/ssd/{name}.csv", ",".join(fields) + "\r\n")
    if city.census:
        last, now = city.period.census_year[1], city.period.now
        stream = opened(f"feeds/cin-census-{last.year}.xml", census.beginning(workshop.authority, last, now))
        found["feeds/census"] = stream
        stack.callback(stream.write, census.END)  # called before the file is closed
    return found | {f"truth/{name}": opened(f"truth/{name}") for name in FILES}


def _put(told: Told, files: dict[str, TextIO], made: Made, figures: FigureCounter) -> None:
    for name, text in told.files.items():
        files[name].write(text)
    for name in ("records", "kinds", "planted"):
        getattr(made, name).update(getattr(told, name))
    made.children += told.children
    made.people += told.people
    made.unrecorded += told.unrecorded
    if told.figures:
        figures.add(told.figures)


def _finish(out: Path, city: City, workshop: Workshop, made: Made, figures: FigureCounter) -> None:
    feeds = out / "feeds"
    if city.census:
        name = f"cin-census-{city.period.census_year[1].year}.xml"
        made.records[name] = made.records.pop("census", 0)
    for writer in writers_of(workshop, lambda *_: {}):
        path = feeds / writer.name
        if made.records[writer.name]:
            made.files.append(path)
        else:
            path.unlink()  # nothing was sent
            del made.records[writer.name]
    if city.census:
        made.files.append(feeds / name)
    if city.ssd:
        made.files.append(feeds / "ssd")  # a set: its files are loaded together
    elif (feeds / "ssd").is_dir() and not any((feeds / "ssd").iterdir()):
        (feeds / "ssd").rmdir()
    made.files.sort()
    made.register = _register(feeds, workshop)
    made.figures = compared(workshop.definition, workshop.targets, figures)
    (out / "truth" / "figures.csv").write_text(table(made.figures), encoding="utf-8", newline="")
    made.truth = [out / "truth" / name for name in sorted((*FILES, "figures.csv"))]


def _register(feeds: Path, workshop: Workshop) -> Path | None:
    """The register of schools, in columns of the Department for Education's register: those that nobody has declared."""
    fresh = [school for school in workshop.schools.all if not school.declared]
    if not fresh:
        return None
    rng, rows = random.Random("register"), [REGISTER_COLUMNS]
    for number, school in enumerate(fresh):
        phase = {"primary": "Primary", "secondary": "Secondary", "college": "16 plus"}.get(
            school.phase, "Not applicable"
        )
        sort = {"college": "Further education", "alternative-provision": "Pupil referral unit"}
        postcode = f"{workshop.districts[school.place]} {rng.randrange(1, 10)}VK"
        phone = f"0113 496 0{number % 1000:03}"
        numbers = (str(990_000 + number), workshop.authority, str(2100 + number))
        rows.append(
            (*numbers, school.title, sort.get(school.phase, "Community school"), phase, "Open", postcode, phone)
        )
    path = feeds / REGISTER
    path.write_text("".join(f"{','.join(row)}\n" for row in rows), encoding="utf-8", newline="")
    return path
