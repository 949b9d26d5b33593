"""Reading entries. Everything here passes the gate and is noted on the reading."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from sightline.agencies.types import AgencyInfo
from sightline.chronology import rules
from sightline.chronology.models import Entry, Opening, Part
from sightline.chronology.passing import Line
from sightline.chronology.types import Chronology, EntryHistory, EntryView
from sightline.chronology.veiled import body_of, learn
from sightline.definition.outcomes import Decision, Missing
from sightline.definition.records import code_title, headline
from sightline.definition.types import Partnership, RecordField, RecordType
from sightline.identity.queries import identities_for, persons_of, rows_of, same_people, sealed_away, seen
from sightline.intake.queries import provenance
from sightline.sharing.reading import Reading
from sightline.sharing.rules import both
from sightline.sharing.standing import trusted
from sightline.sharing.types import Label, Level, Sight
from sightline.timescales.london import local, say
from sightline.vault.actions import CannotOpen, Erased
from sightline.vault.asking import Question, known_by
from sightline.vault.taking import columns_of, made_of

log = logging.getLogger(__name__)

CLOSED = {
    "erased": "The content of this record was erased. That it was held, by whom and when, is all that is left.",
    "altered": "This record is not as it was written, and does not open. Tell those who look after Sightline.",
}


_CORRECTIONS = Question(
    lambda firsts, known_on: (
        Entry.objects.filter(known_by(known_on), first__among=firsts)
        .exclude(id=F("first"))
        .order_by("known_at", "recorded_at")
    ),
    *("id", "first", "handling"),
)
_OPENED = Question(
    lambda identities, known_on: Opening.objects.filter(known_by(known_on, "opened_at"), identity_id__among=identities),
    *("identity_id", "record", "since"),
)


_SUBJECTS = Question(
    lambda entry: Part.objects.filter(entry_id=entry).order_by("id"), "identity_id", "child", "identity__key"
)
_CHILDREN = Question(
    lambda entries: Part.objects.filter(entry_id__among=entries, child=True), "entry_id", "identity_id"
)


_COLUMNS = columns_of(Entry)
_OF_CHILD = Question(
    lambda identities, known_on: Part.objects.filter(
        known_by(known_on, "entry__known_at"), identity_id__among=identities, child=True
    ).order_by("-happened", "-id"),
    *("role", *(f"entry__{name}" for name in _COLUMNS)),
)


@dataclass(frozen=True, slots=True)
class _OfChild:
    """One entry of one child, before the gate."""

    entry: Entry
    roles: tuple[str, ...]
    earlier: int


def _standing(identities: Sequence[UUID], known_on: datetime | None) -> list[_OfChild]:
    """The version of each record that stood, with this child's roles on it, newest first. Two queries."""
    roles: dict[UUID, dict[str, None]] = defaultdict(dict)
    answers = _OF_CHILD(list(identities), known_on)
    found = {entry.id: entry for entry in made_of(Entry, _COLUMNS, [row[1:] for row in answers])}
    for role, id, *_ in answers:
        roles[id][role] = None
    standing, earlier = latest_of(found.values(), known_on)
    return [_OfChild(e, tuple(roles[i]), earlier[e.first]) for i, e in found.items() if standing[e.first] == i]


_ENTRIES = Question(lambda ids: Entry.objects.filter(id__among=ids))


def entries_of(ids: Sequence[UUID]) -> dict[UUID, Entry]:
    """These entries by id: before the gate, for those who pass it."""
    return {entry.id: entry for entry in _ENTRIES.rows(ids)}


def latest_of(entries: Iterable[Entry | Line], known_on: datetime | None) -> tuple[dict[UUID, UUID], Counter[UUID]]:
    """For each record, the version that stood, and how many came before it (a correction may have taken the child off)."""
    standing = {e.first: e.first for e in entries}
    earlier: Counter[UUID] = Counter()
    firsts = list(standing)
    for start in range(0, len(firsts), 800):
        with trusted("which-version-stands"):  # ids alone: what was put right stands no more, whoever may see the new
            for entry_id, first, _ in _CORRECTIONS(firsts[start : start + 800], known_on):
                standing[first] = entry_id
                earlier[first] += 1
    return standing, earlier


def handled_since(firsts: Collection[UUID]) -> dict[UUID, str]:
    """How each of these records that was put right is handled now: what is stricter since (intelligence that has conditions
    after all, advice that turned out to be a lawyer's) holds for what stood before, else an old address would still open it."""
    with trusted("how-it-is-handled-now"):  # the label alone: whoever may not see the new version may not see the old one
        return {first: handling for _, first, handling in _CORRECTIONS(firsts, None)}


