"""Putting a pack together: what whoever prepares it may see, cut down to what its recipient may be given.

Two walls, one after the other. The gate decides what the preparer sees of each record, as on any page; the declared
recipient decides what of that may leave. Whoever else is on a record is taken out of its words by a machine that knows
them all, also those whom the preparer does not see. What is protected is taken out last, of everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sightline.agencies.queries import machine
from sightline.chronology.collecting import Collected, Collection, collect
from sightline.chronology.queries import in_words
from sightline.definition.types import Partnership, Recipient, RecordType
from sightline.disclosure import rules
from sightline.disclosure.redacting import Redactor, Someone
from sightline.disclosure.types import SHOWN, WITHHELD, Facts, Line, Marked, Part, To, Verdict
from sightline.identity.locations.near import circle
from sightline.identity.queries import profile, rows_by_id, rows_of
from sightline.identity.release import Recipient as Outside
from sightline.identity.release import values_from
from sightline.identity.said import everything_said
from sightline.intake.types import Details
from sightline.sharing.reading import Reading, reading
from sightline.sharing.release import Scanner
from sightline.sharing.restricting import holders_of
from sightline.sharing.rules import both
from sightline.sharing.standing import trusted
from sightline.sharing.types import Level

GONE = "[taken out]"
REFERRER = "referrer"  # the role on a record of who told us
OF_SOURCE = "source-"  # fields by which one who told us could be known: `source-code`, `source-words`
FREE = frozenset({"line", "text", "words"})


@dataclass(frozen=True, slots=True)
class Gathered:
    """All lines of a pack, the oldest first; whom it is about; the strictest handling of what it holds."""

    about: str
    lines: tuple[Line, ...]
    handling: str
    identities: tuple[UUID, ...]
    everybody: tuple[UUID, ...]  # people who stand on any of its records


def outside(to: To, everybody: Iterable[UUID]) -> Outside:
    """A pack's recipient as the release gate knows them, with whoever they are linked to through what is in it."""
    linked = tuple(dict.fromkeys((*to.persons, *everybody)))
    if to.agency:
        return Outside("agency", to.agency, linked=linked)
    if to.persons:
        return Outside("person", str(to.persons[0]), linked=linked)
    return Outside("outside", linked=linked)


def gather(opened: Reading, person: UUID, to: To, recipient: Recipient, marks: Sequence[Marked] = ()) -> Gathered:
    """Every record about somebody, as it would stand in a pack for this recipient. Raises Missing."""
    found = collect(opened, person)
    everybody = tuple(dict.fromkeys((person, *_persons(found))))
    redactors = _redactors(found, person, to, recipient)
    scanner = Scanner(values_from(outside(to, everybody)))
    restricted = holders_of({one.view.first for one in found.entries} | set(found.identities))
    shut = bool(restricted.keys() & set(found.identities))
    lines, handlings = [], []
    for one in found.entries:
        line = _line(opened, one, found, recipient, redactors, scanner, shut or one.view.first in restricted, marks)
        lines.append(line)
        if line.state != WITHHELD:
            handlings.append(one.label.handling)
    about = scanner.redacted(profile(opened, person).name, GONE)
    return Gathered(about, tuple(lines), both(*handlings) or "ordinary", found.identities, everybody)


def _persons(found: Collection) -> list[UUID]:
    on = {identity for one in found.entries for identity, _ in one.people}
    return list(dict.fromkeys(row.person for row in rows_by_id(on).values()))


@dataclass(frozen=True, slots=True)
class _Redactors:
    others: Redactor  # everybody else, addresses
    source: Redactor  # whoever told us


def _redactors(found: Collection, person: UUID, to: To, recipient: Recipient) -> _Redactors:
    """Everybody on the records and their family, but for the subject and the recipient; as a machine, on the record."""
    on = {identity for one in found.entries for identity, _ in one.people}
    told = {identity for one in found.entries for identity, role in one.people if role == REFERRER}
    people = {row.person for row in rows_by_id(on).values()} | {person}
    with (
        trusted("redact-pack"),
        reading(machine("disclosure-machine"), "scheduled-work", about="redact-pack") as opened,
    ):
        rows = rows_of(circle(people) | set(to.persons))
        said = everything_said(opened, rows)
    ours = {person, *to.persons}
    own, others, sources = [], [], []
    for row in rows:
        someone = as_someone(said.get(row.id, ()), {a.id: a.title for a in opened.agencies.values()})
        (own if row.person in ours else others).append(someone)
        if row.id in told and row.person not in ours:
            sources.append(someone)
    takes = frozenset(recipient.redacts) & {"third-party", "address"}
    return _Redactors(
        Redactor(others, own, takes),
        Redactor(sources, own, frozenset({"third-party"}) if "source" in recipient.redacts else frozenset()),
    )


