"""What a request carries, as bytes: whole, opened where it was compressed, and never more than we take at once.

A concern is not lost for how it was packed: `gzip` and `deflate` are opened, a body of unsaid length (`chunked`) is read to
its end, and what cannot be opened is kept as it came, for a person. Source: RFC 9110, section 8.4; RFC 9112, section 7.
"""

from __future__ import annotations

import zlib

from django.http import HttpRequest, UnreadablePostError

from sightline.definition.types import Fault

LARGEST_BODY = 5 * 1024 * 1024
OPENED = ("gzip", "x-gzip", "deflate")
EITHER = 47  # zlib: a header of gzip or of zlib, whichever it has


class TooLarge(Exception):
    """More than one request may carry. Nothing was taken, and the answer says so."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotWhole(Exception):
    """The body broke off on its way. Nothing was taken."""


def carried(request: HttpRequest) -> tuple[bytes, Fault | None]:
    """The body; and why it could not be opened, where it stays as it came. Raises TooLarge and NotWhole."""
    raw = _read(request)
    opened = raw
    for packed in reversed(request.headers.get("Content-Encoding", "").lower().split(",")):
        if packed.strip() in ("", "identity"):
            continue
        if packed.strip() not in OPENED:
            return raw, Fault(expected="a body as it is, or packed with gzip", code="compressed")
        try:
            opened = _opened(opened)
        except zlib.error:
            return raw, Fault(expected="a whole body in gzip: what came cannot be opened", code="compressed")
    return opened, None


def _read(request: HttpRequest) -> bytes:
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > LARGEST_BODY:
        raise _too_much("")
    try:
        if request.headers.get("Transfer-Encoding") and not length.isdigit():
            if not request.META.get("wsgi.input_terminated"):  # a server that does not say where the body ends
                raise TooLarge("Say how long the body is (Content-Length). Nothing was taken.")
            raw: bytes = request.META["wsgi.input"].read(LARGEST_BODY + 1)
        else:
            raw = request.body
    except TooLarge:
        raise
    except UnreadablePostError as error:
        raise NotWhole from error
    except Exception as error:  # whatever the server's own reader calls a body that broke off
        raise NotWhole from error
    if len(raw) > LARGEST_BODY:
        raise _too_much("")
    return raw


def _opened(raw: bytes) -> bytes:
    """What was packed: every member, one after the other. Raises zlib.error, and TooLarge before it fills the memory."""
    found, rest = bytearray(), raw
    while rest:
        opening = zlib.decompressobj(EITHER)
        found += opening.decompress(rest, LARGEST_BODY + 1 - len(found))
        if len(found) > LARGEST_BODY:
            raise _too_much(" when it is opened")
        if not opening.eof:
            raise zlib.error("cut short")
        rest = opening.unused_data
    return bytes(found)


def _too_much(when: str) -> TooLarge:
    return TooLarge(f"At most {LARGEST_BODY // 1024 // 1024} MB at once{when}; send in parts. Nothing was taken.")
