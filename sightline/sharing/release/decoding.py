"""What a text says once more in another writing: escaped, quoted, packed in letters, spelt aloud, or line by line.

Whoever reads such a text reads the value; so every piece of a bundle is also looked at as it is meant. Pure.
"""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qsl, unquote_plus

_PERCENT = re.compile(r"%[0-9a-fA-F]{2}")
_ENTITY = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z]{2,8});")
_CODE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_ENDS = re.compile(r"\\[nrt]")  # an end of a line, in two letters
_QUOTED = re.compile(r"=[0-9A-Fa-f]{2}|=[ \t]*\r?(?:\n|$)")
_PACKED = re.compile(
    r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{10,19}={1,2}(?!=)"  # short, but padded
    r"|[A-Za-z0-9+/_-]{20,}(?:\r?\n[ \t]*[A-Za-z0-9+/_-]+)*={0,2}"
    r"|(?<![^\s])[A-Za-z0-9+/_-]{4,19}(?:\r?\n[ \t]*[A-Za-z0-9+/_-]{2,})+={0,2}(?![^\s])"  # in short lines
)
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:(?:[0-9a-fA-F]{2}){8,}|(?:[0-9a-fA-F]{2}[ :]){7,}[0-9a-fA-F]{2})(?![0-9A-Za-z])")
_STYLED = re.compile(r"(?:\\[0-9a-fA-F]{1,6}[ \t]?){3,}")  # letters as a style sheet escapes them
_ONE_STYLED = re.compile(r"\\([0-9a-fA-F]{1,6})")
_RUN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{5,60}(?![A-Za-z0-9])")
_TOGETHER = re.compile(r"[a-z][A-Z]")
_A_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_LABELLED = re.compile(r"[ \t]*[^\W\d_][\w /&'’().-]{0,38}[:=][ \t]*(\S.*)")
_QUERY = re.compile(r"(?<![\w.%+~-])[\w.%+~-]+=[^\s&<>\"]*(?:&(?:amp;)?[\w.%+~-]+=[^\s&<>\"]*)+")
_TWICE = re.compile("[\u00c2-\u00c5\u00e2][\u0080-\u00bf\u0152-\u2122]{1,2}")
_FILES = (b"%PDF", b"PK\x03\x04", b"\x1f\x8b", b"\xff\xd8\xff", b"\x89PNG", b"\xff\xfe")
_TOKEN = re.compile(r"[A-Za-z]+|[0-9]+")
_BETWEEN = re.compile(r"[\s,.;/–-]{1,4}")
MOST_LINES, LONGEST_FIELD = 40, 60
MOST_LAYERS = 3
MOST_RUN_TOGETHER = 5_000  # words of one text

LETTERS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo "
        "sierra tango uniform victor whiskey xray yankee zulu".split(),
        strict=True,
    )
)
_SAID = {word: letter for letter, word in LETTERS.items()} | {
    "alfa": "a", "juliett": "j", "whisky": "w", "oh": "0", "nought": "0", "nil": "0",
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), "23456789", strict=True))
_TIMES = {"double": 2, "treble": 3, "triple": 3}
_ZEROS = {"hundred": "00", "thousand": "000"}
_ALOUD = re.compile(rf"\b(?:{'|'.join((*_SAID, *_TENS, *_TIMES, *_ZEROS, 'x-ray'))})\b", re.I)
_XRAY = re.compile(r"\bx-ray\b", re.I)
LEAST_SAID, LEAST_LONG = 2, 4  # words that were spelt, letters and digits that they make: less is no code


def otherwise(text: str) -> Iterator[str]:
    """The text as it is meant, once for each writing that it seems to be in. Mostly nothing."""
    given = [text]
    if _QUOTED.search(text) and (meant := _unquoted(text)) != text:
        given.append(meant)
    for one in given:
        meant = one
        for _ in range(MOST_LAYERS):  # what was escaped was escaped before, in a page within a mail
            plain = _plain(meant)
            if plain == meant:
                break
            meant = plain
        ways = (one, meant, _ENDS.sub("\n", meant), spoken(meant), spoken(meant, apart=True), _apart(meant))
        yield from (way for way in dict.fromkeys(ways) if way != text)


def _apart(text: str) -> str:
    """The words that are run together (`TamsinOakenshaw`, `OakenshawT.docx`), each as what it is made of; else the text."""
    if not _TOGETHER.search(text):
        return text
    run = dict.fromkeys(word for word in _RUN.findall(text) if _TOGETHER.search(word))
    return " | ".join(_A_HUMP.sub(" ", word) for word in islice(run, MOST_RUN_TOGETHER)) or text


def _unquoted(text: str) -> str:
    """The text with its quoted-printable lines as they are meant: in such a line nearly every `=` begins a code, or is a
    soft end; in `?house=53&street=Alder` it is neither."""
    lines = [
        (line.encode("utf-8", "replace"), len(_QUOTED.findall(line)) * 5 >= line.count("=") * 4)
        for line in text.splitlines(keepends=True)
    ]
    return b"".join(quopri.decodestring(line) if coded else line for line, coded in lines).decode("utf-8", "replace")


def _plain(text: str) -> str:
    if "%" in text and _PERCENT.search(text):
        text = unquote_plus(text)
    if not text.isascii():  # UTF-8 that was read as Windows letters: `Bishopâ€™s`
        text = _TWICE.sub(lambda found: found[0].encode("cp1252", "ignore").decode("utf-8", "ignore") or found[0], text)
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    if "\\" in text:
        text = _STYLED.sub(_unstyled, text)
        text = _CODE.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
        text = text.encode("utf-16", "surrogatepass").decode(
            "utf-16", "replace"
        )  # one letter may be written as two codes
    return text


