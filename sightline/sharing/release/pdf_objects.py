"""The objects of a PDF: read as they stand in the file, every version of each, so that nothing written over is overlooked.

Source: ISO 32000-2:2020, 7.2 to 7.5 (syntax, filters, objects, object streams).
"""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MOST = 100 * 1024 * 1024  # bytes of one stream, unpacked
_SPACE = b"\0\t\n\x0c\r "
_ENDS = _SPACE + b"()<>[]{}/%"
_OBJECT = re.compile(rb"(?<![0-9])(\d{1,10})[\0\t\n\x0c\r ]+(\d{1,5})[\0\t\n\x0c\r ]+obj\b")
_ESCAPES = {0x6E: 10, 0x72: 13, 0x74: 9, 0x62: 8, 0x66: 12}


class Name(str):
    """/Name"""

    __slots__ = ()


class Op(str):
    """An operator, or a keyword."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Ref:
    number: int


@dataclass(slots=True)
class Stream:
    head: dict[str, Any]
    raw: bytes


@dataclass(slots=True)
class Objects:
    """All objects; `latest` by number, as a reference means them."""

    every: list[Any] = field(default_factory=list)
    latest: dict[int, Any] = field(default_factory=dict)
    locked: bool = False

    def get(self, value: Any) -> Any:
        """What a value means, a reference followed."""
        for _ in range(20):
            if not isinstance(value, Ref):
                return value
            value = self.latest.get(value.number)
        return None


class Lexer:
    """Reads one value after another. Never raises on broken syntax: what makes no sense is an operator."""

    def __init__(self, raw: bytes, at: int = 0) -> None:
        self.raw, self.at = raw, at

    def values(self) -> Iterator[Any]:
        while (value := self.value()) is not None:
            yield value

    def value(self, deep: int = 0) -> Any:
        """The next value; None at the end."""
        raw = self.raw
        while self.at < len(raw):
            byte = raw[self.at]
            if byte in _SPACE:
                self.at += 1
            elif byte == 0x25:  # a remark
                line = re.compile(rb"[\r\n]").search(raw, self.at)
                self.at = line.end() if line else len(raw)
            else:
                break
        if self.at >= len(raw):
            return None
        byte = raw[self.at]
        if byte == 0x28:
            return self._string()
        if raw.startswith(b"<<", self.at):
            self.at += 2
            return self._dict(deep)
        if byte == 0x3C:
            end = raw.find(b">", self.at)
            end = len(raw) if end < 0 else end
            text = re.sub(rb"[^0-9A-Fa-f]", b"", raw[self.at + 1 : end])
            self.at = end + 1
            return bytes.fromhex((text + b"0" * (len(text) % 2)).decode())
        if byte == 0x5B:
            self.at += 1
            return self._array(deep)
        if byte == 0x2F:
            return self._name()
        if byte in b"]>)}{":
            self.at += 2 if raw.startswith(b">>", self.at) else 1
            return Op(chr(byte))
        return self._word()

    def _word(self) -> Any:
        start = self.at
        while self.at < len(self.raw) and self.raw[self.at] not in _ENDS:
            self.at += 1
        word = self.raw[start : self.at]
        try:
            return float(word) if b"." in word else int(word)
        except ValueError:
            return Op(word.decode("latin-1"))

    def _name(self) -> Name:
        start = self.at + 1
        self.at = start
        while self.at < len(self.raw) and self.raw[self.at] not in _ENDS:
            self.at += 1
        text = re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m.group(1), 16)]), self.raw[start : self.at])
        return Name(text.decode("latin-1"))

    def _string(self) -> bytes:
        raw, out, deep = self.raw, bytearray(), 1
        self.at += 1
        while self.at < len(raw):
            byte = raw[self.at]
            self.at += 1
            if byte == 0x5C and self.at < len(raw):
                byte = raw[self.at]
                self.at += 1
                if byte in b"01234567":
                    digits = chr(byte)
                    while len(digits) < 3 and self.at < len(raw) and raw[self.at] in b"01234567":
                        digits += chr(raw[self.at])
                        self.at += 1
                    out.append(int(digits, 8) & 255)
                elif byte == 13:
                    self.at += raw[self.at : self.at + 1] == b"\n"
                elif byte != 10:
                    out.append(_ESCAPES.get(byte, byte))
                continue
            deep += (byte == 0x28) - (byte == 0x29)
            if not deep:
                break
            out.append(byte)
        return bytes(out)

    def _array(self, deep: int) -> list[Any]:
        found: list[Any] = []
        while deep < 60 and (value := self.value(deep + 1)) is not None and value != Op("]"):
            _put(found, value)
        return found

    def _dict(self, deep: int) -> dict[str, Any]:
        found: list[Any] = []
        while (
            deep < 60 and (value := self.value(deep + 1)) is not None and not (isinstance(value, Op) and value == ">")
        ):
            _put(found, value)
        return {str(key): value for key, value in zip(found[::2], found[1::2], strict=False)}


def _put(found: list[Any], value: Any) -> None:
    if isinstance(value, Op) and value == "R" and len(found) >= 2 and isinstance(found[-2], int):
        found[-2:] = [Ref(found[-2])]
    else:
        found.append(
            {"true": True, "false": False, "null": False}.get(value, value) if isinstance(value, Op) else value
        )


def read(raw: bytes) -> Objects:
    """Every object of a file."""
    objects = Objects(locked=b"/Encrypt" in raw)
    for match in _OBJECT.finditer(raw):
        lexer = Lexer(raw, match.end())
        value = lexer.value()
        if isinstance(value, dict):
            start = re.compile(rb"\s*stream\r?\n?").match(raw, lexer.at)
            if start:
                value = Stream(value, _stream(raw, start.end(), value))
        objects.every.append(value)
        objects.latest[int(match.group(1))] = value
    for stream in [one for one in objects.every if isinstance(one, Stream) and one.head.get("Type") == "ObjStm"]:
        _packed(objects, stream)
    objects.locked = objects.locked or any(isinstance(one, Stream) and "Encrypt" in one.head for one in objects.every)
    return objects


def _stream(raw: bytes, start: int, head: dict[str, Any]) -> bytes:
    length = head.get("Length")
    if isinstance(length, int) and raw[start + length : start + length + 20].lstrip(_SPACE).startswith(b"endstream"):
        return raw[start : start + length]
    end = raw.find(b"endstream", start)
    return raw[start : end if end >= 0 else len(raw)]


def _packed(objects: Objects, stream: Stream) -> None:
    content = decoded(objects, stream) or b""
    many, first = objects.get(stream.head.get("N")), objects.get(stream.head.get("First"))
    if not isinstance(many, int) or not isinstance(first, int):
        return
    numbers = [value for value in Lexer(content[:first]).values() if isinstance(value, int)]
    for number, offset in zip(numbers[: 2 * many : 2], numbers[1 : 2 * many : 2], strict=False):
        value = Lexer(content, first + offset).value()
        objects.every.append(value)
        objects.latest.setdefault(number, value)


def filters(objects: Objects, stream: Stream) -> list[str]:
    named = objects.get(stream.head.get("Filter", stream.head.get("F", [])))
    return [str(objects.get(one)) for one in (named if isinstance(named, list) else [named]) if one]


def decoded(objects: Objects, stream: Stream) -> bytes | None:
    """A stream's bytes as they were before they were packed; None for what is a picture, or in a way unknown here."""
    content: bytes | None = stream.raw
    parms = objects.get(stream.head.get("DecodeParms", stream.head.get("DP", {})))
    every = parms if isinstance(parms, list) else [parms]
    for n, name in enumerate(filters(objects, stream)):
        if content is None:
            return None
        how = objects.get(every[n]) if n < len(every) else {}
        content = _unpack(name, content, how if isinstance(how, dict) else {})
    return content


