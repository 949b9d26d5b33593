"""What a record's fields may hold, and the one way in which each is written.

Every door (form, API, feed, story) passes what it was given through `clean`. The canonical text of a field:

    text, quoted, words         the text, trimmed at both ends; somebody's words are never changed within
    line                        the text on one line
    phone                       the text, with single spaces
    choice                      the code; in an open list an unknown value stays as it was written
    choices                     codes joined by `; `, each once, in the order given
    date                        2025-03-31
    datetime                    2025-03-31T21:40:00+01:00, in Europe/London; 2025-03-31 where only the day was told
    number                      digits, with a decimal point where needed
    yes-no                      yes or no
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from sightline.definition.nearest import nearest, one_of
from sightline.definition.types import CodeList, Fault, Partnership, RecordField, RecordType

LONDON = ZoneInfo("Europe/London")
YES = frozenset(("yes", "y", "true", "1", "on"))
NO = frozenset(("no", "n", "false", "0", "off"))
BRITISH_DATE = re.compile(r"^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$")
Answer = tuple[str, Fault | None]


def clean(
    partnership: Partnership, record: RecordType, fields: Mapping[str, object]
) -> tuple[dict[str, str], list[Fault]]:
    """The fields as canonical texts, and what is wrong with them.

    Values may be texts, booleans, numbers, dates, or (for `choices`) lists of texts. Empty values are left out. A value
    with a fault is left out too: the caller still holds it as it was given, and decides whether the record is taken
    without it (a record is never refused because it is poor). Each fault has the field as its `path` and one of the
    codes `unknown-field`, `needed`, `unknown-code`, `invalid`.
    """
    out: dict[str, str] = {}
    faults: list[Fault] = []
    for name, value in fields.items():
        declared = record.fields.get(name)
        if declared is None:
            faults.append(
                Fault(
                    path=name,
                    found=name,
                    expected=f"a field of {record.id}, {one_of(record.fields)}" if record.fields else "no fields",
                    nearest=nearest(name, record.fields),
                    code="unknown-field",
                )
            )
            continue
        text, fault = clean_value(partnership, declared, value)
        if fault is not None:
            faults.append(fault.model_copy(update={"path": name}))
        elif text:
            out[name] = text
    told = {fault.path for fault in faults}
    for name, declared in record.fields.items():
        if declared.needed and name not in out and name not in told:
            faults.append(Fault(path=name, expected=f"{declared.title}: it is needed", code="needed"))
    return out, faults


def clean_value(partnership: Partnership, declared: RecordField, value: object) -> Answer:
    """One value as canonical text (empty when there is none), or the fault, without a path."""
    if value is None or value == "" or value == []:
        return "", None
    if declared.kind == "choice":
        return _choice(partnership, declared, value)
    if declared.kind == "choices":
        return _choices(partnership, declared, value)
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        return "", Fault(found=_shown(value), expected="one value")
    try:
        return READERS.get(declared.kind, _text)(value)
    except OverflowError:
        return "", Fault(found=_shown(value), expected="a day between the years 1 and 9999")


def _text(value: object) -> Answer:
    if isinstance(value, bool):
        return "yes" if value else "no", None
    if isinstance(value, (date, datetime)):
        return value.isoformat(), None
    return str(value).replace("\x00", "").strip(), None


def _line(value: object) -> Answer:
    text, fault = _text(value)
    return " ".join(text.splitlines()), fault


def _phone(value: object) -> Answer:
    text = " ".join(str(value).split())
    if text and sum(c.isdigit() for c in text) < 3:
        return "", Fault(found=text, expected="a telephone number")
    return text, None


def _yes_no(value: object) -> Answer:
    text = str(value).strip().lower()
    if text in YES:
        return "yes", None
    if text in NO:
        return "no", None
    return ("", Fault(found=str(value), expected="yes or no")) if text else ("", None)


def _number(value: object) -> Answer:
    text = str(value).strip().replace(",", "")
    if not text:
        return "", None
    wrong = Fault(found=str(value), expected="a number")
    if isinstance(value, bool):
        return "", wrong
    try:
        number = Decimal(text)
    except InvalidOperation:
        return "", wrong
    if not number.is_finite() or abs(number.adjusted()) > 30:
        return "", wrong
    plain = format(number, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return ("0" if plain in ("-0", "") else plain), None


def _date(value: object) -> Answer:
    if isinstance(value, datetime):
        return _london(value).date().isoformat(), None
    if isinstance(value, date):
        return value.isoformat(), None
    text = str(value).strip()
    if not text:
        return "", None
    day = _moment(text)
    if day is None:
        return "", Fault(found=text, expected="a date such as 2025-03-31")
    return (day if type(day) is date else _london(day).date()).isoformat(), None  # type: ignore[arg-type]


def _datetime(value: object) -> Answer:
    """A day without a time stays a day: nothing is invented, and nothing that was told is lost."""
    moment = value if isinstance(value, date) else None
    if moment is None:
        text = str(value).strip()
        if not text:
            return "", None
        moment = _moment(text)
        if moment is None:
            return "", Fault(found=text, expected="a date and time such as 2025-03-31 21:40")
    if not isinstance(moment, datetime):
        return moment.isoformat(), None
    return _london(moment).isoformat(timespec="seconds"), None


def _moment(text: str) -> date | datetime | None:
    british = BRITISH_DATE.match(text)
    try:
        if british:
            day, month, year = (int(part) for part in british.groups())
            return date(year, month, day)
        if len(text) <= 10 and text.count("-") == 2:
            return date.fromisoformat(text)
        return datetime.fromisoformat(text) if "-" in text or "T" in text else None
    except ValueError:
        return None


def _london(moment: datetime) -> datetime:
    """In Europe/London. Without a zone it is London's; in the hour that comes twice, the first; in the hour that is
    left out, as long after as it was meant."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=LONDON)
    return moment.astimezone(UTC).astimezone(LONDON)


