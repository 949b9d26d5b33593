"""What a picture says beside what it shows: where it was taken, and what programs and people wrote into it.

Not for: words that can be seen in it. Nothing here reads pictures; a picture of an address is for a person to see.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from sightline.sharing.release.types import Piece, Unreadable

_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 9: 4, 10: 8}
_POINTERS = {0x8769, 0x8825, 0xA005, 0x014A}
_GPS, _LATITUDE, _LONGITUDE = 0x8825, 2, 4
_WIDE = range(0x9C9B, 0x9CA0)  # what Windows writes: title, comment, author, keywords, subject, in UTF-16
_READABLE = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]{4,}")
MOST_TEXT = 4 * 1024 * 1024


def pieces(raw: bytes, where: str) -> Iterator[Piece | Unreadable]:
    """The texts and the place in a picture's data about itself."""
    found: list[str] = []
    points: list[str] = []
    if raw.startswith(b"\xff\xd8"):
        _jpeg(raw, found, points)
    elif raw.startswith(b"\x89PNG"):
        _png(raw, found, points)
    elif raw.startswith((b"II*\x00", b"MM\x00*")):
        _tiff(raw, found, points)
    elif raw[8:12] == b"WEBP":
        _webp(raw, found, points)
    else:
        found += [*_strings(raw), *_gif(raw)]
    if found:
        yield Piece(f"{where} › about the picture", "\n".join(found))
    if points:
        yield Piece(f"{where} › where it was taken", "\n".join(points))


def _strings(raw: bytes) -> list[str]:
    return [_text(match.group()) for match in _READABLE.finditer(raw)]


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start and error.start > len(raw) - 4 or error.end < 4:  # a stray byte at its end, or before it
            return raw.decode("utf-8", "ignore")
        return raw.decode("cp1252", "replace")


def _gif(raw: bytes) -> Iterator[str]:
    """Remarks, which are cut into pieces of at most 255 bytes."""
    at = raw.find(b"\x21\xfe")
    while at >= 0:
        said, place = b"", at + 2
        while place < len(raw) and raw[place]:
            said += raw[place + 1 : place + 1 + raw[place]]
            place += 1 + raw[place]
        yield _text(said)
        at = raw.find(b"\x21\xfe", at + 2)


def _webp(raw: bytes, found: list[str], points: list[str]) -> None:
    at = 12
    while at + 8 <= len(raw):
        kind, (length,) = raw[at : at + 4], struct.unpack("<I", raw[at + 4 : at + 8])
        body = raw[at + 8 : at + 8 + length]
        if kind == b"EXIF":
            _tiff(body.removeprefix(b"Exif\0\0"), found, points)
        elif kind == b"XMP ":
            found.append(_plain(_text(body)))
        elif kind not in (b"VP8 ", b"VP8L", b"ALPH", b"ANMF", b"ICCP"):
            found += _strings(body)
        at += 8 + length + length % 2
    found += _strings(raw[at:])  # something that was put behind the picture


def _jpeg(raw: bytes, found: list[str], points: list[str]) -> None:
    at = 2
    while at + 4 <= len(raw) and raw[at] == 0xFF:
        mark, (length,) = raw[at + 1], struct.unpack(">H", raw[at + 2 : at + 4])
        body = raw[at + 4 : at + 2 + length]
        if mark == 0xE1 and body.startswith(b"Exif\0\0"):
            _tiff(body[6:], found, points)
        elif mark == 0xFE or mark == 0xED:
            found += _strings(body)
        elif 0xE1 <= mark <= 0xEF:
            found.append(_plain(_text(body)))
        if mark == 0xDA:
            break
        at += 2 + length
    end = raw.rfind(b"\xff\xd9")
    if 0 <= end < len(raw) - 8:  # something that was put behind the picture
        found += _strings(raw[end + 2 :])


def _plain(packet: str) -> str:
    """The words of an XMP packet, with and without its tags."""
    return re.sub(r"<[^>]*>", "\n", packet) + "\n" + "\n".join(re.findall(r'="([^"]+)"', packet))


