"""The shapes of what a partnership declares. A meaningless declaration cannot be constructed.

The shapes stand in `base` and `kinds/`; others import them from here. References between things are checked by the
loader once everything has been read (see `check.py`).
"""

from __future__ import annotations

import re

from pydantic import Field

from sightline.definition.base import COMBINATORS, ID, Condition, Dated, Listed, Model, Thing, YesNo
from sightline.definition.kinds.agencies import Agency, Locality, Permission, Role, Team
from sightline.definition.kinds.alerts import ReadingAlert
from sightline.definition.kinds.clocks import Calendar, Clock, ClockEvent, Limit
from sightline.definition.kinds.codes import Code, CodeList, Lane
from sightline.definition.kinds.danger import Before, Danger, OpenTo, Queue
from sightline.definition.kinds.day_lists import DayList, ItemReview
from sightline.definition.kinds.deciding import Check, Ladder, Route, Rung
from sightline.definition.kinds.disclosure import Gives, Recipient, Share, Withholds
from sightline.definition.kinds.feeds import (
    Added,
    Becomes,
    Column,
    Feed,
    FeedTable,
    Join,
    MappedPerson,
    Mapping,
    OnRow,
)
from sightline.definition.kinds.feeds_watched import Notice
from sightline.definition.kinds.figures import Figure, FigureCount
from sightline.definition.kinds.links import Link
from sightline.definition.kinds.matching import Matching, Nicknames
from sightline.definition.kinds.message_plans import MessagePlan
from sightline.definition.kinds.messages import Acknowledge, Message, MessagePart
from sightline.definition.kinds.naming import Naming
from sightline.definition.kinds.oversight import Oversight
from sightline.definition.kinds.phrases import Phrase, Wording
from sightline.definition.kinds.records import FieldKind, GoodWhen, Opens, RecordField, RecordRole, RecordType
from sightline.definition.kinds.registry import Document, Group, Priority, Strategy, Watch
from sightline.definition.kinds.retention import Retention
from sightline.definition.kinds.sharing import SharingRule, SharingWhat, SharingWho
from sightline.definition.kinds.signals import Pattern, Signal
from sightline.definition.kinds.storylines import Storyline
from sightline.definition.kinds.telling import Expected, Telling

__all__ = [
    "Acknowledge",
    "Added",
    "Agency",
    "Becomes",
    "Before",
    "COMBINATORS",
    "Calendar",
    "Check",
    "Clock",
    "ClockEvent",
    "Code",
    "CodeList",
    "Column",
    "Condition",
    "Pattern",
    "DURATION",
    "Danger",
    "Dated",
    "DayList",
    "Document",
    "Expected",
    "Fault",
    "Feed",
    "FeedTable",
    "FieldKind",
    "Figure",
    "FigureCount",
    "GoodWhen",
    "Gives",
    "Group",
    "ID",
    "ItemReview",
    "Join",
    "KINDS",
    "Ladder",
    "Lane",
    "Limit",
    "Link",
    "Listed",
    "Locality",
    "MappedPerson",
    "Mapping",
    "Matching",
    "Message",
    "MessagePart",
    "MessagePlan",
    "Model",
    "Naming",
    "Nicknames",
    "Notice",
    "Oversight",
    "OnRow",
    "OpenTo",
    "Opens",
    "Partnership",
    "PartnershipInfo",
    "Permission",
    "Phrase",
    "Priority",
    "Queue",
    "ReadingAlert",
    "Recipient",
    "RecordField",
    "RecordRole",
    "RecordType",
    "Retention",
    "Role",
    "Route",
    "Rung",
    "Share",
    "SharingRule",
    "SharingWhat",
    "SharingWho",
    "Signal",
    "Storyline",
    "Strategy",
    "Team",
    "Telling",
    "Thing",
    "Watch",
    "Withholds",
    "Wording",
    "YesNo",
]


class PartnershipInfo(Thing):
    """`partnership.yaml`: which definition this is and what it overlays."""

    over: str = Field("", description="base definition")
    authority: str = Field("", description="Local authority code, three digits, as in the CIN Census")
    front_door: str = Field("", description="The agency that anybody may tell of a child, and that answers for it")
    phone: str = ""
    colour: str = "#1a65a6"


