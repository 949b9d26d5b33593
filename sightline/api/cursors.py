"""Where a list goes on for an agency's own system: what is not a mark of ours is said, and never taken for the beginning or the
end, so that no machine believes that there is nothing, or reads the same for ever."""

from __future__ import annotations

from django.http import HttpRequest

from sightline.definition.outcomes import Invalid
from sightline.definition.types import Fault
from sightline.sharing.paging import place

LONGEST = 300
NOT_ONE = "`after` is not a mark of ours"
EXPECTED = "`next` of an answer before, whole and as it was given; without `after` the newest come first"


def after(request: HttpRequest) -> str:
    """The mark that was sent; empty for the beginning. Raises Invalid for one that this server has not given."""
    sent = request.GET.get("after", "")
    if sent and (len(sent) > LONGEST or place(sent) is None):
        raise Invalid([Fault(path="after", expected=EXPECTED, code="unknown")])
    return sent
