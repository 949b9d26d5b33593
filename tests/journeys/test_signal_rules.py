"""Who answers for the rules: a draft tried and agreed to by two people, the off switch, figures by group; in a browser."""

from __future__ import annotations

from datetime import date

import pytest

from sightline.agencies.queries import machine, partnership
from sightline.definition.kinds.oversight import Grouping
from sightline.jobs.due import sweep
from sightline.signals.governing import fairness, in_force, judging
from sightline.signals.governing.models import Draft, Fairness
from sightline.timescales.moment import now
from tests.journeys.test_feeds import looked_at, press

RULE = "repeat-missing"
TOLD = {  # ethnicity: children with an open chronology, told of, acted on
    "white-british": (4100, 160, 71),
    "gypsy-roma-traveller": (60, 4, 1),
    "white-other": (390, 17, 8),
    "mixed": (520, 23, 11),
    "asian": (880, 31, 14),
    "black": (610, 47, 15),
    "other": (95, 3, 2),
    "not-recorded": (160, 6, 2),
}
AGES = {"under-1": (410, 0, 0), "under-5": (900, 0, 0), "under-10": (1200, 2, 1), "under-16": (2900, 214, 90)}
AGES |= {"under-18": (1400, 75, 33), "not-recorded": (5, 0, 0)}


def table(grouping: Grouping, told: dict[str, tuple[int, int, int]]) -> dict[str, object]:
    made = {
        group: {"none": children - fired, "acted": acted, "dismissed": fired - acted}
        for group, (children, fired, acted) in told.items()
    }
    found = fairness.published(made, grouping, 5, {"black": range(12), "white-british": range(4, 60)})
    return found.as_dict() if found else {}


@pytest.fixture(scope="module", autouse=True)
def counted(address):
    """A finished half year, in which the rule told of Black children far more often than of all others."""
    by, definition = machine("signal-machine"), partnership()
    groupings = definition.oversight["signals"].by
    figures = {
        "": {"children": 6815, "fired": 291, "became": {"acted": 124}, "lead": 27},
        "ethnicity": table(groupings["ethnicity"], TOLD),
        "age": table(groupings["age"], AGES),
        "send": {},
    }
    kept = [
        Fairness.objects.create(
            rule=RULE,
            version=1,
            breakdown=name,
            begins=date(2026, 1, 1),
            ends=date(2026, 7, 1),
            made_at=now(),
            by=by.id,
            figures=figures_,
            definition=definition.hash,
        )
        for name, figures_ in figures.items()
    ]
    assert [one.group for one in judging.judge(kept, by=by)] == ["black"]


def test_a_rate_is_explained_by_one_and_agreed_to_by_another_and_the_rule_goes_on(as_):
    paul, mel = as_("paul"), as_("mel")
    paul.go("/signs/rules/")
    looked_at(paul, "rules-of-signs")
    press(paul, partnership().signal[RULE].title)
    paul.page.get_by_text("It stopped by itself").first.wait_for()
    looked_at(paul, "rule-of-signs")
    paul.page.get_by_label("Why is it so?").fill("More are recorded.")
    press(paul, "Write it down")
    paul.page.locator("[data-errors]").wait_for()
    assert paul.axe() == []
    paul.page.get_by_label("Why is it so?").fill(
        "We read all forty-seven: each child was missing as often as it says, and none was recorded twice."
    )
    press(paul, "Write it down")
    paul.page.get_by_text("A second person agrees with it, or not").wait_for()
    assert RULE not in in_force(partnership())
    mel.go(f"/signs/rules/{RULE}/")
    press(mel, "I agree: that is why")
    mel.page.get_by_text("The rule goes on").wait_for()
    assert RULE in in_force(partnership())
    assert all("422" in fault for fault in paul.faults)


def test_a_draft_is_tried_and_agreed_to_by_two_people(as_):
    paul, mel = as_("paul"), as_("mel")
    paul.go(f"/signs/rules/{RULE}/")
    press(paul, "Draft a change")
    text = paul.page.get_by_label("The declaration").input_value()
    changed = text.replace("within: 90 days", "within: ninety days", 1)
    paul.page.get_by_label("What is it for?").fill(
        "Absences three months apart are not one pattern: sixty days are enough."
    )
    paul.page.get_by_label("The declaration").fill(changed)
    press(paul, "Try it")
    paul.page.get_by_text("ninety days").first.wait_for()
    looked_at(paul, "draft-with-faults")
    examples = text.index("examples:")
    paul.page.get_by_label("The declaration").fill(
        text[:examples].replace("within: 90 days", "within: 60 days", 1) + EXAMPLES
    )
    press(paul, "Try it")
    paul.page.get_by_text("It is being tried").first.wait_for()
    sweep()
    paul.page.reload()
    paul.page.get_by_role("heading", name="What it would have done").wait_for()
    looked_at(paul, "draft-tried")
    press(paul, "Submit it")
    paul.page.get_by_text("A second, different person decides").wait_for()
    assert paul.page.get_by_role("button", name="Agree: it goes live").count() == 0
    mel.go("/signs/rules/")
    press(mel, f"{RULE}, version 2")
    mel.page.get_by_role("heading", name="Do you agree?").wait_for()
    looked_at(mel, "draft-to-agree-to")
    press(mel, "Agree: it goes live")
    mel.page.get_by_text("In force from this moment").wait_for()
    rule = in_force(partnership())[RULE]
    assert (rule.version, rule.when.within, Draft.objects.get().state) == (2, "60 days", "approved")
    paul.go(f"/signs/rules/{RULE}/")
    row = paul.page.locator("tr", has_text="Went live")
    assert "Paul" in row.inner_text() and "agreed by Mel" in row.inner_text()


def example(*days: int, **so: str) -> str:
    given = ", ".join(f"missing-child on missing-episode on day {day}" for day in days)
    return f"- {{given: [{given}], {', '.join(f'{key}: {value}' for key, value in so.items())}}}\n"


EXAMPLES = "examples:\n" + "".join(
    (
        example(1, 8, 60, **{"fires-on": "day 60"}),
        example(1, 8, 15, **{"fires-on": "day 15"}),
        example(1, 40, 88, never="yes"),
        example(1, 8, never="yes"),
    )
)


def test_off_is_off_for_everybody_at_once_without_java_script_too(as_, stranger):
    amir, paul = as_("amir"), stranger(java_script_enabled=False)
    amir.child()
    signs = amir.page.get_by_role("link", name="Something was done…").count()
    assert signs
    paul.sign_in("paul")
    paul.go("/signs/rules/")
    paul.page.get_by_role("link", name="Switch every rule off").click()
    paul.page.get_by_label("Why?").fill("The police feed sends every incident twice since noon.")
    paul.page.get_by_role("button", name="Switch every rule off now").click()
    paul.page.get_by_text("Switched off, from this moment").wait_for()
    amir.page.reload()
    assert amir.page.get_by_role("link", name="Something was done…").count() == 0
    paul.go("/signs/rules/all/switch/")
    paul.page.get_by_label("Why?").fill("The feed is mended.")
    paul.page.get_by_role("button", name="Switch every rule on").click()
    paul.page.get_by_text("What it had raised shows again").wait_for()
    amir.page.reload()
    assert amir.page.get_by_role("link", name="Something was done…").count() == signs


def test_it_opens_for_those_with_the_right_alone(as_):
    amir = as_("amir")
    assert amir.page.request.get(f"{amir.address}/signs/rules/").status == 403
    assert amir.page.request.get(f"{amir.address}/signs/rules/all/switch/").status == 403