READERS: dict[str, Callable[[object], Answer]] = {
    "line": _line,
    "phone": _phone,
    "yes-no": _yes_no,
    "number": _number,
    "date": _date,
    "datetime": _datetime,
}


# --- codes --------------------------------------------------------------------------------------------


def code_for(codes: CodeList, value: str) -> str:
    """The code that a text means: a code, its title or one of its older codes, whatever the capitals; or empty."""
    if value in codes.codes:
        return value
    return _meanings(codes).get(_fold(value), "")


def codes_within(codes: CodeList, text: str) -> set[str]:
    """The codes whose words stand, whole, within a longer text: "stab wound to the thigh" means `violence`.

    So that what somebody wrote freely still reaches whoever must see it. Words of fewer than four letters don't count.
    """
    padded = f" {_fold(''.join(c if c.isalnum() else ' ' for c in text))} "
    return {code for words, code in _meanings(codes).items() if len(words) > 3 and f" {words} " in padded}


def without_codes(codes: CodeList, text: str) -> str:
    """What is left of a text, in small letters, once words that mean one of the codes are taken out of it."""
    left = f" {_fold(''.join(c if c.isalnum() else ' ' for c in text))} "
    for words in sorted(_meanings(codes), key=len, reverse=True):
        left = left.replace(f" {words} ", "  ")
    return " ".join(left.split())


def code_title(partnership: Partnership, declared: RecordField, value: str) -> str:
    """The words for a field's canonical value: titles for codes, Yes and No, anything else as it stands."""
    if declared.kind in ("choice", "choices"):
        found = partnership.codes.get(declared.of)
        parts = value.split("; ") if declared.kind == "choices" else [value]
        known = found.codes if found else {}
        return ", ".join(known[part].title if part in known else part for part in parts)
    if declared.kind == "yes-no":
        return value.capitalize()
    return value


def _choice(partnership: Partnership, declared: RecordField, value: object) -> Answer:
    text = ("yes" if value else "no") if isinstance(value, bool) else str(value).strip()
    if not text:
        return "", None
    codes = partnership.codes.get(declared.of)
    if codes is None:
        return text, None
    code = code_for(codes, text)
    if code:
        return code, None
    if codes.open:
        return text, None
    names = {title: code for code, c in codes.codes.items() for title in (c.title, *c.old, code)}
    near = names.get(nearest(text, names), "")
    return "", Fault(found=text, expected=one_of(codes.codes), nearest=near, code="unknown-code")


def _choices(partnership: Partnership, declared: RecordField, value: object) -> Answer:
    if isinstance(value, (list, tuple, set, frozenset)):
        parts = [str(part) for part in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    else:
        parts = str(value).split(";")
        whole, fault = _choice(partnership, declared, parts[0])
        if len(parts) == 1 and (fault is not None or not _known(partnership, declared, whole)):
            pieces = parts[0].split(",")
            if all(_known(partnership, declared, _choice(partnership, declared, piece)[0]) for piece in pieces):
                parts = pieces
    found: dict[str, None] = {}
    for part in parts:
        code, fault = _choice(partnership, declared, part)
        if fault is not None:
            return "", fault
        if code:
            found[code] = None
    return "; ".join(found), None


def _known(partnership: Partnership, declared: RecordField, code: str) -> bool:
    codes = partnership.codes.get(declared.of)
    return codes is not None and code in codes.codes


_kept: dict[int, tuple[CodeList, dict[str, str]]] = {}  # by identity: a list is immutable, and kept alive here


def _meanings(codes: CodeList) -> dict[str, str]:
    """Codes by everything that means them; a code itself goes before a title, a title before an older code."""
    kept = _kept.get(id(codes))
    if kept is not None:
        return kept[1]
    found: dict[str, str] = {}
    for words in (lambda code, c: (code,), lambda code, c: (c.title,), lambda code, c: c.old):
        for code, c in codes.codes.items():
            for word in words(code, c):
                found.setdefault(_fold(word), code)
    if len(_kept) > 4096:
        _kept.clear()
    _kept[id(codes)] = (codes, found)
    return found


def _fold(text: str) -> str:
    return " ".join(text.replace("-", " ").replace("_", " ").casefold().split())


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"
