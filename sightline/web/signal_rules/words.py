"""Figures of rules, in words and pictures. Every figure comes from a table that may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from sightline.definition.kinds.oversight import Grouping
from sightline.definition.types import Partnership
from sightline.identity.measuring import Share
from sightline.signals.governing import drift as drifting
from sightline.signals.governing import fairness
from sightline.signals.governing.drift import Drift
from sightline.signals.governing.judging import OVER, Finding
from sightline.signals.governing.queries import Done, Figures, RuleView, Step
from sightline.web.matching.drawing import Line, draw
from sightline.web.words import counted, day_words, iso_words, moment_words

DRIFT = {
    drifting.STEADY: "as often as it used to",
    drifting.MORE: "more often than it used to",
    drifting.FEWER: "more seldom than it used to",
    drifting.UNKNOWN: "too few to say",
}
COLUMNS = {
    fairness.ACTED: "Acted on",
    fairness.COVERED: "A plan covered it",
    fairness.DISMISSED: "Not so",
    fairness.WAITING: "Nobody answered",
    fairness.NOT_ACTED: "Not acted on",
}
WHAT = {
    "files": "Stands in the definition’s files",
    "approved": "Went live",
    "ended": "Ended",
    "switched-off": "Switched off",
    "switched-on": "Switched on",
    "explained": "A rate was explained",
}
ENDS = (0.01, 0.02, 0.04, 0.08, 0.12, 0.2, 0.4, 0.6, 0.8)  # where a picture's scale may end


def percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %" if share < 0.1 else f"{100 * share:.0f} %"


def state_of(one: RuleView) -> tuple[str, str]:
    """How a rule stands: its tag's kind, and in a word."""
    if one.off is not None:
        return "late", "switched off"
    return ("kept", "in force") if one.in_force else ("soon", "not in force")


def row(one: RuleView, definition: Partnership) -> dict[str, Any]:
    tag, state = state_of(one)
    asks = [finding for finding in one.findings if finding.stops and not finding.explained]
    return {
        "one": one,
        "tag": tag,
        "state": state,
        "owner": role(definition, one.rule.owner),
        "yield": percent(one.done.yielded),
        "drift": DRIFT[one.drift.says],
        "moved": one.drift.says in (drifting.MORE, drifting.FEWER),
        "asks": len(asks),
        "looks": len(one.findings) - len(asks),
    }


def role(definition: Partnership, id: str) -> str:
    return definition.role[id].title if id in definition.role else id


def done(one: Done) -> list[tuple[str, str]]:
    """What became of what it told of, line by line."""
    lines = [
        ("Told of", f"{one.fired:,}"),
        ("Acted on", f"{one.acted:,}"),
        ("A plan covered it already", f"{one.covered:,}"),
        ("Not so, or not relevant", f"{one.dismissed:,}"),
        ("Nobody has answered", f"{one.waiting:,}"),
        ("Over before anybody answered", f"{one.ended:,}"),
        ("Withdrawn, because something was put right", f"{one.withdrawn:,}"),
    ]
    if one.days is not None:
        lines.append(("From telling to an answer", "the same day" if not one.days else counted(one.days, "day")))
    return lines


# --- by group ---------------------------------------------------------------------------------------------------------


def title_of(grouping: Grouping, groups: Sequence[str]) -> str:
    return "; ".join(grouping.groups[one].title if one in grouping.groups else one for one in groups)


def tables(definition: Partnership, figures: Figures, found: Sequence[Finding]) -> list[dict[str, Any]]:
    """One period's tables, each with its picture. A grouping of which nothing may be shown says so."""
    shown = []
    for oversight in definition.oversight.values():
        for name, grouping in oversight.by.items():
            if name not in figures.tables:
                continue
            table = figures.tables[name]
            shown.append(
                {
                    "name": name,
                    "title": grouping.title,
                    "because": grouping.because,
                    "stops": grouping.stops,
                    "fewest": oversight.fewest,
                    "times": f"{oversight.rate.times:g}",
                    **(_table(table, grouping, oversight.rate.least, found, name) if table else {"rows": []}),
                }
            )
    return shown


def _table(
    table: fairness.Table, grouping: Grouping, least: int, found: Sequence[Finding], name: str
) -> dict[str, Any]:
    rates = fairness.relative(table, least)
    against = {one.groups: one for one in found if one.breakdown == name}
    columns = [COLUMNS[one] for one in table.columns if one in COLUMNS]
    rows, lines = [], []
    for one, rate in zip(table.rows, rates, strict=True):
        finding = against.get(one.groups)
        lines.append(
            Line(title_of(grouping, one.groups), one.rate, *Share(one.fired, one.children).interval, bool(finding))
        )
        rows.append(
            {
                "title": title_of(grouping, one.groups),
                "children": f"{one.children:,}",
                "fired": f"{one.fired:,}",
                "rate": percent(one.rate),
                "times": times(rate) if rate else "",
                "between": f"{rate.low:.1f} to {rate.high:.1f}" if rate else "",
                "became": [
                    {"title": COLUMNS[k], "many": f"{n:,}", "share": percent(n / one.fired)}
                    for k, n in one.became.items()
                ],
                "lead": counted(one.lead, "day") if one.lead is not None else "",
                "finding": finding,
                "over": finding is not None and finding.kind == OVER,
            }
        )
    average = sum(one.fired for one in table.rows) / sum(one.children for one in table.rows)
    says = f"The share of children of whom the rule told, by {grouping.title.lower()}"
    highest = max([average, *(line.high for line in lines)])
    picture = draw(lines, average, says, next((end for end in ENDS if end >= highest), 1.0))
    return {
        "rows": rows,
        "columns": columns,
        "leads": any(one["lead"] for one in rows),
        "coarser": table.coarser,
        "picture": mark_safe(picture),
    }