KINDS: dict[str, tuple[str, type[Thing]]] = {
    # first key in the file: (folder, type)
    "partnership": ("", PartnershipInfo),
    "agency": ("agencies", Agency),
    "team": ("teams", Team),
    "role": ("roles", Role),
    "permission": ("permissions", Permission),
    "locality": ("localities", Locality),
    "group": ("groups", Group),
    "document": ("documents", Document),
    "priority": ("priorities", Priority),
    "strategy": ("strategies", Strategy),
    "watch": ("watches", Watch),
    "codes": ("codes", CodeList),
    "lane": ("lanes", Lane),
    "record": ("records", RecordType),
    "clock": ("clocks", Clock),
    "danger": ("danger", Danger),
    "queue": ("queues", Queue),
    "message": ("messages", Message),
    "messaging": ("message-plans", MessagePlan),
    "calendar": ("calendars", Calendar),
    "telling": ("tellings", Telling),
    "expected": ("expected", Expected),
    "daylist": ("day-lists", DayList),
    "itemreview": ("item-reviews", ItemReview),
    "feed": ("feeds", Feed),
    "notice": ("notices", Notice),
    "retention": ("retention", Retention),
    "rule": ("sharing", SharingRule),
    "recipient": ("recipients", Recipient),
    "share": ("shares", Share),
    "route": ("routes", Route),
    "check": ("checks", Check),
    "ladder": ("ladders", Ladder),
    "alert": ("reading-alerts", ReadingAlert),
    "link": ("links", Link),
    "signal": ("signals", Signal),
    "oversight": ("oversight", Oversight),
    "storyline": ("storylines", Storyline),
    "figure": ("figures", Figure),
    "nicknames": ("nicknames", Nicknames),
    "matching": ("matching", Matching),
    "naming": ("name-origins", Naming),
    "phrase": ("language", Phrase),
    "wording": ("wordings", Wording),
}
# Read by `simulate` or by matching alone: no part of what a partnership's cases began under, so of neither hash nor bundle.
# (A matching model says with which names it was learnt.)
NOT_IN_BUNDLE = frozenset(("storyline", "figure", "nicknames", "naming", "phrase", "wording"))

DURATION = re.compile(r"^(\d+) (working days?|school days?|days?|hours?|minutes?|weeks?|months?)$")


class Fault(Model):
    """Something wrong in a declaration or in a record: where, what stands there, what could stand there."""

    file: str = ""
    line: int = 0
    path: str = ""
    found: str = ""
    expected: str = ""
    nearest: str = ""
    code: str = "invalid"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.file else self.path
        what = f"found {self.found!r}; expected {self.expected}" if self.found else f"expected {self.expected}"
        near = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        at = f" at {self.path}" if self.file and self.path else ""
        return f"{where}{at}: {what}{near}"


class Partnership(Model):
    """Everything that one partnership declares, overlaid and checked. Immutable; `hash` names this version."""

    id: str
    hash: str
    info: PartnershipInfo
    agency: dict[str, Agency] = {}
    team: dict[str, Team] = {}
    role: dict[str, Role] = {}
    permission: dict[str, Permission] = {}
    locality: dict[str, Locality] = {}
    group: dict[str, Group] = {}
    document: dict[str, Document] = {}
    priority: dict[str, Priority] = {}
    strategy: dict[str, Strategy] = {}
    watch: dict[str, Watch] = {}
    codes: dict[str, CodeList] = {}
    lane: dict[str, Lane] = {}
    record: dict[str, RecordType] = {}
    clock: dict[str, Clock] = {}
    danger: dict[str, Danger] = {}
    queue: dict[str, Queue] = {}
    message: dict[str, Message] = {}
    messaging: dict[str, MessagePlan] = {}
    calendar: dict[str, Calendar] = {}
    telling: dict[str, Telling] = {}
    expected: dict[str, Expected] = {}
    daylist: dict[str, DayList] = {}
    itemreview: dict[str, ItemReview] = {}
    feed: dict[str, Feed] = {}
    notice: dict[str, Notice] = {}
    retention: dict[str, Retention] = {}
    rule: dict[str, SharingRule] = {}
    recipient: dict[str, Recipient] = {}
    share: dict[str, Share] = {}
    route: dict[str, Route] = {}
    check: dict[str, Check] = {}
    ladder: dict[str, Ladder] = {}
    alert: dict[str, ReadingAlert] = {}
    link: dict[str, Link] = {}
    signal: dict[str, Signal] = {}
    oversight: dict[str, Oversight] = {}
    storyline: dict[str, Storyline] = {}
    figure: dict[str, Figure] = {}
    nicknames: dict[str, Nicknames] = {}
    matching: dict[str, Matching] = {}
    naming: dict[str, Naming] = {}
    phrase: dict[str, Phrase] = {}
    wording: dict[str, Wording] = {}
    origins: dict[str, str] = Field({}, description="`record/ppn#headline` -> `england/records/ppn.yaml:12`")
    withdrawn: dict[str, str] = Field({}, description="`record/ppn` -> the reason why an overlay took it away")
