"""`identity-accuracy`: how often matching is right, against others on FEBRL and on an invented city with hard cases.

FEBRL3 and FEBRL4 are judged pair by pair at even odds (p of one half), as they are usually published; Splink looks at the
same pairs as we do. The city's files are read as real ones are; what joins by itself must never be wrong. Size: children.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from uuid import UUID

from benchmarks import febrl_splink, peers
from benchmarks.measuring import Report, peak_megabytes

WITHOUT_DATABASE = True
PARTNERSHIP, SEED, YEARS = "leeds", 1, 2.0
JOINS, HARD, EACH_KIND = 30_000, 2_000, 20  # at this size of city; a smaller one is held to its share
FULL = 40_000
Pairs = Sequence[tuple[str, str, float]]


@contextmanager
def database(engine: str, size: int) -> Iterator[dict[str, str]]:
    """None: what is measured here is what is judged, not where it is kept."""
    yield {"DATABASE_URL": "sqlite:///:memory:", "SIGHTLINE_MODE": "scratch"}


def measure(size: int) -> int:
    logging.getLogger("splink").setLevel(logging.ERROR)
    report = Report()
    _febrl(report)
    _city(report, size)
    report.say("peak memory", f"{peak_megabytes():,.0f} MB")
    return report.missed


# --- FEBRL ----------------------------------------------------------------------------------------------


def _febrl(report: Report) -> None:
    from benchmarks import febrl_ours

    for which, aim in (("4", 99.96), ("3", 99.8)):
        data: dict[str, list[dict[str, str]]] = json.loads(peers.run("benchmarks.febrl_peer", "rows", which))
        ids = [row["id"] for file in data.values() for row in file]
        true = sum(n * (n - 1) // 2 for n in Counter(map(_who, ids)).values())
        print(f" FEBRL{which}: {len(ids):,} rows, {true:,} true pairs, judged at p of 0.5", flush=True)
        found: dict[str, list[tuple[str, str]]] = {}
        for name, pairs in json.loads(peers.run("benchmarks.febrl_peer", "link", which)).items():
            found[f"recordlinkage, {name}"] = [(a, b) for a, b in pairs]
        found["Splink 5"] = _even(febrl_splink.link(data))
        began = time.monotonic()
        ours, _ = febrl_ours.link(data)
        seconds = time.monotonic() - began
        found["Sightline"] = _even(ours)
        f1 = {}
        for name, pairs in found.items():
            precision, recall, f1[name] = _scored(pairs, true)
            report.say(name, f"P {precision:.4f}  R {recall:.4f}  F1 {f1[name]:.4f}")
        for name in ("Splink 5", "Sightline"):
            report.say(f"{name}, closed to clusters", f"F1 {_scored(_closed(found[name], len(data)), true)[2]:.4f}")
        keys = febrl_ours.found_by_keys(data)
        brought = sum(_who(a) == _who(b) for a, b in map(tuple, keys))
        report.say("found by our keys, which are for England", f"R {brought / true:.4f}")
        report.say("learning and scoring", f"{seconds:.0f} s")
        report.least(f"FEBRL{which}, F1 of Sightline in per cent", 100 * f1["Sightline"], aim)
        report.least("  and no worse than Splink's", 100 * f1["Sightline"], 100 * f1["Splink 5"])


def _who(id: str) -> str:
    return id.split("-")[1]


def _even(pairs: Pairs) -> list[tuple[str, str]]:
    return [(a, b) for a, b, bits in pairs if bits >= 0]


def _scored(pairs: Sequence[tuple[str, str]], true: int) -> tuple[float, float, float]:
    """Precision, recall and F1."""
    right = sum(_who(a) == _who(b) for a, b in pairs)
    precision, recall = right / max(1, len(pairs)), right / true
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def _closed(pairs: Sequence[tuple[str, str]], files: int) -> list[tuple[str, str]]:
    """All pairs of whoever is joined through others; of two files, pairs across."""
    above: dict[str, str] = {}

    def root(one: str) -> str:
        while above.setdefault(one, one) != one:
            one = above[one]
        return one

    for a, b in pairs:
        above[root(a)] = root(b)
    those: dict[str, list[str]] = defaultdict(list)
    for one in list(above):
        those[root(one)].append(one)
    every = [(a, b) for group in those.values() for at, a in enumerate(group) for b in group[at + 1 :]]
    return every if files == 1 else [(a, b) for a, b in every if ("org" in a) != ("org" in b)]


# --- the city -------------------------------------------------------------------------------------------


def _city(report: Report, size: int) -> None:
    from benchmarks.identity_city import KINDS, made
    from benchmarks.identity_pairs import look
    from sightline.definition.loader import load
    from sightline.identity import bands, measuring
    from sightline.identity.clusters import Edge, components
    from sightline.identity.linkage.publishing import shipped_model

    began = time.monotonic()
    definition = load(PARTNERSHIP)
    rules, model = bands.in_force(definition.matching, date(2026, 11, 22)), shipped_model()
    city = made(size, years=YEARS, seed=SEED, partnership=PARTNERSHIP)
    children = sum(p["role"] == "child" for p in city.people.values())
    print(f" A city of {children:,} children, {YEARS:g} years: {city.records:,} records", flush=True)
    report.say("people as agencies hold them", f"{len(city.held):,} in {time.monotonic() - began:.0f} s")
    report.say("model in force", f"{model.id[:8]} of {model.made}")
    began = time.monotonic()
    looked = look(city.held, model, rules)
    report.say("pairs scored", f"{looked.scored:,} in {time.monotonic() - began:.0f} s")
    ids = [UUID(int=number) for number in range(len(city.held))]
    truth = {ids[at]: held.person for at, held in enumerate(city.held)}
    edges = [Edge(ids[p.one], ids[p.other], False, p.bits) for p in looked.pairs if p.band == bands.JOINS]
    together = components(ids, edges, ())
    asked = [(ids[p.one], ids[p.other]) for p in looked.pairs if p.band == bands.WAITS]
    groups = {
        id: measuring.groups_of(
            definition.naming, ethnicity=p.get("ethnicity", ""), given=p["given"], family=p["family"]
        )
        for id, p in city.people.items()
    }
    found = measuring.counted(truth, together, asked, groups)
    share, part = found.all.share, min(1.0, size / FULL)

    wrong = [edge for edge in edges if truth[edge.one] != truth[edge.other]]
    report.least("pairs joined by themselves", len(edges), JOINS * part)
    report.most("  of them wrong", len(wrong), 0)
    report.most("  wrong after joining all of them up", share("right").of - share("right").hits, 0)
    report.say(
        "  so wrong at most, with 95 % confidence", f"1 in {len(edges) / 3:,.0f}" if edges and not wrong else "-"
    )
    _hard(report, city.held, city.apart, looked.pairs, together, ids, part, KINDS)
    report.least("recall of same and possible, per cent", 100 * share("found").value, 98.5)
    direct = {frozenset((p.one, p.other)) for p in looked.pairs if truth[ids[p.one]] == truth[ids[p.other]]}
    report.least("  counted pair by pair", 100 * len(direct) / max(1, share("found").of), 98.5)
    report.say("  joined by themselves, per cent", f"{100 * share('joined').value:.2f}")
    worth = share("worth")
    report.say("questions to people, of 1,000 children a year", f"{1000 * worth.of / children / YEARS:,.0f}")
    report.say("  of which the answer is yes, per cent", f"{100 * worth.value:.1f}")
    _groups(report, found, rules.gap, rules.least, measuring)


def _hard(report: Report, held: Sequence, apart: Mapping, pairs: Sequence, together: Mapping, ids: Sequence,
          part: float, kinds: Mapping[str, str]) -> None:  # fmt: skip
    """People who are easily taken for one: none may join by itself."""
    by_person: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(held):
        by_person[one.person].append(at)
    band = {frozenset((p.one, p.other)): p.band for p in pairs}
    count: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    joined: Counter[str] = Counter()
    for (one, other), kind in apart.items():
        for a in by_person.get(one, ()):
            for b in by_person.get(other, ()):
                count[kind] += 1
                joined[kind] += together[ids[a]] == together[ids[b]]
                asked[kind] += band.get(frozenset((a, b))) == "possible"
    for kind, says in kinds.items():
        report.least(f"hard: {says}", count[kind], EACH_KIND * part)
        report.say("  a person is asked", f"{asked[kind]:,}")
        report.most("  joined by themselves", joined[kind], 0)
    report.least("hard pairs besides brothers and sisters", sum(count.values()) - count["siblings"], HARD * part)


def _groups(report: Report, found, gap: float, least: int, measuring) -> None:  # type: ignore[no-untyped-def]
    for name in ("right", "found"):
        average = found.all.share(name).value
        judged = {g: t.share(name) for g, t in found.groups.items() if t.share(name).of >= least}
        (by, group), worst = min(judged.items(), key=lambda item: item[1].value)
        low, high = worst.interval
        print(f"    {name}: worst off are {by} {group}, {worst.hits:,} of {worst.of:,}", flush=True)
        report.say(
            "  share, and what it may truly be", f"{100 * worst.value:.2f} ({100 * low:.2f} to {100 * high:.2f})"
        )
        report.say("  average, and groups judged", f"{100 * average:.2f}, {len(judged)}")
        report.most(f"  {name}: points below the average", max(0.0, 100 * (average - worst.value)), gap)