def times(rate: fairness.Relative) -> str:
    return f"{rate.times:.1f} times"


def finding(definition: Partnership, one: Finding) -> dict[str, Any]:
    grouping = next(o.by[one.breakdown] for o in definition.oversight.values() if one.breakdown in o.by)
    return {
        "one": one,
        "says": f"{grouping.title}: {title_of(grouping, one.groups)}. {times(one.rate)} as often as all other children",
        "between": f"truly between {one.rate.low:.1f} and {one.rate.high:.1f}, with 95 per cent confidence",
        "because": grouping.because,
    }


# --- over time --------------------------------------------------------------------------------------------------------


def weeks_picture(one: Drift) -> SafeString:
    """A bar a week, oldest first; the usual range as a band. The sentence beside it says the same."""
    if not one.weeks:
        return mark_safe("")
    wide, high = 720, 140
    most = max(*one.weeks, one.high, 1) if len(one.weeks) > 1 else max(one.weeks[0], one.high, 1)
    room, step = high - 30, (wide - 60) / max(len(one.weeks), 12)

    def y(value: float) -> float:
        return 10 + room * (1 - value / most)

    parts = []
    if one.usual:
        parts.append(
            f'<rect class="pic-band" x="50" y="{y(one.high):.1f}" width="{wide - 60}" '
            f'height="{max(y(one.low) - y(one.high), 1):.1f}"><title>Usually {one.low:.0f} to {one.high:.0f}</title></rect>'
        )
        parts.append(f'<path class="pic-average" d="M50 {y(one.usual):.1f}H{wide - 10}"/>')
    for value in dict.fromkeys((0, max(one.weeks))):
        parts.append(f'<path class="pic-grid" d="M50 {y(value):.1f}H{wide - 10}"/>')
        parts.append(f'<text class="pic-when" x="44" y="{y(value) + 5:.1f}" text-anchor="end">{value:,}</text>')
    for place, many in enumerate(one.weeks):
        x = 50 + step * place
        ago = counted(len(one.weeks) - place, "week")
        parts.append(
            f'<rect class="pic-bar" x="{x + step * 0.15:.1f}" y="{y(many):.1f}" width="{step * 0.7:.1f}" '
            f'height="{max(10 + room - y(many), 0.5):.1f}"><title>{ago} ago: {many:,}</title></rect>'
        )
    label = f"Signs in each of the last {len(one.weeks)} whole weeks, the newest on the right"
    return mark_safe(
        f'<svg class="pic-files" viewBox="0 0 {wide} {high}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
    )


def step(one: Step, names: Mapping[str, str]) -> dict[str, Any]:
    who = names.get(one.by, "the watch over signals" if one.by == "signal-machine" else one.by)
    if one.what in ("switched-off", "switched-on") and one.by == "set-up-machine":
        who = "the operator, at the command line"
    return {
        "when": moment_words(one.at) if one.at else "",
        "what": WHAT[one.what],
        "version": one.version,
        "who": who,
        "agreed": names.get(one.agreed_by, one.agreed_by),
        "because": one.because,
        "draft": one.draft,
    }


def whole(one: Figures) -> dict[str, str]:
    """All children of a period, in figures that are read with ease."""
    return {name: f"{one.whole[name]:,}" for name in ("children", "fired") if name in one.whole}


def period(one: Figures) -> str:
    return f"{day_words(one.begins)} to {day_words(one.ends - timedelta(days=1))}"


def trial(tried: Mapping[str, Any]) -> dict[str, Any]:
    """What a trial came to, for a page."""
    before, after = tried["before"], tried["after"]
    return {
        **tried,
        "since_words": iso_words(tried["since"][:10]),
        "until_words": iso_words(tried["until"][:10]),
        "lines": [
            ("Signs in the year", before["fired"], after["fired"]),
            ("Children told of", before["children"], after["children"]),
            ("Signs a week for each 1,000 children", tried["per_thousand"][0], tried["per_thousand"][1]),
        ],
        "ways": sorted(set(before["ways"]) | set(after["ways"])),
    }


def whom(definition: Partnership, way: str) -> str:
    """`allocated-worker+lead-professional` in words."""
    return ", ".join(
        role(definition, one) if one in definition.role else one.replace("-", " ") for one in way.split("+")
    )
