"""What is said of a thing and not of anybody: an alarm that fails, a dog that is aggressive, a street called Neet. Pure.

Words that label a child are ordinary words of things, animals, machines and illnesses too. Which nouns these are stands in
the definition (`thing`), and so do the words that end a name (`ends-a-name`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sightline.front_door.sentences import BEFORE_OBJECTS, Word

FARTHEST = 5  # words between a thing and what is said of it: `the bell at last has often failed`
DETERMINERS = frozenset("the a an his her their its our my your some any every each".split())
OWNED = frozenset("the his her their its our my your".split())
ARTICLES = frozenset("the a an our this that these those each every one another".split())
BETWEEN = frozenset(
    "be have do will can could would should may might must not never no get keep become seem look still also then just "
    "very quite really rather so too more most all both often always again at last now already once to fail".split()
)
DONE_TO_THINGS = frozenset(
    "steal sell buy run carry hold take get want break throw kick smash damage drive give".split()
)
GOVERN = BEFORE_OBJECTS | frozenset("in under over behind inside outside around through during".split())
OF_A_THING = frozenset(("of", "for"))  # `the order of the worksheets was chaotic`
JOIN = frozenset("and but or that which because when while as if so since until before after where".split())
Mentions = Sequence[tuple[int, str]]
IsThing = Callable[[Word], bool]


def of_a_thing(words: Sequence[Word], mentions: Mentions, start: int, end: int, is_thing: IsThing) -> bool:
    """Whether the words from `start` to `end` describe a thing: what stands right after them, or before them as their subject."""
    return _described(words, end, is_thing) or _subject(words, mentions, start, is_thing)


def _described(words: Sequence[Word], end: int, is_thing: IsThing) -> bool:
    """`toxic | fumes`, `manipulated | the joint`: nothing but a space, and at most a word for whose it is, between them."""
    last = words[end - 1]
    if last.form.lower().endswith(("'s", "’s")) or not last.bases.isdisjoint(DONE_TO_THINGS):
        return False
    for skipped in (0, 1):
        at = end + skipped
        if at >= len(words) or words[at].start - words[at - 1].end != 1 or words[at].quoted:
            return False
        if is_thing(words[at]):
            return True
        if words[at].form.lower() not in OWNED:
            return False
    return False


def _subject(words: Sequence[Word], mentions: Mentions, start: int, is_thing: IsThing) -> bool:
    """`the tumour is | aggressive`: a thing before, nothing but helping verbs and the like between, and no doer before it."""
    at = start - 1
    while at >= 0 and start - at <= FARTHEST and not is_thing(words[at]):
        if words[at].bases.isdisjoint(BETWEEN) and not words[at].form.lower().endswith("ly"):
            return False
        at -= 1
    if at < 0 or start - at > FARTHEST or words[at].quoted:
        return False
    first = next((n for n in range(at - 1, max(-1, at - 4), -1) if words[n].form.lower() in DETERMINERS), at)
    if first and not words[first - 1].bases.isdisjoint(GOVERN - OF_A_THING):
        return False
    return not _has_doer(words, mentions, first)


def _has_doer(words: Sequence[Word], mentions: Mentions, first: int) -> bool:
    """Whether somebody stands before, in the same clause: the thing is then what they did something to."""
    for at in range(first - 1, -1, -1):
        if not words[at].bases.isdisjoint(JOIN):
            return False
        if any(at == where for where, _ in mentions):
            return True
    return False


def not_somebody(words: Sequence[Word], mentions: Mentions, start: int, is_known: IsThing, is_outside: IsThing) -> bool:
    """Whether the doer, right before, is a noun that no class knows: `the plumber did | not attend`, `our landlord | refused`.

    Only behind an article: `his` and `her` may stand before whatever of a child's is meant. `is_outside`: people of whom
    nobody means it, with an article or without: `suspect | refused`.
    """
    at = start - 1
    while at > 0 and start - at <= FARTHEST and (
        not words[at].bases.isdisjoint(BETWEEN) or words[at].form.lower().endswith("ly")
    ):
        at -= 1
    if at >= 0 and start - at <= FARTHEST and is_outside(words[at]) and not words[at].quoted:
        return not at or words[at - 1].bases.isdisjoint(GOVERN)
    if at < 1 or words[at].quoted or words[at].form[:1].isupper() or is_known(words[at]):
        return False
    if not words[at].bases.isdisjoint(JOIN) or any(where == at for where, _ in mentions):
        return False
    for first in range(at - 1, max(-1, at - 4), -1):
        if any(where == first for where, _ in mentions) or not words[first].bases.isdisjoint(JOIN):
            return False
        if words[first].form.lower() in ARTICLES:
            return not first or words[first - 1].bases.isdisjoint(GOVERN)
    return False


def in_a_name(words: Sequence[Word], start: int, end: int, ends: IsThing) -> bool:
    """`StreetWise Legal Advice`, `Neet Street`: written with capitals, and so is a word soon after that ends a name."""
    if not all(word.form[:1].isupper() for word in words[start:end]):
        return False
    for at in range(end, min(end + 3, len(words))):
        if not words[at].form[:1].isupper() or words[at].start - words[at - 1].end != 1:
            return False
        if ends(words[at]) and not words[at].form.isupper():
            return True
    return False
