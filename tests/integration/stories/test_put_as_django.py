"""What a story asks of the database over and over is asked as Django would ask it, each time."""

from pathlib import Path

import pytest

from sightline.stories.living import live
from sightline.stories.reading import read_story
from sightline.vault import asking
from sightline.vault.asking import Question
from sightline.vault.taking import asked

STORIES = Path(__file__).resolve().parents[3] / "stories"


@pytest.mark.parametrize("name", ["seen-at-the-third", "the-pack-without-the-refuge", "five-spellings"])
def test_in_a_story_each_is_put_as_django_would_put_it(scratch, monkeypatch, name):
    """Each question of each record that arrives, beside the one that Django makes of the same values at that moment."""
    put: set[int] = set()
    answered = asking.answered
    given: list[tuple[object, tuple[object, ...]]] = []

    def watched(self, values):
        given.append((self, values))
        return own(self, values)

    def compared(model, names, statement, parameters):
        question, values = given[-1]
        put.add(id(question))
        assert (statement, tuple(parameters)) == asked(question._ask(*values), names)
        return answered(model, names, statement, parameters)

    own = Question._put
    monkeypatch.setattr(Question, "_put", watched)
    monkeypatch.setattr(asking, "answered", compared)
    story, _ = read_story(STORIES / f"{name}.yaml")
    assert live(story, scratch).held
    assert len(put) > 20
