"""Why do I see this? At the foot of each page that showed a record: the rules that gave it, since when, for what, and
what is missing to see more. From what the reading noted; nothing is asked about what was not shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.http import HttpRequest

from sightline.definition.types import SharingRule
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level
from sightline.timescales.moment import now
from sightline.web.code_words import CodeWords
from sightline.web.words import counted, day_words, listed, london, span_words

FEW = 60  # source identities of which one asks since when: more is a list, and no page of somebody's
GIVES = {"full": "in full", "headline": "as a headline", "pointer": "as held, with whom to ring"}


@dataclass(frozen=True, slots=True)
class Because:
    """One rule, as it gave something on this page."""

    sentence: str
    how_much: str
    source: str
    basis: str
    since: str = ""
    lasts: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """All of it for one page."""

    purpose: str
    because: list[Because] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def why(request: HttpRequest) -> Why | None:
    """None where the page showed no record."""
    reading: Reading | None = getattr(request, "opened_reading", None)
    if reading is None or not reading.reasons or reading.closed:
        return None
    codes = CodeWords(reading.definition)
    since = reading.since if len(reading.subjects) <= FEW else {}
    order = {level.word: -level for level in Level}
    found = []
    for rule_id, levels in reading.reasons.items():
        rule = reading.definition.rule.get(rule_id)
        if rule is None:
            continue
        much = [
            f"{counted(n, 'thing')} {GIVES[level]}"
            for level, n in sorted(levels.items(), key=lambda pair: order[pair[0]])
        ]
        found.append(
            Because(
                rule.says,
                listed(much),
                rule.source,
                codes.basis(rule.basis),
                _since(rule, since),
                str(getattr(rule, "lasts", "") or ""),
                rule.title,
            )
        )
    return Why(codes("purpose", reading.purpose), found, list(reading.missing)) if found else None


def _since(rule: SharingRule, since: dict[str, datetime]) -> str:
    """Since when the tie has stood by which the rule gives: empty where it gives without one."""
    held = [since[tie] for tie in rule.who.tie if tie in since]
    if not held:
        return ""
    return f"{day_words(london(min(held)))}, {span_words(now() - min(held))}"
