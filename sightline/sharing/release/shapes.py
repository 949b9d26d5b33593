"""What looks like a place or a number, whoever's it is: postcodes, houses in a street, telephone numbers and their like.

Whoever may read a record sees which of its words were masked. So a record that lists a whole district's postcodes would tell
which of them is protected, by the hole in the list; and a record in which nothing was masked, that none of them is. Therefore
of a list nothing shows, whether or not anything in it is protected: what is guessed is guessed a few at a time, each time on
the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sightline.sharing.release.folding import STREETS, Folded, folded
from sightline.sharing.release.spans import every
from sightline.sharing.release.values import VEHICLE, Probes

FEW = 4  # of one kind in one record; of more nothing shows
_CODE = re.compile(
    r"[a-z]{1,2}[0-9oilszbg][a-z0-9]?[0-9oilszbg][a-z0158]{2}"
)  # also with letters that look like digits
_HALVES = re.compile(r"(?<![0-9a-z])([a-z]{1,2}[0-9][a-z0-9]?)[^0-9]{1,40}([0-9][a-z]{2})(?![0-9a-z])")
_NO_HALF = re.compile(r"[0-9](?:st|nd|rd|th|am|pm|ft|in|kg|mg|ml|yr|hr|wk)")
_WHEN = re.compile(
    r"(?<!\d)(?:\d{1,2}:\d{2}(?::\d{2})?"
    r"|(?:0?[1-9]|[12]\d|3[01])[/.-](?:0?[1-9]|1[0-2])[/.-](?:19|20)?\d\d|(?:19|20)\d\d-\d\d-\d\d)(?!\d)"
)
_MAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\s?(?:\.|\(dot\)|\[dot\])\s?[\w-]+)+")
_POINT = re.compile(r"-?\d{1,3}\.\d{3,}\s*[,; ]\s*-?\d{1,3}\.\d{3,}")
_NOT_A_NAME = frozenset(
    "a an the to on in at by of for and or no any this that his her their my our your its from with".split()
)
_BETWEEN = frozenset("and or to no nos number numbers flat".split())
LEAST_DIGITS = 6  # of a number without its area
Shape = tuple[int, int, str]  # from, until, in the text as given; and what it says, however it is written


def lists(texts: Iterable[str], probes: Probes, names: frozenset[str] = frozenset()) -> list[set[tuple[int, int]]]:
    """For each text of one record, what of it stands in a list of the kind of what is looked for: more than `FEW` of them in
    the texts together. `names`: of schools and their like, as they are known, which are a list too."""
    each = [dict(_kinds(text, probes, names)) for text in texts]
    too_many = {
        kind
        for kind in {kind for one in each for kind in one}
        if len({what for one in each for _, _, what in one.get(kind, ())}) > FEW
    }
    return [{(start, end) for kind in too_many for start, end, _ in one.get(kind, ())} for one in each]


def _kinds(text: str, probes: Probes, names: frozenset[str]) -> Iterator[tuple[str, list[Shape]]]:
    if not text:
        return
    words = folded(text)
    if probes.postcodes or probes.premises:
        yield "postcode", list(_postcodes(words))
        yield "street", list(_streets(words))
    if probes.phones or probes.uprns:
        yield "number", list(_numbers(words))
    if probes.emails:
        yield "email", list(_matched(words, _MAIL))
    if probes.vehicles:
        yield (
            "vehicle",
            [(*words.given(start, end), code) for start, end, code in _windows(words) if VEHICLE.fullmatch(code)],
        )
    if probes.points or probes.postcodes:
        yield "point", list(_matched(words, _POINT))
    if probes.names and names:
        yield "name", list(_named(words, names))


def _matched(text: Folded, pattern: re.Pattern[str]) -> Iterator[Shape]:
    for match in pattern.finditer(text.folded):
        yield *text.given(match.start(), match.end()), match.group()


def _postcodes(text: Folded) -> Iterator[Shape]:
    for start, end, code in _windows(text):
        if _CODE.fullmatch(code) and sum(c.isdigit() for c in code[-2:]) < 2 and any(c.isdigit() for c in code):
            yield *text.given(start, end), code
    for match in _HALVES.finditer(text.folded):
        if not _NO_HALF.fullmatch(match[2]):
            yield *text.given(match.start(), match.end()), match[1] + match[2]


def _windows(text: Folded) -> Iterator[tuple[int, int, str]]:
    """Words that together could be a code, however they are spaced: of five to eight letters and digits."""
    for n in range(len(text.words)):
        joined = ""
        for m in range(n, min(n + 7, len(text.words))):
            joined += text.words[m]
            if len(joined) > 8 or m > n and text.starts[m] - text.ends[m - 1] > 40:
                break
            if len(joined) >= 5:
                yield text.starts[n], text.ends[m], joined


def _streets(text: Folded) -> Iterator[Shape]:
    """Streets, each house of one a thing of its own: `3, 5 and 7 Alder Close`, `Alder Close: 3, 5, 7`."""
    for n, word in enumerate(text.meant):
        name = text.meant[n - 1] if n else ""
        if word not in STREETS or not name or name in _NOT_A_NAME or name.isdigit():
            continue
        yield *text.given(text.starts[n - 1], text.ends[n]), f"{name} {word}"
        first = next((m for m in range(n - 2, max(-1, n - 6), -1) if text.meant[m].isdigit()), None)
        before = _row(text, first, -1) if first is not None else ()
        for m in (*before, *_row(text, n + 1, 1)):
            yield *text.given(text.starts[m], text.ends[m]), f"{text.meant[m]} {name} {word}"


def _row(text: Folded, at: int, step: int) -> Iterator[int]:
    """The numbers of houses that stand in a row from here, one way or the other."""
    while 0 <= at < len(text.meant) and (
        text.meant[at].isdigit() or text.meant[at] in _BETWEEN or len(text.meant[at]) < 2
    ):
        following = text.folded[text.ends[at] : text.ends[at] + 2]
        if text.meant[at].isdigit():
            if following.isalpha() and len(following) == 2 or following[:1] in (":", "/"):
                return  # the half of a postcode, a time, a day
            yield at
        at += step


def _numbers(text: Folded) -> Iterator[Shape]:
    """Digits that could be a number to ring, or a property's; not days and times."""
    when = [match.span() for match in _WHEN.finditer(text.folded)]
    for run in text.digit_runs:
        some = [g for g in run if not any(start <= g.start and g.end <= end for start, end in when)]
        digits = "".join(group.digits for group in some)
        for at in range(0, len(digits) - LEAST_DIGITS + 1, 11):  # several in a row are one run
            yield *text.given(some[0].start, some[-1].end), digits[at : at + 11]


def _named(text: Folded, names: frozenset[str]) -> Iterator[Shape]:
    stream, begins = text.canon, text.canon_at
    for name in names:
        for at in every(name, stream):
            first, last = text.word_at(begins, at), text.word_at(begins, at + len(name) - 1)
            if begins[first] == at and begins[last] + len(text.meant[last]) == at + len(name):
                yield *text.given(text.starts[first], text.ends[last]), name
