"""A rule in plain English says what it computes: every number, record, code and state of it, and no machine's name."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sightline.commands import main
from sightline.definition.base import Condition
from sightline.definition.kinds.signals import Signal
from sightline.definition.loader import load
from sightline.definition.reference_signals import every, signals
from sightline.definition.signal_entry_words import one_record
from sightline.definition.signal_words import explained, flat, lines, tell_words, when, when_words

LEEDS = sorted(load("leeds").signal)


def _records(tree: Condition) -> set[str]:
    found = set(tree.terms.get("record", ()))
    for part in (*tree.all, *tree.any, *tree.none):
        found |= _records(part)
    return found


@pytest.mark.parametrize("id", LEEDS)
def test_every_number_and_every_kind_of_record_is_said(id: str) -> None:
    partnership = load("leeds")
    rule = partnership.signal[id]
    said = when_words(partnership, rule)
    for path, pattern in rule.patterns():
        if path[0] != "when":
            continue
        for span in filter(None, (pattern.within, pattern.over, pattern.against, pattern.every, pattern.for_)):
            assert span in said or (span.startswith("1 ") and span[2:] in said), f"{span} is not said: {said}"
        if pattern.at_least > 1:
            assert str(pattern.at_least) in said
        for condition in pattern.conditions.values():
            for record in _records(condition):
                name = re.sub(r"^(an?|the) ", "", one_record(partnership, record))
                assert name in said, f"{record} is not said: {said}"


@pytest.mark.parametrize("id", LEEDS)
def test_no_machine_s_name_is_read_by_a_person(id: str) -> None:
    partnership = load("leeds")
    rule = partnership.signal[id]
    said = " ".join(words for _, words in explained(partnership, rule))
    records = {id for id in partnership.record if one_record(partnership, id) != id}  # some are a word of people's too
    machine = {*records, *partnership.role, *(r.opens.state for r in partnership.record.values() if r.opens)}
    words = set(re.findall(r"[a-z]+(?:-[a-z]+)+", said))
    assert not words & machine, words & machine
    assert "counts-as" not in said and "any record,," not in said and " no a " not in said
    assert said.count("(") == said.count(")")


def test_one_line_and_bullets_say_the_same() -> None:
    partnership = load("leeds")
    for rule in partnership.signal.values():
        question = when(partnership, rule)
        words = re.sub(r"[:;().]| and | or ", " ", flat(question)).split()
        listed = re.sub(r"[:;().]| and | or ", " ", " ".join(one for _, one in lines(question))).split()
        assert words == listed, rule.id


def _rule(**asks: object) -> Signal:
    whole = {"id": "a", "title": "A", "source": "local", "may-mean": "x", "does-not-mean": "y", "says": "z"}
    return Signal.model_validate({**whole, "when": asks})


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        (
            {"count": {"record": "missing-episode"}, "at-least": "3", "within": "90 days"},
            "At least 3 separate events within 90 days: an absence.",
        ),
        (
            {
                "first": {"record": ["child-protection-plan"]},
                "at": "ended",
                "then": {"record": "referral"},
                "within": "12 months",
            },
            "One after the other: first a child protection plan, counted from “Ended”; and then, within 12 months, a referral.",
        ),
        (
            {"lacks": {"record": "risk-matrix"}, "every": "1 month", "while": "vrmp"},
            "No risk matrix, for 1 month while there is a vulnerability and risk management plan.",
        ),
        ({"open": "in-custody", "past": "04:00"}, "Police custody goes on at 04:00."),
        (
            {"all": [{"open": "vrmp"}, {"none": [{"open": ["child-protection-plan"]}]}]},
            "All of these are so: there is a vulnerability and risk management plan; and there is no child protection plan.",
        ),
        ({"aged": {"from": "17 years"}}, "The child is 17 years old or older."),
        ({"differs": ["born", "upn"]}, "Two agencies hold a different date of birth or pupil number."),
        ({"rule": "repeat-missing"}, "What “Missing three times” asks is so."),
        (
            {"count": {"child-at-risk": "yes"}, "within": "1 day"},
            "A police incident that answers “Was a child at risk?” with yes, in the last day.",
        ),
        (
            {"count": {"record": "police-incident"}, "at-least": "2", "within": "7 days", "whose": "sibling"},
            "At least 2 separate events about a brother or sister within 7 days: a police incident.",
        ),
    ],
)
def test_questions_read_aloud(asks: dict[str, object], said: str) -> None:
    assert when_words(load("leeds"), _rule(**asks)) == said


def test_who_is_told_is_said_in_the_order_in_which_it_is_tried() -> None:
    partnership = load("leeds")
    first, last = tell_words(partnership, partnership.signal["repeat-missing"])
    assert first.startswith("When there is a joint plan: the child's own worker (where there is nobody: missing")
    assert last.startswith(
        "Otherwise: duty social worker and missing and exploitation officer, at once. They are asked: “What"
    )


def test_the_page_of_all_has_every_rule_once_and_each_partnership_s_own() -> None:
    lands = [load(name) for name in ("riverford", "england", "leeds")]
    page = every(lands)
    for land in lands:
        for id, rule in land.signal.items():
            shared = load("england").signal.get(id) == rule
            assert page.count(f'<a id="{"england" if shared else land.id}-{id}"></a>') == 1
    assert page.index("## England") < page.index("## Leeds") < page.index("## Riverford")
    assert all(f"`{id}`" in "\n".join(signals(load("leeds"))) for id in LEEDS)
    written = Path(__file__).parents[3] / "docs" / "reference" / "signals.md"
    assert written.read_text() == page, "run `sightline reference`"


def test_explain_prints_a_rule_and_the_nearest_name_of_one_that_is_not_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["signals", "explain", "repeat-missing", "--partnership", "leeds"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Missing three times\n") and "At least 3 separate events within 90 days: an absence." in out
    assert main(["signals", "explain", "repeat-mising", "--partnership", "leeds"]) == 1
    assert "Did you mean 'repeat-missing'?" in capsys.readouterr().err
    assert main(["signals", "explain", "drawn-to-the-river", "--partnership", "riverford", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rule"] == "drawn-to-the-river"
    assert main(["signals", "explain", "--partnership", "leeds", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == set(LEEDS)
