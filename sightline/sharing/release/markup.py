"""The texts of pages, of mails, and of what is written in tags: what shows, what does not, and what stands in attributes."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable, Iterator
from email.header import decode_header, make_header
from email.message import Message
from html.parser import HTMLParser
from typing import Any

from sightline.sharing.release.types import Artefact, Piece, Unreadable

INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strike strong sub sup tspan tt u "
    "var wbr".split()
)
SAYS = frozenset("alt title value content placeholder aria-label label summary href src action name id cite".split())
MOST_OF_A_FORM = 40  # rows: a longer table is a list, and its column no record
_ANOTHER = re.compile(r"(?<=\n)\r?\n(?=From \S+)")
Inside = Callable[[Any, str], Iterator[Piece | Unreadable]]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown: list[str] = []
        self.hidden: list[str] = []
        self.rows: list[list[str]] = []
        self.answers: list[list[str]] = []  # of each list of terms, what is said of them
        self._answering = False
        self.filled: list[str] = []  # what stands in the fields of a form

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = tag.rsplit(":", 1)[-1]
        if name not in INLINE:
            self.shown.append("\n")
        if name in ("tr", "dl"):
            self.rows.append([])
        elif name in ("td", "th", "dt", "dd") and self.rows:
            self.rows[-1].append("")
        if name == "dl":
            self.answers.append([])
        if name in ("dt", "dd") and self.answers:
            self._answering = name == "dd"
            if self._answering:
                self.answers[-1].append("")
        for key, value in attrs:
            if value and (
                key in SAYS or key.startswith(("data-", "aria-")) or " " in value or "," in value or "@" in value
            ):
                self.hidden.append(value)
            if key == "value" and value:
                self.filled.append(value)

    def handle_endtag(self, tag: str) -> None:
        name = tag.rsplit(":", 1)[-1]
        if name not in INLINE:
            self.shown.append("\n")
        if name in ("dd", "dl"):
            self._answering = False

    def handle_data(self, data: str) -> None:
        self.shown.append(data)
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data
        if self._answering:
            self.answers[-1][-1] += data

    def handle_comment(self, data: str) -> None:
        self.hidden.append(data)

    def unknown_decl(self, data: str) -> None:
        self.shown.append(data.removeprefix("CDATA["))


def page(text: str, where: str) -> Iterator[Piece]:
    """The words of a page as they run, each row of its tables and each of its lists of terms, and what does not show:
    attributes, comments."""
    read = _Page()
    read.feed(text)
    read.close()
    yield Piece(where, "".join(read.shown))
    for n, row in enumerate(read.rows, 1):
        if len(row) > 1:
            yield Piece(f"{where}, row {n}", "\n".join(row), tuple(row))
    form = [row[-1] for row in read.rows if len(row) == 2]  # labels in one column, the answers in the next
    if 1 < len(form) <= MOST_OF_A_FORM:
        yield Piece(f"{where}, a column", "\n".join(form), tuple(form))
    for said in read.answers:
        if 1 < len(said) <= MOST_OF_A_FORM:
            yield Piece(f"{where}, a list of terms", "\n".join(said), tuple(said))
    if 1 < len(read.filled) <= MOST_OF_A_FORM:
        yield Piece(f"{where}, a form", "\n".join(read.filled), tuple(read.filled))
    hidden = "\n".join(read.hidden)
    if hidden:
        yield Piece(f"{where} › not shown", hidden)


def rtf(text: str) -> str:
    """The words of a rich text document, and of its properties and comments."""
    text = re.sub(r"\\'([0-9a-fA-F]{2})", lambda m: bytes([int(m.group(1), 16)]).decode("cp1252", "ignore"), text)
    text = re.sub(r"\\u(-?\d+)\??", lambda m: chr(int(m.group(1)) % 65536), text)
    text = re.sub(r"\\(par|line|cell|row|tab|page|sect)\b", "\n", text)
    plain = re.sub(r"\\[a-zA-Z]+-?\d* ?|\\\*", "", text)
    # a brace may stand within a word that is half in bold, and between a title and its author
    return "\n".join(dict.fromkeys((re.sub(r"[{}]", "", plain), re.sub(r"[{}]+", "\n", plain))))


def mail(text: str, where: str, inside: Inside) -> Iterator[Piece | Unreadable]:
    """The heads, every part and every attachment of a mail, or of each of several in one file."""
    for one in _ANOTHER.split(text) if text.startswith("From ") else [text]:
        yield from _mail(one, where, inside)


def _mail(text: str, where: str, inside: Inside) -> Iterator[Piece | Unreadable]:
    read = email.message_from_string(text, policy=email.policy.compat32)
    heads = "\n".join(f"{name}: {_head(value)}" for name, value in read.items())
    yield Piece(f"{where} › heads", heads)
    for part in read.walk():
        yield from _part(part, where, inside)


def _head(value: Any) -> str:
    try:
        return str(make_header(decode_header(str(value))))
    except (ValueError, LookupError):
        return str(value)


def _part(part: Message, where: str, inside: Inside) -> Iterator[Piece | Unreadable]:
    if part.is_multipart():
        return
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return
    name, kind = _head(part.get_filename() or ""), part.get_content_type()
    if kind == "text/html" and not name:
        yield from page(raw.decode(part.get_content_charset() or "utf-8", "replace"), where)
    elif kind.startswith("text/") and not name:
        yield Piece(where, raw.decode(part.get_content_charset() or "utf-8", "replace"))
    else:
        yield from inside(Artefact(raw, name=name, kind=kind), where)
