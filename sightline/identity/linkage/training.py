"""Learning a model from a partnership's own people: Splink 5, without anybody's word on who is who.

1. *prior*: how many pairs are one person, from two rules that need no weights, and how much each misses (`Prior`);
2. *u*, what strangers share by chance: from random pairs; for identifiers and contacts from what they are (`analytic`);
3. *m*, what one person's records share: by expectation-maximisation over pairs that agree on one thing or another;
4. *expectation*: what an expert expects counts as some pairs, so that what the data happen never to show is not impossible.

A level that no pair showed is not learnt: `Unlearnt` names it. It may be taken from the expert (`expected=True`); the
model then says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from splink import Linker

from sightline.identity.linkage import settings
from sightline.identity.linkage.comparing import COMPARISONS, Comparison
from sightline.identity.linkage.engine import PEOPLE, Engine
from sightline.identity.linkage.model import Model, by_hand
from sightline.identity.linkage.names import in_use
from sightline.identity.linkage.types import Untrained

Progress = Callable[[str, int, int], None]

# What pairs agree on, from which m is learnt: each teaches what it does not itself hold fixed.
TEACHES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("the same NHS number", ("nhs",)),
    ("the same pupil number", ("upn",)),
    ("born on one day, given names that sound alike", ("born", "given_sound")),
    ("born on one day, family names that sound alike", ("born", "family_sound")),
    ("the same given and family name", ("given", "family")),
    ("given names that sound alike, family names too", ("given_sound", "family_sound")),
)
WRONG_NUMBER = 0.005  # at most one record in two hundred bears somebody else's number: a brother's, a slip of the hand
SHARING = 3.0  # people who share a telephone number or e-mail address with somebody: a home's
FIXED = ("household/of-family", "nhs-number/digit", "upn/digit", "number/same")  # never met by chance, nor by EM
EXPECTED_AS = 100  # pairs of one person that the expert's expectation counts as
EXPECTED_ELSEWHERE = 2000  # the same in a model for other people than taught it: an invented city makes fewer mistakes
FEW = 5  # names that fewer people bear share one frequency, and none of them is kept
LEAST_PAIRS = 200  # of one person, known by rule: with fewer nothing can be learnt
MOST = 0.9999


class Unlearnt(Untrained):
    """Levels that no pair showed, by name."""

    def __init__(self, levels: Sequence[str]) -> None:
        self.levels = tuple(levels)
        named = "; ".join(_title(level) for level in self.levels)
        super().__init__(
            f"{len(self.levels)} level(s) stay untrained, because no two people's details showed them: {named}. "
            "Train on more people, or take these from what experts expect (--expected): the model then says which."
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much to look at. More pairs: rarer levels are met, and it takes longer."""

    random_pairs: float = 1e7
    level_count: int = 300  # a level met so often is known well enough
    em_pairs: float = 2e6
    seed: int = 1
    elsewhere: int = 0  # it is meant for others, of about so many people; 0: for those who are there
    expected: bool = False  # take from the expert what was not learnt
    thresholds: Mapping[str, float] = field(default_factory=lambda: {"same": 10.0, "possible": -4.0})
    partnership: str = ""
    today: str = ""


@dataclass(frozen=True, slots=True)
class Prior:
    """How many of all pairs are one person: estimated from what two rules find alone and together.

    `number`: pairs with one NHS number. `details`: pairs with one given name, family name and birth date.
    Of the pairs that both could find, how many each did tells what each misses (capture and recapture).
    """

    rows: int
    number: int
    details: int
    both_could: int  # pairs of `details` in which both have an NHS number
    both: int

    @property
    def recall(self) -> float:
        """Of the pairs that are one person, the share that name and birth date find."""
        return self.both / self.number

    @property
    def precision(self) -> float:
        """Of the pairs that name and birth date find, the share that is one person."""
        return self.both / self.both_could

    @property
    def pairs(self) -> float:
        """Pairs that are one person."""
        return self.details * self.precision / self.recall

    @property
    def probability(self) -> float:
        return self.pairs / (self.rows * (self.rows - 1) / 2)