def _unpack(name: str, content: bytes, how: dict[str, Any]) -> bytes | None:
    if name in ("FlateDecode", "Fl"):
        return _predicted(_inflated(content), how)
    if name in ("LZWDecode", "LZW"):
        return _predicted(_lzw(content, int(how.get("EarlyChange", 1))), how)
    if name in ("ASCII85Decode", "A85"):
        text = re.sub(rb"\s", b"", content).split(b"~")[0].removeprefix(b"<")
        try:
            return base64.a85decode(text)
        except ValueError:
            return b""
    if name in ("ASCIIHexDecode", "AHx"):
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", content.split(b">")[0])
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    if name in ("RunLengthDecode", "RL"):
        return _runs(content)
    return None


def _inflated(content: bytes) -> bytes:
    for bits in (15, -15):
        reader = zlib.decompressobj(bits)
        try:
            return reader.decompress(content, MOST)
        except zlib.error:
            continue
    reader, out = zlib.decompressobj(), bytearray()  # cut short or damaged: as far as it goes
    for at in range(0, len(content), 64):
        try:
            out += reader.decompress(content[at : at + 64], MOST)
        except zlib.error:
            break
    return bytes(out)


def _predicted(content: bytes, how: dict[str, Any]) -> bytes:
    kind, columns = int(how.get("Predictor", 1) or 1), int(how.get("Columns", 1) or 1)
    if kind < 10:
        return content
    step = max(1, int(how.get("Colors", 1) or 1) * int(how.get("BitsPerComponent", 8) or 8) // 8)
    width = max(1, columns * step)
    out, before = bytearray(), bytearray(width)
    for at in range(0, len(content), width + 1):
        method, row = content[at], bytearray(content[at + 1 : at + 1 + width].ljust(width, b"\0"))
        for n in range(width):
            left = row[n - step] if n >= step else 0
            corner = before[n - step] if n >= step else 0
            guess = (0, left, before[n], (left + before[n]) // 2, _paeth(left, before[n], corner))[
                method if method < 5 else 0
            ]
            row[n] = (row[n] + guess) & 255
        out += row
        before = row
    return bytes(out)


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: (abs(guess - one), (left, above, corner).index(one)))


