"""The reference pages of who is told and what is awaited, and of the day's lists."""

from __future__ import annotations

from sightline.definition.kinds.day_lists import DayList, ItemReview, Takes
from sightline.definition.kinds.telling import Expected, Telling
from sightline.definition.types import Partnership

DAY_WORDS = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday", "sun": "Sunday",
}  # fmt: skip


def tellings(p: Partnership) -> list[str]:
    """Who is told because something happened, and what must follow what."""
    out = [f"# Who is told, and what is awaited, in {p.info.title}", ""]
    out += ["What a record sets going by itself: somebody is told in time, once; and what should follow is chased.", ""]
    for one in p.telling.values():
        out += _telling(p, one)
    for expected in p.expected.values():
        out += _expected(p, expected)
    return out


def _telling(p: Partnership, one: Telling) -> list[str]:
    out = [f"## {one.title}", "", f"`{one.id}` · Source: {one.source}", "", *([one.note, ""] if one.note else [])]
    out += [f"- **After**: {_records(p, one.after)}; each {one.of} on it, once at each place"]
    ages = f"from {one.from_age} to {one.until_age - 1} years; younger where a setting is known; of nobody who is not born yet"
    out += [f"- **Who is told**: {_roles(p, one.told)}, {ages}"]
    out += [f"- **Until when**: {one.told_within} after it became known, however long ago it happened"]
    morning = f"in the inbox at {one.morning}; at once between {one.at_once}"
    out += [f"- **When**: by {one.begins} on the next day that is worked there, {morning}"]
    deputies, rings = _roles(p, one.deputies.told), _roles(p, one.unread.told)
    out += [
        f"- **Nobody has read it**: {deputies} after {one.deputies.after}; {rings} after {one.unread.after}, who rings"
    ]
    out += [f"- **No place can be told**: {_roles(p, one.nobody.told)}, at once"]
    out += (
        [f"- **{p.record[one.at_home.record].title}**: {_roles(p, one.at_home.told)}"]
        if one.at_home.record in p.record
        else []
    )
    return [*out, f"- **Asked what was done**: {one.asks.after} after it was read", ""]


def _expected(p: Partnership, one: Expected) -> list[str]:
    out = [f"## {one.title}", "", f"`{one.id}` · Source: {one.source}", "", *([one.note, ""] if one.note else [])]
    clock = p.clock.get(one.clock)
    out += [f"- **After**: {_records(p, (one.after,))}, {one.awaits}"]
    out += [f"- **Until**: the clock [{clock.title.lower()}](clocks.md)" if clock else f"- **Until**: {one.clock}"]
    out += [f"- **Else told**: {_roles(p, one.tells)}; again after {', then '.join(one.again)}, and so on"]
    explained = p.record.get(one.explained_by)
    return [
        *out,
        *([f"- **Or**: {explained.title.lower()}, recorded by somebody who answers for it"] if explained else []),
        "",
    ]


def day_lists(p: Partnership) -> list[str]:
    """The lists that are made each morning, and what is reviewed item by item."""
    out = [f"# The day's lists in {p.info.title}", ""]
    out += ["A list holds what arrived since the one before it was made, also what was sent late, and says why each line"]
    out += ["stands on it.", ""]
    for one in p.daylist.values():
        out += _list(p, one)
    for review in p.itemreview.values():
        out += _review(p, review)
    return out


def _list(p: Partnership, one: DayList) -> list[str]:
    out = [f"## {one.title}", "", f"`{one.id}` · Source: {one.source}", "", *([one.note, ""] if one.note else [])]
    days = ", ".join(DAY_WORDS[day] for day in one.sits_on)
    out += [f"- **Sits**: {days}, at {one.at}; made at {one.built_at}"]
    out += [f"- **On it**: {takes.says} ({_takes(p, takes)})" for takes in one.takes]
    for seat in one.sits:
        who = p.agency[seat.agency].title if seat.agency in p.agency else seat.kind or seat.agency
        out.append(f"- **Sits**: {who}, and brings: {seat.brings}")
    if one.decisions in p.codes:
        titles = "; ".join(code.title for code in p.codes[one.decisions].codes.values())
        out.append(f"- **Decides**: {titles}; never without {(one.plan or 'a plan for safety').lower()}")
    out += [f"- **Not for**: {one.never}"] if one.never else []
    return [*out, f"- **Kept by**: {_roles(p, one.led_by)}", ""]


def _review(p: Partnership, one: ItemReview) -> list[str]:
    out = [f"## {one.title}", "", f"`{one.id}` · Source: {one.source}", "", *([one.note, ""] if one.note else [])]
    out += [f"- **Taken**: {takes.says} ({_takes(p, takes)})" for takes in one.takes]
    out += [f"- **First**: {_roles(p, one.worker.roles)}, within {one.worker.within}"]
    out += [f"- **Then**: {_roles(p, one.manager.roles)}, within {one.manager.within}"]
    harm = p.codes[one.outcomes].codes.get(one.harm_needs) if one.outcomes in p.codes else None
    return [*out, *([f"- **Significant harm**: {harm.title.lower()}, always"] if harm else []), ""]


def _takes(p: Partnership, takes: Takes) -> str:
    from sightline.definition.reference import condition

    found = _records(p, takes.record)
    found += f", when {condition(takes.where)}" if takes.where else ""
    found += f", {takes.again.at_least} or more within {takes.again.within}" if takes.again else ""
    return found + (", as a pointer" if takes.pointer else "")


def _records(p: Partnership, records: tuple[str, ...]) -> str:
    return ", ".join(p.record[one].title.lower() if one in p.record else one for one in records)


def _roles(p: Partnership, roles: tuple[str, ...]) -> str:
    return ", ".join(p.role[one].title.lower() if one in p.role else one for one in roles)
