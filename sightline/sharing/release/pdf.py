"""Every text of a PDF: what its pages show, invisible or covered too, its properties, remarks, fields, and attached files.

A document that is locked, or whose letters cannot be told (a font without a table of what its glyphs mean), is unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from sightline.sharing.release import markup, pictures
from sightline.sharing.release.pdf_objects import Lexer, Name, Objects, Op, Ref, Stream, decoded, filters, read, words
from sightline.sharing.release.types import Artefact, Piece, Unreadable

Inside = Callable[[Any, str], Iterator[Piece | Unreadable]]
Decode = Callable[[bytes], str]
JOINT = 300  # characters of one page and of the next that are read together
_GLYPHS = {
    **dict(zip("zero one two three four five six seven eight nine".split(), "0123456789", strict=True)),
    **{
        "space": " ",
        "hyphen": "-",
        "comma": ",",
        "period": ".",
        "slash": "/",
        "at": "@",
        "plus": "+",
        "colon": ":",
        "underscore": "_",
    },
    **{
        "parenleft": "(",
        "parenright": ")",
        "quotesingle": "'",
        "quoteright": "’",
        "quoteleft": "‘",
        "endash": "–",
        "emdash": "—",
    },
    **{
        "fi": "fi",
        "fl": "fl",
        "ff": "ff",
        "ffi": "ffi",
        "ffl": "ffl",
        "ampersand": "&",
        "numbersign": "#",
        "minus": "-",
    },
    **{"oslash": "o", "Oslash": "O", "lslash": "l", "Lslash": "L", "dotlessi": "i", "ae": "ae", "AE": "AE", "oe": "oe"},
    **{
        "OE": "OE",
        "germandbls": "ss",
        "eth": "d",
        "Eth": "D",
        "thorn": "th",
        "Thorn": "Th",
        "Euro": "€",
        "sterling": "£",
    },
    **{
        "onesuperior": "1",
        "twosuperior": "2",
        "threesuperior": "3",
        "onehalf": "½",
        "onequarter": "¼",
        "threequarters": "¾",
    },
    # signs, of which no value is made
    **dict.fromkeys(
        "breve caron circumflex dotaccent hungarumlaut ogonek ring tilde grave acute cedilla dieresis macron bullet dagger "
        "daggerdbl ellipsis florin fraction guilsinglleft guilsinglright guillemotleft guillemotright perthousand percent "
        "quotedbl quotedblbase quotedblleft quotedblright quotesinglbase trademark registered copyright section paragraph "
        "degree plusminus multiply divide mu cent currency yen brokenbar bar exclam exclamdown question questiondown "
        "semicolon less greater equal bracketleft bracketright braceleft braceright backslash asciicircum asciitilde "
        "asterisk dollar logicalnot ordfeminine ordmasculine periodcentered".split(),
        " ",
    ),
}


def pieces(raw: bytes, where: str, inside: Inside) -> Iterator[Piece | Unreadable]:
    """The texts of a document."""
    objects = read(raw)
    if objects.locked:
        yield Unreadable(where, "it is locked")
    reader = _Reader(objects)
    pages = [one for one in objects.every if isinstance(one, dict) and one.get("Type") == "Page"]
    last = ""
    for n, page in enumerate(pages, 1):
        text = reader.page(page)
        yield Piece(f"{where}, page {n}", text)
        if last:
            yield Piece(f"{where}, pages {n - 1} and {n}", last[-JOINT:] + "\n" + text[:JOINT])
        last = text
    for n, text in enumerate(reader.apart(), 1):
        yield Piece(f"{where} › part {n} on no page", text)
    said = [words(value) for one in objects.every for value in _strings(one.head if isinstance(one, Stream) else one)]
    if said:
        yield Piece(f"{where} › about the document", "\n".join(said))
    tail = b"\n".join(re.findall(rb"trailer\s*(<<.*?>>)\s*startxref", raw, re.S)) + b"\n".join(
        re.findall(rb"^%[\x20-\x7e]{6,}", raw, re.M)
    )
    if tail:
        yield Piece(f"{where} › remarks", tail.decode("latin-1"))
    yield from _streams(objects, where, inside)
    if reader.unknown:
        yield Unreadable(where, "its letters cannot be told")


def _streams(objects: Objects, where: str, inside: Inside) -> Iterator[Piece | Unreadable]:
    """What else lies in it: its data about itself, attached files, pictures."""
    for stream in (one for one in objects.every if isinstance(one, Stream)):
        kind, under = stream.head.get("Type"), stream.head.get("Subtype")
        if kind == "Metadata" or under == "XML":
            text = (decoded(objects, stream) or b"").decode("utf-8", "replace")
            yield from markup.page(text, f"{where} › about the document")
        elif kind is None and under is None and (found := _of_no_kind(objects, stream)):
            yield from inside(found, f"{where} › kept with it")
        elif kind == "EmbeddedFile":
            content = decoded(objects, stream)
            if content is None:
                yield Unreadable(f"{where} › attached", "a file in a way unknown here")
            else:
                yield from inside(Artefact(content), f"{where} › attached")
        elif under == "Image" and filters(objects, stream)[-1:] in (["DCTDecode"], ["DCT"]):
            yield from pictures.pieces(stream.raw, f"{where} › picture")


def _of_no_kind(objects: Objects, stream: Stream) -> str:
    """The words of a stream that does not say what it is: a form's data in XML, what a button does; what pages show is read
    where they show it."""
    content = decoded(objects, stream) or b""
    if b"\0" in content[:2000] or any(key.startswith("Length1") for key in stream.head):
        return ""
    shown = re.search(rb"\b(?:BT|Tf|re|cm|Do|endcmap|def)\s", content[:20_000])
    try:
        return "" if shown else content.decode("utf-8")
    except UnicodeDecodeError:
        return ""


def _strings(value: Any, deep: int = 0) -> Iterator[bytes]:
    if deep > 30:
        return
    if isinstance(value, bytes):
        if len(value) > 1:
            yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one, deep + 1)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one, deep + 1)


class _Reader:
    """Reads what pages show."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._fonts: dict[int, Decode] = {}
        self._read: set[int] = set()  # streams that stood on a page
        self.unknown = False

    def page(self, page: dict[str, Any]) -> str:
        get = self._objects.get
        contents = get(page.get("Contents", []))
        parts = []
        for one in contents if isinstance(contents, list) else [contents]:
            if isinstance(stream := get(one), Stream):
                self._read.add(id(stream))
                parts.append(decoded(self._objects, stream) or b"")
        text = self._shown(b"\n".join(parts), self._resources(page), 0)
        for note in get(page.get("Annots", [])) or []:
            text += "\n" + self._note(get(note))
        return text

    def _note(self, note: Any) -> str:
        """What a remark or a field on a page looks like."""
        get = self._objects.get
        looks = get((note or {}).get("AP", {})) if isinstance(note, dict) else {}
        out = []
        todo = list(looks.values()) if isinstance(looks, dict) else []
        while todo:
            one = get(todo.pop())
            if isinstance(one, Stream) and id(one) not in self._read:
                out.append(self._form(one, {}, 0))
            elif isinstance(one, dict):
                todo += one.values()
        return "\n".join(out)

    def apart(self) -> Iterator[str]:
        """Streams with words that stood on no page: left over from an earlier version, or never shown."""
        for stream in [one for one in self._objects.every if isinstance(one, Stream)]:
            if id(stream) in self._read or stream.head.get("Type") in ("ObjStm", "XRef", "Metadata", "EmbeddedFile"):
                continue
            if stream.head.get("Subtype") == "Image" or any(key.startswith("Length1") for key in stream.head):
                continue
            content = decoded(self._objects, stream)
            if content and b"BT" in content and (b"Tj" in content or b"TJ" in content):
                if text := self._shown(content, self._all_fonts(), 0).strip():
                    yield text

    def _all_fonts(self) -> dict[str, Any]:
        """For what stands on no page: every name under which any page knows a font."""
        found: dict[str, Any] = {}
        for one in self._objects.every:
            head = one.head if isinstance(one, Stream) else one
            if isinstance(head, dict):
                own = self._objects.get(head.get("Resources", head if "Font" in head else {}))
                if isinstance(own, dict) and isinstance(fonts := self._objects.get(own.get("Font", {})), dict):
                    found |= fonts
        return {"Font": found}

    def _resources(self, page: dict[str, Any]) -> dict[str, Any]:
        for _ in range(30):
            own = self._objects.get(page.get("Resources"))
            if isinstance(own, dict):
                return own
            above = self._objects.get(page.get("Parent"))
            if not isinstance(above, dict):
                return {}
            page = above
        return {}

    def _form(self, stream: Stream, resources: dict[str, Any], deep: int) -> str:
        self._read.add(id(stream))
        own = self._objects.get(stream.head.get("Resources"))
        return self._shown(decoded(self._objects, stream) or b"", own if isinstance(own, dict) else resources, deep + 1)

    def _shown(self, content: bytes, resources: dict[str, Any], deep: int) -> str:
        """What a stream of operators writes, in its order."""
        if deep > 12:
            return ""
        get, out, stack = self._objects.get, [], []
        fonts, forms = get(resources.get("Font", {})) or {}, get(resources.get("XObject", {})) or {}
        decode: Decode = lambda raw: raw.decode("cp1252", "replace")  # noqa: E731
        line: float | None = None
        lexer = Lexer(content)
        while (value := lexer.value()) is not None:
            if not isinstance(value, Op):
                stack.append(value)
                continue
            if value == "Tf" and len(stack) >= 2:
                decode = self._font(fonts.get(str(stack[-2])) if isinstance(fonts, dict) else None)
            elif value in ("Tj", "'", '"') and stack and isinstance(stack[-1], bytes):
                out += ["\n"] * (value != "Tj") + [decode(stack[-1])]
            elif value == "TJ" and stack and isinstance(stack[-1], list):
                out.append(_spaced(stack[-1], decode))
            elif value in ("Td", "TD") and len(stack) >= 2:
                _moved(out, bool(stack[-1]))
            elif value == "Tm" and len(stack) >= 6:
                _moved(out, line is None or abs(float(stack[-1]) - line) > 1)
                line = float(stack[-1])
            elif value == "T*":
                out.append("\n")
            elif value == "Do" and stack and isinstance(forms, dict):
                form = get(forms.get(str(stack[-1])))
                if isinstance(form, Stream) and form.head.get("Subtype") == "Form":
                    out += ["\n", self._form(form, resources, deep), "\n"]
            elif value in ("BDC", "DP") and stack and isinstance(stack[-1], dict):
                out += [words(one) + "\n" for one in _strings(stack[-1])]
            elif value == "BI":  # a small picture in the midst
                end = re.compile(rb"[\s]EI[\s]").search(content, lexer.at)
                lexer.at = end.end() if end else len(content)
            stack = []
        return "".join(out)

    # --- fonts ----------------------------------------------------------------------------------------

    def _font(self, ref: Any) -> Decode:
        key = ref.number if isinstance(ref, Ref) else id(ref)
        if key not in self._fonts:
            font = self._objects.get(ref)
            self._fonts[key] = self._decoder(font if isinstance(font, dict) else {})
        return self._fonts[key]

    def _decoder(self, font: dict[str, Any]) -> Decode:
        get = self._objects.get
        table = get(font.get("ToUnicode"))
        if isinstance(table, Stream):
            return _by_table(*_cmap(decoded(self._objects, table) or b""))
        encoding = get(font.get("Encoding"))
        if font.get("Subtype") == "Type0":
            if isinstance(encoding, Name) and ("UCS2" in encoding or "UTF16" in encoding):
                return lambda raw: raw.decode("utf-16-be", "replace")
            self.unknown = True
            return lambda raw: ""
        letters = {
            n: bytes([n]).decode("mac_roman" if "Mac" in str(encoding) else "cp1252", "replace") for n in range(256)
        }
        untold: set[int] = set()
        if isinstance(encoding, dict):
            at = 0
            for one in get(encoding.get("Differences", [])) or []:
                if isinstance(one, int):
                    at = one
                elif isinstance(one, Name):
                    letters[at] = _glyph(str(one))
                    if not letters[at] and not one.startswith("."):
                        untold.add(at)
                    at += 1

        def decode(raw: bytes) -> str:
            self.unknown |= not untold.isdisjoint(raw)  # a letter that no page writes hides nothing
            return "".join(letters.get(byte, "") for byte in raw)

        return decode


