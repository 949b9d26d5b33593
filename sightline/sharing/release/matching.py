"""Finding the parts of protected values in one folded text. Each function answers with what it found, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import OSA

from sightline.sharing.release.folding import LEET, LOOKS, STREETS, Folded, Group, fold
from sightline.sharing.release.mailboxes import emails
from sightline.sharing.release.persons import born_beside, initialled, near_each_other
from sightline.sharing.release.points import points
from sightline.sharing.release.spans import AROUND, LEAST_LOOKS, every, found
from sightline.sharing.release.types import FUZZY, NORMALISED, Found
from sightline.sharing.release.values import Name, Premises, Probes, checks

_PREFIXES = ("", "0", "44", "440", "0044", "00440", "044", "0440")
_FILLERS = frozenset("at no number num nr flat unit apartment house street road name line address thoroughfare".split())
_SHAPE = re.compile(r"[a-z]{1,2}[0-9][a-z0-9]?[0-9][abd-hjlnp-uw-z]{2}")
_AREAS = frozenset(
    "ab al b ba bb bd bh bl bn br bs bt ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn dt dy e ec eh en ex fk fy g gl gu "
    "gy ha hd hg hp hr hs hu hx ig im ip iv je ka kt kw ky l la ld le ll ln ls lu m me mk ml n ne ng nn np nr nw ol ox pa pe "
    "ph pl po pr rg rh rm s sa se sg sk sl sm sn so sp sr ss st sw sy ta td tf tn tq tr ts tw ub w wa wc wd wf wn wr ws wv yo "
    "ze".split()
)
BETWEEN = 40  # characters of a label between two halves
_OVER_A_SIGN = re.compile(r"[a-z][,;:.!?] +[a-z]")
_MONEY = ("£", "$", "€")
_STOP = re.compile(r"[.!?]\s")


def find(text: Folded, probes: Probes, *, fuzzy: bool = True) -> Iterator[Found]:
    """Everything of these that stands in the text. `fuzzy`: also what is only nearly there."""
    yield from _postcodes(text, probes, fuzzy)
    yield from _phones(text, probes, fuzzy)
    yield from _uprns(text, probes, fuzzy)
    yield from emails(text, probes, fuzzy)
    yield from _vehicles(text, probes, fuzzy)
    yield from points(text.text, probes)
    yield from _numbers(text, probes, fuzzy)
    yield from _persons(text, probes, fuzzy)
    for premises in probes.premises:
        yield from _premises(text, premises, probes, fuzzy)
    for name in probes.names:
        yield from _names(text, name, probes, fuzzy)


def _both(text: Folded, canonical: str, written: str, most: int) -> Iterator[tuple[int, int, int]]:
    """Where words are alike in their canonical form, or as they are written: a slip in `St` is no slip in `street`."""
    done: set[tuple[int, int]] = set()
    for first, last, distance in _alike(text, canonical, most, text.meant, text.canon, text.canon_at):
        done.add((first, last))
        yield first, last, distance
    if written and (written != canonical or text.plain != text.canon):  # `Jun-` and `iper` on two lines: no `junior`
        for first, last, distance in _alike(
            text, written, min(most, slips(len(written))), text.words, text.plain, text.plain_at
        ):
            if (first, last) not in done:
                yield first, last, distance


# --- postcodes, registrations: short codes of letters and digits --------------------------------------


def _postcodes(text: Folded, probes: Probes, fuzzy: bool) -> Iterator[Found]:
    for code, value in probes.postcodes:
        yield from _code(text, code, "postcode", value, probes)
        if fuzzy:
            yield from _code(text, code, "postcode", value, probes, looks=True)
        if fuzzy:  # `first half: LS14, second half: 6AA`
            yield from _halves(text, code[:-3], code[-3:], "postcode", value, probes)
    if fuzzy and probes.postcodes:
        for start, end, window in _windows(text, probes.postcodes[0][0]):
            for code, value in probes.postcodes:
                if window == code or abs(len(window) - len(code)) > 1 or OSA.distance(window, code, score_cutoff=1) > 1:
                    continue
                if _another(window, code) and not _supported(text, start, end, value, probes):
                    continue
                yield found(text, start, end, "postcode", FUZZY, value, probes)


def _code(text: Folded, code: str, kind: str, value: str, probes: Probes, *, looks: bool = False) -> Iterator[Found]:
    """Where a code stands, however it is spaced; `looks`: or stands something that looks like it (L5 for LS, O for 0)."""
    how, stream = (FUZZY, text.looks) if looks else (NORMALISED, text.plain)
    wanted = code.translate(LOOKS) if looks else code
    for at in every(wanted, stream):
        if looks and text.plain[at : at + len(code)] == code:
            continue
        first = text.word_at(text.plain_at, at)
        last = text.word_at(text.plain_at, at + len(code) - 1)
        begins = text.plain_at[first] == at
        ends = text.plain_at[last] + len(text.words[last]) == at + len(code)
        if (
            not (begins and ends)
            and (looks or len(code) < 7)
            and not (looks and _stands(text, first, last, at, len(code)))
        ):
            continue
        start = text.starts[first] + at - text.plain_at[first]
        end = text.starts[last] + at + len(code) - text.plain_at[last]
        if end - start <= len(code) * 4 + 40:  # far-flung letters are no code
            yield found(text, start, end, kind, how, value, probes)


def _stands(text: Folded, first: int, last: int, at: int, length: int) -> bool:
    """Whether a stretch of letters and digits stands apart: nothing but a sign or a space before it and after it."""
    start = text.starts[first] + at - text.plain_at[first]
    end = text.starts[last] + at + length - text.plain_at[last]
    before, after = text.folded[start - 1 : start], text.folded[end : end + 1]
    return not before.isalnum() and not after.isalnum()


def _windows(text: Folded, like: str) -> Iterator[tuple[int, int, str]]:
    """Stretches of a few words that could be a code: with a digit in them, and about as long."""
    words, starts, ends = text.words, text.starts, text.ends
    for n, word in enumerate(words):
        if len(word) > 8 or not any(w.isdigit() for w in words[n : n + 4]):
            continue
        joined = ""
        for m in range(n, min(n + 6, len(words))):
            if m > n and starts[m] - ends[m - 1] > 3:
                break
            joined += words[m]
            if len(joined) > 8:
                break
            if len(joined) >= 4 and any(c.isdigit() for c in joined) and any(c.isalpha() for c in joined):
                yield starts[n], ends[m], joined


def _halves(text: Folded, one: str, other: str, kind: str, value: str, probes: Probes) -> Iterator[Found]:
    """Where the two halves of a code stand with nothing but words between them."""
    if one in text.folded and other in text.folded:
        for match in re.finditer(rf"(?<![0-9a-z]){one}[^0-9]{{1,{BETWEEN}}}{other}(?![0-9a-z])", text.folded):
            yield found(text, match.start(), match.end(), kind, FUZZY, value, probes)


def _another(window: str, code: str) -> bool:
    """Whether it may be another postcode, rather than this one with a slip."""
    if sorted(window) == sorted(code):  # two characters changed places
        return False
    if not _SHAPE.fullmatch(window):
        return False
    return window.rstrip("0123456789abcdefghijklmnopqrstuvwxyz"[:10]) != "" and re.match("[a-z]+", window)[0] in _AREAS  # type: ignore[index]


def _supported(text: Folded, start: int, end: int, value: str, probes: Probes) -> bool:
    """Whether more of the same address stands near: its street, or its house number just before."""
    around = range(_first_after(text, start - AROUND), _first_after(text, end + AROUND))
    near = "".join(text.meant[n] for n in around)
    numbers = {text.meant[n] for n in around if text.meant[n].isdigit() and text.ends[n] <= start}
    for premises in probes.premises:
        if premises.value == value and (premises.street in near or premises.number and premises.number in numbers):
            return True
    return any(name.value == value and name.text in near for name in probes.names)


def _first_after(text: Folded, place: int) -> int:
    from bisect import bisect_left

    return bisect_left(text.starts, max(0, place))


def _vehicles(text: Folded, probes: Probes, fuzzy: bool) -> Iterator[Found]:
    for code, value in probes.vehicles:
        yield from _code(text, code, "vehicle", value, probes)
        if fuzzy and len(code) >= 6:
            yield from _code(text, code, "vehicle", value, probes, looks=True)
            for start, end, window in _windows(text, code):
                if (
                    window != code
                    and abs(len(window) - len(code)) <= 1
                    and OSA.distance(window, code, score_cutoff=1) <= 1
                ):
                    yield found(text, start, end, "vehicle", FUZZY, value, probes)


# --- numbers ------------------------------------------------------------------------------------------


def _phones(text: Folded, probes: Probes, fuzzy: bool) -> Iterator[Found]:
    if not probes.phones:
        return
    if fuzzy:  # `code: 07700, number: 900588`
        for number, value in probes.phones:
            area = _area(number)
            yield from _halves(text, "0" + number[:area], number[area:], "phone", value, probes)
    for run in text.digit_runs:
        if sum(len(g.digits) for g in run) < 6:
            continue
        for number, value in probes.phones:
            yield from _number(text, run, number, "phone", value, probes, fuzzy, _PREFIXES)
            local = number[_area(number) :]
            if fuzzy and len(local) >= 6 and not number.startswith("7"):
                for group in _stretches(run, local):
                    if text.folded[: group[0].start].rstrip()[-1:] in _MONEY:
                        continue
                    yield found(text, group[0].start, group[-1].end, "phone", FUZZY, value, probes)


def _area(number: str) -> int:
    """How many digits of a national number are the area's: 113 496 0161 -> 3."""
    if number.startswith("2"):
        return 2
    return 3 if number.startswith("11") or number[:1] == "1" and number[2:3] == "1" else 4