def train(engine: Engine, wanted: Wanted, progress: Progress = lambda *_: None) -> Model:
    """A model of the people whom the engine has taken. Raises Unlearnt; Untrained where there are too few."""
    began, steps = time.monotonic(), 3 + len(TEACHES)
    progress("how many pairs are one person", 0, steps)
    prior = prior_of(engine)
    people = prior.rows / (1 + 2 * prior.pairs / prior.rows)  # clusters of equal size; enough for what rests on it
    progress("what strangers share", 1, steps)
    shared = _shared_by_chance(engine, wanted)
    hand = by_hand()
    u = analytic(hand.u, shared, people)
    m: dict[str, dict[str, float]] = {}
    sessions: list[dict[str, Any]] = []
    linker = Linker(engine.registered(PEOPLE), settings.settings(
        m={c: {level: hand.m[c][level] for level in levels} for c, levels in _fixed().items()},
        u=u, fixed=FIXED, prior=prior.probability, spark=engine.name == "spark"), log_level=None)  # fmt: skip
    for step, (says, columns) in enumerate(TEACHES, 2):
        progress(f"what one person's records share: {says}", step, steps)
        sessions.append(_teach(engine, linker, says, columns, wanted))
    m = settings.learnt(linker.misc.save_model_to_json(), "m")
    progress("putting it together", steps - 1, steps)
    matched = max(1.0, sum(s["pairs"] * s["one-person"] for s in sessions[:1]))
    unlearnt = [
        f"{c.id}/{level.id}"
        for c in COMPARISONS
        for level in c.levels[1:]
        if f"{c.id}/{level.id}" not in FIXED and (level.id not in m[c.id] or level.id not in u[c.id])
    ]
    if unlearnt and not wanted.expected:
        raise Unlearnt(unlearnt)
    scale = (people / wanted.elsewhere) if wanted.elsewhere else 1.0
    counts_as = EXPECTED_ELSEWHERE if wanted.elsewhere else EXPECTED_AS
    m, u = _together(m, u, hand, unlearnt, matched, counts_as, prior.probability, wanted.random_pairs)
    tf, rare = frequencies(engine)
    if wanted.elsewhere:
        u = analytic(u, u, wanted.elsewhere)
        # Names that nobody here bears may be common there: they count as ordinary ones.
        rare = {c: max(share, u[c]["same"]) for c, share in rare.items()}
    model = Model(
        made=wanted.today,
        prior=_round(prior.probability * scale),
        m=m,
        u=u,
        tf=tf,
        tf_rare=rare,
        thresholds=dict(wanted.thresholds),
        trained_on={
            "partnership": wanted.partnership,
            "rows": prior.rows,
            "people": round(people),
            "meant-for": wanted.elsewhere or round(people),
            "pairs": round(wanted.random_pairs),
            "engine": engine.name,
            "seconds": round(time.monotonic() - began, 1),
            "seed": wanted.seed,
            "prior": {
                "same-number": prior.number,
                "same-details": prior.details,
                "both-could": prior.both_could,
                "both": prior.both,
                "recall": round(prior.recall, 4),
                "precision": round(prior.precision, 4),
                "pairs-of-one-person": round(prior.pairs),
            },
            "taught-by": sessions,
            "expert-counts-as": counts_as,
        },  # fmt: skip
        by_hand=tuple(sorted({*FIXED, *unlearnt})),
        names=in_use().version,
    )
    progress("done", steps, steps)
    return model


def prior_of(engine: Engine) -> Prior:
    """See `Prior`. Raises Untrained where the rules find too little to learn from."""
    details = "given IS NOT NULL AND family IS NOT NULL AND born IS NOT NULL"
    found = Prior(
        rows=int(engine.ask(f"SELECT count(*) FROM {PEOPLE}")[0][0]),
        number=_pairs(engine, "nhs", "nhs IS NOT NULL"),
        details=_pairs(engine, "given, family, born", details),
        both_could=_pairs(engine, "given, family, born", f"{details} AND nhs IS NOT NULL"),
        both=_pairs(engine, "given, family, born, nhs", f"{details} AND nhs IS NOT NULL"),
    )
    if found.both < LEAST_PAIRS:
        raise Untrained(
            f"Of {found.rows:,} source identities only {found.both:,} pairs agree in NHS number, name and birth date; "
            f"nothing can be learnt from fewer than {LEAST_PAIRS}. The model that ships with Sightline stays in force."
        )
    return found


def analytic(
    kept: Mapping[str, Mapping[str, float]], u: Mapping[str, Mapping[str, float]], people: float
) -> dict[str, dict[str, float]]:
    """`u` with what no random pair shows, set from what it is: two strangers share a national number where one of them
    bears it wrongly, and a telephone number where they live together. `kept`: where the levels of `FIXED` come from.
    """
    number = 2 * WRONG_NUMBER / people
    found = {c: dict(levels) for c, levels in u.items()}
    for level in FIXED:
        c, name = level.split("/")
        found.setdefault(c, {})[name] = kept[c][name]
    found["household"]["contact"] = SHARING / people
    for c in ("nhs-number", "upn"):
        found.setdefault(c, {})["same"] = number
    for c in ("nhs-number", "upn", "number"):
        found[c]["else"] = 1.0 - sum(value for name, value in found[c].items() if name != "else")
    return found


