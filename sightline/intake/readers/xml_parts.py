"""XML read part by part, in bounded memory, with everything switched off that a file could use against us.

No document type, no entities, nothing fetched, no huge trees; libxml2's own limits stay on (depth 256, text of 10 MB).
Sources: OWASP, XML external entity prevention; OWASP ASVS 5.0, 5.2.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lxml import etree

from sightline.intake.readers.source import Source, Unreadable, opened

CHUNK = 64 * 1024
LARGEST_PART = 1024 * 1024
ENCODINGS = ("utf-8", "us-ascii", "ascii", "iso-8859-1", "windows-1252", "utf-16", "utf-16le", "utf-16be")
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._\-]+)["']""")

_ROOT = re.compile(rb"\s*(?:<\?[^>]*\?>\s*)?<(?:[\w.\-]+:)?([\w.\-]+)")


class Part(NamedTuple):
    """One element that was asked for, whole (the root, as it opens, is not). Emptied once the next is asked for."""

    name: str
    element: etree._Element
    whole: bool


HARMLESS: dict[str, Any] = {  # how every XML of a stranger is parsed: nothing is fetched, expanded or guessed
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "recover": False,
    "remove_comments": True,
    "remove_pis": True,
}


class Broken(Exception):
    """The file stops being XML: cut short, not well formed, or with a part that is too large."""

    def __init__(self, reason: str, line: int, raw: bytes) -> None:
        super().__init__(reason)
        self.reason, self.line, self.raw = reason, line, raw


def parts(source: Source, names: frozenset[str]) -> Iterator[Part]:
    """Every element with one of these names, as it is closed. The first Part is the root, still empty, by its name.

    Raises Unreadable for what is refused as a whole, Broken where the file ends badly: what came before stands.
    """
    with opened(source) as stream:
        first = stream.read(CHUNK)
        refuse_start(first)
        parser = etree.XMLPullParser(
            events=("start", "end"),
            **HARMLESS,
        )
        root: etree._Element | None = None
        last, chunk, since, kept = b"", first, 0, names | {"Children"}
        while chunk:
            broken: etree.XMLSyntaxError | None = None
            since += len(chunk)
            try:
                parser.feed(chunk)
            except etree.XMLSyntaxError as error:
                broken = error
            for event, element in parser.read_events():
                if root is None:
                    root = element
                    refuse_document(root)
                    yield Part(local(root), root, False)
                elif event == "end" and local(element) in names:
                    yield Part(local(element), element, True)
                    since = 0
                    _forget(element)
                elif event == "end" and element.getparent() is root and not {local(root), local(element)} & kept:
                    _forget(element)
            if broken is not None:
                ended = not stream.read(1) and not _closed(chunk, root)
                raise Broken("cut-short" if ended else "not-xml", broken.lineno or 0, chunk)
            if since > LARGEST_PART:
                raise Broken("too-long", 0, chunk)
            last, chunk = chunk, stream.read(CHUNK)
        try:
            parser.close()
        except etree.XMLSyntaxError as error:
            raise Broken("not-xml" if _closed(last, root) else "cut-short", error.lineno or 0, last) from None


def local(element: etree._Element) -> str:
    """The element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def root_name(start: bytes) -> str:
    """The root element's name, from the first bytes of a file; empty when they are no XML."""
    try:
        refuse_start(start)
        parser = etree.XMLPullParser(events=("start",), resolve_entities=False, no_network=True, load_dtd=False)
        parser.feed(start)
    except (Unreadable, etree.XMLSyntaxError, ValueError):
        found = _ROOT.match(start.removeprefix(b"\xef\xbb\xbf"))
        return found[1].decode("ascii", "ignore") if found else ""
    for _, element in parser.read_events():
        return local(element)
    return ""


def refuse_start(start: bytes) -> None:
    """Before anything is parsed. A document type is always refused: no census has one, every XML attack needs one."""
    plain = start.replace(b"\0", b"")
    if _DOCTYPE.search(plain):
        raise Unreadable("the XML has a document type or entities, which are refused: they can be used to attack")
    declared = _DECLARED.match(plain.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared[1].decode().lower() not in ENCODINGS:
        raise Unreadable("the XML declares an encoding that is not read; save it as UTF-8")


def refuse_document(root: etree._Element) -> None:
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.externalDTD is not None:
        raise Unreadable("the XML has a document type or entities, which are refused: they can be used to attack")


def _closed(end: bytes, root: etree._Element | None) -> bool:
    """Whether the file's end is where its root element ends: what is wrong with it is then not that it was cut."""
    tail = end[-400:].replace(b"\0", b"").rstrip()
    return root is not None and tail.endswith(b">") and local(root).encode() in tail.rpartition(b"</")[2]


def _forget(element: etree._Element) -> None:
    """Frees the element and what stands before it beside it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