def _stretches(run: Sequence[Group], digits: str) -> Iterator[Sequence[Group]]:
    """Groups that begin a stretch and together are just these digits: the number without its area."""
    for n in range(len(run)):
        joined = ""
        for m in range(n, len(run)):
            joined += run[m].digits
            if joined == digits:
                yield run[n : m + 1]
            if len(joined) >= len(digits):
                break
        if n == 0 and len(run[0].digits) > 4:
            continue


def _number(
    text: Folded,
    run: Sequence[Group],
    number: str,
    kind: str,
    value: str,
    probes: Probes,
    fuzzy: bool,
    prefixes: tuple[str, ...],
) -> Iterator[Found]:
    """A number in a run of groups: it begins with one and ends with one."""
    for n in range(len(run)):
        joined, sure, near = "", True, None
        for m in range(n, len(run)):
            joined, sure = joined + run[m].digits, sure and run[m].sure
            if len(joined) > len(number) + 6:
                break
            if len(joined) < len(number) - 1:
                continue
            for prefix in prefixes:
                if not joined.startswith(prefix):
                    continue
                rest = joined[len(prefix) :]
                if rest == number:
                    how = NORMALISED if sure else FUZZY
                    yield found(text, run[n].start, run[m].end, kind, how, value, probes)
                    near = None
                    break
                if (
                    fuzzy
                    and near is None
                    and abs(len(rest) - len(number)) <= 1
                    and (prefix or not joined.startswith("0"))
                ):
                    if OSA.distance(rest, number, score_cutoff=1) <= 1:
                        near = m
            else:
                continue
            break
        if near is not None:
            yield found(text, run[n].start, run[near].end, kind, FUZZY, value, probes)
    for group in run:  # run together with others
        if len(group.digits) > len(number) + 1 and (
            "0" + number in group.digits if prefixes[1:] else number in group.digits
        ):
            yield found(text, group.start, group.end, kind, NORMALISED, value, probes)