def opened_for(identities: Sequence[UUID], known_on: datetime | None) -> dict[str, datetime]:
    """From when this child's routine records of each type are open."""
    return _since(opened_for_each(identities, known_on), identities)


def opened_for_each(identities: Sequence[UUID], known_on: datetime | None) -> dict[UUID, dict[str, datetime]]:
    """From when each source identity's routine records of each type are open. One query."""
    found: dict[UUID, dict[str, datetime]] = defaultdict(dict)
    for identity, record, since in _OPENED(identities, known_on):
        found[identity][record] = min(since, found[identity].get(record, since))
    return found


def _since(opened: Mapping[UUID, Mapping[str, datetime]], identities: Iterable[UUID]) -> dict[str, datetime]:
    """From when one person's routine records are open, of what `opened_for_each` found."""
    found: dict[str, datetime] = {}
    for identity in identities:
        for record, since in opened.get(identity, {}).items():
            found[record] = min(since, found.get(record, since))
    return found


def is_sealed(entry: Entry, opened: dict[str, datetime]) -> bool:
    return entry.routine and not (entry.record in opened and entry.happened >= opened[entry.record])


def handled_on(definition: Partnership, entry: Entry | Line, roles: Sequence[str]) -> str:
    """How an entry is handled on the page of somebody who stands on it in these roles: as the record, and where every
    one of the roles is handled in its own way (who is said to have caused harm), as the role too."""
    record = definition.record.get(entry.record)
    own = [record.people[r].handling for r in roles if record and r in record.people and record.people[r].handling]
    return both(entry.handling, *own) if own and len(own) == len(roles) else entry.handling


def label_of(entry: Entry, kind: str, subjects: Iterable[UUID], *, sealed: bool, handling: str = "") -> Label:
    return Label(
        entry.record,
        entry.agency,
        kind,
        handling or entry.handling,
        tuple(subjects),
        sealed,
        entry.pointer_only,
        entry.happened,
        first=entry.first,
    )


def of_person(reading: Reading, person: UUID, *, known_on: datetime | None = None) -> Chronology:
    """A child's entries, newest first, now or as known on a moment. Raises Missing where nothing may be seen."""
    rows = identities_for(reading, person, known_on)
    identities = tuple(row.id for row in rows)
    if not rows or sealed_away(reading, rows):
        raise Missing
    known = reading.agencies
    opened = opened_for(identities, known_on)
    standing = _standing(identities, known_on)
    reading.learn_ties((*identities, *(one.entry.first for one in standing)))
    since = handled_since([one.entry.first for one in standing]) if known_on else {}
    visible: list[tuple[_OfChild, Sight]] = []
    for one in standing:
        sealed = is_sealed(one.entry, opened)
        kind = known[one.entry.agency].kind if one.entry.agency in known else ""
        handling = both(handled_on(reading.definition, one.entry, one.roles), since.get(one.entry.first, ""))
        sight = reading.see(label_of(one.entry, kind, identities, sealed=sealed, handling=handling))
        if sight:
            visible.append((one, sight))
    if not visible and not seen(reading, rows):
        raise Missing
    reading.keyring.fetch_for(bytes(one.entry.body) for one, sight in visible if sight.level >= Level.HEADLINE)
    keys = frozenset(row.key for row in rows)  # whoever is erased has no page of what opens with a brother's key
    reading.keyring.fetch(keys)
    learn(reading, [one.entry.id for one, sight in visible if sight.level >= Level.HEADLINE])
    views = [view(reading, one.entry, sight, one.roles, one.earlier, known, keys) for one, sight in visible]
    reading.about = reading.about or "view-child"
    reading.about_person(person)
    return Chronology(person, tuple(views), known_on, identities)


