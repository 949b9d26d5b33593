"""Masking protected values wherever they would show: in what senders hold of somebody, and in the words of records.

For every reader alike, a recipient too: whoever may have it revealed asks for it, and that is on the record. Looked for is
what is protected of those whom the page is about, of their family, and of whoever may be the same as any of them while that
waits to be decided; also misspelt. Nothing is paid while nothing is protected.

Not what is protected of anybody else: then whoever writes an address into a record would learn whether it is a refuge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sightline.agencies.queries import agencies, partnership
from sightline.agencies.types import AgencyInfo
from sightline.identity.locations.near import anything_protected, linked, protected_of
from sightline.identity.locations.values import open_values
from sightline.intake.types import Details
from sightline.sharing.reading import Reading
from sightline.sharing.release import Scanner, Value
from sightline.sharing.release.values import probes
from sightline.vault.actions import Keyring

INSTEAD = "[protected]"
SHORTEST_NAME = 5  # letters


class Veil:
    """What is masked on one page."""

    def __init__(self) -> None:
        self._there: bool | None = None
        self._asked: set[UUID] = set()
        self.entries: set[UUID] = set()  # whose people were asked about
        self._rings: dict[UUID, AgencyInfo] = {}
        self._values: dict[UUID, Any] = {}
        self._all: Scanner | None = None
        self._titles: frozenset[str] | None = None

    def learn(self, persons: Iterable[UUID]) -> None:
        """Finds out what is protected of these people, and of those near them. A few queries, and one where nothing is."""
        new = set(persons) - self._asked
        if not new:
            return
        self._asked |= new
        if not self.there:
            return
        rows = [row for row in protected_of(linked(new)) if row.id not in self._values]
        if rows:
            known = agencies()
            self._rings |= {row.id: known.get(row.ring) or AgencyInfo(row.ring, "", row.ring) for row in rows}
            self._values |= open_values(rows, Keyring())
            self._all = Scanner(self._values.values())

    @property
    def there(self) -> bool:
        """Whether anything is protected at all. Asked of the database once."""
        if self._there is None:
            self._there = anything_protected()
        return self._there

    def details(self, held: Details, titles: Mapping[str, str]) -> Details:
        """What a sender holds, with each protected value masked. `titles`: of agencies, as a school is held by its id."""
        if self._all is None:
            return held
        changes: dict[str, Any] = {}
        home = "\n".join((*held.lines, held.postcode))
        if home.strip() and (words := self._instead(home)):
            changes |= {"lines": (words,), "postcode": ""}
        for name in ("phone", "email"):
            if (value := getattr(held, name)) and (words := self._instead(value)):
                changes[name] = words
        if held.school and (words := self._instead(titles.get(held.school, held.school))):
            changes["school"] = words
        if changes and held.noted:  # as it was received stands there too
            changes["noted"] = ()
        return replace(held, **changes) if changes else held

    def _instead(self, text: str) -> str:
        assert self._all is not None
        found = self._all.found(text)
        if self.words(text) != self._all.redacted(text, INSTEAD):  # a list: it says the same, whatever is in it
            return INSTEAD
        if not found:
            return ""
        ring = self._rings[UUID(found[0].value)]
        return f"Protected: ring {ring_words(ring)}"

    def words(self, text: str) -> str:
        """A text with every protected value masked."""
        return self.texts([text])[0]

    def texts(self, texts: Sequence[str]) -> list[str]:
        """The texts of one record with every protected value masked, and every list of places or numbers whether or not one
        of them is protected: whoever wrote it would know which by the hole in it."""
        return self._all.veiled(texts, INSTEAD, self._names()) if self._all is not None else list(texts)

    def _names(self) -> frozenset[str]:
        """What schools and the like are called, as the scanner compares: a list of them is a list of places. The partnership's
        own agencies are named in many a record."""
        if self._titles is None:
            own = partnership().agency
            titles = probes(Value("name", one.title) for one in agencies().values() if one.id not in own)
            self._titles = frozenset(name.text for name in titles.names if len(name.text) >= SHORTEST_NAME)
        return self._titles

    def body(self, body: dict[str, Any]) -> dict[str, Any]:
        """A record's body with every protected value masked: its words, its place, its fields."""
        if self._all is None or not body:
            return body
        place = body.get("place") or {}
        together = "\n".join(str(part) for part in place.values() if part)
        veiled = dict(body)
        fields = body.get("fields") or {}
        plain = [name for name, value in fields.items() if isinstance(value, str)]
        where, says, *told = self.texts([together, body.get("says", ""), *(fields[name] for name in plain)])
        if where != together:
            veiled["place"] = {"name": INSTEAD}
        said = fields | dict(zip(plain, told, strict=True))
        if said == fields and fields and self._all.scan(dict(fields)):
            said = {name: INSTEAD if _short(value) else value for name, value in fields.items()}  # split over several
        veiled["fields"] = said
        veiled["says"] = says
        return veiled


def _short(value: object) -> bool:
    return isinstance(value, str) and len(value) < 40 and len(value) != 10  # a date is no part of an address


_veils: WeakKeyDictionary[Reading, Veil] = WeakKeyDictionary()


def of(reading: Reading, persons: Iterable[UUID] = ()) -> Veil:
    """What is masked on this reading's page, which is about these people too."""
    veil = _veils.setdefault(reading, Veil())
    veil.learn(persons)
    return veil


def ring_words(agency: AgencyInfo) -> str:
    """`Children's social work, 0113 … (day and night 0113 …)`."""
    numbers = agency.phone
    if agency.out_of_hours and agency.out_of_hours != agency.phone:
        numbers = (
            f"{numbers}; day and night {agency.out_of_hours}" if numbers else f"day and night {agency.out_of_hours}"
        )
    return f"{agency.title} {numbers}".strip()
