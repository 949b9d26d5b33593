"""The registry's pages: sound to axe, at 320 px, without JavaScript; and the business manager's way through by keyboard."""

from __future__ import annotations

import pytest

from tests.journeys.walker import DESKTOP, PHONE

PAGES = {  # name: (who, where)
    "registry": ("amir", "/registry/?on=2025-03-01"),
    "registry-as-known-then": ("amir", "/registry/?on=2022-03-01&known=then"),
    "registry-group": ("amir", "/registry/group/education-reference-group/?on=2022-03-01"),
    "registry-group-of-a-keeper": ("mel", "/registry/group/mace-silver/"),
    "registry-agencies": ("amir", "/registry/agencies/"),
    "registry-priorities": ("amir", "/registry/priorities/"),
    "registry-changes": ("amir", "/registry/changes/?from=2023-03-01&to=2025-03-01"),
    "registry-record": ("mel", "/registry/group/mace-silver/record/"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_registry_is_sound(as_, name):
    who, where = PAGES[name]
    walker = as_(who)
    walker.page.set_viewport_size(DESKTOP)
    walker.go(where)
    assert walker.axe() == []
    assert walker.page.locator("h1").count() == 1
    walker.picture(f"{name}-desktop")
    walker.page.set_viewport_size(PHONE)
    assert walker.sideways() <= 0, "the page is wider than a phone"
    walker.picture(f"{name}-phone")
    assert walker.faults == []


def test_from_a_flag_to_a_recorded_meeting_by_keyboard(as_):
    """A business manager sees that a group has not kept meeting, records its meeting, and the flag is gone."""
    mel = as_("mel")
    mel.go("/registry/")
    flagged = mel.page.locator("tr", has_text="Review Advisory Group").filter(has_text="Has not kept meeting")
    assert flagged.count() == 1
    mel.tab_to("Review Advisory Group (RAG)", most=120)
    mel.press("Enter")
    mel.page.get_by_role("heading", name="Review Advisory Group", level=1).wait_for()
    mel.tab_to("Record something of this group")
    mel.press("Enter")
    mel.page.get_by_role("heading", name="Record something of").wait_for()
    mel.tab_to("A meeting was held")
    mel.press("Space")
    mel.tab_to("On which day?")
    mel.type(mel.page.evaluate("new Date().toISOString().slice(0, 10)"))
    mel.tab_to("Where is it written?")
    mel.type("Minutes, item 1")
    mel.press("Enter")
    mel.page.get_by_text("Recorded: a meeting was held.").wait_for()
    assert mel.page.get_by_text("Has not kept meeting").count() == 0
    assert mel.axe() == []
    mel.tab_to("Take back", most=120)
    mel.press("Enter")
    mel.page.get_by_role("heading", name="Take back what was recorded").wait_for()
    assert mel.axe() == []
    mel.tab_to("Why was it wrong?")
    mel.type("It was another group")
    mel.press("Enter")
    mel.page.get_by_role("heading", name="Has not kept meeting").wait_for()


def test_a_group_in_the_drawing_is_a_link_with_its_whole_name(as_):
    amir = as_("amir")
    amir.go("/registry/?on=2022-03-01")
    boxes = amir.page.locator("svg.reg a")
    assert boxes.count() == 14
    said = amir.page.locator("svg.reg a.reg-flagged title").all_text_contents()
    assert said == [
        "Education Reference Group (ERG); chair: nobody: the chair is vacant; nobody chairs it; has not kept meeting"
    ]
    boxes.first.focus()
    amir.press("Enter")
    amir.page.get_by_role("heading", name="Leeds Safeguarding Children Partnership", level=1).wait_for()
    assert "on=2022-03-01" in amir.page.url


def test_without_javascript_another_day_can_be_asked_for(stranger):
    walker = stranger(java_script_enabled=False)
    walker.sign_in("amir")
    walker.go("/registry/")
    walker.page.get_by_label("As on").fill("1 March 2022")
    walker.page.get_by_label("only what was known on that day").check()
    walker.page.get_by_role("button", name="Show").click()
    walker.page.get_by_role("heading", name="Registry: the partnership on 1 March 2022").wait_for()
    assert walker.page.get_by_text("As known on 1 March 2022:").count() == 1
    walker.page.get_by_label("As on").fill("some day")
    walker.page.get_by_role("button", name="Show").click()
    assert walker.page.get_by_text("Enter a day, such as 1 March 2023").count() == 2
