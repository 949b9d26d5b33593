"""Living stories in this process, as the command does in its own."""

import pytest

from sightline.disclosure import documents
from sightline.stories.living import live
from sightline.stories.reading import understand
from sightline.stories.scratch import Scratch


@pytest.fixture(scope="module")
def scratch(django_db_blocker):
    with django_db_blocker.unblock(), Scratch() as made:
        for partnership in ("leeds", "riverford"):
            with made.database(partnership):
                pass  # its agencies are taken in once a run: no story's own time
        documents.ready()  # nor what it takes to load what writes PDFs
        yield made


@pytest.fixture
def told(scratch):
    """Lives a story that is given as text."""

    def tell(text):
        story, faults = understand(text, "story.yaml")
        assert not faults, faults
        return live(story, scratch)

    return tell
