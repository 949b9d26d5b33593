"""How much comes by the page for the public, and what looks like a machine's. It turns nobody away: what is over a limit is
kept, marked, and looked at by a person (`public_held.py`).

Counts live in this process alone and are forgotten when it ends; where somebody writes from is a digest under a key that
nobody knows, and is written down nowhere. Several servers have several counts: the limits are then as many times higher.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest

TEN_MINUTES, DAY = 600.0, 86_400.0
FROM_ONE_PLACE = ((TEN_MINUTES, 10), (DAY, 40))  # a family's or a library's one address may tell of several children
AT_ONCE, AT_MOST = (
    60,
    300,
)  # in ten minutes, from everywhere: over the first only what looks like a person's; over the second none
TOO_QUICK = 3.0  # seconds from opening the page: nobody writes so fast
MOST_PLACES = 20_000
DOUBTS = {
    "many-from-one-place": "many came from one place within a short time",
    "many-at-once": "very many came at once, from everywhere",
    "filled-by-a-machine": "a field that people do not see was filled in",
    "very-quick": "it was sent within seconds of opening the page",
    "same-words": "the same words came before",
    "very-long": "it is longer than a form holds",
}


@dataclass
class Limits:
    """What came lately. One for a process; a test makes its own."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    places: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    words: OrderedDict[str, float] = field(default_factory=OrderedDict)
    all: deque[float] = field(default_factory=deque)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def place(self, address: str) -> str:
        """Where somebody writes from, as a mark that says nothing of where it is."""
        return hashlib.blake2b(address.encode(), key=self.key, digest_size=4).hexdigest()

    def doubts(
        self, *, address: str, words: str, trap: str = "", taken: float | None = None, long: bool = False
    ) -> list[str]:
        """Why a person should look first; empty for what goes straight on. Counts this one too."""
        moment, mark = time.monotonic(), self.place(address)
        with self.lock:
            here = self._of_place(mark)
            here.append(moment)
            self.all.append(moment)
            while self.all and moment - self.all[0] > TEN_MINUTES:
                self.all.popleft()
            found = ["filled-by-a-machine"] if trap.strip() else []
            found += ["very-long"] if long else []
            if any(sum(moment - at <= span for at in here) > most for span, most in FROM_ONE_PLACE):
                found.append("many-from-one-place")
            if self._said_before(words, moment):
                found.append("same-words")
            if len(self.all) > AT_MOST or (len(self.all) > AT_ONCE and (len(here) > 1 or len(words) < 30)):
                found.append("many-at-once")
            if (
                found and taken is not None and taken < TOO_QUICK
            ):  # by itself it is no doubt: a browser fills in what it knows
                found.append("very-quick")
        return found

    def _of_place(self, mark: str) -> deque[float]:
        here = self.places.pop(mark, deque(maxlen=100))
        self.places[mark] = here
        while len(self.places) > MOST_PLACES:
            self.places.popitem(last=False)
        return here

    def _said_before(self, words: str, moment: float) -> bool:
        folded = " ".join(words.casefold().split())
        if len(folded) < 20:
            return False
        digest = hashlib.blake2b(folded.encode(), key=self.key, digest_size=16).hexdigest()
        before = self.words.pop(digest, None)
        self.words[digest] = moment
        while len(self.words) > MOST_PLACES:
            self.words.popitem(last=False)
        return before is not None and moment - before <= DAY


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: as the trusted proxies say, where there are any; else the connection's own."""
    trusted = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if trusted and len(told) >= trusted:
        return told[-trusted]
    return str(request.META.get("REMOTE_ADDR", ""))


LIMITS = Limits()
