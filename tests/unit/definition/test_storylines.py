"""A storyline that cannot be planted is a fault with a file, a line and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.definition.check_storylines import with_folder
from sightline.definition.kinds.storylines import read_age, read_moment, read_range, read_sent, read_span, read_times
from sightline.definition.loader import load, names, read
from sightline.definition.reference_storylines import storylines as page
from sightline.definition.types import NOT_IN_BUNDLE
from sightline.definition.versions import bundle

SOUND = """storyline: seen-twice
title: Seen twice
kind: storyline
source: local
about: For a test.
really: Nothing.
planted: {per-10000-children-a-year: 1}
cast:
  child: {is: child, age: 12 to 16, school: any}
  mother: {is: mother, needed: no}
events:
  - event: away
    day: 0 to 3
    time: evening
    from: police
    record: missing-episode
    about: {child: missing-child}
    repeat: {times: 3, every: 9 to 12 days}
    fields: {missing-from: that moment, returned-at: 5 hours later, risk: [low, medium]}
  - event: notice
    follows: away
    since: returned-at
    after: 40 minutes
    from: police
    record: ppn
    about: {child: child, mother: parent}
    chance: 50%
    fields: {grade: green, reason: "{child} came home. {He} was hungry."}
signals:
  - {signal: repeat-missing, by: day 40, because: [away]}
never: [weapon-concern]
examples:
  - {given: {child: 14, mother: 40}, comes: {missing-episode: 3}}
"""


def faults(folder: Path, *changes: tuple[str, str]) -> list[str]:
    """The faults of the sound storyline with these changes, without the folder's name."""
    text = SOUND
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "seen-twice.yaml").write_text(text, encoding="utf-8")
    _, found = with_folder(load("leeds"), folder)
    return [str(fault).replace(f"{folder}/", "") for fault in found]


def test_a_sound_one_has_none(tmp_path: Path) -> None:
    assert faults(tmp_path) == []
    partnership, _ = with_folder(load("leeds"), tmp_path)
    assert list(partnership.storyline) == ["seen-twice"], "an author's folder stands instead of the partnership's own"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "record: missing-episode",
            "record: missing-epsiode",
            "seen-twice.yaml:16 at events.0.record: found 'missing-epsiode'",
        ),
        ("{child: missing-child}", "{child: missing-chid}", "did you mean 'missing-child'?"),
        ("{child: missing-child}", "{chidl: missing-child}", "expected one of the cast"),
        ("{child: missing-child}", "{mother: missing-child, child: missing-child}", "one `missing-child` on each"),
        ("risk: [low, medium]", "risk: [low, enormous]", "expected a code of missing-risk"),
        ("risk: [low", "rsik: [low", "did you mean 'risk'?"),
        ("missing-from: that moment, ", "", "`missing-from`: missing-episode needs it"),
        ("5 hours later", "five hours later", "found 'five hours later'; expected `that day`"),
        (
            "from: police\n    record: missing",
            "from: school\n    record: missing",
            "expected who may send missing-episode",
        ),
        ("from: police\n    record: missing", "from: polic\n    record: missing", "did you mean 'police'?"),
        ("signal: repeat-missing", "signal: repeat-mising", "did you mean 'repeat-missing'?"),
        ("because: [away]", "because: [notice]", "what ought to be found cannot rest on chance"),
        ("by: day 40", "by: soon", "expected a day such as `day 60`"),
        ("follows: away", "follows: awy", "did you mean 'away'?"),
        ("since: returned-at", "since: risk", "expected a moment that away tells"),
        ("    after: 40 minutes\n", "", "`follows` and `after` together"),
        ("day: 0 to 3\n    time: evening", "time: evening", "either `day` or `follows`"),
        ("{child} came home", "{chld} came home", "did you mean 'child'?"),
        ("{He} was", "{away.ridk} was", "did you mean 'risk'?"),
        ("chance: 50%", "chance: often", "expected a share such as `60%`"),
        ("time: evening", "time: eevning", "expected a time such as `evening`"),
        ("age: 12 to 16", "age: teenager", "expected an age such as `13 to 16`"),
        ("is: mother", "is: moter", "did you mean 'mother'?"),
        ("  child: {is: child, age", "  someone: {is: child, age", "from whose home the others come"),
        ("{per-10000-children-a-year: 1}", "{per-10000-children-a-year: 1, in-all: 3}", "either `per-10000"),
        ("kind: storyline", "kind: lookalike", "did you mean 'look-alike'?"),
        ("signals:\n  - {signal: repeat-missing, by: day 40, because: [away]}\n", "", "what ought to be found"),
        ("never: [weapon-concern]", "never: [wepon-concern]", "did you mean 'weapon-concern'?"),
        ("source: local", 'source: ""', "a source: never empty"),
        ("storyline: seen-twice", "storyline: seen-thrice", "the file's own name"),
    ],
)
def test_every_fault_says_where_and_what_instead(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = faults(tmp_path, (old, new))
    assert any(said in fault for fault in found), found
    assert all(fault.startswith("seen-twice.yaml:") for fault in found)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, ("missing-child}", "missing-chid}"), ("low, medium", "low, huge"), ("day 40", "soon"))
    assert len(found) == 3