def _uprns(text: Folded, probes: Probes, fuzzy: bool) -> Iterator[Found]:
    for number, value in probes.uprns:
        for run in text.digit_runs:
            if sum(len(g.digits) for g in run) >= len(number) - 1:
                near = fuzzy and (len(number) >= 10 or "uprn" in text.folded[max(0, run[0].start - 12) : run[0].start])
                yield from _number(text, run, number, "uprn", value, probes, near, ("", "0", "00", "000", "0000"))


def _numbers(text: Folded, probes: Probes, fuzzy: bool) -> Iterator[Found]:
    for number, value in probes.numbers:
        for run in text.digit_runs:
            if sum(len(g.digits) for g in run) < len(number) - 1:
                continue
            for one in _number(text, run, number, "number", value, probes, fuzzy, ("",)):
                digits = "".join(c for c in fold(text.text[one.start : one.end])[0] if c.isdigit())
                if one.how != FUZZY or not (checks(number) and checks(digits)):  # else it is somebody else's
                    yield one


def _persons(text: Folded, probes: Probes, fuzzy: bool) -> Iterator[Found]:
    for one in probes.persons:
        for first, last in initialled(text, one):
            yield found(text, text.starts[first], text.ends[last], "person", NORMALISED, one.value, probes)
        for first, last in near_each_other(text, one) if fuzzy else ():
            yield found(text, text.starts[first], text.ends[last], "person", FUZZY, one.value, probes)
        for start, end in born_beside(text, one):
            yield found(text, start, end, "person", NORMALISED, one.value, probes)