def _spaced(parts: list[Any], decode: Decode) -> str:
    out = ""
    for part in parts:
        if isinstance(part, bytes):
            out += decode(part)
        elif (
            isinstance(part, int | float) and part < -180
        ):  # a gap as wide as a space, in thousandths of the letters' size
            out += " "
    return out


def _moved(out: list[str], line: bool) -> None:
    """A move: to another line, or on in this one. Letters that are each put in their own place stay together."""
    if out:
        out.append("\n" if line else "" if len(out[-1]) == 1 else " ")


def _glyph(name: str) -> str:
    if len(name) == 1:
        return name
    if match := re.fullmatch(r"uni([0-9A-Fa-f]{4})|u([0-9A-Fa-f]{4,6})", name.split(".")[0]):
        return chr(int(match.group(1) or match.group(2), 16))
    base = name.split(".")[0]
    accents = ("acute", "grave", "circumflex", "dieresis", "tilde", "cedilla", "ring", "caron")
    for accent in accents:
        if base.endswith(accent) and len(base) == len(accent) + 1:
            return base[0]
    return _GLYPHS.get(base, " " if base in ("nbspace", "nonbreakingspace") else "")


def _cmap(content: bytes) -> tuple[dict[tuple[int, int], str], set[int]]:
    """A table of what codes mean: {(bytes, code): text}, and how long codes are."""
    table: dict[tuple[int, int], str] = {}
    lengths: set[int] = set()
    stack: list[Any] = []
    for value in Lexer(content).values():
        if not isinstance(value, Op):
            stack.append(value)
            continue
        given = [one for one in stack if isinstance(one, bytes | list)]
        if value == "endcodespacerange":
            lengths |= {len(one) for one in given if isinstance(one, bytes)}
        elif value == "endbfchar":
            for code, text in zip(given[::2], given[1::2], strict=False):
                if isinstance(code, bytes) and isinstance(text, bytes):
                    table[len(code), int.from_bytes(code, "big")] = text.decode("utf-16-be", "replace")
        elif value == "endbfrange":
            for first, last, text in zip(given[::3], given[1::3], given[2::3], strict=False):
                if isinstance(first, bytes) and isinstance(last, bytes):
                    _range(table, first, last, text)
        stack = []
    return table, lengths or {1 if all(n == 1 for n, _ in table) else 2}


def _range(table: dict[tuple[int, int], str], first: bytes, last: bytes, text: Any) -> None:
    start, end = int.from_bytes(first, "big"), int.from_bytes(last, "big")
    for n, code in enumerate(range(start, min(end, start + 65_535) + 1)):
        if isinstance(text, list):
            if n < len(text) and isinstance(text[n], bytes):
                table[len(first), code] = text[n].decode("utf-16-be", "replace")
        elif isinstance(text, bytes) and text:
            told = text.decode("utf-16-be", "replace")
            table[len(first), code] = told[:-1] + chr(ord(told[-1]) + n)


def _by_table(table: dict[tuple[int, int], str], lengths: set[int]) -> Decode:
    steps = sorted(lengths)

    def decode(raw: bytes) -> str:
        out, at = [], 0
        while at < len(raw):
            step = next((n for n in steps if (n, int.from_bytes(raw[at : at + n], "big")) in table), steps[-1])
            out.append(table.get((step, int.from_bytes(raw[at : at + step], "big")), ""))
            at += step
        return "".join(out)

    return decode
