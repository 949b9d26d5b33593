"""Signs, read by agencies' own systems: that one waits for somebody there and by when; and the rules, in plain words.

Whom a sign is about, what it says and what it rests on are never in it: a person reads that, here.
"""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from ninja import Router

from sightline.agencies.queries import partnership
from sightline.api.cursors import NOT_ONE, after
from sightline.api.schema import AFTER, answers
from sightline.definition.signal_words import when_words
from sightline.definition.types import Partnership, Signal
from sightline.messages.queries import of_agency
from sightline.messages.types import Line
from sightline.sharing.reading import reading
from sightline.signals.governing.force import in_force
from sightline.timescales.moment import now

router = Router()
OBJECT = {"application/json": {"schema": {"type": "object"}}}


def kinds(definition: Partnership) -> dict[str, str]:
    """The messages by which signs are told, and their forms (what presses, what stands on a list), each with the sort of sign
    that it tells of."""
    sorts = {one.message: one.sort for one in definition.signal.values() if one.sort != "data"}
    return sorts | {id: sorts[m.form_of] for id, m in definition.message.items() if m.form_of in sorts}


@router.get(
    "/signals",
    summary="Signs that wait at the agency",
    openapi_extra={
        "parameters": [AFTER],
        "responses": {
            "200": {
                "description": "Each: whether it is an offer of help, by when somebody answers, whom it was told",
                "content": OBJECT,
            },
            **answers(
                s401=("Problem", "No valid token"), s403=("Problem", "The token may not see messages"), s422=("Problem", NOT_ONE)
            ),
        },
    },
)
def signals(request: HttpRequest) -> JsonResponse:
    """Codes and times, newest first. A person of the agency reads each on its own page, and answers there."""
    with reading(request.auth, "administration", about="view-messages") as opened:  # type: ignore[attr-defined]
        sorts = kinds(opened.definition)
        page = of_agency(opened, after=after(request), kinds=sorts)
    told = [_as_data(line, sorts[line.kind]) for line in page.items]
    return JsonResponse({"signals": told, "next": page.next})


def _as_data(line: Line, sort: str) -> dict[str, object]:
    return {
        "id": str(line.id),
        "sort": sort,
        "sent": line.at.isoformat(),
        "due": line.due_at.isoformat(),
        "late": line.late,
        "cannot-wait": line.presses,
        "told": line.told,
        "page": "/signs/",
    }


@router.get(
    "/signal-rules",
    summary="The rules of signs that are in force",
    openapi_extra={
        "responses": {
            "200": {
                "description": "Each in plain words: what it counts, what it may mean and does not mean, its source and version",
                "content": OBJECT,
            },
            **answers(s401=("Problem", "No valid token")),
        },
    },
)
def signal_rules(request: HttpRequest) -> JsonResponse:
    """The same words that stand on a sign's page. Nothing in it is about anybody."""
    definition = partnership()
    found = sorted(in_force(definition, now()).items())
    return JsonResponse({"rules": [_rule(definition, rule, declared) for rule, declared in found]})


def _rule(definition: Partnership, rule: str, one: Signal) -> dict[str, object]:
    return {
        "rule": rule,
        "version": one.version,
        "title": one.title,
        "about": one.about,
        "sort": one.sort,
        "when": when_words(definition, one),
        "may-mean": one.may_mean,
        "does-not-mean": one.does_not_mean,
        "source": one.source,
        "owner": one.owner,
    }
