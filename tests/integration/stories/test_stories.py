"""All stories hold, each well under two seconds; a broken one says what was there instead."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from sightline.ledger.models import Record
from sightline.stories import living
from sightline.stories.living import live
from sightline.stories.reading import files_in, read_story
from tests.support.databases import sightline_command

ROOT = Path(__file__).resolve().parents[3]
FILES = files_in([str(ROOT / "stories")])

BROKEN = """story: Broken on purpose
people:
  jay: {given: Jay, family: Marsh, born: 2010-03-04, nhs_number: auto}
  kit: {given: Kit, family: Marsh, born: 2012-05-06, nhs_number: auto}
workers:
  amir: {agency: childrens-social-work, team: front-door, role: duty-social-worker}
  ruth: {agency: elmfield-academy, role: designated-safeguarding-lead}
events:
  - {id: e1, at: 2025-01-12 10:00, from: west-yorkshire-police, record: ppn, about: {jay: child},
     fields: {reason: Alone, grade: amber}}
  - {id: e2, at: 2025-01-13 10:00, from: general-practice, record: gp-concern, about: {kit: child}, fields: {reason: Tired}}
  - {id: d1, at: 2025-01-13 11:00, by: ruth, does: decide-referral, on: e1, with: {decision: advice}}
  - {id: d2, at: 2025-01-13 12:00, by: amir, does: answer-signal, on: e1,
     with: {signal: unseen-child, answer: acted, because: Seen today}}
