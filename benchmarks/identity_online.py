"""One arriving record against everybody known: who finds the true person, and how long it takes. Ours and others, in turn.

The same queries (`namesakes.told_of`: misheard, misspelt, moved, without any number) are asked of everybody in one run,
one after the other, so that a busy machine is busy for all. One definition of a hit: the true person is among at most 40
candidates; *first*: the best of them. Ours reads keys, likenesses and vault keys from the database each time and opens
what it scores, through the gate: nothing is warm but the database's own pages. None of the others keeps what it searches
sealed. Whoever is not installed is left out, by name.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from benchmarks import identity_base, identity_others
from benchmarks.measuring import Report, percentile
from benchmarks.namesakes import told_of
from sightline.intake.types import Details

database = identity_base.database
MOST = 40  # candidates of which one may be the true person
WARM = 20
SPLINK_EVERY = 10  # of the queries: it takes a hundred times as long
Ask = Callable[[Details], tuple[list[int], float]]  # numbers of the candidates, best first, and seconds


class Side:
    """One of those who are measured."""

    def __init__(self, name: str, ask: Ask, every: int = 1) -> None:
        self.name, self.ask, self.every = name, ask, every
        self.took: list[float] = []
        self.found = self.first = 0

    def turn(self, number: int, details: Details, *, count: bool = True) -> None:
        candidates, seconds = self.ask(details)
        if count:
            self.took.append(seconds)
            self.found += number in candidates[:MOST]
            self.first += candidates[:1] == [number]

    def milliseconds(self, share: float) -> float:
        return percentile(self.took, share) * 1000

    def tell(self, report: Report) -> None:
        n = len(self.took)
        times = " / ".join(f"{self.milliseconds(share):,.2f}" for share in (0.5, 0.95, 0.99))
        report.say(f"{self.name}: p50 / p95 / p99 of {n:,}, ms", times)
        report.say(f"{self.name}: true person found, first", f"{self.found / n:.3f}, {self.first / n:.3f}")


def measure(size: int) -> int:
    from django.db import connection

    report = Report()
    queries = [(number, told_of(number).details) for number in identity_base.numbers(size)]
    others = [(number, told_of(number, seed=1).details) for number in range(WARM)]
    with _sides(size, connection.vendor, [number for number, _ in queries]) as sides:
        for turn, (number, details) in enumerate(others):
            for side in sides:
                if turn % side.every == 0:
                    side.turn(number, details, count=False)
        for turn, (number, details) in enumerate(queries):
            for side in sides:
                if turn % side.every == 0:
                    side.turn(number, details)
    ours = sides[0]
    report.most("ours: p50", ours.milliseconds(0.5), 3, " ms")
    report.most("ours: p95", ours.milliseconds(0.95), 10, " ms")
    report.least("ours: true person among the candidates", ours.found / len(ours.took), 0.99)
    report.least("ours: true person first", ours.first / len(ours.took), 0.975)
    for side in sides:
        side.tell(report)
    for side in sides[1:]:
        ratio = side.milliseconds(0.5) / ours.milliseconds(0.5)
        if side.name == "Splink":
            report.least("times faster than Splink, p50", ratio, 50)
        else:
            report.say(f"times faster than {side.name}, p50", f"{ratio:,.1f}")
    return report.missed


@contextmanager
def _sides(size: int, vendor: str, asked: list[int]) -> Iterator[list[Side]]:
    with ExitStack() as stack:
        sides = [Side("ours", ours(asked))]
        for name, (opened, every) in {
            "Splink": (identity_others.splink, SPLINK_EVERY),
            "pg_trgm": (identity_others.trigrams, 1),
            "tantivy": (identity_others.tantivy, 1),
        }.items():
            try:
                sides.append(Side(name, stack.enter_context(opened(size, vendor)), every))
            except identity_others.NotHere as error:
                print(f"  {name} is left out: {error}", flush=True)
        yield sides


def ours(asked: list[int]) -> Ask:
    """`asked`: whom the queries mean; of the other candidates it need not be known who they are."""
    from sightline.agencies.queries import machine
    from sightline.identity.linkage.likeness import likeness_of
    from sightline.identity.matcher import Matcher
    from sightline.identity.models import Alike
    from sightline.sharing.reading import Reading
    from sightline.vault.actions import Keyring

    rows = Alike.objects.filter(id__in=[number + 1 for number in asked]).values_list("identity_id", "id")
    number_of: dict[Any, int] = {identity: alike - 1 for identity, alike in rows}
    by = machine("matching-machine")

    def ask(details: Details) -> tuple[list[int], float]:
        began = time.perf_counter()
        matcher = Matcher(Keyring(), reading=Reading(by, "identity"))  # as a bite or a request has its own
        [near] = matcher.like([likeness_of(details)], most=MOST)
        took = time.perf_counter() - began
        return [number_of.get(one.identity, -1) for one in near], took

    return ask
