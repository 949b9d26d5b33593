"""Files that are made to harm: each refused or made harmless within two seconds and 256 MB, with a sentence that says why.

`.venv/bin/pytest tests/hostile -s` prints what was done with each; `python -m tests.hostile DIR` writes them for
`sightline load DIR` by hand.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from sightline.definition.loader import load
from sightline.intake.readers import Unreadable, apart
from sightline.intake.types import Notification
from tests.hostile import archives, documents, markup, others, sets, texts, workbooks
from tests.hostile.corpus import CORPUS, Hostile

assert archives and documents and markup and others and sets and texts and workbooks  # each puts its files on the list
SECONDS, MEMORY = 2.0, 256_000_000
TOLD: list[tuple[str, str, float, float, str]] = []


@pytest.fixture(scope="module")
def partnership():
    found = load("leeds")
    apart.parts(Path(__file__), found)  # the room is there before anything is timed
    yield found
    print("\n".join(table()))


def table() -> list[str]:
    heading = f"\n{'file':<46} {'what was done':<24} {'s':>5} {'MB':>4}  sentence"
    rows = [f"{name:<46} {done:<24} {s:>5.2f} {mb:>4.0f}  {said[:150]}" for name, done, s, mb, said in TOLD]
    return [heading, *rows, f"{len(TOLD)} files"]


def read(path, partnership):
    """What becomes of a file: (why it is refused, what was in it, all that was said, seconds, bytes)."""
    began, sentence, things = time.monotonic(), "", []
    with apart.reading(path, partnership, agencies=["thornbeck-high-school"]) as reading:
        try:
            for thing in reading:
                things.append(thing)
        except Unreadable as error:
            sentence = error.sentence
        took = time.monotonic() - began
        heard = [sentence, *reading.notes.sentences(), *(t.reason for t in things if not isinstance(t, Notification))]
    return sentence, things, heard, took, reading.memory


@pytest.mark.parametrize("one", CORPUS, ids=lambda one: one.name)
def test_a_hostile_file_does_no_harm(one: Hostile, partnership, tmp_path):
    path = one.build(tmp_path)
    for _ in range(5):  # the best of five: beside another test, the machine is slow and not the reader
        sentence, things, heard, took, memory = read(path, partnership)
        if took < SECONDS:
            break
    good = sum(isinstance(thing, Notification) for thing in things)
    waits = len(things) - good
    said = next((text for text in heard if text and re.search(one.says, text)), "")
    done = "refused" if sentence else f"{good} read, {waits} wait"
    TOLD.append((one.name, done, took, memory / 1e6, said or sentence or "; ".join(heard)[:150]))
    assert said or not one.says, heard
    assert took < SECONDS and 0 < memory < MEMORY
    if one.good is None:
        assert sentence and not things
    else:
        assert (good, waits) == (one.good, one.waits)
    assert not any("broke its reader" in text or "strangely" in text for text in heard)


def test_there_are_enough_of_them():
    assert len(CORPUS) >= 60 and len({one.name for one in CORPUS}) == len(CORPUS)
