"""Whom a sender means by a number of its own.

    own = OwnNumbers(rows, details, digest_of, learn, generation)
    own.read(people)                                       # one query, and one more where a number is several people's
    own.open(people)
    held, local, before = own.under(agency, details)

A sender's own number is its knowledge of who is meant. But some systems give a number again when a case is closed, a clerk
may open the wrong line, and some send the number of a household for each of it. So what is plainly told of somebody else
under a number is another source identity: the number with `|1` after it, `|2`, … under the digest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from uuid import UUID

from sightline.identity import rules
from sightline.identity.agreeing import SAME, SHORT, VARIANT, given_names, named_apart, of_twins, plainly_another
from sightline.identity.linkage.likeness import likeness_of
from sightline.identity.linkage.names import tokens
from sightline.identity.models import SourceIdentity
from sightline.intake.types import Details
from sightline.vault.actions import digester
from sightline.vault.taking import rows

GIVEN_AGAIN = 8  # people, one after another, to whom a sender may have given one number of its own
WHO = ("given", "family", "born", "expected", "sex")
Told = tuple[str, Details, Sequence[str]]  # who sends, what is told of somebody, and of their family


class OwnNumbers:
    """Of one bite. `held`: source identities that were read; `details`: the latest that is known of them; `digest_of`: a
    keyed digest of details; `learn` opens the details of these; `generation`: years between births that are no misprint."""

    def __init__(
        self,
        held: MutableMapping[UUID, SourceIdentity],
        details: Mapping[UUID, Details],
        digest_of: Callable[[Details], str],
        learn: Callable[[Sequence[SourceIdentity]], None],
        generation: int,
    ) -> None:
        self._held, self._details, self._digest_of, self._learn = held, details, digest_of, learn
        self._generation = generation
        self._by_digest: dict[tuple[str, str], SourceIdentity] = {}
        self._of_local = digester("local")
        self._digests: dict[tuple[str, str, int], str] = {}

    def read(self, people: Sequence[Told]) -> None:
        """Who is held under the senders' own numbers, and to whom else such a number was given since."""
        senders = {agency for agency, *_ in people}  # the index begins with the sender
        wanted, asked = (0, 1), people
        while wanted[-1] < GIVEN_AGAIN:
            digests = {d for agency, details, _ in asked for n in wanted if (d := self.digest(agency, details, n))}
            for row in rows(SourceIdentity.objects.filter(agency__among=senders, local__among=digests)):
                self._held[row.id] = row
                self.add(row)
            asked = [one for one in asked if (one[0], self.digest(*one[:2], wanted[-1]) or "-") in self._by_digest]
            if not asked:
                break
            wanted = (wanted[-1] + 1,)

    def open(self, people: Sequence[Told]) -> None:
        """Opens the details of those of whom something else is told now."""
        changed: dict[UUID, SourceIdentity] = {}
        for agency, details, _ in people:
            held = self._all_under(agency, details)
            if held and self._digest_of(details) not in {row.details for row in held}:
                changed.update((row.id, row) for row in held)
        self._learn(list(changed.values()))

    def add(self, row: SourceIdentity) -> None:
        """Somebody who is held under a number, if any."""
        if row.local:
            self._by_digest[(row.agency, row.local)] = row

    def digest(self, agency: str, details: Details, nth: int = 0) -> str | None:
        """Under what somebody with this number of the sender's own is held: the first who had it, or one after."""
        if not details.local_id:
            return None
        at = agency, details.local_id, nth
        if at not in self._digests:
            again = f"|{nth}" if nth else ""
            self._digests[at] = self._of_local(f"{agency}|{rules.number(details.local_id)}{again}")
        return self._digests[at]

    def under(
        self, agency: str, details: Details, beside: Collection[UUID] = ()
    ) -> tuple[SourceIdentity | None, str | None, SourceIdentity | None]:
        """Whom the sender means: (who is held; else under what to hold them, and the last to whom that number was given
        before). `beside`: who stands on the same record."""
        held = self._all_under(agency, details)
        told = self._digest_of(details)
        fits = [row for row in held if row.details == told] or [
            row for row in held if not self._is_another(row, details, shared=len(held) > 1, beside=row.id in beside)
        ]
        if fits:  # of several the one of that name, else whoever has the number now
            named = (row for row in fits if len(fits) > 1 and self._named_so(row, details))
            return next(named, fits[-1]), None, None
        before = [row for row in held if row.id not in beside]  # nobody is asked whether two on one record are one
        local = self.digest(agency, details, len(held)) if len(held) < GIVEN_AGAIN else None
        return None, local, before[-1] if before else None

    def _all_under(self, agency: str, details: Details) -> list[SourceIdentity]:
        """Everybody whom the sender has meant by this number, in the order in which they came."""
        found: list[SourceIdentity] = []
        while len(found) < GIVEN_AGAIN:
            there = self._by_digest.get((agency, self.digest(agency, details, len(found)) or "-"))
            if there is None:
                break
            found.append(there)
        return found

    def _named_so(self, held: SourceIdentity, told: Details) -> bool:
        there = self._details.get(held.id, Details())
        return given_names(tokens(there.given), tokens(told.given)) in (SAME, SHORT, VARIANT)

    def _is_another(self, held: SourceIdentity, told: Details, *, shared: bool, beside: bool) -> bool:
        """Whether this is told of another child than whom the sender held under the number. Of somebody who is guarded never,
        unless both stand on one record or the number is known to be several people's: a new name and a new birth date
        may be what keeps them safe."""
        if beside or shared:
            self._learn([held])
        elif held.guard:
            return False
        before = self._details.get(held.id)
        if before is None:  # erased
            return False
        if beside and not (before.given and told.given):  # a name told once serves, an unnamed lodger is nobody's child
            return any(getattr(told, name) not in ("", getattr(before, name)) for name in WHO)
        if beside or shared:
            return named_apart(likeness_of(before), likeness_of(told), self._generation, on_one_record=beside)
        if (before.born or before.expected) == (told.born or told.expected):
            if before.given == told.given or not any(_tell_apart(before, told, by) for by in ("sex", "nhs_number", "upn")):
                return False  # nearly all: it need not be compared
            return of_twins(likeness_of(before), likeness_of(told), self._generation)
        return plainly_another(likeness_of(before), likeness_of(told), self._generation)


def _tell_apart(before: Details, told: Details, name: str) -> bool:
    values = {getattr(before, name), getattr(told, name)} - {"", "unknown"}
    return len(values) == 2
