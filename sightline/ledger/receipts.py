"""Receipts: what somebody takes away who wants to prove, years later and without us, that a record stood in the ledger."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from uuid import UUID

from sightline.definition.outcomes import Missing
from sightline.ledger import checkpoints, notes, proofs, rules, tree
from sightline.ledger.models import Place
from sightline.ledger.notes import Note, Unsound

RECEIPT, CONSISTENCY = "sightline-receipt/1", "sightline-consistency/1"


def receipt(record: UUID, *, content: bool = True) -> dict[str, Any]:
    """That this record stands at its place, under the newest signed checkpoint that covers it (with its witnesses), else
    under one signed now. `content`: with what the record says (ids, codes and times); without, its fingerprint alone.

    Raises Missing; Unsound where it cannot be proved, with the reason.
    """
    place = Place.objects.select_related("record").filter(record=record).first()
    if place is None:
        raise Missing
    row = place.record
    values = {name: getattr(row, name) for name in rules.COVERED} | {"at": row.at.astimezone(UTC)}
    if rules.leaf(values) != row.leaf:
        raise Unsound("This record was altered after it was written: run `sightline verify`.")
    note = _covering(place.n)
    there = note.checkpoint
    try:
        path = proofs.inclusion(place.n, there.size)
    except proofs.Gap as error:
        raise Unsound(str(error)) from None
    if tree.root_by_inclusion(bytes.fromhex(row.leaf), place.n, there.size, path) != there.root:
        raise Unsound("This record does not stand where it was signed: run `sightline verify`.")
    what = {"record": rules.canonical(values)} if content else {"leaf": notes.encoded(bytes.fromhex(row.leaf))}
    return {
        "format": RECEIPT,
        **what,
        "place": place.n,
        "proof": [notes.encoded(each) for each in path],
        "checkpoint": str(note),
        "key": str(key()),
    }


def consistency(earlier: Note) -> dict[str, Any]:
    """That the ledger, as signed last, continues an earlier checkpoint. Raises Unsound where it does not."""
    note = _covering(earlier.checkpoint.size - 1)
    if faults := checkpoints.against(earlier):
        raise Unsound(faults[0])
    path = proofs.consistency(earlier.checkpoint.size, note.checkpoint.size)
    said = [notes.encoded(each) for each in path]
    return {"format": CONSISTENCY, "earlier": str(earlier), "proof": said, "checkpoint": str(note), "key": str(key())}


def key() -> notes.Verifier:
    """This ledger's public key: its line is what others need. Raises Unsound where there is none."""
    note = checkpoints.newest() or checkpoints.now_signed()
    by = checkpoints.signer(note.checkpoint.origin) if note else None
    if by is None:
        raise Unsound(
            "Nothing was signed yet. Is there a SIGHTLINE_SIGNING_KEY (sightline init makes one), and does the worker run?"
        )
    return by.verifier


def _covering(place: int) -> Note:
    kept = checkpoints.newest()
    if kept and kept.checkpoint.size > place:
        return kept
    note = checkpoints.now_signed()
    if note is None or note.checkpoint.size <= place:
        raise Unsound(
            "No checkpoint covers it: there is no signing key, or the ledger does not continue what was signed."
        )
    return note
