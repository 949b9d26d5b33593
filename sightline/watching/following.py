"""Following the ledger: what was shown to whom is noted under each child it was about, and unusual reading is told of.

One at a time (whoever follows locks the one row of `Followed`), a batch in one transaction: a batch that fails is
followed again, and nothing is told twice. What lies further back than a day is noted, and nobody is told of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import workers
from sightline.agencies.types import WorkerInfo
from sightline.chronology.queries import identities_on
from sightline.identity.queries import identities_of, persons_of
from sightline.ledger.reading_queries import NONE, Response, placed_after, without_place
from sightline.sharing.queries import Held, held_between
from sightline.sharing.rules import of_role
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now
from sightline.watching import noticing
from sightline.watching.models import Followed, Seen
from sightline.watching.rules import join_ties

BATCH = 500
NEWS = timedelta(days=1)  # what was read longer ago is nobody's news


@trusted("follow-reading")
@transaction.atomic
def follow(limit: int = BATCH) -> int:
    """Looks at the next records of the ledger. Returns how many responses it noted. Safe in several processes at once."""
    if not Followed.objects.filter(id=Followed.ONE).exists():
        Followed.objects.get_or_create(id=Followed.ONE, defaults={"at": now()})
    mark = Followed.objects.select_for_update().get(id=Followed.ONE)
    found, last = placed_after(mark.place, limit)
    if last == mark.place:
        return 0
    rows = note(found)
    if rows:
        Seen.objects.bulk_create(rows, batch_size=500)
        fresh = now() - NEWS
        noticing.notice([response for response in found if response.at >= fresh], rows)
    mark.place, mark.at = last, now()
    mark.save(update_fields=["place", "at"])
    return len(found)


def behind(limit: int = 2000) -> list[Response]:
    """What was shown and has not been followed yet: the newest few seconds, where a worker runs."""
    mark = Followed.objects.filter(id=Followed.ONE).values_list("place", flat=True).first()
    mark = NONE if mark is None else mark
    return [*placed_after(mark, limit)[0], *without_place(limit)]


def note(found: Sequence[Response]) -> list[Seen]:
    """Under whom each response belongs, with the ties that its reader held then. People and agencies' systems only:
    what the system does by itself shows nobody anything."""
    found = [response for response in found if _somebody(response.actor)]
    about = subjects_of(found)
    if not about:
        return []
    whole = {identity for subjects in about.values() for identity in subjects}
    begin, end = min(r.at for r in found), max(r.at for r in found)
    ties: dict[UUID, list[Held]] = defaultdict(list)
    for tie in held_between(whole, begin, end):
        ties[tie.subject].append(tie)
    who = {worker.id: worker for worker in workers()}
    same: dict[UUID, set[UUID]] = defaultdict(set)  # a tie to one source identity of a person counts for all
    for subjects in about.values():
        for identity, person in subjects.items():
            same[person].add(identity)
    rows = []
    for response in found:
        for identity, person in about.get(response.id, {}).items():
            held = [h for one in same[person] for h in ties.get(one, ()) if h.at(response.at)]
            rows.append(
                Seen(
                    identity=identity,
                    person=person,
                    record=response.id,
                    at=response.at,
                    actor=response.actor,
                    agency=response.agency,
                    verb=response.verb,
                    ties=_ties(response, who.get(response.actor), held),
                    opened=not response.persons or person in response.persons,
                )
            )
    return rows


def subjects_of(found: Iterable[Response]) -> dict[UUID, dict[UUID, UUID]]:
    """Whom each response was about: record: {source identity: person}. What was shown names entries and identities; a
    response that showed too much to name says whose page it was."""
    found = list(found)
    ids = {i for response in found for i in response.ids}
    persons = {p for response in found if not response.ids for p in response.persons}
    entries = identities_on(ids) if ids else {}
    pages: Mapping[UUID, list[UUID]] = {p: [row.id for row in identities_of(p)] for p in persons}
    known = persons_of({*ids, *(i for on in entries.values() for i in on), *(i for on in pages.values() for i in on)})
    about: dict[UUID, dict[UUID, UUID]] = {}
    for response in found:
        named = [i for i in response.ids if i in known]
        named += [i for entry in response.ids for i in entries.get(entry, ())]
        if not response.ids:
            named += [i for p in response.persons for i in pages[p]]
        subjects = {i: known[i] for i in named if i in known}
        if subjects:
            about[response.id] = subjects
    return about


def _ties(response: Response, worker: WorkerInfo | None, held: Iterable[Held]) -> str:
    mine = {f"worker:{response.actor}", *({f"team:{worker.team}"} if worker and worker.team else ())}
    mine |= {of_role(worker.role, response.agency)} if worker else set()
    held = list(held)
    return join_ties(
        (h.kind for h in held if h.holder in mine),
        (h.kind for h in held if h.holder == f"agency:{response.agency}"),
    )


def _somebody(actor: str) -> bool:
    """Workers and agencies' systems are known by a random id, machines of ours by their role."""
    try:
        UUID(actor)
    except ValueError:
        return False
    return True
