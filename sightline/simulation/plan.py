"""Who in the city has how much of what: drawn once for the whole of it, so that its totals are what the figures say.

A sketch of every family (how many children, how old, how hard their lives are) is enough to draw from; the families
themselves are made again later, shard by shard. Two ways of drawing, both exact whatever the seed:

- *how often*: points at equal distances over the families' weights, from a random beginning (systematic sampling);
- *who*: the families with the smallest waiting times, which are exponential at their weights, until there are enough
  children (weighted sampling without replacement, Efraimidis and Spirakis 2006); the last family gives only some.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sightline.simulation.bias import Bias
from sightline.simulation.figures import Counter
from sightline.simulation.kinds import CARE_CODES, CHILD_CODES, CHILD_KINDS, FAMILY_CODES
from sightline.simulation.targets import Targets
from sightline.simulation.when import Period

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
YEAR = 365.25
NEVER = 0  # an ordinal day that is none
MAJOR = ("looked-after", "protection")
LONGER = 0.6  # of the unaccompanied children: looked after for more than a year


class Sketch(NamedTuple):
    """A shard's families in outline. Arrays over families: `f_`; over children, in the order of their families: `c_`."""

    f_strain: Floats
    f_children: Ints  # born by the last day
    f_couple: NDArray[np.bool_]
    c_family: Ints
    c_slot: Ints  # which of the family's children
    c_born: Ints  # ordinal day; of the unborn, the day after the last
    c_burden: Floats
    c_school: NDArray[np.bool_]
    c_group: Ints  # sex, ethnicity and place in one number, for biases
    nhs: int
    upn: int


class Care(NamedTuple):
    """What social care does with a family: `group` is one of CARE_CODES; days are ordinals, NEVER where open or not known."""

    group: str
    children: int
    start: int
    end: int
    number: int  # which of its group: shares are dealt out by it
    of: int
    segment: int


@dataclass
class Orders:
    """What is to happen in one shard, by the place of the family in it. `number` and `of`: which of its kind in that
    year, so that shares can be dealt out exactly."""

    children: dict[int, list[tuple[int, str, int, int, int]]] = field(
        default_factory=dict
    )  # slot, kind, year, number, of
    families: dict[int, list[tuple[str, int, int, int]]] = field(default_factory=dict)  # kind, year, number, of
    care: dict[int, list[Care]] = field(default_factory=dict)
    unaccompanied: int = 0
    leavers: int = 0