# --- houses and names ---------------------------------------------------------------------------------


def slips(length: int) -> int:
    """How many slips a name of so many letters may have and still be meant."""
    return 0 if length < 5 else 1 if length < 10 else 2 if length < 18 else 3


def _premises(text: Folded, one: Premises, probes: Probes, fuzzy: bool) -> Iterator[Found]:
    most = slips(len(one.street)) if fuzzy else 0
    done = False
    for first, last, distance in _both(text, one.street, one.written, most):
        number, at = _number_by(text, first, last, one.number)
        start, end = text.starts[min(first, at) if at is not None else first], text.ends[max(last, at or last)]
        done |= bool(one.number and number == one.number)
        if one.number and number == one.number:
            yield found(text, start, end, "address", FUZZY if distance else NORMALISED, one.value, probes)
        elif not fuzzy or distance > 1:
            continue
        elif number and not distance and not one.common and _a_slip(number, one.number):
            if _elsewhere(text, last, one) or _STOP.search(text.folded[text.ends[at or 0] : text.starts[first]]):
                continue  # another district's street, or the end of a sentence before it
            yield found(text, start, end, "address", FUZZY, one.value, probes)
        elif (not number or not one.number) and not distance and _place_near(text, first, last, one):
            yield found(text, start, end, "address", FUZZY, one.value, probes)
    if not fuzzy or done or not one.number:
        return
    for first, last in _in_disguise(text, one.written):
        if _number_by(text, first, last, one.number)[0] == one.number:
            yield found(text, text.starts[first], text.ends[last], "address", FUZZY, one.value, probes)
    yield from _without_its_kind(text, one, probes)


def _in_disguise(text: Folded, written: str) -> Iterator[tuple[int, int]]:
    """Words as a scanner of paper may have read them (`A1der C10se`), or with digits put for letters (`4ld3r Cl0s3`)."""
    if len(written) < LEAST_LOOKS:
        return
    wanted = written.translate(LEET)
    for at in every(wanted, text.leet):
        first, last = text.word_at(text.plain_at, at), text.word_at(text.plain_at, at + len(wanted) - 1)
        if text.plain[at : at + len(wanted)] != written and _stands(text, first, last, at, len(wanted)):
            yield first, last


def _without_its_kind(text: Folded, one: Premises, probes: Probes) -> Iterator[Found]:
    """`14 Alder, Seacroft`: a house in a street whose kind is left out, with the part of town or the district behind."""
    if len(one.core) < 5:
        return
    for first, last, _ in _alike(text, one.core, 0, text.meant, text.canon, text.canon_at):
        if text.meant[last + 1 : last + 2] and text.meant[last + 1] in STREETS:
            continue  # that kind, or another street
        number, at = _number_by(text, first, first, one.number)
        if number == one.number and at is not None and at < first and _place_near(text, first, last, one):
            yield found(text, text.starts[at], text.ends[last], "address", FUZZY, one.value, probes)


def _a_slip(number: str, wanted: str) -> bool:
    """Whether a house number may be the other with one digit wrong. Of one digit alone nothing can be said."""
    return len(number) == len(wanted) > 1 and OSA.distance(number, wanted) <= 1


def _number_by(text: Folded, first: int, last: int, wanted: str) -> tuple[str, int | None]:
    """The house number that stands before a street, or just after it: the one that is wanted, else the nearest."""
    before = [n for n in range(max(0, first - 3), first) if text.meant[n].isdigit()]
    between = {n: text.meant[n + 1 : first] for n in before}
    near = [n for n in before if all(w in _FILLERS or len(w) <= 1 or w.isdigit() for w in between[n])]
    after = [n for n in range(last + 1, min(last + 5, len(text.meant))) if text.meant[n].isdigit()]
    after = [n for n in after if all(w in _FILLERS for w in text.meant[last + 1 : n])]
    for n in before:  # digits that were each put in their own place
        if wanted and "".join(text.meant[n:first]) == wanted:
            return wanted, n
    for n in (*reversed(near), *after):
        if text.meant[n] == wanted and text.starts[first] - text.ends[n] < AROUND:
            return wanted, n
    return (text.meant[near[-1]], near[-1]) if near else ("", None)