def _png(raw: bytes, found: list[str], points: list[str]) -> None:
    at = 8
    while at + 8 <= len(raw):
        (length,), kind = struct.unpack(">I", raw[at : at + 4]), raw[at + 4 : at + 8]
        body = raw[at + 8 : at + 8 + length]
        if kind == b"tEXt":
            found.append(_text(body.replace(b"\0", b"\n")))
        elif kind == b"zTXt":
            found.append(_text(body.split(b"\0", 1)[0] + b"\n" + _inflated(body.split(b"\0", 1)[-1][1:])))
        elif kind == b"iTXt":
            name, _, rest = body.partition(b"\0")
            parts = rest[2:].split(b"\0", 2)
            text = parts[2] if len(parts) > 2 else b""
            found.append(_plain(_text(name + b"\n" + (_inflated(text) if rest[:1] == b"\1" else text))))
        elif kind == b"eXIf":
            _tiff(body, found, points)
        elif kind == b"IEND":
            if len(raw) - at > 20:
                found += _strings(raw[at + 12 :])
            break
        at += 12 + length


def _inflated(raw: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(raw, MOST_TEXT)
    except zlib.error:
        return raw


def _tiff(raw: bytes, found: list[str], points: list[str]) -> None:
    """EXIF: every text of every directory, and the place."""
    order = "<" if raw[:2] == b"II" else ">"
    if len(raw) < 8:
        return
    todo, done = [(struct.unpack(order + "I", raw[4:8])[0], 0)], set()
    while todo:
        at, under = todo.pop()
        if at in done or at + 2 > len(raw):
            continue
        done.add(at)
        (count,) = struct.unpack(order + "H", raw[at : at + 2])
        place: dict[int, list[float]] = {}
        signs: dict[int, str] = {}
        for n in range(min(count, 400)):
            entry = raw[at + 2 + 12 * n : at + 14 + 12 * n]
            if len(entry) < 12:
                break
            tag, kind, many = struct.unpack(order + "HHI", entry[:8])
            size = _WIDTHS.get(kind, 1) * many
            start = struct.unpack(order + "I", entry[8:12])[0] if size > 4 else None
            value = raw[start : start + size] if start is not None else entry[8 : 8 + size]
            if tag in _POINTERS and len(value) >= 4:
                todo += [(one, tag) for (one,) in struct.iter_unpack(order + "I", value[: len(value) // 4 * 4])]
            elif under == _GPS and tag in (1, 3):
                signs[tag + 1] = _text(value.strip(b"\0"))
            elif under == _GPS and tag in (_LATITUDE, _LONGITUDE) and len(value) == 24:
                told = struct.unpack(order + "6I", value)
                place[tag] = [a / (b or 1) for a, b in zip(told[::2], told[1::2], strict=True)]
            elif tag in _WIDE:
                found.append(value.decode("utf-16-le", "ignore").strip("\0"))
            elif tag == 0x9286:  # what the photographer wrote: the first eight bytes say in which letters
                wide = value[:7] == b"UNICODE"
                # in the order of the picture, or in that of the machine which wrote it: programs differ
                found += [value[8:].decode(how, "ignore") for how in ("utf-16-le", "utf-16-be")] if wide else [_text(value[8:])]
            elif kind == 2:
                found.append(_text(value.replace(b"\0", b"\n")))
            elif kind in (7, 1) and size >= 3:
                found += _strings(value)
        after = at + 2 + 12 * count
        if after + 4 <= len(raw):
            todo.append((struct.unpack(order + "I", raw[after : after + 4])[0], under))
        if len(place) == 2:
            one, other = (_degrees(place[tag], signs.get(tag, "")) for tag in (_LATITUDE, _LONGITUDE))
            points.append(f"{one:.6f}, {other:.6f}")


def _degrees(parts: list[float], sign: str) -> float:
    found = parts[0] + parts[1] / 60 + parts[2] / 3600
    return -found if sign.upper() in ("S", "W") else found
