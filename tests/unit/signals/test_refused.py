"""A rule that loops, divides by nothing, names what nobody knows or holds of everything is refused where it stands."""

from __future__ import annotations

import shutil

import pytest

from sightline.definition.loader import default_root, read
from sightline.definition.types import Fault

SOUND = """\
signal: {id}
title: Something to look at
source: local
may-mean: Something.
does-not-mean: Anything else.
when: {count: {record: missing-episode}, at-least: 2, within: 30 days}
says: "Missing {count:time|times}"
level: look
tell: [{whom: [duty-social-worker], how: now}]
rest: 28 days
owner: front-door-manager
examples:
  - {given: [missing-child on missing-episode on day 1, missing-child on missing-episode on day 30], fires-on: day 30}
  - {given: [missing-child on missing-episode on day 1, missing-child on missing-episode on day 9], fires-on: day 9}
  - {given: [missing-child on missing-episode on day 1], never: yes}
  - {given: [missing-child on missing-episode on day 1, missing-child on missing-episode on day 40], never: yes}
"""
WHEN = "{count: {record: missing-episode}, at-least: 2, within: 30 days}"
TELL = "[{whom: [duty-social-worker], how: now}]"
OFTEN = "{rate: {record: missing-episode}, within: 30 days, against: 6 months, times: 3}"

# name: (what stands there, the fault instead, its line, what the fault says)
FAULTS = {
    "rests on itself": (WHEN, "{rule: rests-on-itself}", 6, "does not rest on this one in turn"),
    "rests on one that rests on it": (
        WHEN,
        "{any: [{rule: rests-on-itself}, {rule: rests-on-one-that-rests-on-it}]}",
        6,
        "in turn",
    ),
    "divides by nothing": (WHEN, OFTEN.replace("6 months", "30 days"), 6, "nothing to compare with"),
    "a past shorter than now": (WHEN, OFTEN.replace("6 months", "2 weeks"), 6, "nothing to compare with"),
    "no times at all": (WHEN, OFTEN.replace("times: 3", "times: 1"), 6, "greater than 1"),
    "an unknown field": (WHEN, WHEN.replace("record:", "recrod:"), 6, "'recrod'"),
    "an unknown record": (
        WHEN,
        WHEN.replace("missing-episode", "missing-epsiode"),
        6,
        "did you mean 'missing-episode'",
    ),
    "an unknown code": (WHEN, WHEN.replace("record: missing-episode", "offence: murdre"), 6, "'murdre'"),
    "an unknown state": (WHEN, "{open: [child-protection-plam]}", 6, "did you mean 'child-protection-plan'"),
    "an unknown rule": (WHEN, "{rule: repeat-mising}", 6, "did you mean 'repeat-missing'"),
    "a field that what it follows has not": (
        WHEN,
        "{lacks: {record: return-home-interview}, came: held-on, after: {record: missing-episode}, within: 72 hours}",
        6,
        "did you mean 'held-at'",
    ),
    "holds of every entry": (
        WHEN,
        WHEN.replace("{record: missing-episode}", "{none: [{record: contact}]}"),
        6,
        "holds of every entry",
    ),
    "holds of every entry by any": (
        WHEN,
        WHEN.replace("{record: missing-episode}", "{any: [{record: contact}, {none: [{record: ppn}]}]}"),
        6,
        "holds of every entry",
    ),
    "holds of every child": (WHEN, "{none: [{open: [child-protection-plan]}]}", 6, "holds of every child"),
    "stands for no time": (WHEN, "{count: {record: missing-episode}}", 6, "no time at all"),
    "no window": (WHEN, WHEN.replace("30 days", "thirty days"), 6, "a window, such as"),
    "a window of nothing": (WHEN, WHEN.replace("30 days", "0 days"), 6, "window"),
    "a window of a lifetime": (WHEN, WHEN.replace("30 days", "4000 days"), 6, "ten years at most"),
    "two questions in one": (
        WHEN,
        "{count: {record: contact}, within: 30 days, open: [vrmp]}",
        6,
        "one question at a time",
    ),
    "rests on intelligence": (WHEN, WHEN.replace("missing-episode", "police-intelligence"), 6, "never evidence"),
    "rests on a search": (WHEN, WHEN.replace("missing-episode", "stop-search"), 6, "never evidence"),
    "reads ethnicity": (WHEN, WHEN.replace("record: missing-episode", "ethnicity: WBRI"), 6, "no rule may rest on it"),
    "an age that is none": (WHEN, "{all: [{aged: {from: 18 years, under: 17 years}}, {open: [vrmp]}]}", 6, "later"),
    "says what nobody counted": ("{count:time|times}", "{risk} times", 7, "{count}, {days}"),
    "less grave than itself": (
        "level: look\n",
        "level: now\ngraver: [{when: {open: [vrmp]}, is: pressing}]\n",
        9,
        "more pressing",
    ),
    "tells nobody": (TELL, "[]", 9, "who is told"),
    "tells somebody unknown": (
        TELL,
        "[{whom: [dutty-social-worker], how: now}]",
        9,
        "did you mean 'duty-social-worker'",
    ),
    "tells somebody who cannot answer": (TELL, "[{whom: [quality-officer], how: now}]", 9, "may answer"),
    "tells nobody where there is no worker": (
        TELL,
        "[{whom: [allocated-worker], how: now}]",
        9,
        "where the child has nobody",
    ),
    "a plan that decides whether": (TELL, "[{when: {open: [vrmp]}, whom: [duty-social-worker]}]", 9, "never whether"),
    "a gap that rings": ("says:", "sort: data\nsays:", 10, "data-quality list"),
    "nobody answers for it": ("owner: front-door-manager\n", "", 1, "answers for the rule"),
    "one example that fires": ("on day 9], fires-on: day 9", "on day 99], never: yes", 12, "at least two examples"),
}


def _id(name: str) -> str:
    return name.replace(" ", "-")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Fault]:
    """All faults at once: one land, with each of these rules in it."""
    root = tmp_path_factory.mktemp("lands") / "definitions"
    shutil.copytree(default_root(), root)
    for name, (old, new, _, _) in {"sound": ("local", "local", 0, ""), **FAULTS}.items():
        text = SOUND.replace("{id}", _id(name))
        assert old in text, name
        (root / "england" / "signals" / f"{_id(name)}.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    partnership, faults = read("england", root)
    assert partnership is None
    return faults


def _of(found: list[Fault], name: str) -> list[Fault]:
    return [fault for fault in found if fault.file.endswith(f"/signals/{_id(name)}.yaml")]


def test_a_sound_one_has_no_fault(found: list[Fault]) -> None:
    assert not _of(found, "sound"), [str(fault) for fault in _of(found, "sound")]


@pytest.mark.parametrize("name", FAULTS)
def test_each_is_refused_with_its_line(found: list[Fault], name: str) -> None:
    _, _, line, said = FAULTS[name]
    faults = _of(found, name)
    assert faults, f"{name} is taken"
    assert any(fault.line == line and said in str(fault) for fault in faults), [str(fault) for fault in faults]


def test_nothing_else_is_found_wrong(found: list[Fault]) -> None:
    known = tuple(f"/signals/{_id(name)}.yaml" for name in FAULTS)
    assert not [str(fault) for fault in found if not fault.file.endswith(known)]
