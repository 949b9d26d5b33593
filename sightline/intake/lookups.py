"""What a text means in a partnership's lists, remembered: files say the same few things many times."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sightline.definition.nearest import nearest
from sightline.definition.types import Fault, Partnership, RecordField
from sightline.definition.values import clean_value, code_for

MOST = 4096


class Lookups:
    """Agencies, schools and codes by whatever a sender calls them. `agencies`: ids known besides the declared ones."""

    def __init__(self, partnership: Partnership, agencies: Collection[str] | None = None) -> None:
        self.partnership = partnership
        self.agencies: dict[str, str] = {}
        self.near: dict[str, str] = {}
        for agency in partnership.agency.values():
            for name in (agency.title, *agency.known_as):
                self.agencies.setdefault(_fold(name), agency.id)
        for id in (*(agencies or ()), *partnership.agency):
            self.agencies[id] = id

    def agency(self, text: str) -> str:
        """The agency's id, for an id or a title; empty when there is none."""
        return self.agencies.get(text) or self.agencies.get(_fold(text), "")

    def nearest_agency(self, text: str) -> str:
        """What was perhaps meant. Remembered: a whole file may be of one school that nobody declared."""
        found = self.near.get(text)
        if found is None:
            found = nearest(text, self.agencies)
            if len(self.near) < MOST:
                self.near[text] = found
        return found

    def school(self, text: str) -> str:
        """The school's id where it is known, else its name as sent."""
        return (self.agency(text) or text) if text else ""

    def code(self, name: str) -> Callable[[str], str]:
        """Finds the code of a list; empty for what the list does not know."""
        codes = self.partnership.codes.get(name)
        known: dict[str, str] = {"": ""}

        def find(text: str) -> str:
            found = known.get(text)
            if found is None:
                found = code_for(codes, text) if codes else text
                if len(known) < MOST:
                    known[text] = found
            return found

        return find

    def choice(self, declared: RecordField) -> Callable[[str], Fault | None]:
        """Says what is wrong with a text as the value of a field of few values; None when nothing is."""
        known: dict[str, Fault | None] = {"": None}

        def fault(text: str) -> Fault | None:
            if text not in known:
                found = clean_value(self.partnership, declared, text)[1]
                if len(known) >= MOST:
                    return found
                known[text] = found
            return known[text]

        return fault


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())
