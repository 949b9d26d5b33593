"""A back-test's figures as a person reads them: lines of text."""

# ruff: noqa: E501 (words, not code: a sentence stays on its line)

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

WIDE = 46


def lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """The whole report."""
    yield from _city(figures["city"])
    if "turned" in figures:
        yield from _real(figures)
        return
    yield from _aims(figures)
    yield from _kinds(figures)
    yield from _look_alikes(figures["look-alikes"])
    yield from _load(figures["load"])
    yield from _outcomes(figures["outcomes"])
    yield from _rules(figures["rules"])
    yield from _compared(figures.get("compared"))
    yield from _fairness(figures["fairness"])
    yield ""
    yield "What these figures rest on"
    yield from (f"  {sentence}" for sentence in figures["rests-on"])


def _city(city: Mapping[str, Any]) -> Iterator[str]:
    planted = f": {city['planted']:,} plantings" if city["planted"] else ""
    yield f"{city['records']:,} records about {city['children']:,} children, {city['from']} to {city['until']}{planted}"
    if city["not-yet-turned"]:
        yield f"{city['not-yet-turned']:,} storylines had not come to their turning point by the last day, and are left out"
    if city["recorded-by-nobody"]:
        yield f"{city['recorded-by-nobody']:,} events were recorded by nobody, as the file of biases says"


def _real(figures: Mapping[str, Any]) -> Iterator[str]:
    turned = figures["turned"]
    yield ""
    if turned["children"]:
        days = f", {turned['lead-median']:.0f} days before at the median" if turned["told-before"] else ""
        yield (
            f"Of {turned['children']:,} children for whom something grave was first recorded, somebody would have been told of"
            f" {turned['told-before']:,} in the half year before ({turned['share']:.0%}; {_between(turned['interval'], 'share')}){days}"
        )
    else:
        yield "Nothing grave was first recorded of anybody after the first half year: there is nothing to hold the rules against"
    for rule, answers in figures["answered"].items():
        yield f"  {rule}: " + ", ".join(f"{answer} {count:,}" for answer, count in answers.items())
    yield from _load(figures["load"])
    yield from _outcomes(figures["outcomes"])
    yield from _rules(figures["rules"])
    yield ""
    yield "What these figures rest on"
    yield from (f"  {sentence}" for sentence in figures["rests-on"])


