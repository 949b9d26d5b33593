"""Everything that a load leaves behind, said without ids and without our own clock: two loads of the same files compare.

A record is named by its sender and the keyed digest of its message; a source identity by its sender, the sender's own id
for them, and where it stands; a person by the source identities that it holds. Bodies are opened, so that what cannot
be opened any more is found too. Each part is a multiset: nothing twice, nothing missing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

from django.db.models import Q

from sightline.chronology.models import Entry, Opening, Part
from sightline.clocks.models import Running
from sightline.identity.indexing import opened
from sightline.identity.models import Alike, Link, Possible, Relation, SourceIdentity, Version
from sightline.identity.models import Key as Found
from sightline.intake.models import Delivery, Item, Message, Quarantined
from sightline.jobs.models import Due
from sightline.ledger.models import Record
from sightline.sharing.models import Tie
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring
from sightline.vault.models import Key

Content = dict[str, Counter[str]]


def content() -> Content:
    """Of the database that is connected now."""
    return _Reader().all()


def difference(found: Content, expected: Content, most: int = 3) -> str:
    """What is there and should not be, and the other way round; empty where they are equal."""
    lines = []
    for part in expected:
        for sign, more in (("+", found[part] - expected[part]), ("-", expected[part] - found[part])):
            lines += [f"{part} {sign} {count} × {what}" for what, count in sorted(more.items())[:most]]
            if len(more) > most:
                lines.append(f"{part} {sign} and {len(more) - most} others")
    return "\n".join(lines)


def _said(*values: Any) -> str:
    return json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)


def _short(*values: Any) -> str:
    return hashlib.sha256(_said(*values).encode()).hexdigest()[:12]


class _Reader:
    def __init__(self) -> None:
        self.keyring = Keyring()
        self.items = {item.id: item for item in Item.objects.all()}
        self.entries = list(Entry.objects.order_by("known_at", "recorded_at", "id"))
        self.identities = list(SourceIdentity.objects.all())
        self.alike = {a.id: a for a in Alike.objects.all()}
        self.deliveries = list(Delivery.objects.all())
        self.keyring.fetch([i.key for i in self.identities] + [d.key for d in self.deliveries])
        self.keyring.fetch_for(bytes(e.body) for e in self.entries)  # what is said once more, on loan, has a key of its own
        self.versions: dict[UUID, list[Version]] = defaultdict(list)
        for version in Version.objects.order_by("known_at", "recorded_at", "id"):
            self.versions[version.identity_id].append(version)
        self.message = {e.id: self._message_of(e.item) for e in self.entries}
        self.nth: dict[UUID, str] = {}  # an entry: its message and which version it is
        count: Counter[UUID] = Counter()
        for entry in self.entries:
            count[entry.first] += 1
            self.nth[entry.id] = f"{self.message[entry.id]}/{count[entry.first]}"
        self.parts: dict[UUID, list[Part]] = defaultdict(list)
        stands: dict[UUID, set[str]] = defaultdict(set)
        for part in Part.objects.order_by("id"):
            self.parts[part.entry_id].append(part)
            stands[part.identity_id].add(f"{self.nth[part.entry_id]} {part.role}")
        self.name = {
            i.id: f"{i.agency}:{_short(i.local or [sorted(stands[i.id]), self._told(i)[:1]])}" for i in self.identities
        }

    def _message_of(self, item: UUID | None) -> str:
        return f"{self.items[item].agency}:{self.items[item].message[:12]}" if item in self.items else "nothing"

    def _told(self, identity: SourceIdentity) -> list[Any]:
        """What the sender said of them, version by version."""
        return [[v.known_at, self.keyring.open(bytes(v.body), f"identity|{v.id}")] for v in self.versions[identity.id]]

    def all(self) -> Content:
        return {
            "received": Counter(map(self._item, self.items.values())),
            "messages": Counter(
                _said(m.agency, m.message, m.content, m.version, m.first is None, self._message_of(m.item))
                for m in Message.objects.all()
            ),
            "waiting": Counter(
                _said(self._message_of(q.item_id), self.items[q.item_id].content, q.reason, q.faults, q.state)
                for q in Quarantined.objects.all()
            ),
            "entries": Counter(map(self._entry, self.entries)),
            "identities": Counter(
                _said(self.name[i.id], i.agency, i.local, i.unborn, self._told(i)) for i in self.identities
            ),
            "likenesses": Counter(
                _said(self.name[a.identity_id], opened(self.keyring, a.identity_id, bytes(a.body)).as_dict())
                for a in self.alike.values()
            ),
            "found by": Counter(
                _said(self.name[self.alike[k.alike_id].identity_id] if k.alike_id in self.alike else "nobody", k.key)
                for k in Found.objects.all()
            ),
            "links": Counter(
                _said(self.name[k.identity_id], k.at, k.by, k.reason, k.evidence) for k in Link.objects.all()
            ),
            "persons": self._persons(),
            "possible": Counter(
                _said(
                    *(sorted((self.name[p.one_id], self.name[p.other_id])), p.agree, p.differ, p.state, p.at),
                    *(p.why, p.guard, p.model, round(p.bits, 6), p.parts),
                )
                for p in Possible.objects.all()
            ),
            "relations": Counter(
                _said(self.name[r.subject_id], r.relation, self.name[r.object_id], r.agency, r.known_at)
                for r in Relation.objects.all()
            ),
            "ties": Counter(
                _said(t.holder, t.kind, self.name[t.subject], t.until)
                for t in Tie.objects.filter(Q(until=None) | Q(until__gt=now()))
            ),
            "openings": Counter(
                _said(self.name[o.identity_id], o.record, o.since, o.until, o.opened_at, self.nth[o.because])
                for o in Opening.objects.all()
            ),
            "clocks": Counter(map(self._clock, Running.objects.all())),
            "keys": Counter(self._keys()),
            "recorded": Counter(self._recorded()),
            "owed": Counter(_said(d.verb, d.failed) for d in Due.objects.filter(Q(done_at=None) | ~Q(failed=""))),
        }

    def _item(self, item: Item) -> str:
        raw = bytes(item.raw)
        self.keyring.fetch_for([raw])
        opened = self.keyring.open_bytes(raw, f"item|{item.id}")
        return _said(
            item.agency,
            item.message,
            item.content,
            item.version,
            item.position,
            item.sent_at,
            _short(opened.decode("utf-8", "replace")),
        )

    def _entry(self, e: Entry) -> str:
        parts = [[p.role, p.child, p.happened == e.happened, self.name[p.identity_id]] for p in self.parts[e.id]]
        body = self.keyring.open(bytes(e.body), f"entry|{e.id}")
        return _said(
            self.nth[e.id],
            e.first == e.id,
            e.record,
            e.agency,
            e.handling,
            e.pointer_only,
            e.routine,
            e.queued,
            e.urgent,
            e.happened,
            e.until,
            e.precision,
            e.known_at,
            e.stated,
            e.author,
            e.definition,
            sorted(parts),
            body,
        )

    def _persons(self) -> Counter[str]:
        held: dict[UUID, list[str]] = defaultdict(list)
        for identity in self.identities:
            held[identity.person].append(self.name[identity.id])
        return Counter(_said(sorted(names)) for names in held.values())

    def _clock(self, c: Running) -> str:
        return _said(
            c.clock,
            c.agency,
            self.message.get(c.first),
            self.name[c.identity_id],
            c.started_at,
            self.nth.get(c.started_by),
            c.due_at,
            c.paused_at,
            c.stopped_at,
            self.message.get(c.stopped_by) if c.stopped_by else None,
            c.history,
            c.why,
        )

    def _keys(self) -> dict[str, int]:
        """Every key seals something, and everything has its key."""
        held = set(Key.objects.values_list("id", flat=True))
        used = {i.key for i in self.identities} | {d.key for d in self.deliveries}
        return {
            "subjects": Key.objects.filter(scope="subject").count(),
            "sealing nothing": len(held - used),
            "lost": len(used - held),
        }

    def _recorded(self) -> dict[str, int]:
        """How many entries the ledger says were received, beside how many there are."""
        return {
            "said": sum(Record.objects.filter(verb="receive").values_list("count", flat=True)),
            "there": len(self.entries),
        }
