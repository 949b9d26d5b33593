"""What was held before an adoption is sealed with what the order sealed, by two holders; and opened again by two.

An order may be told under another number than what was held before it, or under none: then the earlier name would still
be found. Nobody is joined across a seal. Two people who hold sealed records say that what stands beside it is of the
same earlier life, and all that is that person is sealed as well. Two of them, the same or others, take it back: who was
guarded how, and which match waited for whom, is then as it was. What came meanwhile and guards of itself goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import Q

from sightline.agencies.one_person import same_person
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Conflict, Decision, Refused
from sightline.identity.bands import PROTECTED, SEALED, stricter
from sightline.identity.deciding import HALF, MOST_WORDS, Act, Two, propose, sealed_for
from sightline.identity.guards import OPENED, SEALED_TOO, mark
from sightline.identity.judging import TOLD_APART, sides
from sightline.identity.match_types import KEPT, OPEN, WAITS
from sightline.identity.models import Guarding, Possible, Sealing, SourceIdentity
from sightline.timescales.moment import now
from sightline.vault.actions import CannotOpen, Keyring

TWICE = Decision(
    False, "second-person-needed", "A second holder of sealed records must agree. You have said so already."
)
BOTH = Decision(False, "wrong-state", "Both are sealed already: there is nothing to seal.")


def seal(two: Two, doing: Act) -> tuple[Possible, tuple[UUID, ...], str]:
    """The first of two holders says so, or the second, and whoever of the two is open is sealed. Returns the pair, who was
    sealed (nobody yet, where a second must agree), and who was first.

    Raises Refused for the same holder twice (`second-person-needed`) and where nothing is open (`wrong-state`).
    """
    open_ = [row for row in two.circle.rows.values() if row.person in two.persons and row.guard != SEALED]
    if not open_:
        raise Refused(BOTH)
    pair = two.pair()
    if pair.state != HALF:
        return propose(two, doing), (), ""
    first = pair.proposed_by
    if first == doing.by.id:
        raise Refused(TWICE)
    words = doing.because or _words(pair)
    before = {row.id: row.guard for row in open_}
    stood = _around(before)
    turned = [pair, *(one for one in two.between() if one.id != pair.id and one.state in WAITS)]
    mark(dict.fromkeys(before, SEALED), by=doing.by.id, because=words, said=SEALED_TOO)
    row = Sealing(
        id=uuid4(),
        pair=pair,
        step="sealed",
        at=doing.at,
        by=doing.by.id,
        first_by=first,
        marked=[[str(identity), guard] for identity, guard in sorted(before.items(), key=str)],
        pairs=[_stood(one, asked=one.state == HALF) for one in stood],
        turned=[str(one.id) for one in turned],
    )
    row.save(force_insert=True)
    guards = dict(Possible.objects.filter(id__in=[one.id for one in turned]).values_list("id", "guard"))
    for one in turned:
        one.state, one.guard = KEPT, stricter(one.guard, guards.get(one.id, SEALED))
        one.decided_at, one.decided_by = doing.at, doing.by.id
        one.proposed, one.proposed_by, one.proposed_at = "", "", None
        one.because = sealed_for(one, words, _sides(two, one))
    Possible.objects.bulk_update(
        turned, ("state", "guard", "decided_at", "decided_by", "proposed", "proposed_by", "proposed_at", "because")
    )
    return pair, tuple(before), first


def kept(two: Two) -> Possible | None:
    """The pair that two holders were asked about when one of these two was sealed; None where that does not stand."""
    those = [pair for pair in (two.pair(), *two.between()) if pair.state == KEPT]
    act = _act_of(those[0]) if those else None
    return Possible.objects.select_for_update().get(id=act.pair_id) if act else None


def reopen(pair: Possible, by: Actor, because: str = "") -> tuple[tuple[UUID, ...], str]:
    """The first of two holders says that it is opened again, or the second, and it is. Returns who was opened (nobody yet,
    where a second must agree), and who was first. Raises Refused for the same holder twice, Conflict where nothing is sealed.
    """
    act = _act_of(pair)
    if act is None:
        raise Conflict("Nothing was sealed because of these two. Nothing was changed.")
    if pair.proposed != OPEN:
        pair.proposed, pair.proposed_by, pair.proposed_at = OPEN, by.id, now()
        pair.because = sealed_for(pair, because[:MOST_WORDS], SourceIdentity.objects.filter(id__in=sides(pair)))
        pair.save(update_fields=["proposed", "proposed_by", "proposed_at", "because"])
        return (), ""
    first, words = pair.proposed_by, _words(pair)
    if same_person(by.id, first):
        raise Refused(TWICE)
    restored = _guards_without({UUID(identity): guard for identity, guard in act.marked})
    rows = list(SourceIdentity.objects.select_for_update().filter(id__in=list(restored)).order_by("id"))
    for row in rows:
        row.guard = restored[row.id]
    SourceIdentity.objects.bulk_update(rows, ["guard"])
    moment = now()
    keyring = Keyring()
    keyring.fetch(row.key for row in rows)
    for row in rows:
        opened = Guarding(id=uuid4(), identity_id=row.id, kind=OPENED, at=moment, by=by.id)
        if words and keyring.has(row.key):
            opened.because = keyring.seal(words.encode(), [row.key], f"guarding|{opened.id}")
        opened.save(force_insert=True)
    _pairs_again(act, list(restored))
    Sealing(id=uuid4(), pair=pair, step="opened", at=moment, by=by.id, first_by=first).save(force_insert=True)
    return tuple(restored), first


def stays(pair: Possible) -> None:
    """A second holder does not agree that it is opened, or the first takes back what they said: it stays sealed."""
    act = _act_of(pair)
    pair.proposed, pair.proposed_by, pair.proposed_at = "", "", None
    pair.because = sealed_for(pair, _why(act) if act else "", SourceIdentity.objects.filter(id__in=sides(pair)))
    pair.save(update_fields=["proposed", "proposed_by", "proposed_at", "because"])


def _act_of(pair: Possible) -> Sealing | None:
    """The act that decided this pair, while it stands."""
    if pair.state != KEPT:
        return None
    acts = Sealing.objects.filter(step="sealed", at=pair.decided_at, by=pair.decided_by)
    return next((act for act in acts if str(pair.id) in act.turned), None)


def _words(pair: Possible) -> str:
    """What the first of two said about them; empty where they said nothing, or one of them was erased."""
    keyring = Keyring()
    keyring.fetch(SourceIdentity.objects.filter(id__in=sides(pair)).values_list("key", flat=True))
    try:
        return keyring.open_bytes(bytes(pair.because), f"possible|{pair.id}").decode() if pair.because else ""
    except CannotOpen:
        return ""


def _why(act: Sealing) -> str:
    """Why an act sealed, as it is kept with whoever it sealed: erased with them."""
    told = Guarding.objects.filter(
        identity__in=[UUID(one) for one, _ in act.marked], kind=SEALED_TOO, because__isnull=False
    )
    for row in told.select_related("identity").order_by("-at"):
        keyring = Keyring()
        keyring.fetch([row.identity.key])
        with suppress(CannotOpen):
            return keyring.open_bytes(bytes(row.because), f"guarding|{row.id}").decode()  # type: ignore[arg-type]
    return ""


def _around(identities: Iterable[UUID]) -> list[Possible]:
    ids = list(identities)
    return list(Possible.objects.filter(Q(one__in=ids) | Q(other__in=ids)).order_by("id"))


def _stood(pair: Possible, *, asked: bool) -> list[object]:
    """How a pair stood: its state, guard and reasons, and who had decided it when. The one that was asked about, as before the
    first of two said so."""
    state = pair.state
    if asked:
        state = "different" if TOLD_APART in pair.why else "waiting"
    decided = [pair.decided_at.isoformat(), pair.decided_by] if pair.decided_at else ["", ""]
    return [str(pair.id), state, pair.guard, [code for code in pair.why if code != TOLD_APART], *decided]


def _guards_without(before: dict[UUID, str]) -> dict[UUID, str]:
    """How each is guarded but for what two holders said: as before, or stricter by what came since and guards of itself."""
    kinds: dict[UUID, list[str]] = defaultdict(list)
    told = Guarding.objects.filter(identity__in=list(before), kind__in=(PROTECTED, SEALED))
    for identity, kind in told.values_list("identity_id", "kind"):
        kinds[identity].append(kind)
    return {identity: stricter(guard, *kinds[identity]) for identity, guard in before.items()}


def _pairs_again(act: Sealing, identities: list[UUID]) -> None:
    """Every pair around those who were sealed: guarded as its sides are now; what the act decided waits as it did."""
    stood = {UUID(id_): told for id_, *told in act.pairs}
    pairs = _around(identities)
    ends = {side for pair in pairs for side in sides(pair)}
    guards = dict(SourceIdentity.objects.filter(id__in=ends).values_list("id", "guard"))
    for pair in pairs:
        state, guard, why, at, by = stood.get(
            pair.id, ("", "", (), "", "")
        )  # what came meanwhile goes on as it would have
        strict = stricter(*(guards[side] for side in sides(pair)))
        if str(pair.id) in act.turned and pair.state == KEPT:
            pair.state, pair.why = state, list(why)
            pair.proposed, pair.proposed_by, pair.proposed_at, pair.because = "", "", None, None
            pair.decided_at, pair.decided_by = datetime.fromisoformat(at) if at else None, by
        if strict != SEALED:
            pair.why = [code for code in pair.why if code != SEALED]
        elif pair.state in WAITS and SEALED not in pair.why:
            pair.why = [*pair.why, SEALED]
        pair.guard = strict if guard == SEALED else stricter(strict, guard)
    fields = ("state", "guard", "why", "decided_at", "decided_by", "proposed", "proposed_by", "proposed_at", "because")
    Possible.objects.bulk_update(pairs, fields)


def _sides(two: Two, pair: Possible) -> list[SourceIdentity]:
    return [two.circle.rows[pair.one_id], two.circle.rows[pair.other_id]]  # type: ignore[attr-defined]
