"""Taking a protected value apart: what of it, found anywhere, is enough to give somebody away.

Of an address that is its postcode, its UPRN, its house number with its street, and the name of its building. A town, or a
street that thousands live in, is not; it only supports what is nearly right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from sightline.sharing.release.folding import STREETS, canonical, folded
from sightline.sharing.release.persons import Person, is_a_name, orders, person, with_a_date
from sightline.sharing.release.types import Value

POSTCODE = re.compile(r"\b([a-z]{1,2}[0-9][a-z0-9]?)\s*([0-9][a-z]{2})\b", re.I)
VEHICLE = re.compile(r"[a-z]{2}[0-9]{2}\s?[a-z]{3}|[a-z][0-9]{1,3}\s?[a-z]{3}|[a-z]{3}\s?[0-9]{1,3}[a-z]", re.I)
_POINT = re.compile(r"(-?\d{1,3}\.\d{3,})\s*[,; ]\s*(-?\d{1,3}\.\d{3,})")
_PHONE = re.compile(r"[+()\d\s.\-–/]{9,24}")
# Names that say nothing alone, and what names of places end in.
_NOTHING = frozenset(
    "the cottage bungalow lodge farm flat floor ground first second top upper lower room unit house hall building block "
    "annexe basement rear front north south east west po box care of co "
    "school primary academy college junior infant high nursery surgery practice medical centre health clinic refuge "
    "hostel shelter women womens aid project service limited ltd company uk england yorkshire west".split()
)
_TRAILING = frozenset(
    "school primary academy college junior infant high nursery surgery practice medical centre health clinic refuge hostel "
    "limited ltd".split()
)
# Streets that most towns have: nearly the right house there is somebody else's.
COMMON = frozenset(
    "high station main park church victoria green manor kings queens new grange north south east west mill school york "
    "london albert broad chapel george grove hill king mary queen richmond springfield stanley windsor woodland the oak elm "
    "ash cedar".split()
)


@dataclass(frozen=True, slots=True)
class Premises:
    """A house in a street. `street` and `number` in canonical form, run together; `near`: the places around it."""

    value: str
    number: str
    street: str
    written: str  # the street as it is written, folded only
    common: bool
    near: tuple[str, ...]
    outcode: str
    postcode: str = ""
    core: str = ""  # the street without the word for its kind


@dataclass(frozen=True, slots=True)
class Name:
    """A name, in canonical form, run together; `full`: all of it, not only what is telling of it."""

    value: str
    text: str
    written: str
    kind: str
    full: bool = True
    turned: bool = False  # what may be somebody's name, in the other order


@dataclass(slots=True)
class Probes:
    """All that is looked for."""

    postcodes: list[tuple[str, str]] = field(default_factory=list)  # (ls146aa, value)
    phones: list[tuple[str, str]] = field(default_factory=list)  # (1134960161: the national number, value)
    uprns: list[tuple[str, str]] = field(default_factory=list)
    emails: list[tuple[str, str]] = field(default_factory=list)  # (name@host.org, value)
    vehicles: list[tuple[str, str]] = field(default_factory=list)
    points: list[tuple[tuple[float, float], str]] = field(default_factory=list)
    premises: list[Premises] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)
    numbers: list[tuple[str, str]] = field(default_factory=list)
    as_given: set[str] = field(default_factory=set)  # what counts as exact

    def add(self, other: Probes) -> None:
        for name in self.__slots__:
            mine, theirs = getattr(self, name), getattr(other, name)
            mine.update(theirs) if isinstance(mine, set) else mine.extend(theirs)


def national(text: str) -> str:
    """A telephone number without its prefixes: `+44 (0)113 496 0161` -> 1134960161."""
    digits = "".join(c for c in folded(text).folded if c.isdigit())
    for prefix in ("00440", "0044", "440", "44", "0"):
        if digits.startswith(prefix) and len(digits) - len(prefix) >= 9:
            return digits[len(prefix) :]
    return digits


def guessed(text: str, id: str = "") -> Value:
    """What kind of value a text is, by its looks."""
    plain = text.strip()
    if "@" in plain and " " not in plain:
        return Value("email", plain, id=id)
    if (point := _POINT.fullmatch(plain)) is not None:
        return Value("point", plain, point=(float(point[1]), float(point[2])), id=id)
    if with_a_date(plain):
        return Value("person", plain, id=id)
    if re.fullmatch(r"[1-9][\d\s.\-]{9,13}", plain) and checks("".join(c for c in plain if c.isdigit())):
        return Value("number", plain, id=id)
    if re.fullmatch(r"[1-9]\d{9,11}", plain):
        return Value("uprn", plain, id=id)
    if _PHONE.fullmatch(plain) and 9 <= sum(c.isdigit() for c in plain) <= 15:
        return Value("phone", plain, id=id)
    found = POSTCODE.search(plain)
    if found or any(c.isdigit() for c in plain) and not VEHICLE.fullmatch(plain) or _in_a_street(plain):
        rest = plain[: found.start()] + plain[found.end() :] if found else plain
        return Value("address", plain, lines=_lines(rest), postcode=" ".join(found.groups()) if found else "", id=id)
    if VEHICLE.fullmatch(plain):
        return Value("vehicle", plain, id=id)
    return Value("name", plain, id=id)


def checks(digits: str) -> bool:
    """Whether these are the ten figures of a number of the health service: the last follows from the others."""
    if len(digits) != 10 or digits == digits[0] * 10:
        return False
    said = 11 - sum(int(d) * (10 - n) for n, d in enumerate(digits[:9])) % 11
    return digits[9] == str(said % 11)  # a ten has no figure


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in re.split(r"[,\n;]+", text) if line.strip(" ."))


def _in_a_street(text: str) -> bool:
    lines = _lines(text)
    words = canonical(lines[0]) if lines else []
    return len(words) > 1 and words[-1] in STREETS


def probes(values: Iterable[Value]) -> Probes:
    """Everything that is looked for, of these values."""
    made = Probes()
    for value in values:
        made.add(_parts(value))
    return made


@lru_cache(maxsize=5000)  # in memory, as the key that opens them is; never on disk
def _parts(value: Value) -> Probes:
    made = Probes()
    _take_apart(value, made)
    return made


def _take_apart(value: Value, made: Probes) -> None:
    texts = [value.text, value.postcode, value.uprn, *value.lines]
    made.as_given |= {text.strip() for text in texts if text and len(text.strip()) > 3}
    if value.kind == "phone" and len(digits := national(value.text)) >= 6:
        made.phones.append((digits, value.id))
    elif value.kind == "email" and "@" in value.text:
        made.emails.append((value.text.strip().lower(), value.id))
    elif value.kind == "vehicle":
        made.vehicles.append(("".join(folded(value.text).words), value.id))
    elif value.kind == "uprn":
        _uprn(value.text, value.id, made)
    elif value.kind == "point" and value.point is not None:
        made.points.append((value.point, value.id))
    elif value.kind == "number" and len(digits := "".join(c for c in folded(value.text).folded if c.isdigit())) >= 9:
        made.numbers.append((digits, value.id))
    elif value.kind == "person":
        _person(value, made)
    elif value.kind == "name":
        _name(value.text, value.id, "name", made)
        if is_a_name(value.text) and not set(canonical(value.text)) & (_NOTHING | STREETS):  # it may be somebody's
            _person(value, made)
    elif value.kind == "address":
        _address(value, made)
    if value.point is not None and value.kind != "point":
        made.points.append((value.point, value.id))


def _uprn(text: str, value: str, made: Probes) -> None:
    digits = "".join(c for c in text if c.isdigit()).lstrip("0")
    if len(digits) >= 8:
        made.uprns.append((digits, value))


def _person(value: Value, made: Probes) -> None:
    one = person(value.text, value.id)
    if one is None:
        return
    made.persons.append(one)
    had = {name.text for name in made.names}
    for order, written in orders(one):
        if order not in had and (len(order) >= 5 or not one.given):
            made.names.append(Name(value.id, order, written, "person", turned=value.kind != "person"))


def _name(text: str, value: str, kind: str, made: Probes) -> None:
    words = [w for w in canonical(text) if w != "the" or len(canonical(text)) < 3]
    written = folded(text).plain
    telling = [w for w in words if w not in _NOTHING and not w.isdigit()]
    whole = "".join(words)
    if not telling or len(whole) < 5:
        if len(words) >= 3 and len(whole) >= 12:  # nothing but common words, but all of them in this order
            made.names.append(Name(value, whole, written, kind))
        return
    made.names.append(Name(value, whole, written, kind))
    short = list(words)
    while short and short[-1] in _TRAILING:
        short.pop()
    if len(short) < len(words) and len(short) >= 2 and [w for w in short if w not in _NOTHING]:
        made.names.append(Name(value, "".join(short), "", kind, full=False))


def _address(value: Value, made: Probes) -> None:
    lines, postcode = value.lines, value.postcode
    if not lines and value.text:
        return _address(guessed_address(value), made)
    for line in lines:  # a postcode that stands among the lines
        if not postcode and (found := POSTCODE.search(line)):
            postcode = " ".join(found.groups())
            lines = tuple(_lines("\n".join(POSTCODE.sub("", one) for one in lines)))
    compact = "".join(folded(postcode).words)
    if len(compact) >= 5:
        made.postcodes.append((compact, value.id))
    if value.uprn:
        _uprn(value.uprn, value.id, made)
    outcode = compact[:-3]
    parts = [part for line in lines for part in _lines(line)]
    at = next((n for n, part in enumerate(parts) if _number_and_street(part)), None)
    number = street = ""
    if at is not None:
        number, street = _number_and_street(parts[at]) or ("", "")
    else:
        at = next((n for n, part in enumerate(parts) if _in_a_street(part)), None)
        if at is not None:
            street = "".join(canonical(parts[at]))
            before = canonical(parts[at - 1]) if at else []
            number = before[-1] if before and before[-1].isdigit() and len(before) <= 2 else ""
    near = tuple("".join(canonical(part)) for part in parts[(at if at is not None else 0) + 1 :])
    near = near[:-1] if len(near) > 1 else ()  # the last line is the post town
    if street:
        first = canonical(parts[at or 0])
        core = [w for w in first if not w.isdigit()]
        told = folded(parts[at or 0])
        written = "".join(told.words)
        written = written[written.rfind(number) + len(number) :] if number and number in written else written
        written = written[1:] if core and len(core[0]) == 1 else written  # 14a
        common = bool(core) and core[0] in COMMON
        kind = bool(core) and core[-1] in STREETS and not common
        core = [w for w in core if len(w) > 1] if kind else []
        short = "".join(core[:-1])
        made.premises.append(Premises(value.id, number, street, written, common, near, outcode, compact, short))
    for part in parts[: at if at is not None else 1]:
        _name(part, value.id, "address", made)


def guessed_address(value: Value) -> Value:
    found = POSTCODE.search(value.text)
    rest = value.text[: found.start()] + value.text[found.end() :] if found else value.text
    postcode = value.postcode or (" ".join(found.groups()) if found else "")
    return Value("address", value.text, _lines(rest) or (rest,), postcode, value.uprn, value.point, value.id)


def _number_and_street(line: str) -> tuple[str, str] | None:
    """`Flat 3, 14a Alder Close` -> (14, aldercl…): the last number that words of a street follow."""
    words = canonical(line)
    for n in range(len(words) - 2, -1, -1):
        if not words[n].isdigit():
            continue
        rest = words[n + 1 :]
        if len(rest) > 1 and len(rest[0]) == 1:  # 14 a
            rest = rest[1:]
        if rest and not rest[0].isdigit() and sum(map(len, rest)) >= 3 and not {"box"} & set(words[:n]):
            return words[n], "".join(rest)
    return None