def frequencies(engine: Engine) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Per comparison, the share of records with each name that at least `FEW` people bear; and of each rarer one.

    People are counted by their birth dates: of how many days somebody of that name is.
    """
    common: dict[str, dict[str, float]] = {}
    rare: dict[str, float] = {}
    for one in (c for c in COMPARISONS if c.tf_column):
        column = one.tf_column
        rows = engine.ask(
            f"SELECT {column}, count(*), count(DISTINCT born) FROM {PEOPLE} WHERE {column} IS NOT NULL GROUP BY {column}"
        )
        total = sum(int(n) for _, n, _ in rows)
        common[one.id] = {str(v): _round(int(n) / total) for v, n, days in sorted(rows) if int(days) >= FEW}
        others = [int(n) for _, n, days in rows if int(days) < FEW]
        rare[one.id] = _round(sum(others) / len(others) / total) if others else _round(1 / total)
    return common, rare


def _shared_by_chance(engine: Engine, wanted: Wanted) -> dict[str, dict[str, float]]:
    learns = [c for c in COMPARISONS if not c.identifier and c.id != "number"]
    asked = settings.settings(comparisons=learns, spark=engine.name == "spark")
    linker = Linker(engine.registered(PEOPLE), asked, log_level=None)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=wanted.random_pairs, seed=wanted.seed, min_count_per_level=wanted.level_count
    )
    return settings.learnt(linker.misc.save_model_to_json(), "u")


def _teach(engine: Engine, linker: Linker, says: str, columns: Sequence[str], wanted: Wanted) -> dict[str, Any]:
    where = " AND ".join(f"{c} IS NOT NULL" for c in columns)
    pairs = _pairs(engine, ", ".join(columns), where)
    if not pairs:  # no sender tells of it: it teaches nothing, and what it would have taught stays unlearnt
        return {"says": says, "pairs": 0, "one-person": 0.0}
    session = linker.training.estimate_parameters_using_expectation_maximisation(
        " and ".join(f"l.{c} = r.{c}" for c in columns),
        estimate_without_term_frequencies=True,
        max_pairs=wanted.em_pairs,
        record_sample_proportion=1.0,
    )
    one = float(session.core_model_settings.probability_two_random_records_match)
    return {"says": says, "pairs": pairs, "one-person": round(one, 4)}


def _together(
    m: Mapping[str, Mapping[str, float]],
    u: Mapping[str, Mapping[str, float]],
    hand: Model,
    unlearnt: Sequence[str],
    matched: float,
    counts_as: float,
    prior: float,
    random_pairs: float,
) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:  # fmt: skip
    """What was learnt and what an expert expects, weighed. Random pairs that are one person are taken out of `u`."""
    found_m: dict[str, dict[str, float]] = {}
    found_u: dict[str, dict[str, float]] = {}
    for one in COMPARISONS:
        found_m[one.id], found_u[one.id] = {}, {}
        for level in one.levels[1:]:
            named, expected = f"{one.id}/{level.id}", hand.m[one.id][level.id]
            if named in FIXED or named in unlearnt:
                learnt_m, learnt_u = expected, u.get(one.id, {}).get(level.id, hand.u[one.id][level.id])
            else:
                learnt_m = (matched * m[one.id][level.id] + counts_as * expected) / (matched + counts_as)
                learnt_u = u[one.id][level.id]
                if not level.analytic and not one.identifier and one.id != "number" and level.id != "contact":
                    least = 1 / random_pairs
                    learnt_u = max((learnt_u - prior * m[one.id][level.id]) / (1 - prior), least)
            found_m[one.id][level.id] = _round(min(max(learnt_m, 1e-9), MOST))
            found_u[one.id][level.id] = _round(min(max(learnt_u, 1e-12), 1 - 1e-12))
    return found_m, found_u


def _pairs(engine: Engine, columns: str, where: str) -> int:
    """How many pairs of rows agree in all these columns."""
    counted = f"SELECT count(*) AS n FROM {PEOPLE} WHERE {where} GROUP BY {columns}"
    return int(
        engine.ask(f"SELECT coalesce(sum(cast(n AS BIGINT) * (n - 1) / 2), 0) FROM ({counted}) AS counted")[0][0]
    )


def _fixed() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for level in FIXED:
        c, name = level.split("/")
        found.setdefault(c, []).append(name)
    return found


def _title(level: str) -> str:
    from sightline.identity.linkage.comparing import BY_ID

    c, name = level.split("/")
    of: Comparison = BY_ID[c]
    return f"{of.title.lower()}, {of.levels[of.index(name)].says.lower()!r} ({level})"


def _round(number: float) -> float:
    """Six significant digits: what is kept says no more than was learnt."""
    return float(f"{number:.6g}")