def _elsewhere(text: Folded, last: int, one: Premises) -> bool:
    """Whether a whole postcode that is not nearly this one stands right behind: then it is another house, whose own number
    it is, or the street of that name in another district."""
    for n in range(last + 1, min(last + 7, len(text.words))):
        code = ""
        for m in range(n, min(n + 4, len(text.words))):
            code += text.words[m]
            if len(code) > 4 and _SHAPE.fullmatch(code) and re.match("[a-z]+", code)[0] in _AREAS:  # type: ignore[index]
                return bool(one.postcode) and OSA.distance(code, one.postcode, score_cutoff=1) > 1
    return False


def _place_near(text: Folded, first: int, last: int, one: Premises) -> bool:
    """Whether the part of town, or the district, stands by a street: then the street alone says where."""
    following = "".join(text.meant[last + 1 : last + 9])
    return any(len(place) >= 5 and place in following for place in one.near) or bool(
        one.outcode and _begins_word(text, last, one.outcode)
    )


def _begins_word(text: Folded, last: int, outcode: str) -> bool:
    for n in range(last + 1, min(last + 7, len(text.words) - 1)):
        if text.words[n] + text.words[n + 1] == outcode:
            return True
    return False


def _names(text: Folded, name: Name, probes: Probes, fuzzy: bool) -> Iterator[Found]:
    most = slips(len(name.text)) if fuzzy and (name.full or len(name.text) >= 12) else 0
    for first, last, distance in _both(text, name.text, name.written, most):
        how = FUZZY if distance else NORMALISED
        if name.kind == "person" and _STOP.search(text.folded[text.starts[first] : text.ends[last]]):
            continue  # the end of one sentence, and another's beginning
        if _by_chance(text, first, last) or name.turned and _as_words(text, first, last):
            continue
        yield found(text, text.starts[first], text.ends[last], name.kind, how, name.value, probes)
    for first, last in _in_disguise(text, name.written) if fuzzy else ():
        yield found(text, text.starts[first], text.ends[last], name.kind, FUZZY, name.value, probes)


def _by_chance(text: Folded, first: int, last: int) -> bool:
    """Whether words of a name meet over a sign, and none of them is written as a name: `by grace, house prices fell`."""
    start, end = text.given(text.starts[first], text.ends[last])
    said = text.text[start:end]
    return said[1:].islower() and bool(_OVER_A_SIGN.search(said))


def _as_words(text: Folded, first: int, last: int) -> bool:
    """Whether a name that is turned round stands there as words of a sentence: `the gates cross the road`."""
    start, end = text.given(text.starts[first], text.ends[last])
    said = text.text[start:end]
    return said.islower() and " " in said


def _alike(
    text: Folded, wanted: str, most: int, words: list[str], stream: str, begins: list[int]
) -> Iterator[tuple[int, int, int]]:
    """Where whole words, run together, are this, with at most so many slips: (first word, last word, slips).

    Whatever has few slips shares an unbroken piece with it: only around those is counted.
    """
    done: set[tuple[int, int]] = set()
    for at in every(wanted, stream):
        first, last = text.word_at(begins, at), text.word_at(begins, at + len(wanted) - 1)
        if begins[first] == at and begins[last] + len(words[last]) == at + len(wanted):
            done.add((first, last))
            yield first, last, 0
    if not most or len(stream) < len(wanted) - most:
        return
    pieces = 2 * most + 1 if len(wanted) >= 3 * (2 * most + 1) else most + 1
    size = len(wanted) // pieces
    tried: set[int] = set()
    for n in range(pieces):
        offset = n * size
        piece = wanted[offset : offset + size] if n < pieces - 1 else wanted[offset:]
        for at in every(piece, stream):
            around = at - offset
            for first in {
                text.word_at(begins, max(0, min(around + d, len(stream) - 1))) for d in range(-most, most + 1)
            }:
                if first in tried or not words[first]:
                    continue
                tried.add(first)
                yield from _from(words, first, wanted, most, done)


def _from(
    words: list[str], first: int, wanted: str, most: int, done: set[tuple[int, int]]
) -> Iterator[tuple[int, int, int]]:
    """The best run of words from this one on that is nearly what is wanted."""
    joined, best = "", None
    for last in range(first, min(first + 12, len(words))):
        joined += words[last]
        if len(joined) > len(wanted) + most:
            break
        if len(joined) >= len(wanted) - most:
            distance = OSA.distance(joined, wanted, score_cutoff=most)
            if distance <= most and (best is None or distance < best[1]):
                best = last, distance
    if best is not None and best[1] and (first, best[0]) not in done:
        yield first, best[0], best[1]
