"""The inbox, a bite at a time: which of what arrives is new, unchanged, a correction, a conflict, or not to be read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sightline.definition.types import Fault
from sightline.intake.models import Delivery, Item, Message, Quarantined
from sightline.intake.types import Counts, Notification, Receipt, Unread
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring, digest
from sightline.vault.adding import add_objects, new

Thing = Notification | Unread
_said = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode


class Arriving(NamedTuple):
    """A notification that is to become an entry: new, or a correction of `first`."""

    item: UUID
    notification: Notification
    message: str
    content: str
    before: Message | None
    place: int  # which of the things that arrived together
    late: bool = False  # an older version than what is held: it is kept beneath that, and nothing follows from it

    @property
    def first(self) -> UUID | None:
        """The entry that it corrects."""
        return self.before.first if self.before is not None else None


def content_digest(n: Notification) -> str:
    """What makes a second arrival the same or another: everything said, not when or where it was said."""
    said = {
        "record": n.record,
        "happened": "" if n.undated else n.happened,
        "until": n.until,
        "says": n.says,
        "place": dict(n.place),
        "fields": dict(n.fields),
        "relations": [list(r) for r in n.relations],
        "people": [[p.key, list(p.roles), p.details.as_dict()] for p in n.people],
    }
    return digest("content", _said(said))


def newer(version: str, than: str) -> bool:
    """Whether a sender's version comes after another: as numbers where both are, else as text."""
    if version.isdigit() and than.isdigit():
        return int(version) > int(than)
    return version > than


