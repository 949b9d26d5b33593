"""What kind of page a response was, in words. A verb that is not here is said as it is written."""

from __future__ import annotations

WORDS = {
    "view-child": "The child’s page",
    "view-entry": "One record",
    "find-child": "A search",
    "view-work": "My work",
    "view-matches": "Matches that wait",
    "view-match": "A possible match",
    "view-join": "Joining two pages",
    "view-separate": "Separating two people",
    "view-who-was-who": "Who was thought to be whom",
    "view-seen-because": "Who saw what because two were joined",
    "view-who-saw": "Who has seen this child",
    "make-receipt": "A receipt for who has seen this child",
    "view-hindsight": "Hindsight, in a review",
    "view-flag": "Flagging the child",
    "view-inbox": "Messages",
}


def shown_as(verb: str) -> str:
    words = WORDS.get(verb, verb.removeprefix("view-").replace("-", " "))
    return words[:1].upper() + words[1:]