def _aims(figures: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{'':{WIDE + 18}} {'aim':>10} {'came':>9}  95 % interval"
    for aim in figures["aims"]:
        sign = {"most": "at most ", "more": "more than "}.get(aim["unit"], "")
        verdict = {True: "", False: "  missed", None: "  nothing to say it by"}[aim["met"]]
        wanted = "0" if aim["unit"] == "more" else _figure(aim["aim"], aim["unit"])
        yield f"{aim['what']:{WIDE + 18}} {sign + wanted:>10} {_figure(aim['came'], aim['unit']):>9}  {_between(aim['interval'], aim['unit'])}{verdict}"
    found = figures["storylines"]
    if found.get("planted"):
        yield (
            f"  {found['seen']:,} of {found['planted']:,} storylines; each kind counted alike {found['share-each-kind-equal']:.1%};"
            f" by any rule at all {found['seen-by-any-rule']:.1%}"
        )
        yield (
            f"  with three weeks or more of warning {found['lead-21-days']:.1%}; a quarter had {found['lead-quarter']:.0f} days or"
            f" fewer; when first seen, {found['records-still-to-come']:.0%} of a storyline's records were still to come"
        )


def _kinds(figures: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{'Storyline':{WIDE}} {'seen':>9}  {'95 % interval':15} {'days':>5}  first and further seen by"
    for kind in figures["kinds"]:
        days = f"{kind['lead-median']:.0f}" if kind["seen"] else "-"
        rules = ", ".join(f"{rule} {count}" for rule, count in list(kind["rules"].items())[:4])
        seen = f"{kind['seen']}/{kind['planted']}"
        yield f"{kind['storyline']:{WIDE}} {seen:>9}  {_between(kind['interval'], 'share'):15} {days:>5}  {rules or 'nobody is told'}"


def _look_alikes(found: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{'Look-alike':{WIDE}} {'silent':>9}  {'95 % interval':15}"
    for kind in found["kinds"]:
        rules = ", ".join(f"{rule} {count}" for rule, count in kind["rules"].items())
        silent = f"{kind['silent']}/{kind['planted']}"
        yield f"{kind['look-alike']:{WIDE}} {silent:>9}  {_between(kind['interval'], 'share'):15}  {rules}".rstrip()
    never = found["never"]
    yield f"What authors said must never arise from their records alone: arose {never['broken']} times in {never['plantings']:,} plantings"
    yield from (f"  {where}: {count}" for where, count in never["where"].items())


def _load(load: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    worker = load["social-workers"]
    yield f"Told in {load['weeks']} weeks: {load['told']:,}, that is {load['per-1000-children-a-week']:.2f} for 1,000 children a week"
    yield (
        f"A social worker ({worker['workers']} with {worker['children-open']:,} open children): {worker['per-worker-a-week']:.2f} a week;"
        f" 90th percentile {worker['week-90th-percentile']}, 99th {worker['week-99th-percentile']}, most {worker['week-most']};"
        f" {worker['weeks-with-more-than-2']:.1%} of weeks with more than 2"
    )
    yield f"{'Others':{WIDE}} {'a day':>9} {'a day in the whole partnership':>32}"
    for other in load["others"]:
        yield f"{other['who']:{WIDE}} {other['per-day']:9.2f} {other['per-day-whole-partnership']:32.1f}"


def _outcomes(found: Mapping[str, Any]) -> Iterator[str]:
    why = found["why"]
    yield ""
    if found["told"]:
        yield (
            f"Worth acting on: {found['acted-on']:,} of {found['told']:,} ({found['share']:.0%}): planted {why['storyline']:,}, a step followed"
            f" {why['step']:,}. Besides: a plan was open {why['covered']:,}, a look-alike {why['look-alike']:,}, nothing known {why['nothing']:,}"
        )


def _rules(rules: Any) -> Iterator[str]:
    yield ""
    yield f"{'Rule':{WIDE}} {'told':>7} {'a week for 1,000':>17} {'worth':>6} {'look-alikes':>12} {'promised, seen':>15}"
    for rule in rules:
        worth = f"{rule['yield']:.0%}" if rule["yield"] is not None else "-"
        kept = f"{rule['promised-seen']}/{rule['promised']}" if rule["promised"] else ""
        yield (
            f"{rule['rule']:{WIDE}} {rule['told']:7,} {rule['per-1000-children-a-week']:17.3f} {worth:>6} {rule['look-alikes']:12,}"
            f" {kept:>15}"
        )


def _compared(found: Mapping[str, Any] | None) -> Iterator[str]:
    if not found:
        return
    yield ""
    yield f"{'At equal load':{WIDE}} {'told':>7} {'looked at':>10} {'seen':>6} {'days of warning for a storyline':>32}"
    yield _arm("the rules", found["ours"])
    for one in found["against"]:
        yield _arm(f"{one['baseline']}, {one['as-it-is']['setting']}", one["as-it-is"])
        if one["best-at-equal-load"]["setting"] != one["as-it-is"]["setting"]:
            yield _arm(f"  its best setting: {one['best-at-equal-load']['setting']}", one["best-at-equal-load"])


def _arm(title: str, one: Mapping[str, Any]) -> str:
    return f"{title:{WIDE}} {one['told']:7,} {one['looked-at']:10.0%} {one['seen']:6.1%} {one['days-of-warning-mean']:32.1f}"


def _fairness(found: Any) -> Iterator[str]:
    for grouping in found:
        yield ""
        yield f"{grouping['title']:{WIDE}} {'children':>9} {'told of':>8} {'times others':>13}  {'95 % interval':15} planted, times"
        for row in grouping["rules"]:
            yield f"{row['rule']}" + ("" if row["groups"] else ": too few to show")
            for group in row["groups"]:
                times = f"{group['times']:.2f}" if group["times"] else "-"
                truth = f"{group['times-in-truth']:.2f}" if group["times-in-truth"] else "-"
                mark = (
                    "  over what may go unexplained"
                    if group["over"]
                    else "  told of much more seldom"
                    if group["under"]
                    else ""
                )
                yield (
                    f"  {group['group'][: WIDE - 2]:{WIDE - 2}} {group['children']:9,} {group['told-of']:8,} {times:>13}"
                    f"  {_between(group['interval'], 'times'):15} {truth}{mark}"
                )


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    return f"{value:.1%}" if unit == "share" else f"{value:.1f}" if unit != "most" else f"{value:g}"


def _between(interval: Any, unit: str) -> str:
    if not interval:
        return ""
    if unit == "share":
        return f"{interval[0]:.0%} to {interval[1]:.0%}"
    return f"{interval[0]:.1f} to {interval[1]:.1f}" if unit != "times" else f"{interval[0]:.2f} to {interval[1]:.2f}"
