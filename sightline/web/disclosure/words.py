"""How a pack reads on a page: its lines with why each stands as it does, in words."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sightline.definition.types import Partnership
from sightline.disclosure import documents
from sightline.disclosure.types import WITHHELD, Line, Pack, Part
from sightline.web.words import iso_words, moment_words

STATE = {
    "prepared": ("Waits for a second person", "soon"),
    "released": ("Released", "black"),
    "stopped": ("Stopped: a protected detail was in it", "black"),
    "rejected": ("Turned down", "soon"),
    "withdrawn": ("Taken back", "plain"),
    "erased": ("Erased", "plain"),
}
STEP = {
    "released": "Let go",
    "stopped": "Stopped by the release gate",
    "rejected": "Turned down",
    "withdrawn": "Taken back",
}
LINE = {"shown": "as it is", "redacted": "with things taken out", "withheld": "not in the file"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One line for the page."""

    first: UUID
    entry: UUID
    title: str
    agency: str
    when: str
    state: str
    says: str
    parts: tuple[Part, ...]
    reasons: tuple[tuple[str, str, bool], ...]  # in words, the law that it rests on, whether a person added it
    told: bool  # of a withheld line: whether the recipient is told that something was withheld for this reason
    by_hand: bool


def shown(definition: Partnership, pack: Pack, line: Line) -> Shown:
    codes, tells = definition.codes["withheld"].codes, definition.recipient[pack.to.kind].tells
    return Shown(
        line.first,
        line.entry,
        line.title,
        line.agency,
        documents.when(line),
        line.state,
        LINE[line.state],
        line.parts,
        tuple((codes[c].title, codes[c].note, c in line.by_hand) for c in line.because if c in codes),
        line.state == WITHHELD and any(c in tells for c in line.because),
        bool(line.by_hand),
    )


def steps(pack: Pack) -> list[tuple[str, str, str, str]]:
    """What became of it: (what, when, by whom, what they said), the first first."""
    told = [
        (
            f"Prepared, version {pack.version}" if pack.version > 1 else "Prepared",
            moment_words(pack.at),
            pack.by_name,
            "",
        )
    ]
    return told + [(STEP.get(s.step, s.step), moment_words(s.at), s.by_name, s.says) for s in pack.steps]


def facts(definition: Partnership, pack: Pack) -> list[tuple[str, str]]:
    """For whom, what for, by whom, until when."""
    recipient = definition.recipient[pack.to.kind]
    agency = definition.agency.get(pack.agency)
    found = [
        ("For", pack.to.name),
        ("As", recipient.title),
        ("What for", definition.codes["purpose"].codes[pack.purpose].title),
        ("Basis", "; ".join(_title(definition, "lawful-basis", code) for code in recipient.basis)),
        ("Prepared by", f"{pack.by_name}, {agency.title if agency else pack.agency}"),
        ("Held on", moment_words(pack.as_of)),
    ]
    if pack.asked_on:
        found.append(("Asked for on", iso_words(pack.asked_on)))
    if pack.due:
        found.append(("Due by", iso_words(pack.due)))
    for field, codes, label in (
        ("told-family", "family-told", "Family"),
        ("not-told-because", "not-told-because", "Why not"),
        ("agreement", "agreement", "Agreement"),
        ("not-sought-because", "", "Not asked because"),
    ):
        if value := pack.beside.get(field):
            found.append((label, _title(definition, codes, value) if codes else value))
    return found


def _title(definition: Partnership, codes: str, code: str) -> str:
    known = definition.codes[codes].codes
    return known[code].title if code in known else code


def state(pack: Pack) -> tuple[str, str]:
    return STATE.get(pack.state, (pack.state, "plain"))