def _lzw(content: bytes, early: int) -> bytes:
    table = [bytes([n]) for n in range(256)] + [b"", b""]
    out, bits, held, width, last = bytearray(), 0, 0, 9, b""
    for byte in content:
        bits, held = (bits << 8) | byte, held + 8
        while held >= width:
            code = (bits >> (held - width)) & ((1 << width) - 1)
            held -= width
            bits &= (1 << held) - 1
            if code == 256:
                table, width, last = table[:258], 9, b""
                continue
            if code == 257 or code > len(table):
                return bytes(out)
            entry = table[code] if code < len(table) else last + last[:1]
            out += entry
            if last:
                table.append(last + entry[:1])
            last = entry
            width = max(9, min(12, (len(table) + early).bit_length()))
    return bytes(out)


def _runs(content: bytes) -> bytes:
    out, at = bytearray(), 0
    while at < len(content) and content[at] != 128:
        length = content[at]
        if length < 128:
            out += content[at + 1 : at + 2 + length]
            at += 2 + length
        else:
            out += content[at + 1 : at + 2] * (257 - length)
            at += 2
    return bytes(out)


def words(value: bytes) -> str:
    """A string of the document's own data as text."""
    if value.startswith(b"\xfe\xff"):
        return value[2:].decode("utf-16-be", "replace")
    if value.startswith(b"\xff\xfe"):
        return value[2:].decode("utf-16-le", "replace")
    if value.startswith(b"\xef\xbb\xbf"):
        return value[3:].decode("utf-8", "replace")
    return value.decode("cp1252", "replace")


def code_of(raw: bytes) -> int:
    return int.from_bytes(raw, "big") if len(raw) <= 4 else struct.unpack(">I", raw[:4])[0]