class Plan:
    """Draws everything; `orders[shard]` is what each shard is to make."""

    def __init__(
        self,
        seed: int,
        targets: Targets,
        period: Period,
        sketches: list[Sketch],
        bias: Bias,
        planted: Counter | None = None,
    ) -> None:
        self.targets, self.period, self.bias, self.seed, self.planted = targets, period, bias, seed, planted
        self.fractions = [fraction for _, _, fraction in period.segments]
        sizes = [len(s.f_strain) for s in sketches]
        self.first = np.concatenate(([0], np.cumsum(sizes)))  # the first family of each shard
        self.strain = np.concatenate([s.f_strain for s in sketches])
        self.members = np.concatenate([s.f_children for s in sketches])
        self.couple = np.concatenate([s.f_couple for s in sketches])
        self.c_family = np.concatenate([s.c_family + at for s, at in zip(sketches, self.first[:-1], strict=True)])
        self.c_slot = np.concatenate([s.c_slot for s in sketches])
        self.c_born = np.concatenate([s.c_born for s in sketches])
        self.c_burden = np.concatenate([s.c_burden for s in sketches])
        self.c_school = np.concatenate([s.c_school for s in sketches])
        self.c_group = np.concatenate([s.c_group for s in sketches])
        self.shard = np.repeat(np.arange(len(sketches)), sizes)
        self.orders = [Orders() for _ in sketches]
        self._children()
        self._domestic()
        self._care()
        self._alone(sum(sizes))

    def _rng(self, name: str) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64([self.seed & 0xFFFFFFFF, *name.encode()]))

    def _wanted(self, figure: str) -> list[int]:
        """How many in each year, without those that storylines bring."""
        found = self.targets.spread(self.targets.of(figure), self.fractions)
        return [max(0, count - self._planted(figure, at)) for at, count in enumerate(found)]

    def _planted(self, figure: str, segment: int, children: bool = False) -> int:
        if self.planted is None:
            return 0
        return (self.planted.children if children else self.planted.records)[figure, segment]

    # --- how often ------------------------------------------------------------------------------------

    def _allot(self, weights: Floats, count: int, rng: np.random.Generator) -> Ints:
        """Places, with repeats, `count` of them: each as often as its weight says, to within one."""
        total = np.cumsum(weights)
        if count <= 0 or not len(total) or total[-1] <= 0:
            return np.empty(0, dtype=np.int64)
        points = (np.arange(count) + rng.random()) * (total[-1] / count)
        return np.minimum(np.searchsorted(total, points, side="right"), len(weights) - 1)

    def _children(self) -> None:
        unborn = self.c_born > self.period.until.toordinal()
        for code, (name, kind) in enumerate(CHILD_KINDS.items()):
            rng = self._rng(name)
            base = self.c_burden if kind.by == "burden" else np.ones(len(self.c_born))
            base = (
                base * np.exp(kind.tail * rng.standard_normal(len(base))) * self.bias.times(kind.records, self.c_group)
            )
            for segment, count in enumerate(self._wanted(kind.figure)):
                first, last, _ = self.period.segments[segment]
                middle = (first.toordinal() + last.toordinal()) // 2
                age = (middle - self.c_born) / YEAR
                suits = (age >= kind.ages[0]) & (age < kind.ages[1]) & ~unborn
                if kind.by == "unborn":  # who was expected then: those born while we watched, and at the end the unborn
                    suits = (self.c_born > first.toordinal() + 60) & (self.c_born <= last.toordinal() + 120)
                if kind.school:
                    suits = suits & self.c_school
                weights = np.where(suits, base, 0.0)
                if kind.by == "unborn":
                    weights *= self.strain[self.c_family] + 0.02
                each = self._allot(weights, count, rng)
                order = rng.permutation(len(each))
                for at, number in zip(each.tolist(), order.tolist(), strict=True):
                    self._child(at, CHILD_CODES[code], segment, number, len(each))

    def _child(self, at: int, kind: str, segment: int, number: int, of: int) -> None:
        family = int(self.c_family[at])
        shard = int(self.shard[family])
        orders = self.orders[shard].children
        orders.setdefault(family - int(self.first[shard]), []).append((int(self.c_slot[at]), kind, segment, number, of))

    def _family(self, family: int, kind: str, segment: int, number: int, of: int) -> None:
        shard = int(self.shard[family])
        orders = self.orders[shard].families
        orders.setdefault(family - int(self.first[shard]), []).append((kind, segment, number, of))

    # --- at home --------------------------------------------------------------------------------------

    def _domestic(self) -> None:
        """Incidents with children there reach a number of different children; the rest come again to the same homes."""
        targets, rng = self.targets, self._rng("domestic")
        unequal = np.exp(0.8 * rng.standard_normal(len(self.strain)))
        everyone = self.strain * unequal * self.bias.times(("domestic-abuse-incident",), self._family_groups())
        with_children = self._wanted("domestic-incidents-with-children")
        alone = [
            all_of_them - some
            for all_of_them, some in zip(self._wanted("domestic-incidents"), with_children, strict=True)
        ]
        service = targets.spread(targets.of("domestic-service-concerns"), self.fractions)
        for segment, count in enumerate(with_children):
            first, last, fraction = self.period.segments[segment]
            middle = (first.toordinal() + last.toordinal()) // 2
            there = np.bincount(self.c_family, weights=self.c_born <= middle, minlength=len(self.strain)).astype(
                np.int64
            )
            wanted = max(
                0, round(targets.of("domestic-children") * fraction) - self._planted("domestic-children", segment, True)
            )
            waits = rng.exponential(size=len(self.strain)) / np.maximum(everyone, 1e-9)
            chosen = self._enough(waits, np.where(there > 0, there, 0), wanted)[0]
            chosen = chosen[: max(1, count)] if count else chosen[:0]
            more = self._allot(everyone[chosen], count - len(chosen), rng)
            each = np.concatenate((chosen, chosen[more])) if len(chosen) else chosen
            order = rng.permutation(len(each))
            for family, number in zip(each.tolist(), order.tolist(), strict=True):
                self._family(family, "domestic", segment, number, len(each))
            for at in self._allot(everyone[chosen], service[segment], rng).tolist():
                self._family(int(chosen[at]), "domestic-service", segment, 0, 1)
        weights = everyone * np.where(self.couple, 6.0, 0.4)
        for segment, count in enumerate(alone):
            each = self._allot(weights, count, rng)
            order = rng.permutation(len(each))
            for family, number in zip(each.tolist(), order.tolist(), strict=True):
                self._family(family, "domestic-alone", segment, number, len(each))

    def _family_groups(self) -> Ints:
        groups = np.zeros(len(self.strain), dtype=np.int64)
        groups[self.c_family] = self.c_group
        return groups

    @staticmethod
    def _enough(waits: Floats, members: Ints, wanted: int) -> tuple[Ints, Ints]:
        """Families in the order of their waiting times until they have so many members; and how many each gives."""
        able = np.flatnonzero(members > 0)
        order = able[np.argsort(waits[able], kind="stable")]
        total = np.cumsum(members[order])
        enough = int(np.searchsorted(total, wanted)) + 1 if wanted > 0 else 0
        chosen = order[:enough]
        gives = members[chosen].copy()
        if len(chosen) and total[min(enough, len(total)) - 1] > wanted:
            gives[-1] -= total[len(chosen) - 1] - wanted
        return chosen, gives

    # --- social care ----------------------------------------------------------------------------------

    def _care(self) -> None:
        """Who is looked after, on a plan, assessed. A family has one of the first two at most, and the rest besides."""
        targets, rng, spread = self.targets, self._rng("care"), self.targets.spread
        free, unfair = np.ones(len(self.strain), dtype=np.int64), self.bias.times(("referral",), self._family_groups())
        weight = np.maximum(self.strain, 1e-6) * unfair
        some = 1 + (rng.random(len(weight)) < 0.45) + (rng.random(len(weight)) < 0.2)

        def choose(group: str, wanted: int, start: tuple[int, int], end: tuple[int, int] | None, segment: int) -> None:
            waits = rng.exponential(size=len(weight)) / weight
            by = min(start[1], end[0] - 45 if end else start[1], self.period.until.toordinal() - 20)
            members = np.bincount(self.c_family, weights=self.c_born <= by, minlength=len(weight)).astype(np.int64)
            members = np.minimum(members, some) if group == "looked-after" else members
            chosen, gives = self._enough(waits, np.where(free > 0, members, 0), wanted)
            begun = _spread_days(rng, *start, len(chosen))
            over = _spread_days(rng, *end, len(chosen)) if end else np.zeros(len(chosen), dtype=np.int64)
            for number, (family, count) in enumerate(zip(chosen.tolist(), gives.tolist(), strict=True)):
                last = int(over[number])
                if last and last <= begun[number] + 20:
                    last = int(min(begun[number] + 20 + number % 60, end[1] if end else last))
                care = Care(group, int(count), int(begun[number]), last, number, len(chosen), segment)
                shard = int(self.shard[family])
                self.orders[shard].care.setdefault(family - int(self.first[shard]), []).append(care)
            if group in MAJOR:
                free[chosen] = 0

        alone = round(targets.of("looked-after-unaccompanied"))
        plans = round(targets.of("protection-plans"))
        long = round(plans * targets.share("protection-plans-over-two-years"))
        began = targets.of("protection-plans-started"), max(0.0, targets.of("looked-after-started") - 0.5 * alone)
        self._spells("protection", plans, targets.of("protection-plans-year-before"), began[0], 0.65, 1.0, long, choose)
        self._spells(
            "looked-after",
            round(targets.of("looked-after")) - alone,
            targets.of("looked-after-year-before") - alone * LONGER,
            began[1],
            0.9,
            0.6,
            10**9,
            choose,
        )
        no_plan = 0.15 * began[0]
        enquiries = max(0.0, targets.of("section-47-enquiries") - began[0] - no_plan - 0.3 * began[1])
        # Some plans follow a protection plan or an enquiry.
        in_need = max(0.0, targets.of("child-in-need-plans-started") - 0.98 * began[0] - 0.3 * (no_plan + enquiries))
        rest = max(0.0, targets.of("referrals") - began[0] - no_plan - enquiries - began[1] - in_need)
        for group, a_year in (
            ("conference-only", no_plan),
            ("enquiry", enquiries),
            ("in-need", in_need),
            ("assessment", 0.87 * rest),
            ("nothing-further", 0.13 * rest),
        ):
            for segment, count in enumerate(spread(a_year, self.fractions)):
                first, last, _ = self.period.segments[segment]
                choose(group, count, (first.toordinal(), last.toordinal()), None, segment)

    def _spells(
        self, group: str, stock: int, before: float, a_year: float, kept: float, stay: float, long: int, choose: Any
    ) -> None:
        """Spells so that there are `stock` on the last day, `before` a year earlier, and `a_year` begin in a year.

        `kept`: how many of a year's are still open at its end; `stay`: of the year before's, how many to the last day at
        most; `long`: how many have lasted over two years, at most.
        """
        whole, days = self.fractions, [(first.toordinal(), last.toordinal()) for first, last, _ in self.period.segments]
        begin = self.targets.spread(a_year, whole)
        staying, left = [round(kept * begin[0])], stock - round(kept * begin[0])
        if left < 0:
            staying, left = [stock], 0
        ended = [max(0, round(before) - left) if whole[0] == 1.0 else staying[0]]
        for at in range(1, len(begin)):
            most = max(0, left - long) if at == 1 and long < left else round(stay * begin[at])
            staying.append(min(left, most, begin[at]))
            left -= staying[-1]
            ended.append(round(kept * begin[at]))
        for at, (first, last) in enumerate(days):
            choose(group, staying[at], (first + 1, last - 2), None, at)
            same = begin[at] - round(kept * begin[at]) if at == 0 else max(0, round((1 - kept) * begin[at]))
            choose(group, same, (first + 1, last - 40), (first + 41, last), at)
            if at + 1 < len(days):
                earlier = max(0, min(ended[at], begin[at + 1] - staying[at + 1] - round((1 - kept) * begin[at + 1])))
                choose(group, earlier, (days[at + 1][0] + 1, days[at + 1][1] - 2), (first + 1, last), at + 1)
            else:
                earlier = 0
            span = 500 if group == "protection" else 1500
            choose(
                group,
                ended[at] - earlier,
                (days[min(at + 1, len(days) - 1)][0] - span, days[min(at + 1, len(days) - 1)][0] - 2),
                (first + 1, last),
                -1,
            )
        first = days[-1][0]
        if left > 0:
            older = (first - 2200, first - 30) if group == "looked-after" else (first - 420, first - 8)
            choose(group, left, older, None, -1)

    def _alone(self, families: int) -> None:
        """Unaccompanied children and care leavers: so many in each shard."""
        for name, count in (
            ("unaccompanied", self.targets.of("looked-after-unaccompanied")),
            ("leavers", self.targets.of("care-leavers")),
        ):
            shards = self._allot(np.ones(len(self.orders)), round(count), self._rng(name))
            for shard in shards.tolist():
                setattr(self.orders[shard], name, getattr(self.orders[shard], name) + 1)


def _spread_days(rng: np.random.Generator, first: int, last: int, count: int) -> Ints:
    """So many days, evenly over the time from the first to the last, in a random order."""
    if last < first:
        last = first
    days = first + ((np.arange(count) + rng.random()) * ((last - first + 1) / max(1, count))).astype(np.int64)
    return np.minimum(rng.permutation(days), last)


def day(ordinal: int) -> date | None:
    return date.fromordinal(ordinal) if ordinal else None


__all__ = ["CARE_CODES", "FAMILY_CODES", "Care", "Orders", "Plan", "Sketch", "day"]