def as_someone(said: Iterable[Details], titles: Mapping[str, str]) -> Someone:
    """All that was ever said of somebody, as what could stand in words. `titles`: of agencies, by id."""
    every = list(said)

    def all_of(*names: str) -> frozenset[str]:
        return frozenset(value for d in every for name in names if (value := str(getattr(d, name))))

    return Someone(
        given=all_of("given"),
        family=all_of("family"),
        born=all_of("born"),
        numbers=all_of("nhs_number", "upn", "phone"),
        lines=frozenset(line for d in every for line in d.lines[:1]),
        postcodes=all_of("postcode"),
        mail=all_of("email"),
        schools=frozenset(titles.get(d.school, d.school) for d in every if d.school),
    )


def _line(
    opened: Reading,
    one: Collected,
    found: Collection,
    recipient: Recipient,
    redactors: _Redactors,
    scanner: Scanner,
    restricted: bool,
    marks: Sequence[Marked],
) -> Line:
    view, declared = one.view, opened.definition.record.get(one.view.record)
    mine = [m for m in marks if m.entry == view.first]
    parts = parts_of(opened.definition, declared, one, recipient) if view.level is Level.FULL else []
    done = [_cleaned(part, recipient, redactors, scanner, mine) for part in parts]
    has = frozenset(code for part in done for code in part.taken)
    facts = Facts(
        record=view.record,
        handling=both(one.label.handling, *_own_roles(declared, one, found)),
        seen=view.level.word,
        restricted=restricted,
        pointer_only=one.label.pointer_only,
        closed=bool(view.closed),
        has=has,
    )
    came, by_hand = rules.verdict(recipient, facts), tuple(dict.fromkeys(m.because for m in mine))
    if came.state != WITHHELD and (whole := [m.because for m in mine if not m.words]):
        came = Verdict(WITHHELD, (whole[0],))
    elif came.state != WITHHELD:
        others = [code for code in by_hand if code in has and code not in came.because]
        came = Verdict("redacted" if others or came.because else SHOWN, (*came.because, *others))
    return Line(
        entry=view.id,
        first=view.first,
        record=view.record,
        title=view.title,
        happened=view.happened,
        precision=view.precision,
        agency=view.agency.title,
        state=came.state,
        because=came.because,
        by_hand=by_hand,
        parts=() if came.state == WITHHELD else tuple(done),
        rule=view.sight.decision.rule,
    )


def _own_roles(declared: RecordType | None, one: Collected, found: Collection) -> list[str]:
    """How the subject's own part on a record is handled, where otherwise: who is said to have caused harm is not told so
    by a pack that the police would not have given."""
    own = set(found.identities)
    roles = {role for identity, role in one.people if identity in own}
    return [
        declared.people[r].handling for r in roles if declared and r in declared.people and declared.people[r].handling
    ]


def parts_of(definition: Partnership, declared: RecordType | None, one: Collected, recipient: Recipient) -> list[Part]:
    """What a record says, under its labels, before anybody is taken out of it. What the recipient is not given as a kind
    of thing (places, the child's own words, protected fields) is gone from here on."""
    view, redacts, several = one.view, set(recipient.redacts), one.view.words_of > 1
    found: list[Part] = []

    def add(label: str, words: str, *codes: str) -> None:
        taken = tuple(code for code in codes if code in redacts)
        if words:
            found.append(Part(label, GONE if taken else words, taken))

    add("What was said", view.says, "free-text")
    add("Place", view.place, "address")
    for id_, value in view.values.items():
        field = declared.fields.get(id_) if declared else None
        if field is None or not value:
            continue
        codes = ["protected"] if field.classification == "protected" else []
        codes += ["source"] if id_.startswith(OF_SOURCE) else []
        codes += ["child-words", *(["third-party"] if several else [])] if field.kind == "quoted" else []
        codes += ["address"] if field.kind == "phone" else []
        codes += ["free-text"] if field.kind in FREE and field.classification != "ordinary" else []
        add(field.title, in_words(definition, field, value), *codes)
    return found


def _cleaned(
    part: Part, recipient: Recipient, redactors: _Redactors, scanner: Scanner, marks: Sequence[Marked]
) -> Part:
    """A part without whoever else is in it, what is protected, and what somebody marked."""
    if part.taken:
        return part
    words, codes = redactors.others.clean(part.words)
    taken = list(codes)
    words, codes = redactors.source.clean(words)
    taken += ["source"] if codes else []
    without = scanner.redacted(words, GONE)
    if without != words:
        words, taken = without, [*taken, "protected"]
    for mark in marks:
        if mark.words:
            without = _without(words, mark.words)
            if without != words:
                words, taken = without, [*taken, mark.because]
    return replace(part, words=words, taken=tuple(dict.fromkeys(taken)))


def _without(text: str, words: str) -> str:
    """The text without these words, in whatever case and spacing."""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    return re.sub(pattern, GONE, text, flags=re.IGNORECASE) if pattern else text