def test_a_school_sends_only_for_a_child_who_goes_to_one(tmp_path: Path) -> None:
    concern = (
        "from: police\n    record: ppn\n    about: {child: child, mother: parent}",
        "from: school\n    record: school-concern\n    about: {child: child}",
    )
    fields = ("fields: {grade: green, reason:", "says:  #")
    text = ('says:  # "{child} came home. {He} was hungry."}', "fields: {category: absence}")
    assert faults(tmp_path, concern, fields, text) == []
    found = faults(tmp_path, concern, fields, text, (", school: any", ""))
    assert "it is their school that sends it" in found[0]


def test_an_empty_folder_and_a_broken_file_are_told(tmp_path: Path) -> None:
    assert "at least one storyline" in str(with_folder(load("leeds"), tmp_path)[1][0])
    (tmp_path / "broken.yaml").write_text("storyline: [", encoding="utf-8")
    assert "YAML that can be read" in str(with_folder(load("leeds"), tmp_path)[1][0])
    with pytest.raises(OSError):
        with_folder(load("leeds"), tmp_path / "nowhere")


def test_phrases() -> None:
    assert read_range("10 to 14") == (10, 14) and read_range("3") == (3, 3)
    assert read_age("13 to 16") == (156, 203) and read_age("1 to 4 months") == (1, 4)
    assert read_span("2 to 6 hours") == (120, 360) and read_span("1 day") == (1440, 1440)
    assert read_times("21:40") == ((1300, 1300), "any") and read_times("at school")[1] == "school day"
    assert read_sent("next morning") == "next morning" and read_sent("40 minutes") == (40, 40)
    assert read_moment("2 weeks earlier at 09:00") == (None, -20160, -20160, 540, False)
    assert read_moment("day 30").whole and not read_moment("3 hours later").whole
    for read_it, wrong in (
        (read_range, "14 to 10"),
        (read_span, "soon"),
        (read_times, "25:00 to 26:00"),
        (read_moment, "then"),
    ):
        with pytest.raises(ValueError):
            read_it(wrong)


def test_a_partnerships_cases_do_not_depend_on_what_is_planted() -> None:
    leeds = load("leeds")
    assert "storyline" in NOT_IN_BUNDLE and leeds.storyline
    assert bundle(leeds) == bundle(leeds.model_copy(update={"storyline": {}}))


@pytest.mark.parametrize("partnership", names())
def test_what_is_declared_is_sound_and_enough(partnership: str) -> None:
    found, all_faults = read(partnership)
    assert [str(f) for f in all_faults if "/storylines/" in f.file] == []
    if found is not None:
        kinds = [line.kind for line in found.storyline.values()]
        assert kinds.count("storyline") >= 14 and kinds.count("look-alike") >= 14


def test_the_example_of_the_how_to_is_sound(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs/how-to/write-a-storyline.md").read_text(encoding="utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    (tmp_path / "he-has-moved-in.yaml").write_text(example, encoding="utf-8")
    partnership, found = with_folder(load("leeds"), tmp_path)
    assert [str(fault) for fault in found] == [] and list(partnership.storyline) == ["he-has-moved-in"]


def test_the_page_names_every_storyline_and_every_event() -> None:
    leeds = load("leeds")
    text = "\n".join(page(leeds))
    for line in leeds.storyline.values():
        assert f"### {line.title}" in text and line.source in text
        assert all(f"`{event.event}`" in text or f"`{event.event}`," in text for event in line.events)