def _unstyled(found: re.Match[str]) -> str:
    codes = [int(one, 16) for one in _ONE_STYLED.findall(found[0])]
    return "".join(chr(code) for code in codes if code < 0x110000 and not 0xD800 <= code < 0xE000)


def packed(text: str) -> Iterator[tuple[str, bytes]]:
    """What was packed in letters (base64), or in hexadecimal figures, within a text, with the letters; only what unpacks to
    something."""
    for match in _HEX.finditer(text):
        inner = bytes.fromhex(re.sub(r"[ :]", "", match.group()))
        if all(32 <= byte < 127 or byte in (9, 10, 13) for byte in inner):
            yield match.group(), inner
    for match in _PACKED.finditer(text):
        whole = match.group()
        for letters in dict.fromkeys(
            (whole, whole.rpartition("\n")[0] or whole)
        ):  # a word of the next line may be no part
            if (unpacked := _from_letters(letters)) is not None:
                yield letters, unpacked
                break


def _from_letters(letters: str) -> bytes | None:
    letters = re.sub(r"\s", "", letters).rstrip("=").replace("-", "+").replace("_", "/")
    letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    try:
        inner = base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(inner) > 7 and inner[1::2].count(0) * 10 >= len(inner) * 4:  # letters of two bytes
        inner = inner[: len(inner) // 2 * 2].decode("utf-16-le", "replace").encode()
    return inner if inner.startswith(_FILES) or _mostly_text(inner[:400]) else None


def _mostly_text(some: bytes) -> bool:
    """Words are packed, in any alphabet, or chance: of chance half the bytes are above what is written in English."""
    if sum(byte < 32 and byte not in (9, 10, 13) for byte in some) * 50 >= len(some):
        return False
    if sum(32 <= byte < 127 or byte in (9, 10, 13) for byte in some) * 10 >= len(some) * 8:
        return True
    try:
        some[:-3].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(some) - 6  # cut within a letter
    return True


def records(text: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """What stands line by line, under labels (`House: 14`, `Street: Alder Close`) or without, and what an address of the web
    is asked with (`?house=14&street=…`): each stretch of short lines, as the fields of one record, and whether they had
    labels, which stand between what belongs together. A long stretch comes in parts that overlap."""
    values: list[str] = []
    labelled = False
    for asked in _QUERY.findall(text):
        fields = tuple(value for _, value in parse_qsl(asked)[:MOST_LINES] if len(value) <= LONGEST_FIELD)
        if len(fields) > 1:
            yield fields, True
    for line in (*text.splitlines(), "." * (LONGEST_FIELD + 1)):
        match = _LABELLED.fullmatch(line) if len(line) <= LONGEST_FIELD + 40 else None
        value = match.group(1).strip() if match else line.strip()
        if len(value) <= LONGEST_FIELD:
            values += [value] if value else []
            labelled |= match is not None
            continue
        if len(values) > 1:
            for start in range(0, max(1, len(values) - MOST_LINES // 2), MOST_LINES // 2):
                yield tuple(values[start : start + MOST_LINES]), labelled
        values, labelled = [], False


def spoken(text: str, *, apart: bool = False) -> str:
    """What is spelt aloud (`Lima Sierra one four`, `oh double seven`) in letters and digits, one by one; the rest as it is.
    `apart`: `twenty five` is 20 and 5, as in LS20 5QD, and not 25."""
    if not _ALOUD.search(text):
        return text
    out: list[str] = []
    at = 0
    for run in _runs(text):
        made = _said(run, apart)
        if made:
            out += [text[at : run[0].start()], made]
            at = run[-1].end()
    return "".join((*out, text[at:])) if out else text


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Stretches of words that could be spelt, with nothing but a sign or a space between them."""
    run: list[re.Match[str]] = []
    joined = _XRAY.sub("xray ", text)  # as long as what it stands for
    for match in _TOKEN.finditer(joined):
        word = match.group().lower()
        fits = word in _SAID or word in _TENS or word in _TIMES or word in _ZEROS or len(word) < 3 or word.isdigit()
        if run and (not fits or not _BETWEEN.fullmatch(joined, run[-1].end(), match.start())):
            yield run
            run = []
        if fits:
            run.append(match)
    if run:
        yield run


def _said(run: list[re.Match[str]], apart: bool) -> str:
    """What a stretch spells; empty where it spells nothing."""
    words = [match.group().lower() for match in run]
    made: list[str] = []
    said, times = 0, 1
    for n, word in enumerate(words):
        if word in _TIMES:
            times, said = _TIMES[word], said + 1
            continue
        if word in _ZEROS:
            digits, said = (_ZEROS[word] if made else ""), said + 1
        elif word in _TENS:
            unit = _SAID.get(words[n + 1], "") if n + 1 < len(words) else ""
            digits, said = _TENS[word] + ("" if not apart and len(unit) == 1 and unit in "123456789" else "0"), said + 1
        else:
            digits, said = _SAID.get(word, word), said + (word in _SAID)
        made += list(digits) * times if len(digits) == 1 else list(digits)
        times = 1
    return " ".join(made) if said >= LEAST_SAID and len(made) >= LEAST_LONG else ""