def view(
    reading: Reading,
    entry: Entry,
    sight: Sight,
    roles: Sequence[str],
    earlier: int,
    known: dict[str, AgencyInfo],
    keys: Collection[UUID] | None = None,
) -> EntryView:
    """One entry as this reader may see it; noted on the reading. `keys`: those of the child on whose page it stands."""
    body, sight, closed = _opened(reading, entry, sight, keys)
    body = body_of(reading, entry, body)
    reading.note(entry.id, sight)
    definition = reading.definition
    agency = known.get(entry.agency) or AgencyInfo(entry.agency, "", entry.agency)
    record = definition.record.get(entry.record)
    lane, lane_title, _ = rules.lane_of(definition, entry.record, agency.kind)
    on_it = [record.people[r] for r in roles if record and r in record.people]
    common: dict[str, Any] = {
        "id": entry.id,
        "first": entry.first,
        "record": entry.record,
        "title": record.pointer if record else entry.record,
        "lane": lane,
        "lane_title": lane_title,
        "mark": record.mark if record else "ordinary",
        "agency": agency,
        "happened": entry.happened,
        "until": entry.until,
        "precision": entry.precision,
        "known_at": entry.known_at,
        "recorded_at": entry.recorded_at,
        "stated": entry.stated,
        "corrected": earlier - bool(body.get("restates")),
        "late": bool(body.get("late")),
        "restates": bool(body.get("restates")),
        "sight": sight,
        "queued": entry.queued,
        "urgent": entry.urgent,
        "closed": closed,
    }
    if sight.level < Level.HEADLINE or record is None:
        return EntryView(roles=(), role_titles=(), counts_as=(), **common)
    full = sight.level is Level.FULL
    free = full and "sensitive" in sight.fields  # what was written in words may hold anything
    values = allowed_values(record, body.get("fields", {}), sight)
    place = body.get("place", {})
    place_words = ", ".join(p for p in (place.get("name", ""), place.get("postcode", "")) if p)
    says: str = body.get("says", "")
    people: dict[str, list[dict[str, str]]] = {role: [{}] * n for role, n in body.get("counts", {}).items()}
    opens = (
        (record.opens.from_, record.opens.until) if record.opens else ()
    )  # whether a state goes on is no secret at a headline
    shown = list(record.fields) if full else [f for f in record.fields if f in (*sight.parts, *record.parts, *opens)]
    return EntryView(
        roles=tuple(roles),
        role_titles=tuple(r.title for r in on_it),
        counts_as=tuple(r.counts_as for r in on_it if r.counts_as),
        headline=headline(
            definition,
            record,
            values,
            says=says,
            people=people,
            place=place.get("name", ""),
            role=roles[0] if roles else "",
        ),
        says=says if free else "",
        place=place_words if free else "",
        fields=tuple(
            (record.fields[f].title, in_words(definition, record.fields[f], values[f]))
            for f in shown
            if values.get(f) and record.fields[f].kind != "quoted"
        ),
        values={f: values[f] for f in shown if f in values},
        words=tuple(
            (record.fields[f].title, values[f])
            for f in shown
            if values.get(f) and record.fields[f].kind == "quoted" and f not in body.get("absent", ())
        ),  # "n/a" is nobody's voice
        words_of=max(
            (body.get("counts", {}).get(record.fields[f].for_each, 1) for f in shown if values.get(f)), default=1
        ),
        missing=tuple(body.get("missing", ())) if full else (),
        **common,
    )


def _opened(
    reading: Reading, entry: Entry, sight: Sight, keys: Collection[UUID] | None
) -> tuple[dict[str, Any], Sight, str]:
    """An entry's body, as far as this reader may have it. What opens no more is a pointer that says so."""
    if sight.level < Level.HEADLINE:
        return {}, sight, ""
    try:
        if keys is not None and not reading.keyring.opens_by(
            entry.body, (*keys, entry.id)
        ):  # a routine record has a key of its own
            raise Erased
        return reading.keyring.open(bytes(entry.body), f"entry|{entry.id}"), sight, ""
    except Erased:
        closed = "erased"
    except CannotOpen:
        closed = "altered"
        log.error("a sealed entry was altered or moved, and does not open")
    decision = Decision(True, sight.decision.reason_code, CLOSED[closed], sight.decision.rule)
    return {}, replace(sight, level=Level.POINTER, decision=decision, parts=()), closed


def allowed_values(record: RecordType, values: Mapping[str, str], sight: Sight) -> dict[str, str]:
    """The record's values whose class this reader may see: what a page, a headline or a pattern is made of."""
    return {
        f: v for f, v in values.items() if f not in record.fields or record.fields[f].classification in sight.fields
    }


def in_words(definition: Partnership, declared: RecordField, value: str) -> str:
    """A field's value as people read it."""
    if declared.kind in ("choice", "choices"):
        return ", ".join(code_title(definition, declared, part) for part in value.split("; "))
    if declared.kind == "date" and len(value) == 10:
        return say(datetime.fromisoformat(value).date())
    if declared.kind == "datetime":
        moment = local(datetime.fromisoformat(value))
        return f"{say(moment)}"
    return value.capitalize() if declared.kind == "yes-no" else value