expect:
"""


def test_there_are_at_least_a_dozen():
    assert len(FILES) >= 14


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_holds(path, scratch):
    story, faults = read_story(path)
    assert not faults
    begun = time.process_time()
    told = live(story, scratch)
    taken = time.process_time() - begun  # not by the clock: other tests use the same processors
    assert [f"{a.text}: {a.got}" for a in told.answers if not a.held] == []
    assert taken < 2


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("{kind: same-person, of: [jay@e1, kit@e2]}", "jay@e1 and kit@e2: two people, and nothing waits"),
        ("{kind: possible-match, of: [jay@e1, kit@e2]}", "two people, and nothing waits"),
        ("{kind: different-person, of: [jay@e1, kit@e2], never: true}", "two people"),
        ("{kind: quality, record: e1, missing: [reason]}", "missing: voice-of-child, ethnicity"),
        ("{kind: quality, record: e1, missing: [ethnicity], never: true}", "missing: voice-of-child, ethnicity"),
        ("{kind: refused, event: d1, because: rationale-missing}", "refused: not-permitted"),
        ("{kind: refused, event: d2, because: rationale-missing}", "refused: not-permitted"),
        ("{kind: refused, event: d2, never: true}", "refused: not-permitted"),
        ("{kind: flagged, event: d1}", "refused: not-permitted"),
        (
            "{kind: clock, clock: contact-screening, about: jay, state: met}",
            "running, started by e1, due 13 Jan 2025, 17:00",
        ),
        ("{kind: clock, clock: assessment, about: jay, state: running}", "no such clock has started"),
        ("{kind: sees, who: ruth, record: e1, as: full}", "hidden"),
        ("{kind: sees, who: amir, record: e1, as: full, at: 2025-01-12 09:00}", "e1 is not there"),
        ("{kind: knew, who: amir, about: jay, records: [e1, e2]}", "e1 — e2 does not show to amir"),
        ("{kind: knew, who: amir, about: jay, records: []}", "e1"),
        ("{kind: signal, signal: pattern-of-incidents, about: jay}", "it is not raised"),
        ("{kind: signal, signal: unseen-child, about: jay}", "it is not raised"),
        ("{kind: signs, who: amir, signal: unseen-child, about: jay}", "nothing of theirs is on the list"),
        ("{kind: message, message: signal-raised, to: amir}", "sent to nobody"),
        ("{kind: message, message: match-to-decide, to: amir}", "sent to nobody"),
        ("{kind: figure, whatever: it is}", "not built yet"),
        ("{kind: loaded, event: e1, new: 1}", "no file has been read"),
        ("{kind: professional, about: jay, role: social-worker}", "nobody"),
        ("{kind: voice, about: jay, words: Hello}", "no words of the child"),
        ("{kind: known-as, about: jay, given: Jo}", "given Jay"),
        ("{kind: corrected, record: e1}", "corrected 0 times"),
        ("{kind: stated, record: e1}", "taken as it was told"),
        ("{kind: finds, who: amir, words: jay marsh, finds: [kit], first: kit}", "jay"),
        ("{kind: finds, who: amir, words: jay marsh, finds: [jay], never: true}", "jay"),
        ("{kind: finds, who: ruth, words: jay marsh, finds: [jay]}", "nobody"),
        ("{kind: finds, who: amir, age: 14, finds: [jay]}", "the page would ask again"),
        ("{kind: finds, who: amir, age: 14, finds: [jay], never: true}", "the page would ask again"),
        ("{kind: sees-match, who: amir, of: [jay@e1, kit@e2]}", "0 matches are shown"),
        ("{kind: sees-match, who: ruth, of: [jay@e1, kit@e2]}", "no match is shown"),
        ("{kind: matches-waiting, count: 1}", "0 wait"),
        ("{kind: in-queue, record: e1, never: true}", "in the queue, not urgent"),
        ("{kind: in-queue, record: e1, urgent: yes}", "in the queue, not urgent"),
        ("{kind: detail, of: jay@e1, detail: born, because: no-such-day}", "nothing is said of it"),
        ("{kind: seen-because, of: [jay@e1, kit@e2], who: [amir]}", "nobody"),
        ("{kind: seen-because, of: [jay@e1, kit@e2], who: [amir], never: true, at: 2025-01-12 09:00}", "never arrived"),
    ],
)
def test_a_broken_expectation_says_what_was_there_instead(expected, got, told):
    answer = told(BROKEN + f"  - {expected}\n").answers[0]
    assert not answer.held
    assert got in answer.got


def test_questions_leave_no_trace(scratch, monkeypatch):
    story, _ = read_story(ROOT / "stories" / "professionals-over-time.yaml")
    kinds = []
    ask = living.asking.ask

    def counted(life, expected):
        before = Record.objects.count()
        answer = ask(life, expected)
        kinds.append(expected.kind)
        assert Record.objects.count() == before
        return answer

    monkeypatch.setattr(living.asking, "ask", counted)
    assert live(story, scratch).held
    assert set(kinds) >= {"sees", "knew", "professional"}


def test_what_came_and_was_taken_back_is_on_the_record_both_times(scratch, monkeypatch):
    """A notice was put right: it is about his brother. That it had come, and is awaited again, each leave a record."""
    story, _ = read_story(ROOT / "stories" / "the-notice-was-about-his-brother.yaml")
    found = []
    ask = living.asking.ask

    def noted(life, expected):
        found.extend(Record.objects.filter(verb__in=("close-expected", "await-again")).order_by("at"))
        return ask(life, expected)

    monkeypatch.setattr(living.asking, "ask", noted)
    assert live(story, scratch).held
    verbs = {record.id: (record.kind, record.verb, record.count, record.actor) for record in found}
    assert ("run", "close-expected", 1, "clock-machine") in verbs.values()
    assert ("run", "await-again", 1, "clock-machine") in verbs.values()


def test_a_fault_of_ours_is_told_and_does_not_hold(told, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("broken")

    monkeypatch.setattr(living, "receive_one", fail)
    told_ = told(BROKEN + "  - {kind: sees, who: ruth, record: e1, as: hidden}\n")
    assert not told_.held
    assert "a fault of ours: RuntimeError: broken" in told_.answers[0].got


# --- the command ------------------------------------------------------------------------------------------------------


def command(*arguments):
    return subprocess.run(sightline_command("story", *map(str, arguments)), capture_output=True, text=True, cwd=ROOT)


def test_the_command_says_what_held_as_json(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text(
        BROKEN
        + "  - {kind: sees, who: ruth, record: e1, as: full}\n  - {kind: sees, who: ruth, record: e1, as: hidden}\n"
    )
    done = command("run", path, "--json")
    assert done.returncode == 1, done.stderr
    [story] = json.loads(done.stdout)["stories"]
    assert story["file"] == str(path) and story["story"] == "Broken on purpose" and story["covers"] == []
    assert [set(each) for each in story["expectations"]] == [{"kind", "text", "held", "got"}] * 2
    assert [each["held"] for each in story["expectations"]] == [False, True]


def test_the_command_exits_0_when_all_hold_and_2_when_a_file_cannot_be_understood(tmp_path):
    good = ROOT / "stories" / "answered-one-by-one.yaml"
    assert command("run", good).returncode == 0
    path = tmp_path / "faulty.yaml"
    path.write_text(good.read_text().replace("record: ppn", "record: pnp"))
    done = command("check", path)
    assert done.returncode == 2
    line = next(n for n, each in enumerate(path.read_text().splitlines(), 1) if "record: pnp" in each)
    assert f"{path}:{line}" in done.stderr and "did you mean 'ppn'?" in done.stderr


def test_a_folder_without_stories_is_not_understood(tmp_path):
    assert command("run", tmp_path).returncode == 2
    assert command("run", tmp_path / "missing.yaml").returncode == 2
