"""XML of a workbook's parts, element by element, with everything off that a file could use against us."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from lxml import etree

from sightline.intake.readers.source import Unreadable
from sightline.intake.readers.xml_parts import HARMLESS, refuse_document, refuse_start

CHUNK = 64 * 1024
LARGEST_ELEMENT = 2 * 1024 * 1024


def elements(
    stream: IO[bytes],
    names: tuple[str, ...],
    *,
    what: str,
    largest: int = LARGEST_ELEMENT,
    most: int = 0,
) -> Iterator[etree._Element]:
    """Each element with one of these names (in any namespace), whole, as it is closed; emptied when the next is asked for.

    `what` says in refusals which part it is. `largest`: of one element, in bytes; `most`: of the part, where it has a
    bound of its own. Raises Unreadable.
    """
    parser = etree.XMLPullParser(
        events=("end",),
        tag=[f"{{*}}{name}" for name in names],
        **HARMLESS,
    )
    came = since = 0
    checked = False
    while True:
        chunk = stream.read(CHUNK)
        if not came:
            refuse_start(chunk)
        came += len(chunk)
        since += len(chunk)
        try:
            if chunk:
                parser.feed(chunk)
            else:
                parser.close()
        except etree.XMLSyntaxError as error:
            broken: etree.XMLSyntaxError | None = error
        else:
            broken = None
        for _, element in parser.read_events():
            since = 0
            if not checked:
                refuse_document(element)
                checked = True
            yield element
            _forget(element)
        if broken is not None:
            ended = "is cut short" if not chunk else "is not well-formed"
            raise Unreadable(f"{what}: its XML {ended}; save the workbook again in Excel") from None
        if not chunk:
            return
        if since > largest:
            raise Unreadable(f"{what}: one element of it is larger than {largest >> 20} MB, which no export is")
        if most and came > most:
            raise Unreadable(f"{what}: it is larger than {most >> 20} MB, which no export is")


def local(element: etree._Element) -> str:
    """The element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _forget(element: etree._Element) -> None:
    """Frees the element and what stands before it beside it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
