"""The page of missing children in words: the count and the list agree."""

from __future__ import annotations

import pytest

from sightline.web.missing.views import earlier


@pytest.mark.parametrize(
    ("every", "listed", "lately", "says"),
    [
        (3, 3, 3, ""),
        (1, 1, 0, "1 earlier absence stands here too."),
        (10, 10, 1, "9 earlier absences stand here too."),
        (14, 10, 1, "9 earlier absences stand here too; 4 more, before that, stand on the child’s page."),
        (13, 10, 12, "3 more, before that, stand on the child’s page."),
    ],
)
def test_what_is_listed_besides_what_is_counted_is_said(every, listed, lately, says):
    assert earlier(every, listed, lately) == says
