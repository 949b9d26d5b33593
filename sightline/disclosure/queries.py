"""Reading packs. Each passes the gate as a record of its own, handled as strictly as the strictest that it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from sightline.agencies.queries import workers
from sightline.definition.outcomes import Missing
from sightline.disclosure.models import Pack as PackRow
from sightline.disclosure.models import PackFile, PackStep
from sightline.disclosure.types import Line, Marked, Pack, Step, To
from sightline.sharing.reading import Reading
from sightline.sharing.types import Label, Level, Sight
from sightline.vault.actions import CannotOpen

RECORD = "disclosure-pack"
LIMIT = 100


def label_of(row: PackRow, kind: str) -> Label:
    subjects = tuple(UUID(one) for one in row.identities)
    return Label(RECORD, row.agency, kind, row.handling, subjects, happened=row.at, first=row.first)


def newest(first: UUID) -> PackRow:
    """The version of a pack that stands, before the gate: for stages that pass it themselves. Raises Missing."""
    row = PackRow.objects.filter(first=first).order_by("-version").first()
    if row is None:
        raise Missing
    return row


def see(reading: Reading, row: PackRow) -> Sight:
    kind = reading.agencies[row.agency].kind if row.agency in reading.agencies else ""
    return reading.see(label_of(row, kind))


def pack(reading: Reading, first: UUID) -> Pack:
    """One pack as it stands, with all its lines and what became of it. Raises Missing."""
    row = newest(first)
    sight = see(reading, row)
    if sight.level < Level.FULL:
        raise Missing
    reading.note(row.first, sight)
    reading.about_person(row.person)
    return _packs(reading, [(row, sight)])[0]


def packs(reading: Reading, *, person: UUID | None = None, limit: int = LIMIT) -> list[Pack]:
    """The packs that this reader may open, the newest first: of everybody, or about one person."""
    latest = PackRow.objects.filter(first=OuterRef("first")).order_by("-version").values("id")[:1]
    rows = PackRow.objects.filter(id=Subquery(latest)).order_by("-at", "id")
    if person is not None:
        rows = rows.filter(person=person)
    found = []
    every = list(rows[: limit * 5])
    reading.learn_ties([UUID(one) for row in every for one in row.identities])
    for row in every:
        sight = see(reading, row)
        if sight.level is Level.FULL:
            reading.note(row.first, sight)
            found.append((row, sight))
        if len(found) >= limit:
            break
    return _packs(reading, found)


def file(reading: Reading, first: UUID, format: str) -> tuple[bytes, str]:
    """A file as it left, and its SHA-256. Raises Missing: also before it was released."""
    pack(reading, first)
    row = PackFile.objects.filter(pack=first, format=format).first()
    if row is None:
        raise Missing
    reading.keyring.fetch_for([bytes(row.body)])
    try:
        return reading.keyring.open_bytes(bytes(row.body), f"pack-file|{row.id}"), row.digest
    except CannotOpen as error:
        raise Missing from error


def body_of(reading: Reading, row: PackRow) -> dict[str, Any] | None:
    """What a version holds, for whoever passed the gate; None where it opens no more."""
    try:
        found: dict[str, Any] = reading.keyring.open(bytes(row.body), f"pack|{row.id}")
        return found
    except CannotOpen:
        return None


def _packs(reading: Reading, rows: Sequence[tuple[PackRow, Sight]]) -> list[Pack]:
    firsts = [row.first for row, _ in rows]
    steps: dict[UUID, list[PackStep]] = {}
    for one in PackStep.objects.filter(pack__in=firsts).order_by("at", "version"):
        steps.setdefault(one.pack, []).append(one)
    files: dict[UUID, dict[str, str]] = {}
    for first, format, digest in PackFile.objects.filter(pack__in=firsts).values_list("pack", "format", "digest"):
        files.setdefault(first, {})[format] = digest
    reading.keyring.fetch_for(
        [*(bytes(row.body) for row, _ in rows), *(bytes(s.says) for of in steps.values() for s in of if s.says)]
    )
    names = {w.id: w.name for w in workers()}
    return [
        _pack(reading, row, sight, steps.get(row.first, []), files.get(row.first, {}), names) for row, sight in rows
    ]


def _pack(
    reading: Reading,
    row: PackRow,
    sight: Sight,
    steps: Sequence[PackStep],
    files: dict[str, str],
    names: dict[str, str],
) -> Pack:
    body = body_of(reading, row)
    told = tuple(Step(s.step, s.at, s.by, names.get(s.by, s.by), s.code, _said(reading, s)) for s in steps)
    common: dict[str, Any] = {
        "id": row.id,
        "first": row.first,
        "version": row.version,
        "kind": row.kind,
        "person": row.person,
        "purpose": row.purpose,
        "by": row.by,
        "by_name": names.get(row.by, row.by),
        "agency": row.agency,
        "at": row.at,
        "as_of": row.as_of,
        "digest": row.digest,
        "steps": told,
        "files": files,
        "why": sight.decision,
    }
    if body is None:
        return Pack(about="", to=To(row.recipient, ""), state="erased", **common)
    state = next((s.step for s in reversed(steps) if s.version == row.version or s.step == "released"), "prepared")
    return Pack(
        about=body["about"],
        to=To.from_dict(body["to"]),
        state=state,
        lines=tuple(Line.from_dict(line) for line in body["lines"]),
        marks=tuple(Marked(UUID(m["entry"]), m["because"], m["words"], m["why"], m["by"]) for m in body["marks"]),
        checks=tuple(body["checks"]),
        asked_on=body["asked_on"],
        due=body["due"],
        request=body["request"],
        beside=body["beside"],
        flagged=tuple(body["flagged"]),
        everybody=tuple(UUID(p) for p in body["everybody"]),
        **common,
    )


def _said(reading: Reading, step: PackStep) -> str:
    if not step.says:
        return ""
    try:
        return str(reading.keyring.open(bytes(step.says), f"pack-step|{step.id}"))
    except CannotOpen:
        return ""
