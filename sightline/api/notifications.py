"""Notifications in, receipts out."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from ninja import Router

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.api import hints as good_enough
from sightline.api.carried import TooLarge, carried
from sightline.api.idempotency import Answer, once
from sightline.api.schema import MOST_IN_BATCH, answers, request_body
from sightline.definition.outcomes import Missing, Refused
from sightline.definition.types import Fault
from sightline.intake import bodies
from sightline.intake.readers.jsonl import Misread, Number, parse
from sightline.intake.receipts import receipt as receipt_of
from sightline.intake.types import Notification, Receipt, Unread
from sightline.jobs.receive import receive_many

router = Router()
FEED = "api"
KEPT = "kept-for-a-person"
WAITS = Fault(expected="nothing more: it waits for a person, as it was sent", code="waits")  # sent again, or not for us to say
SAME_ORDER = {"sort_keys": True}  # a kept answer comes back from PostgreSQL with its keys in another order
HELD_BACK = {"s401": ("Problem", "No valid token"), "s403": ("Problem", "Not for this token")}


@router.post(
    "/notifications",
    summary="Send a notification, or several",
    openapi_extra={
        "requestBody": request_body(),
        "parameters": [
            {
                "in": "header",
                "name": "Idempotency-Key",
                "required": False,
                "schema": {"type": "string"},
                "description": "The same key with the same body has the same receipt; with another, it is a conflict",
            },
            good_enough.PARAMETER,
        ],
        "responses": answers(
            s200=("Receipt", "It was held already"),
            s201=("Receipt", "It is held (for several: Receipts)"),
            s207=("Receipts", "Of several, some wait for a person; each receipt says which, and why"),
            s409=("Problem", "The Idempotency-Key was used with another body"),
            s413=("Problem", "Too large; nothing was taken"),
            s422=("Receipt", "Not understood; kept as sent, for a person. The faults say what to mend"),
            s503=("Problem", "Try again: nothing was taken"),
            **HELD_BACK,
        ),
    },
)
def send(request: HttpRequest) -> JsonResponse:
    """One notification, or `{"notifications": […]}` with at most 500. When this answers, what it names is kept.

    What cannot be understood is never refused: it is kept as sent, a person is told, and the answer lists every fault.
    """
    by = _sender(request)
    body, packed = carried(request)
    key = request.headers.get("Idempotency-Key", "").strip()
    helped = request.GET.get("hints", "").lower() == "yes"
    asked = body + b"hints" if helped else body  # with hints and without are two requests
    status, answer = once(agency=by.agency, key=key, body=asked, answer=lambda: _take(body, by, helped, packed))
    return JsonResponse(answer, status=status, json_dumps_params=SAME_ORDER)


@router.get(
    "/receipts/{receipt_id}",
    summary="What became of something sent",
    openapi_extra={
        "parameters": [{"in": "path", "name": "receipt_id", "required": True, "schema": {"type": "string", "format": "uuid"}}],
        "responses": answers(
            s200=("Receipt", "It is held"), s404=("Problem", "Nothing that you sent has this receipt"), **HELD_BACK
        )
    },
)
def receipt(request: HttpRequest, receipt_id: str) -> JsonResponse:
    """The receipt of something that your agency sent."""
    by = _sender(request)
    try:
        held = receipt_of(UUID(receipt_id), by=by)
    except ValueError as error:  # no receipt has such an id
        raise Missing from error
    return JsonResponse(_told(held, ()), json_dumps_params=SAME_ORDER)


def _sender(request: HttpRequest) -> Actor:
    by: Actor = request.auth  # type: ignore[attr-defined]
    decision = may(by, "receive-feeds", partnership())
    if not decision:
        raise Refused(decision)
    if not by.agency:
        raise Missing
    return by


def _take(body: bytes, by: Actor, helped: bool = False, packed: Fault | None = None) -> Answer:
    """What is posted, taken. A batch is not one transaction: each notification stands by itself, by its receipt."""
    if packed is not None:
        return _one(Unread("", body, packed.code, (packed,), "", by.agency), by)
    try:
        value = parse(body)
    except Misread as error:
        fault = Fault(expected=error.expected, code=error.code)
        return _one(Unread("", body, error.code, (fault,), "", by.agency), by)
    if isinstance(value, list):
        fault = Fault(expected='one notification, {…}, or several, {"notifications": […]}', code="not-an-object")
        return _one(Unread("", body, "invalid", (fault,), "", by.agency), by)
    if not isinstance(value, dict) or "notifications" not in value:
        return _one(bodies.understand(value, raw=body, agency=by.agency, partnership=partnership()), by, helped)
    several = value["notifications"]
    if len(value) > 1 or not isinstance(several, list) or not several:
        fault = Fault(path="notifications", expected="a list of notifications, and nothing beside it", code="invalid")
        return _one(Unread("", body, "invalid", (fault,), "", by.agency), by)
    if len(several) > MOST_IN_BATCH:
        raise TooLarge(f"At most {MOST_IN_BATCH} notifications at once; send in parts. Nothing was taken.")
    return _many(several, by, helped)


def _one(thing: Notification | Unread, by: Actor, helped: bool = False) -> Answer:
    said = _helped(_kept(thing, by), thing, helped)
    return {"received": 201, KEPT: 422}.get(said["state"], 200), said


def _helped(said: dict[str, Any], thing: Notification | Unread, helped: bool) -> dict[str, Any]:
    """With what would help, for a sender that asks: of what was sent, and of nothing else."""
    if helped and isinstance(thing, Notification):
        said["hints"] = good_enough.hints(partnership(), thing)
    return said


def _many(several: list[Any], by: Actor, helped: bool = False) -> Answer:
    definition, things = partnership(), []
    for number, one in enumerate(several, 1):
        raw = json.dumps(_plain(one), ensure_ascii=False).encode("utf-8", "replace")
        position = f"notification {number}"
        things.append(bodies.understand(one, raw=raw, agency=by.agency, partnership=definition, position=position))
    receipts = receive_many(things, feed=FEED, kind="api", agency=by.agency, by=by)
    said = [_helped(_said(thing, held), thing, helped) for thing, held in zip(things, receipts, strict=True)]
    return 207 if any(one["state"] == KEPT for one in said) else 201, {"receipts": said}


def _kept(thing: Notification | Unread, by: Actor) -> dict[str, Any]:
    return _said(thing, receive_many([thing], feed=FEED, kind="api", agency=by.agency, by=by)[0])


def _said(thing: Notification | Unread, held: Receipt) -> dict[str, Any]:
    if isinstance(thing, Unread):
        return _told(held, thing.faults)
    said = _told(held, (held.faults or (WAITS,)) if held.state == KEPT else ())
    if held.noted:  # of what was sent, nothing else: whoever is told of the same child elsewhere changes nothing here
        said["noted"] = [{"path": one.path, "says": one.expected, "code": one.code} for one in held.noted]
    return said


def _told(held: Receipt, faults: tuple[Fault, ...]) -> dict[str, Any]:
    said: dict[str, Any] = {"id": held.id, "received_at": held.received_at.isoformat(), "state": held.state}
    if faults:
        said["faults"] = [_fault(fault) for fault in faults]
    return said


def _fault(fault: Fault) -> dict[str, str]:
    found = {"found": fault.found} if fault.found else {}
    return {"path": fault.path, **found, "expected": fault.expected, "nearest": fault.nearest, "code": fault.code}


def _plain(value: Any) -> Any:
    """Parsed JSON to be written again: numbers as numbers, where they are written as they were."""
    if isinstance(value, Number):
        if len(value) <= 15 and value.lstrip("-").isdigit():
            return int(value)
        return float(value) if str(float(value)) == value else str(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
