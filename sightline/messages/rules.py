"""What a message says, who reads it, and by when one of them answers. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sightline.agencies.rules import inboxes
from sightline.agencies.types import Actor, WorkerInfo
from sightline.clocks.rules import working_days
from sightline.definition.kinds.messages import NAMES, Message, MessagePart
from sightline.definition.nearest import nearest
from sightline.definition.types import Fault, Partnership
from sightline.timescales.london import local, parse_moment, say
from sightline.timescales.spans import parse_span
from sightline.timescales.working import WorkingDays


def inboxes_of(one: WorkerInfo) -> list[str]:
    """As `inboxes`, of a colleague."""
    return inboxes(Actor(one.id, one.name, one.agency, "", one.team, one.role))


def recipient(to: str) -> tuple[str, str, str]:
    """(what, who, agency) of `worker:<id>`, `team:<id>`, `agency:<id>`, `role:<role>@<agency>` or `role:<role>`.

    Raises ValueError for anything else.
    """
    what, _, who = to.partition(":")
    who, _, agency = who.partition("@")
    if what not in ("worker", "team", "agency", "role") or not who or (agency and what != "role"):
        raise ValueError(to)
    return what, who, who if what == "agency" else agency


def faults(
    definition: Partnership, kind: Message, says: Mapping[str, Any], agencies: Collection[str] = ()
) -> list[Fault]:
    """What may not stand in this message: a part that is missing, too many, or no count, moment or code."""
    found = [
        Fault(path=name, expected=f"a part of the message {kind.id}", nearest=nearest(name, kind.parts))
        for name in says
        if name not in kind.parts
    ]
    for name in NAMES.findall(kind.says):
        if name not in says:
            found.append(Fault(path=name, expected=_expected(kind.parts[name])))
    for name, part in kind.parts.items():
        if name in says and not _fits(definition, part, says[name], agencies):
            found.append(Fault(path=name, found=str(says[name])[:60], expected=_expected(part)))
    return found


def _expected(part: MessagePart) -> str:
    words = {"count": "a whole number", "moment": "a moment, as ISO 8601"}
    return words.get(part.is_, f"a code of {part.of}" if part.is_ == "code" else f"the id of a {part.is_}")


def _fits(definition: Partnership, part: MessagePart, value: Any, agencies: Collection[str]) -> bool:
    if part.is_ == "count":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if not isinstance(value, str):
        return False
    if part.is_ == "moment":
        try:
            return datetime.fromisoformat(value).tzinfo is not None
        except ValueError:
            return False
    if part.is_ == "code":
        return part.of in definition.codes and value in definition.codes[part.of].codes
    return value in getattr(definition, part.is_) or (part.is_ == "agency" and value in agencies)


def sentence(
    definition: Partnership, kind: Message, says: Mapping[str, Any], titles: Mapping[str, str] | None = None
) -> str:
    """The message in words. `titles`: agencies that the definition does not name."""
    counts = [says.get(name) for name, part in kind.parts.items() if part.is_ == "count"]
    words = kind.says_one if kind.says_one and counts and all(count == 1 for count in counts) else kind.says
    return NAMES.sub(lambda found: _word(definition, kind.parts[found[1]], says.get(found[1], ""), titles or {}), words)


def _word(definition: Partnership, part: MessagePart, value: Any, titles: Mapping[str, str]) -> str:
    if part.is_ == "count":
        return f"{value:,}" if isinstance(value, int) else str(value)
    if part.is_ == "moment":
        if not value:
            return "a time that is not known"
        at = local(datetime.fromisoformat(str(value)))
        return f"{at:%a} {say(at)}"  # by Tuesday half past eight is what people work by
    if part.is_ == "code":
        codes = definition.codes[part.of].codes
        return codes[value].title if value in codes else str(value)
    declared = getattr(definition, part.is_).get(value)
    title = declared.title if declared else titles.get(str(value), str(value))
    return title if part.is_ == "agency" else title[:1].lower() + title[1:] if title[1:2].islower() else title


def due(kind: Message, sent: datetime, days: WorkingDays) -> datetime:
    """By when somebody says that it was read."""
    return parse_span(kind.acknowledge.within).due(sent, days)


def run_example(partnership: Partnership, kind: Message, example: dict[str, Any]) -> str | None:
    """`{given: {part: value}, says: SENTENCE}`, `{given: {…}, refused: [part]}` or `{sent: MOMENT, due: MOMENT}`."""
    if "sent" in example:
        came = local(due(kind, parse_moment(str(example["sent"])), working_days(partnership)))
        by = parse_moment(str(example["due"]))
        return None if came.astimezone(UTC) == by.astimezone(UTC) else f"due {came:%Y-%m-%d %H:%M}"
    given = {name: _typed(kind.parts.get(name), value) for name, value in example.get("given", {}).items()}
    wrong = [fault.path for fault in faults(partnership, kind, given)]
    refused = example.get("refused", [])
    if "says" not in example or wrong:
        wanted = [refused] if isinstance(refused, str) else list(refused)
        return None if sorted(wrong) == sorted(wanted) and wanted else f"refused: {', '.join(wrong) or 'nothing'}"
    came_as = sentence(partnership, kind, given)
    return None if came_as == str(example["says"]) else f"says {came_as!r}"


def _typed(part: MessagePart | None, value: Any) -> Any:
    """A value of an example, which is text as all YAML is here."""
    if part is not None and part.is_ == "count" and str(value).isdigit():
        return int(value)
    if part is not None and part.is_ == "moment":
        try:
            return parse_moment(str(value)).isoformat()
        except ValueError:
            return str(value)
    return value
