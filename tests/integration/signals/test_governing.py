"""Who answers for the rules: the off switch, a draft's way to being in force, figures by group, and what stops a rule."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.test import Client

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import machine, partnership
from sightline.commands import main
from sightline.definition.outcomes import Conflict, Invalid, Refused
from sightline.jobs import ruling
from sightline.jobs.due import sweep
from sightline.ledger.models import Record
from sightline.signals.governing import (
    EVERY,
    drafting,
    in_force,
    not_switched_off,
    queries,
    switching,
)
from sightline.signals.governing.models import Draft
from sightline.signals.models import Standing
from sightline.timescales.moment import now
from tests.support.house import JAY, actor, as_, person, recent_day, send, told

RULE = "repeat-missing"
WHY = "It tells of returns that were recorded twice."
STAFF = (
    ("bea", "business-manager"),
    ("quinn", "quality-officer"),
    ("ana", "partnership-analyst"),
    ("ig", "information-governance"),
)


def add_staff():
    for username, role in STAFF:
        add_worker(username=username, name=username, agency="business-unit", role=role, by=machine("set-up-machine"))
    add_worker(
        username="moe",
        name="Moe",
        agency="childrens-social-work",
        role="missing-exploitation-officer",
        by=machine("set-up-machine"),
    )


@pytest.fixture
def staff(house):
    add_staff()
    return house


def missing(days: int, **named):
    at = f"{recent_day(days)} 21:40"
    return told("missing-episode", "missing-child", at=at, missing_from=at, **named)


def page(username: str) -> Client:
    from django.contrib.auth import get_user_model

    client = Client()
    client.force_login(get_user_model().objects.get(username=username))
    return client


# --- the off switch ---------------------------------------------------------------------------------------------------


def test_a_rule_is_off_from_the_moment_it_is_switched_off_and_the_act_is_on_record(staff):
    definition = partnership()
    assert RULE in in_force(definition)
    before = now()
    switching.switch_off(rule=RULE, because=WHY, by=actor("quinn"))
    assert RULE not in in_force(definition) and "pattern-of-incidents" in in_force(definition)
    assert RULE in in_force(definition, before)  # what would have shown then
    with pytest.raises(Conflict):
        switching.switch_off(rule=RULE, because=WHY, by=actor("bea"))
    ruling.switch_on(rule=RULE, because="The feed is mended since noon.", by=actor("bea"))
    assert RULE in in_force(definition)
    verbs = Record.objects.filter(verb__startswith="switch-signals").order_by("at").values_list("verb", "detail")
    assert [(verb, detail["rule"]) for verb, detail in verbs] == [
        ("switch-signals-off", RULE),
        ("switch-signals-on", RULE),
    ]


def test_all_rules_are_off_at_once_and_those_that_were_off_stay_off(staff):
    definition = partnership()
    switching.switch_off(rule=RULE, because=WHY, by=actor("quinn"))
    switching.switch_off(rule=EVERY, because="The police feed sends every incident twice.", by=actor("moe"))
    assert in_force(definition) == {}
    ruling.switch_on(rule=EVERY, because="The police feed is mended.", by=actor("moe"))
    assert RULE not in in_force(definition) and len(in_force(definition)) > 1


def test_who_may_not_cannot_and_a_machine_never_switches_on(staff):
    for username in ("ana", "amir", "sam"):
        with pytest.raises(Refused):
            switching.switch_off(rule=RULE, because=WHY, by=actor(username))
    with pytest.raises(Invalid):
        switching.switch_off(rule=RULE, because="bad", by=actor("quinn"))
    with pytest.raises(Invalid):
        switching.switch_off(rule="repeat-misssing", because=WHY, by=actor("quinn"))
    switching.switch_off(rule=RULE, because=WHY, by=machine("set-up-machine"))  # the operator, at the command line
    with pytest.raises(Refused):
        switching.switch_on(rule=RULE, because=WHY, by=machine("set-up-machine"))


def test_what_is_off_raises_nothing_and_shows_nowhere_and_is_there_again(staff):
    send(missing(30), missing(20), missing(5))
    rows = Standing.objects.filter(rule=RULE)
    assert rows.filter(not_switched_off()).count() == 1
    switching.switch_off(rule=RULE, because=WHY, by=actor("quinn"))
    assert rows.filter(not_switched_off()).count() == 0
    other = replace(JAY, local_id="J2", nhs_number="9990000034", given="Kit", born="2011-02-03")
    send(missing(30, who=other), missing(20, who=other), missing(5, who=other))
    assert rows.count() == 1  # nothing new
    ruling.switch_on(rule=RULE, because="The feed is mended since noon.", by=actor("quinn"))
    assert rows.filter(not_switched_off()).count() == 1
    sweep()  # the worker lets everybody's signals follow
    sweep()
    assert rows.filter(not_switched_off()).count() == 2


# --- a draft ----------------------------------------------------------------------------------------------------------


def drafted(by: str = "quinn", at_least: str = "at-least: 2"):
    id = drafting.begin(rule=RULE, by=actor(by))
    row = Draft.objects.get(id=id)
    text = row.text.split("examples:")[0].replace("at-least: 3", at_least) + EXAMPLES
    drafting.save(draft=id, text=text, why="Twice is enough to ask who the child trusts.", lock=row.lock, by=actor(by))
    return Draft.objects.get(id=id)


EXAMPLES = """examples:
- {given: [missing-child on missing-episode on day 1, missing-child on missing-episode on day 40], fires-on: day 40}
- {given: [missing-child on missing-episode on day 1, missing-child on missing-episode on day 60 told on day 64], fires-on: day 64}
- {given: [missing-child on missing-episode on day 1, missing-child on missing-episode on day 100], never: yes}
- {given: [missing-child on missing-episode on day 1], never: yes}
"""


def test_a_draft_is_tried_agreed_to_by_another_and_in_force_at_once(staff):
    send(missing(40), missing(10))
    row = drafted()
    with pytest.raises(Refused) as refused:  # not tried yet
        drafting.submit(draft=row.id, lock=row.lock, by=actor("quinn"))
    assert refused.value.decision.reason_code == "wrong-state"
    ruling.try_over_the_past(draft=row.id, share=1, lock=row.lock, by=actor("quinn"))
    sweep()
    row.refresh_from_db()
    assert (row.tried["before"]["fired"], row.tried["after"]["fired"], row.tried["added"]) == (0, 1, 1)
    drafting.submit(draft=row.id, lock=row.lock, by=actor("quinn"))
    row.refresh_from_db()
    for username in ("quinn", "ana", "amir"):  # whoever made it; who may draft alone; who may neither
        with pytest.raises(Refused):
            ruling.approve(draft=row.id, lock=row.lock, by=actor(username))
    with pytest.raises(Conflict):  # what was read is not what stands
        ruling.approve(draft=row.id, lock=row.lock - 1, by=actor("bea"))
    before = now()
    assert not Standing.objects.filter(rule=RULE).exists()
    ruling.approve(draft=row.id, lock=row.lock, by=actor("bea"))
    assert in_force(partnership())[RULE].version == 2 and in_force(partnership())[RULE].when.at_least == 2
    assert in_force(partnership(), before)[RULE].version == 1
    sweep()
    sweep()
    (standing,) = Standing.objects.filter(rule=RULE)
    assert standing.version == 2
    with as_("quinn", "administration") as opened:
        (step, files) = queries.history(opened, RULE)
    assert (step.what, step.version, step.by, step.agreed_by) == ("approved", 2, actor("quinn").id, actor("bea").id)
    assert (files.what, files.version) == ("files", 1)
    ended_by_two(row.id)
    assert in_force(partnership())[RULE].version == 1 and drafting.next_version(partnership(), RULE) == 3


def ended_by_two(id):
    drafting.ask_to_end(draft=id, because="It asked too often, and nobody acted on it.", by=actor("moe"))
    lock = Draft.objects.get(id=id).lock
    with pytest.raises(Refused):
        ruling.decide_end(draft=id, ended=True, lock=lock, by=actor("quinn"))  # who made the draft
    ruling.decide_end(draft=id, ended=True, lock=lock, by=actor("bea"))


def test_what_was_tried_must_be_what_is_submitted_and_have_no_fault(staff):
    row = drafted()
    ruling.try_over_the_past(draft=row.id, share=1, lock=row.lock, by=actor("quinn"))
    sweep()
    lock = drafting.save(
        draft=row.id,
        text=row.text.replace("28 days", "14 days") + "# later\n",
        why=row.why,
        lock=row.lock,
        by=actor("quinn"),
    )
    with pytest.raises(Refused):
        drafting.submit(draft=row.id, lock=lock, by=actor("quinn"))
    bad = row.text.replace("within: 90 days", "within: ninety days")
    lock = drafting.save(draft=row.id, text=bad, why=row.why, lock=lock, by=actor("quinn"))
    with pytest.raises(Invalid) as invalid:
        ruling.try_over_the_past(draft=row.id, share=1, lock=lock, by=actor("quinn"))
    (line,) = [n for n, text in enumerate(bad.splitlines(), 1) if "ninety" in text]
    assert line in [fault.line for fault in invalid.value.faults]
    unmet = row.text.replace("fires-on: day 40", "fires-on: day 41")
    lock = drafting.save(draft=row.id, text=unmet, why=row.why, lock=lock, by=actor("quinn"))
    with pytest.raises(Invalid) as invalid:
        ruling.try_over_the_past(draft=row.id, share=1, lock=lock, by=actor("quinn"))
    assert [fault.code for fault in invalid.value.faults] == ["example"]


def test_a_trial_counts_what_would_be_added_and_removed_and_what_somebody_had_acted_on(staff):
    kit = replace(JAY, local_id="J2", nhs_number="9990000034", given="Kit", born="2011-02-03")
    send(missing(60), missing(50), missing(40), *(missing(day, who=kit) for day in (30, 25)))
    Standing.objects.filter(rule=RULE).update(answered="acted", answered_at=now())
    row = drafted(at_least="at-least: 2\n  apart: day")
    ruling.try_over_the_past(draft=row.id, share=1, lock=row.lock, by=actor("quinn"))
    sweep()
    row.refresh_from_db()
    tried = row.tried
    assert (tried["added"], tried["removed"], tried["acted"], tried["same"]) == (1, 0, 0, 1)
    assert tried["earlier"] == [1, 10]  # the second of Jay's three is ten days before the third
    strict = drafted("ana", at_least="at-least: 4")
    text = (
        strict.text.replace(
            "examples:",
            "examples:\n- {given: ["
            + ", ".join(f"missing-child on missing-episode on day {n}" for n in (1, 5, 9, 13))
            + "], fires-on: day 13}",
        )
        .replace("fires-on: day 40}", "never: yes}")
        .replace("fires-on: day 64}", "never: yes}")
    )
    text += (
        "- {given: ["
        + ", ".join(f"missing-child on missing-episode on day {n}" for n in (1, 5, 9, 20))
        + "], fires-on: day 20}\n"
    )
    lock = drafting.save(draft=strict.id, text=text, why=strict.why, lock=strict.lock, by=actor("ana"))
    ruling.try_over_the_past(draft=strict.id, share=1, lock=lock, by=actor("ana"))
    sweep()
    strict.refresh_from_db()
    assert (strict.tried["removed"], strict.tried["acted"], strict.tried["added"]) == (1, 1, 0)


def test_samples_show_to_whoever_may_read_them_anyway_and_to_nobody_else(staff):
    send(missing(40), missing(10))
    row = drafted()
    ruling.try_over_the_past(draft=row.id, share=1, lock=row.lock, by=actor("quinn"))
    sweep()
    row.refresh_from_db()
    with as_("paul") as opened:
        (card,) = queries.cards(opened, row)
        assert card.person == person() and len(card.entries) == 2 and card.says.startswith("Missing 2 times in 3")
        assert {str(first) for first, *_ in card.entries} <= set(map(str, opened._shown))
    for username in (
        "quinn",
        "bea",
        "ana",
        "moe",
    ):  # Moe may read of children who are missing, and has no tie to this one
        with as_(username) as opened:
            assert queries.cards(opened, row) == []
    seen = page("paul").get(f"/signs/drafts/{row.id}/").content.decode()
    assert "Jay Marsh" in seen
    assert "Jay" not in page("quinn").get(f"/signs/drafts/{row.id}/").content.decode()


# --- the command line -------------------------------------------------------------------------------------------------


def test_the_switch_and_the_list_on_the_command_line(staff, capsys):
    assert main(["signals", "rules"]) == 0
    assert main(["signals", "off", RULE, "--because", WHY]) == 0
    assert RULE not in in_force(partnership())
    capsys.readouterr()
    assert main(["signals", "rules", RULE, "--json"]) == 1
    told_of = json.loads(capsys.readouterr().out)
    assert told_of["rules"][0]["off"]["because"] == WHY and told_of["history"][0]["what"] == "switched-off"
    assert main(["signals", "off", RULE, "--because", WHY]) == 2  # it is off already
    assert main(["signals", "on", RULE, "--because", WHY]) == 2  # a person switches on
    assert main(["signals", "on", RULE, "--because", WHY, "--by", "quinn"]) == 0
    assert main(["signals", "off", "repeat-misssing", "--because", WHY]) == 2
    assert "repeat-missing" in capsys.readouterr().err
    assert main(["signals", "off", "--because", WHY]) == 2
    assert main(["signals", "off", "--all", "--because", WHY, "--by", "nobody"]) == 2
    assert in_force(partnership())


# --- pages ------------------------------------------------------------------------------------------------------------


def test_a_draft_and_the_switch_by_page(staff):
    send(missing(40), missing(10))
    client, second = page("quinn"), page("bea")
    answer = client.post(f"/signs/rules/{RULE}/draft/")
    address = answer["Location"]
    row = Draft.objects.get()
    text = row.text.split("examples:")[0].replace("at-least: 3", "at-least: 2") + EXAMPLES
    posted = {"lock": row.lock, "why": "Twice is enough to ask who the child trusts.", "text": text, "share": "1"}
    assert client.post(address, {**posted, "do": "submit"}).status_code == 422  # not tried
    row.refresh_from_db()
    assert client.post(address, {**posted, "lock": row.lock, "do": "try"}).status_code == 302
    sweep()
    shown = client.get(address).content.decode()
    assert "What it would have done" in shown and "<b>1</b> would have been added" in shown
    row.refresh_from_db()
    assert client.post(address, {**posted, "lock": row.lock, "do": "submit"}).status_code == 302
    row.refresh_from_db()
    assert "Agree: it goes live" not in client.get(address).content.decode()
    assert client.post(address, {"lock": row.lock, "do": "approve"}).status_code == 422
    assert "Agree: it goes live" in second.get(address).content.decode()
    assert second.post(address, {"lock": row.lock, "do": "approve"}).status_code == 302
    assert in_force(partnership())[RULE].version == 2
    assert client.post(f"/signs/rules/{RULE}/switch/", {"do": "off", "because": "no"}).status_code == 422
    assert client.post(f"/signs/rules/{RULE}/switch/", {"do": "off", "because": WHY}).status_code == 302
    assert RULE not in in_force(partnership())
    assert "switched off" in page("ana").get(f"/signs/rules/{RULE}/").content.decode()
    assert page("ana").get(f"/signs/rules/{RULE}/switch/").status_code == 403
    assert page("ana").get("/signs/rules/no-such-rule/").status_code == 404
