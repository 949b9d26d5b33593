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


EXPECTED = {  # what C added: an expectation that is understood, and one with a slip in it and the name that was meant
    "{kind: seen-because, of: [jay@e1, dana@e2], who: [amir]}": [
        ("who: [amri]", "amir"), ("kind: seen-becuase", "seen-because"), ("of: [jya@e1, dana@e2]", "jay"), ("since: soon", None),
    ],
    "{kind: finds, who: amir, words: jay 14ish LS14, finds: [jay]}": [
        ("finds: [jya]", "jay"), ("wrods: jay", "words"), ("first: jya", "jay"), ("school: elmfeild-academy", "elmfield-academy"),
    ],
    "{kind: sees-match, who: amir, of: [jay@e1, dana@e2]}": [("who: amirr", "amir"), ("of: [jay@e1]", "")],
    "{kind: matches-waiting, count: 2}": [("count: two", ""), ("cuont: 2", "count")],
    "{kind: in-queue, record: e1, urgent: yes}": [("record: e11", "e1"), ("urgent: perhaps", ""), ("urgnt: yes", "urgent")],
    "{kind: detail, of: jay@e1, detail: born, because: no-such-day}": [
        ("detail: bron", "born"), ("because: no-such-dya", "no-such-day"), ("of: jay", ""), ("of: [jay@e1, dana@e2]", ""),
    ],
    "{kind: open-state, about: jay, open: child-protection-plan, never: true}": [
        ("open: chld-protection-plan", "child-protection-plan"),
    ],
    "{kind: professional, about: jay, role: Social worker, never: true}": [("role: Socil worker", "Social worker")],
    "{kind: quality, record: e1, missing: [voice-of-child], never: true}": [("missing: [voice-of-chld]", "voice-of-child")],
}  # fmt: skip
E2 = "  - {id: e2, at: 2025-01-14 09:00, from: general-practice, record: gp-concern, about: {jay: child, dana: parent}}\n"


@pytest.mark.parametrize("expected", EXPECTED)
def test_what_matching_may_be_expected_to_do_is_understood(expected):
    story, found = understand(STORY.replace("expect:\n", f"{E2}expect:\n  - {expected}\n"), "s.yaml")
    assert found == []
    assert story.expect[0].kind in expected


@pytest.mark.parametrize(("expected", "slip", "near"), [(e, *slip) for e, slips in EXPECTED.items() for slip in slips])
def test_a_slip_in_it_names_the_nearest(expected, slip, near):
    key = slip.partition(":")[0]
    kept = [
        part
        for part in _parts(expected)
        if part.partition(":")[0] != key and not (key in ("wrods",) and "words" in part)
    ]
    if key in ("cuont", "urgnt"):
        kept = [part for part in kept if not part.startswith({"cuont": "count", "urgnt": "urgent"}[key])]
    wrong = "{" + ", ".join([*kept, slip]) + "}"
    found = faults(STORY.replace("expect:\n", f"{E2}expect:\n  - {wrong}\n"))
    assert any(near in (None, fault.nearest) for fault in found), found


def _parts(flow):
    """The keys of a flow mapping, each with its value."""
    parts, depth = [""], 0
    for c in flow[1:-1]:
        depth += (c == "[") - (c == "]")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [part.strip() for part in parts]


def test_how_a_sender_holds_somebody_may_be_poor_but_who_they_are_may_not():
    poor = "as: {jay: {given: Jaye, born: [2010-02-30, 14], sex: zz, school: TBC, nhs_number: unknown}}"
    story, found = understand(STORY.replace("as: {jay: {given: Jaye, nhs_number: null}}", poor), "s.yaml")
    assert found == []
    held = story.events[0].people[0][2]
    assert (held.born, held.sex, held.school) == ("2010-02-30 / 14", "zz", "TBC")
    assert faults(STORY.replace("born: 2010-03-04", "born: 2010-02-30"))


def test_what_two_workers_say_is_about_the_act_of_the_first():
    acts = (
        "  - {id: j1, at: 2025-01-15 09:00, by: amir, does: join, with: {people: [jay@e1, dana@e2]}}\n"
        "  - {id: j2, at: 2025-01-15 10:00, by: amir, does: confirm, on: j1, with: {comment: Yes}}\n"
        "  - {id: j3, at: 2025-01-15 10:00, by: amir, does: reject, on: j1}\n"
    )
    story, found = understand(STORY.replace("expect:\n", f"{E2}{acts}expect:\n"), "s.yaml")
    assert found == [] and [event.does for event in story.events[-3:]] == ["join", "confirm", "reject"]
    assert any(
        f.nearest == "j1"
        for f in faults(STORY.replace("expect:\n", f"{E2}{acts.replace('on: j1, with', 'on: j11, with')}expect:\n"))
    )


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