class Inbox:
    """What arrived in one bite. `sort` it, `took` or `cannot` each that is to become an entry, then `save`."""

    def __init__(self, delivery: Delivery, keyring: Keyring, things: Sequence[Thing], *, decided: bool = False) -> None:
        self.delivery, self.keyring, self.things = delivery, keyring, things
        self.decided = decided  # a person has said that other content under the same id is a correction
        self.counts = Counts(read=len(things))
        self._receipts: dict[int, Receipt] = {}
        self.postponed: list[
            Thing
        ] = []  # from the first that says another thing under an id of this bite: their turn is next
        self._items: list[Item] = []
        self._new: list[Message] = []
        self._changed: list[Message] = []
        self._replaced: dict[str, Message] = {}
        self._unread: list[tuple[Unread, str, str, str, int]] = []
        self._there: dict[str, Message] = {}
        self._seen: dict[str, tuple[str, str]] = {}  # what arrived in this bite: message, content and version

    @property
    def receipts(self) -> list[Receipt]:
        """One for each thing, in the order in which they came (without those postponed)."""
        return [self._receipts[place] for place in sorted(self._receipts)]

    def delivery_key(self) -> UUID:
        """The key of what has no subject."""
        self.keyring.fetch([self.delivery.key])
        return self.delivery.key

    def _digest(self, thing: Thing) -> str:
        key = thing.message_id or digest("raw", thing.raw.decode("utf-8", "replace"))
        return digest("message", f"{thing.agency or self.delivery.agency}|{key}")

    def _other(self, thing: Thing, content: str) -> str:
        """The key under which other content than what is held under its id is remembered, so that it comes but once."""
        return digest("message", f"{thing.agency or self.delivery.agency}|{thing.message_id}|{content}")

    def _look_up(self) -> list[str]:
        """By what each thing is remembered, and what is held under it. A thing that is held under a message id that an
        earlier version made of it goes on under that. One query."""
        digests = [self._digest(thing) for thing in self.things]
        before = {
            place: [(number, self._digest(replace(thing, message_id=number))) for number in thing.formerly]
            for place, thing in enumerate(self.things)
            if isinstance(thing, Notification) and thing.formerly
        }
        asked = [*digests, *(message for numbers in before.values() for _, message in numbers)]
        agencies = {thing.agency or self.delivery.agency for thing in self.things}
        self._there = {m.message: m for m in Message.objects.filter(agency__among=agencies, message__among=asked)}
        things = list(self.things)
        for place, numbers in before.items():
            held = next((one for one in numbers if one[1] in self._there), None)
            if held is not None and digests[place] not in self._there:
                things[place], digests[place] = replace(things[place], message_id=held[0]), held[1]
        self.things = things
        return digests

    def sort(self) -> list[Arriving]:
        """What is to become an entry; everything else is counted and has its receipt. One query."""
        digests = self._look_up()
        late = self._late_before(digests)
        arriving: list[Arriving] = []
        for place, (thing, message) in enumerate(zip(self.things, digests, strict=True)):
            if isinstance(thing, Unread):
                self._keep(thing, message, digest("content", thing.raw.decode("utf-8", "replace")), place)
                continue
            content = content_digest(thing)
            before = self._there.get(message)
            held, version = (before.content, before.version) if before else ("", "")
            waits = before is not None and before.first is None
            if message not in self._seen and held == content:
                self._unchanged(before, place)
                if before is not None and newer(
                    thing.version, before.version
                ):  # what is older than this is old news now
                    before.version = thing.version[:40]
                    self._changed.append(before)
            elif self._seen.get(message) == (content, thing.version):
                self._unchanged(before, place)
            elif message in self._seen:  # how many are taken at once must not matter: all that follow keep their order
                self.postponed = list(self.things[place:])
                self.counts.read -= len(self.postponed)
                break
            elif not held or waits or self.decided or (thing.version and newer(thing.version, version)):
                self._seen[message] = (content, thing.version)
                arriving.append(Arriving(self.keyring.ids(), thing, message, content, before, place))
            elif thing.version and newer(version, thing.version):
                if self._other(thing, content) in late:
                    self._unchanged(before, place)
                    continue
                self._seen[message] = (content, thing.version)  # what it says, and the newer leaves out, is not lost
                arriving.append(Arriving(self.keyring.ids(), thing, message, content, before, place, late=True))
            else:
                expected = "the content that was sent before under this id, or a newer version"
                fault = Fault(path="message_id", expected=expected, code="conflict")
                unread = Unread(thing.position, thing.raw, "conflict", (fault,), thing.message_id, thing.agency)
                self._keep(unread, self._other(thing, content), content, place)
        return arriving

    def _late_before(self, digests: Sequence[str]) -> set[str]:
        """What of the older versions that come now was there before, by what each is remembered under. One query, and none
        where nothing is older than what is held."""
        wanted: dict[str, str] = {}
        for thing, message in zip(self.things, digests, strict=True):
            before = self._there.get(message)
            if before is None or isinstance(thing, Unread) or not (thing.version and newer(before.version, thing.version)):
                continue
            wanted[self._other(thing, content_digest(thing))] = thing.agency or self.delivery.agency
        rows = Message.objects.filter(agency__among=set(wanted.values()), message__among=wanted) if wanted else None
        return set(rows.values_list("message", flat=True)) if rows is not None else set()

    def _unchanged(self, before: Message | None, place: int) -> None:
        self.counts.unchanged += 1
        waits = before is not None and before.first is None
        self._receipts[place] = Receipt(
            str(before.item) if before else "", now(), "kept-for-a-person" if waits else "already-held"
        )

    def _keep(self, unread: Unread, message: str, content: str, place: int) -> None:
        agency = unread.agency or self.delivery.agency
        before = self._there.get(message) or Message.objects.filter(agency=agency, message=message).first()
        if before is not None or message in self._seen:
            self._unchanged(before, place)
            return
        self._seen[message] = (content, "")
        self._unread.append((unread, message, content, "", place))
        self.counts.quarantined += 1

    def cannot(self, one: Arriving, reason: str, faults: Sequence[Fault]) -> None:
        """It cannot become an entry: kept raw. What is already held stays as it is."""
        n = one.notification
        message = one.message if one.before is None else self._other(n, one.content)
        if message in self._there or (
            one.before is not None and Message.objects.filter(agency=n.agency, message=message).exists()
        ):
            self._unchanged(one.before, one.place)
            return
        unread = Unread(n.position, n.raw, reason, tuple(faults), n.message_id, n.agency)
        self._unread.append((unread, message, one.content, n.version[:40], one.place))
        self.counts.quarantined += 1

    def took(self, one: Arriving, *, first: UUID, keys: Sequence[UUID], sent_at: datetime | None) -> None:
        """It has become (a version of) the entry `first`; its raw form is sealed for the same people."""
        n = one.notification
        item = new(
            Item,
            id=one.item,
            delivery_id=self.delivery.id,
            agency=n.agency,
            message=one.message,
            content=one.content,
            version=n.version[:40],
            position=n.position[:40],
            received_at=now(),
            sent_at=sent_at,
        )
        item.raw = self.keyring.seal(n.raw or one.content.encode(), keys, f"item|{item.id}")
        self._items.append(item)
        if one.late:
            other = self._other(n, one.content)
            self._new.append(new(Message, agency=n.agency, message=other, content=one.content, item=item.id, first=first))
            self.counts.superseding += 1
        elif one.before is None:
            self._new.append(
                new(
                    Message,
                    agency=n.agency,
                    message=one.message,
                    content=one.content,
                    version=n.version[:40],
                    item=item.id,
                    first=first,
                )
            )
            self.counts.new += 1
        else:
            self.counts.superseding += one.before.first is not None
            self.counts.new += one.before.first is None
            before, other = (
                one.before,
                self._other(n, one.before.content),
            )  # what was said before is nothing new when it comes again
            self._replaced[other] = Message(
                agency=n.agency, message=other, content=before.content, item=before.item, first=before.first
            )
            one.before.content, one.before.version, one.before.item, one.before.first = (
                one.content,
                n.version[:40],
                item.id,
                first,
            )
            self._changed.append(one.before)
        self._receipts[one.place] = Receipt(str(item.id), item.received_at, "received")

    def note(self, one: Arriving, noted: Sequence[Fault]) -> None:
        """Tells the sender which details could not be used as they came."""
        self._receipts[one.place] = replace(self._receipts[one.place], noted=tuple(noted))

    @property
    def changed_anything(self) -> bool:
        return bool(self._items or self._unread)

    def save(self) -> None:
        """Writes the inbox, in bulk, in the caller's transaction; the keyring has been saved."""
        add_objects(self._items)
        if self._replaced:
            agencies = {row.agency for row in self._replaced.values()}
            kept = Message.objects.filter(agency__among=agencies, message__among=self._replaced)
            there = set(kept.values_list("message", flat=True))
            self._new += [row for other, row in self._replaced.items() if other not in there]
        add_objects(self._new)
        if self._changed:
            Message.objects.bulk_update(self._changed, ["content", "version", "item", "first"])
        if self._unread:
            self._save_unread()

    def _save_unread(self) -> None:
        """Keeps raw what could not be used. Whoever looks after the delivery finds it waiting."""
        self.delivery_key()
        items, waiting, messages = [], [], []
        moment = now()
        for unread, message, content, version, place in self._unread:
            item = Item(
                delivery=self.delivery,
                agency=unread.agency or self.delivery.agency,
                message=message,
                content=content,
                position=unread.position[:40],
                received_at=moment,
            )
            item.raw = self.keyring.seal(unread.raw, [self.delivery.key], f"item|{item.id}")
            items.append(item)
            waiting.append(
                Quarantined(
                    item=item, reason=unread.reason[:40], faults=[told(f) for f in unread.faults[:20]], at=moment
                )
            )
            messages.append(
                Message(agency=item.agency, message=message, content=content, version=version, item=item.id)
            )
            self._receipts[place] = Receipt(str(item.id), moment, "kept-for-a-person", unread.faults)
        for rows in (items, waiting, messages):
            add_objects(rows)


def told(fault: Fault) -> dict[str, object]:
    """A fault as it may be kept in the clear: where and what was expected, never what was found."""
    return {"path": fault.path, "expected": fault.expected[:300], "nearest": fault.nearest, "code": fault.code}