_FIRST = Question(lambda entry: Entry.objects.filter(id=entry), "first")
VERSIONS = Question(lambda firsts: Entry.objects.filter(first__among=firsts).order_by("known_at", "recorded_at"))
_PARTS = Question(lambda entries: Part.objects.filter(entry_id__among=entries))


def entry(reading: Reading, entry_id: UUID) -> EntryHistory:
    """One record with its versions, provenance and the children on it. Raises Missing where it may not be seen."""
    with trusted("which-record"):  # ids alone: the address of a version leads to the versions that this reader may see
        first = [first for (first,) in _FIRST(entry_id)]
        corrections = _CORRECTIONS(first, None)
    newest, _, since_then = corrections[-1] if corrections else (next(iter(first), None), None, "")
    versions = VERSIONS.rows(first)
    if not versions:
        raise Missing
    asked = next((v for v in versions if v.id == entry_id), versions[-1])
    parts = _PARTS.rows([v.id for v in versions])
    of_entry: dict[UUID, list[Part]] = defaultdict(list)
    for part in parts:
        of_entry[part.entry_id].append(part)
    persons = persons_of(p.identity_id for p in parts if p.child)
    rows = rows_of(persons.values())
    same: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        same[row.person].append(row.id)
    known = reading.agencies
    opened = opened_for_each([row.id for row in rows], None)
    kind = known[asked.agency].kind if asked.agency in known else ""
    reading.learn_ties([row.id for row in rows] + [p.identity_id for p in parts] + [asked.first])
    on_version = {
        v.id: list(dict.fromkeys(persons[p.identity_id] for p in of_entry[v.id] if p.child)) for v in versions
    }

    def sight_of(version: Entry) -> Sight:
        """What the page of any child on this version would show of it: a correction that takes a child off takes the
        ties to that child off, and what one child's concern opened is not open for another. What stood before is handled
        as strictly as what stands."""
        about = [(same[person], _since(opened, same[person])) for person in on_version[version.id]]
        about = about or [([p.identity_id for p in of_entry[version.id]], {})]
        sights = []
        for ids, since in about:
            roles = list(dict.fromkeys(p.role for p in of_entry[version.id] if p.child and p.identity_id in ids))
            handling = both(handled_on(reading.definition, version, roles), "" if version.id == newest else since_then)
            label = label_of(version, kind, ids, sealed=is_sealed(version, since), handling=handling)
            sights.append(reading.see(label))
        return max(sights, key=lambda sight: sight.level)

    views: list[EntryView] = []
    sights = [sight_of(v) for v in versions]
    reading.keyring.fetch_for(bytes(v.body) for v, s in zip(versions, sights, strict=True) if s.level >= Level.HEADLINE)
    for n, (version, sight) in enumerate(zip(versions, sights, strict=True)):
        if sight:
            roles = tuple(dict.fromkeys(p.role for p in of_entry[version.id] if p.child))
            views.append(view(reading, version, sight, roles, n, known))
    if not views:
        raise Missing
    reading.about = reading.about or "view-entry"
    declared, stands = reading.definition.record.get(asked.record), views[-1]
    counts = Counter(p.role for p in of_entry[stands.id]) if stands.level >= Level.HEADLINE else Counter()
    stood = next(v for v in versions if v.id == stands.id)
    told = _roles_told(reading, declared, stood, kind, [row.id for row in rows if row.person in on_version[stands.id]])
    people = tuple(
        (declared.people[r].title if declared and r in declared.people else r, n)
        for r, n in counts.items()
        if r in told
    )
    rows = [row for row in rows if row.person in on_version[stands.id]]
    allowed = seen(reading, rows)
    reading.keyring.fetch(row.key for row in rows)  # nothing leads to somebody who was erased
    openable = tuple(dict.fromkeys(row.person for row in rows if row.id in allowed and reading.keyring.has(row.key)))
    replaced = stands.id != newest
    return EntryHistory(stands, tuple(reversed(views)), people, openable, *provenance(asked.item), replaced=replaced)


def _roles_told(
    reading: Reading, declared: RecordType | None, version: Entry, kind: str, subjects: Sequence[UUID]
) -> set[str]:
    """The roles of which this reader may know that somebody stands in them: one that is handled otherwise than the
    record (who is said to have caused harm, who told us) is for those who may see both."""
    if declared is None:
        return set()
    label = label_of(version, kind, subjects, sealed=False)
    told = set()
    for role, about in declared.people.items():
        guarded = replace(label, handling=both(version.handling, about.handling)) if about.handling else label
        if reading.see(guarded).level >= Level.HEADLINE:
            told.add(role)
    return told


