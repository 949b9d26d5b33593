"""A draft of a rule: written, tried over the past, submitted, agreed to by a second person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sightline.agencies.queries import workers
from sightline.agencies.rules import may
from sightline.definition.outcomes import Conflict, Invalid, Refused
from sightline.definition.signal_words import explained
from sightline.definition.types import Fault
from sightline.identity.queries import names as names_of
from sightline.jobs import ruling
from sightline.signals.governing import drafting, queries
from sightline.signals.governing.trying import SHARES
from sightline.signals.governing.writing import fingerprint, from_yaml
from sightline.web.signal_rules import words
from sightline.web.words import day_words, london, moment_words


@require_http_methods(["POST"])
def begin(request: HttpRequest, rule: str) -> HttpResponse:
    """A draft of a change of this rule, beginning with what is in force."""
    return redirect("signal-draft", drafting.begin(rule=rule, by=request.actor))


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, draft: UUID) -> HttpResponse:
    reading = request.reading
    row = queries.draft(reading, draft)
    faults: list[Fault] = []
    if request.method == "POST":
        try:
            done = _do(request, row)
        except Refused as refused:
            if refused.decision.reason_code == "not-permitted":
                raise
            faults = [Fault(expected=refused.decision.sentence, code="sentence")]
        except Conflict as conflict:
            faults = [Fault(expected=conflict.sentence, code="sentence")]
        except Invalid as invalid:
            faults = list(invalid.faults)
        else:
            if done:
                messages.success(request, done)
            gone = request.POST.get("do") == "drop"
            return redirect("signal-rules") if gone else redirect("signal-draft", draft)
        row = queries.draft(reading, draft)
    return render(request, "signal_rules/draft.html", _page(request, row, faults), status=422 if faults else 200)


def _do(request: HttpRequest, row: queries.Draft) -> str:
    """One of the buttons. What was written is kept before anything else is done with it."""
    by, posted = request.actor, request.POST
    lock = int(posted["lock"]) if posted.get("lock", "").isdigit() else -1
    because = posted.get("because", "")
    if "text" in posted and posted.get("do") in ("save", "try", "submit"):
        lock = drafting.save(
            draft=row.id, text=posted["text"].replace("\r\n", "\n"), why=posted.get("why", ""), lock=lock, by=by
        )
    match posted.get("do"):
        case "save":
            return "Kept."
        case "try":
            share = int(posted["share"]) if posted.get("share", "").isdigit() else 1
            ruling.try_over_the_past(draft=row.id, share=share if share in SHARES else 1, lock=lock, by=by)
            return "It is being tried over the past year. Load this page again in a minute."
        case "submit":
            drafting.submit(draft=row.id, lock=lock, by=by)
            return "Submitted. A second person decides; until then nothing changes."
        case "approve":
            ruling.approve(draft=row.id, lock=lock, by=by)
            return "In force from this moment. Everybody’s signs follow within minutes."
        case "send-back":
            drafting.send_back(draft=row.id, because=because, lock=lock, by=by)
            return "Sent back to who made it."
        case "drop":
            drafting.drop(draft=row.id, by=by)
            return "Dropped."
        case "ask-to-end":
            drafting.ask_to_end(draft=row.id, because=because, by=by)
            return "Asked. A second person decides."
        case "end" | "keep":
            ruling.decide_end(draft=row.id, ended=posted["do"] == "end", lock=lock, by=by)
            return "No longer in force." if posted["do"] == "end" else "It stays in force."
    return ""


def _page(request: HttpRequest, row: queries.Draft, faults: list[Fault]) -> dict[str, Any]:
    definition, actor = request.reading.definition, request.actor
    names = {worker.id: worker.name for worker in workers()}
    posted = request.POST if faults else {}
    text = posted.get("text", row.text)
    rule, now_faults = from_yaml(text, definition)
    standing = definition.signal.get(row.rule)
    fresh = row.tried_text == fingerprint(row.text)
    mine = row.by == actor.id
    may_draft = bool(may(actor, drafting.DRAFT, definition))
    may_approve = bool(may(actor, drafting.APPROVE, definition))
    return {
        "row": row,
        "lock": row.lock,
        "text": text,
        "why": posted.get("why", row.why),
        "because": posted.get("because", ""),
        "faults": faults,
        "now_faults": now_faults if row.state == "drafted" and not faults else [],
        "rule": rule,
        "standing": standing,
        "explained": explained(definition, rule) if rule else [],
        "changes": _changes(explained(definition, standing), explained(definition, rule)) if rule and standing else [],
        "state": drafting.STATES[row.state],
        "by": names.get(row.by, "somebody"),
        "asked_by": names.get(row.asked_by, ""),
        "asked": moment_words(row.asked_at) if row.asked_at else "",
        "decided_by": names.get(row.decided_by, ""),
        "decided": moment_words(row.decided_at) if row.decided_at else "",
        "trial": words.trial(row.tried) if row.tried_at else None,
        "ways": _ways(row, definition) if row.tried_at else [],
        "asked_for": bool(row.tried) and not row.tried_at,
        "tried": moment_words(row.tried_at) if row.tried_at else "",
        "fresh": fresh,
        "cards": _cards(request, row) if row.tried_at else [],
        "samples": len(row.tried.get("samples", ())) if row.tried_at else 0,
        "edits": row.state == "drafted" and mine and may_draft,
        "decides": row.state in ("submitted", "ending") and may_approve and actor.id not in (row.by, row.asked_by),
        "waits_for_another": row.state in ("submitted", "ending") and actor.id in (row.by, row.asked_by),
        "ends": row.state == "approved" and may_draft,
    }


def _changes(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> list[dict[str, str]]:
    """What reads otherwise, line by line: as it is, and as it would be."""
    old, new = dict(before), dict(after)
    heads = list(dict.fromkeys([*old, *new]))
    return [
        {"head": head, "before": old.get(head, ""), "after": new.get(head, "")}
        for head in heads
        if old.get(head, "") != new.get(head, "")
    ]


def _ways(row: queries.Draft, definition: Any) -> list[dict[str, Any]]:
    before, after = row.tried["before"]["ways"], row.tried["after"]["ways"]
    return [
        {"whom": words.whom(definition, way) or "nobody", "before": before.get(way, 0), "after": after.get(way, 0)}
        for way in sorted(set(before) | set(after))
    ]


def _cards(request: HttpRequest, row: queries.Draft) -> list[dict[str, Any]]:
    """What the trial would have added or removed, of children whose records this reader may read in full."""
    reading, definition = request.reading, request.reading.definition
    found = queries.cards(reading, row)
    profiles = names_of(reading, {card.person for card in found})
    agencies = {agency.id: agency.title for agency in reading.agencies.values()}
    return [
        {
            "card": card,
            "name": profiles[card.person].name if card.person in profiles else "A child",
            "since": day_words(london(card.since).date()),
            "lines": [
                {
                    "id": first,
                    "when": day_words(london(happened).date()),
                    "record": definition.record[record].title if record in definition.record else record,
                    "agency": agencies.get(agency, agency),
                }
                for first, happened, record, agency in card.entries
            ],
        }
        for card in found
    ]
