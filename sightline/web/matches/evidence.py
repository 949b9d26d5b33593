"""What family and network say, for and against: who is told as kin of both, who works with both, what may be a twin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sightline.chronology import rules
from sightline.chronology.types import EntryView
from sightline.definition.types import Partnership
from sightline.identity.match_types import PairView
from sightline.identity.rules import names_alike, tokens
from sightline.identity.types import Kin
from sightline.web.words import iso_words, listed

Words = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that speaks for one person, for two, or only asks for care."""

    says: str
    kind: str  # for | against | care

    @property
    def word(self) -> str:
        return {"for": "for one person", "against": "for two people", "care": "take care"}[self.kind]


def family(view: PairView, one: Sequence[Kin], other: Sequence[Kin], words: Words) -> list[Sentence]:
    """What the families that senders told us of say about two who may be one."""
    a, b = _given(view.one), _given(view.other)
    found: list[Sentence] = []
    for kin, theirs in ((one, view.person_other), (other, view.person_one)):
        if told := next((k for k in kin if k.person == theirs), None):
            relation = words("relation", told.relation).lower()
            found.append(Sentence(f"{told.says} tells one as the other’s {relation}: then they are two.", "against"))
            break
    shared = _shared(one, other)
    alike = names_alike(view.one.details.given, view.other.details.given)
    for kin in shared:
        says = f"{kin.name} is told as {words('relation', kin.relation).lower()} of both"
        if alike is False:  # of one child under two names, or of two children
            found.append(Sentence(f"{says}: so they are one, or brothers and sisters.", "care"))
        else:
            found.append(Sentence(f"{says}.", "for"))
    for kin, who, mine, theirs in ((one, b, view.one, view.other), (other, a, view.other, view.one)):
        for sibling in (
            k for k in kin if k.relation == "sibling" and k.person not in (view.person_one, view.person_other)
        ):
            of = _given(mine)
            born = theirs.details.born
            if born and sibling.born == born and sibling.born == mine.details.born:
                found.append(
                    Sentence(f"{of} has a twin: {sibling.name}, born on the same day. Make sure who is meant.", "care")
                )
            elif born and sibling.born == born:
                found.append(
                    Sentence(
                        f"{sibling.name}, {of}’s brother or sister, has {who}’s birth date: who is meant?", "against"
                    )
                )
            elif names_alike(sibling.name.split(" ")[0], theirs.details.given) and not names_alike(
                theirs.details.given, mine.details.given
            ):
                found.append(Sentence(f"{of} has a brother or sister called {sibling.name}: who is meant?", "against"))
    if one and other and not shared:
        found.append(Sentence("Both have family here, and nobody is told as family of both.", "against"))
    elif one and not other:
        found.append(Sentence(f"Family is told of {a} alone: {_names(one)}.", "care"))
    elif other and not one:
        found.append(Sentence(f"Family is told of {b} alone: {_names(other)}.", "care"))
    elif not one:
        found.append(Sentence("Nobody has told us of any family of either.", "care"))
    return list(dict.fromkeys(found))


def _given(held: object) -> str:
    return held.details.given or "the one without a given name"  # type: ignore[attr-defined]


def _names(kin: Sequence[Kin]) -> str:
    return listed([f"{k.name}{f', born {iso_words(k.born)}' if k.born else ''}" for k in kin[:5]])


def _shared(one: Sequence[Kin], other: Sequence[Kin]) -> list[Kin]:
    """Who is told as family of both: the same person here, or the same name and birth date."""
    there = {k.person for k in other}
    named = {(tokens(k.name), k.born) for k in other if k.born}
    return [k for k in one if k.person in there or (k.born and (tokens(k.name), k.born) in named)]


def network(
    one: Sequence[EntryView], other: Sequence[EntryView], present: datetime, definition: Partnership
) -> list[Sentence]:
    """Who works with both, as far as the entries say that this reader may see."""
    working = []
    for entries in (one, other):
        those = rules.professionals(entries, present, definition, all_times=True)
        working.append({(p.title, p.team, p.agency.id): p for p in those})
    both = [working[0][key] for key in working[0] if key in working[1]]
    found = [
        Sentence(
            f"{p.title}{f' in the {p.team}' if p.team else ''}, {p.agency.title}, works or worked with both"
            f"{f': ring {p.phone}' if p.phone else ''}.",
            "for",
        )
        for p in both[:4]
    ]
    if working[0] and working[1] and not both:
        found.append(Sentence("Nobody is recorded as working with both.", "care"))
    return found
