"""A story that cannot be understood says where, what was expected, and which name was likely meant."""

from textwrap import dedent

import pytest

from sightline.stories.reading import understand

STORY = """
story: Answered one by one
covers: [S03]
people:
  jay: {given: Jay, family: Marsh, born: 2010-03-04, sex: male, ethnicity: MWBC, nhs_number: auto, school: elmfield-academy}
  dana: {given: Dana, family: Marsh}
relations:
  - [dana, parent, jay]
workers:
  amir: {agency: childrens-social-work, role: duty-social-worker}
events:
  - id: e1
    at: 2025-01-10 21:40
    from: west-yorkshire-police
    record: ppn
    about: {jay: child}
    as: {jay: {given: Jaye, nhs_number: null}}
    fields: {grade: amber}
  - {id: d1, at: 2025-01-13 09:20, by: amir, does: decide-referral, on: e1, with: {decision: advice}}
expect:
  - {kind: sees, who: amir, record: e1, as: full}
"""


def faults(text):
    story, found = understand(dedent(text), "s.yaml")
    assert story is None
    return found


def test_a_sound_story_is_understood():
    story, found = understand(STORY, "s.yaml")
    assert found == []
    assert [e.id for e in story.events] == ["e1", "d1"]
    person = story.events[0].people[0][2]
    assert (person.given, person.family, person.nhs_number) == ("Jaye", "Marsh", "")
    assert story.people["jay"].nhs_number.startswith("999")


@pytest.mark.parametrize(
    ("wrong", "right", "near"),
    [
        ("records: ppn", "record: ppn", "record"),
        ("record: pnp", "record: ppn", "ppn"),
        ("from: west-yorks-police", "from: west-yorkshire-police", "west-yorkshire-police"),
        ("about: {jy: child}", "about: {jay: child}", "jay"),
        ("about: {jay: chid}", "about: {jay: child}", "child"),
        ("as: {jay: {givn: Jaye}}", "as: {jay: {given: Jaye, nhs_number: null}}", "given"),
        ("fields: {grade: ambre}", "fields: {grade: amber}", "amber"),
        ("fields: {gradee: amber}", "fields: {grade: amber}", "grade"),
        ("does: decide-referal", "does: decide-referral", "decide-referral"),
        ("with: {decison: advice}", "with: {decision: advice}", "decision"),
        ("with: {decision: advise}", "with: {decision: advice}", "advice"),
        ("by: amirr", "by: amir", "amir"),
        ("on: e11", "on: e1", "e1"),
        ("role: duty-socialworker", "role: duty-social-worker", "duty-social-worker"),
        ("ethnicity: MWBX", "ethnicity: MWBC", "MWBC"),
        ("school: elmfeld-academy", "school: elmfield-academy", "elmfield-academy"),
        ("kind: seess", "kind: sees", "sees"),
        ("as: ful", "as: full", "full"),
        ("[dana, parent, jya]", "[dana, parent, jay]", "jay"),
        ("covring: [S03]", "covers: [S03]", "covers"),
    ],
)
def test_an_unknown_name_gives_its_line_and_the_nearest(wrong, right, near):
    assert right in STORY
    text = STORY.replace(right, wrong, 1)
    line = next(n for n, each in enumerate(text.splitlines(), 1) if wrong in each)
    found = faults(text)
    assert any(fault.nearest == near and fault.line == line and fault.file == "s.yaml" for fault in found), found


def test_all_faults_are_told_at_once():
    text = (
        STORY.replace("record: ppn", "record: pnp").replace("by: amir", "by: amri").replace("kind: sees", "kind: ses")
    )
    assert len(faults(text)) >= 3


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("at: 2025-01-10 21:40", "at: 2025-13-10 21:40", "a moment in London"),
        ("at: 2025-01-10 21:40", "at: yesterday", "a moment in London"),
        ("born: 2010-03-04", "born: 04/03/2010", "a date such as"),
        ("covers: [S03]", "covers: [S85]", "S01 to S84"),
        ("id: d1", "id: e1", "no other event"),
        ("    record: ppn\n", "", "`record:`, which is needed here"),
    ],
)
def test_what_is_expected_is_said(old, new, expected):
    assert any(expected in fault.expected for fault in faults(STORY.replace(old, new, 1)))


def test_events_are_lived_in_the_order_in_which_they_were_sent():
    late = STORY.replace(
        "    from: west-yorkshire-police", "    sent: 2025-02-01 08:00\n    from: west-yorkshire-police", 1
    )
    story, _ = understand(late, "s.yaml")
    assert [e.id for e in story.events] == ["d1", "e1"]


def test_on_yes_and_no_are_text_and_a_bare_true_is_yes_where_yes_is_asked():
    text = STORY.replace("decision: advice", "decision: family-help, agreement: true")
    story, _ = understand(text, "s.yaml")
    assert story.events[1].on == "e1"
    assert story.events[1].given["agreement"] == "yes"


def test_a_story_ends_at_the_latest_moment_that_it_names():
    story, _ = understand(STORY.replace("as: full}", "as: full, at: 2025-03-01 09:00}"), "s.yaml")
    assert story.end.isoformat() == "2025-03-01T09:00:00+00:00"