def at_least_headline(reading: Reading, entries: Iterable[UUID]) -> set[UUID]:
    """Which of these entries this reader may see at headline or better: a tie to one source identity of a child on it counts for
    all of theirs. Four queries."""
    every = set(entries)
    found = {i for i in every if reading.shown(i) >= Level.HEADLINE}  # it stands on the page already
    wanted = list(every - found)
    if not wanted:
        return found
    subjects, rows = _with_children(wanted)
    same, persons = same_people(i for ids in subjects.values() for i in ids)
    reading.learn_ties([*(i for ids in same.values() for i in ids), *(row.first for row in rows.values())])
    routine = [i for e in rows.values() if e.routine for i in subjects[e.id]]
    opened = opened_for_each(routine, None) if routine else {}
    since_then = handled_since([e.first for e in rows.values()])
    for entry_id, e in rows.items():
        # what kind of agency sent it is asked of no record: only of readers
        whole = {i: None for one in subjects[entry_id] for i in same.get(persons.get(one, one), (one,))}
        handling = both(e.handling, since_then.get(e.first, ""))
        sealed = is_sealed(e, _since(opened, subjects[entry_id]))
        label = label_of(e, "", tuple(whole), sealed=sealed, handling=handling)
        sight = reading.see(label)
        if sight.level >= Level.HEADLINE:
            reading.note(entry_id, sight)  # whoever is shown what follows from an entry has been shown of it
            found.add(entry_id)
    return found


_GATE = "first", "record", "agency", "handling", "routine", "pointer_only", "happened"  # what the gate asks of an entry
_ON_WITH_CHILDREN = Question(
    lambda entries: Part.objects.filter(entry_id__among=entries, child=True),
    *("identity_id", "entry_id", *(f"entry__{name}" for name in _GATE)),
)


def _with_children(entries: Sequence[UUID]) -> tuple[dict[UUID, list[UUID]], dict[UUID, Entry]]:
    """These entries without their bodies, and the children on each. One query; another for what is about no child."""
    subjects: dict[UUID, list[UUID]] = defaultdict(list)
    rows: dict[UUID, Entry] = {}
    for identity, entry_id, *told in _ON_WITH_CHILDREN(entries):
        subjects[entry_id].append(identity)
        if entry_id not in rows:
            rows[entry_id] = Entry(id=entry_id, **dict(zip(_GATE, told, strict=True)))
    if without := [i for i in entries if i not in rows]:
        rows.update((e.id, e) for e in Entry.objects.filter(id__among=without).defer("body"))
    return subjects, rows


def originator_of(first: UUID) -> str:
    """The agency that a record came from. An id only, for stages above. Raises Missing."""
    found = Entry.objects.filter(id=first).values_list("agency", flat=True).first()
    if found is None:
        raise Missing
    return found


def subjects_of(entry_id: UUID) -> list[tuple[UUID, bool, UUID]]:
    """Whom an entry is about: (source identity, whether as a child, the subject's key). Ids only, for stages above."""
    found: dict[UUID, tuple[UUID, bool, UUID]] = {}
    for identity, child, key in _SUBJECTS(entry_id):
        found[identity] = identity, bool(child) or (identity in found and found[identity][1]), key
    return list(found.values())


def persons_on(entry_id: UUID) -> list[UUID]:
    """The people whose chronology an entry belongs on. Ids only, for stages above."""
    return list(dict.fromkeys(persons_of(i for i, child, _ in subjects_of(entry_id) if child).values()))


def identities_on(entries: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """The source identities on whose chronologies these entries stand. Ids only, for stages above."""
    wanted, found = list(entries), defaultdict(set)
    for start in range(0, len(wanted), 800):
        for entry_id, identity in _CHILDREN(wanted[start : start + 800]):
            found[entry_id].add(identity)
    return found


def children_with(since: datetime, until: datetime) -> list[UUID]:
    """The source identities on whose own chronology something happened from `since` on and before `until` that is neither
    routine nor a pointer alone. Ids only, for stages above: for figures."""
    parts = Part.objects.filter(child=True, happened__gte=since, happened__lt=until)
    parts = parts.filter(entry__routine=False, entry__pointer_only=False).order_by()
    return list(parts.values_list("identity_id", flat=True).distinct())
