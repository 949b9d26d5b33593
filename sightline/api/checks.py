"""What the front door asks an agency, for its own system: that a question waits and by when, and taking the answer.

Whom a question is about is never in it: who that is, and the question itself, is read by a person, here. A system that
answers passes on what a person of the agency has written.
"""

from __future__ import annotations

import json
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from ninja import Router

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.api.carried import carried
from sightline.api.idempotency import Answer, once
from sightline.api.schema import answers
from sightline.definition.outcomes import Invalid, Refused
from sightline.definition.types import Fault
from sightline.front_door import checks as asked
from sightline.jobs.checking import answer_check

router = Router()
LARGEST = 64 * 1024
TEXTS = ("headline", "detail", "because", "onward", "handling")
BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["answer"],
                "additionalProperties": False,
                "properties": {
                    "answer": {"type": "string", "enum": ["nothing-known", "known", asked.UNAVAILABLE]},
                    "headline": {
                        "type": "string",
                        "maxLength": 200,
                        "description": "One line that everybody there may read",
                    },
                    "detail": {
                        "type": "string",
                        "maxLength": 8000,
                        "description": "What is known; needed with `known`",
                    },
                    "handling": {"type": "string", "enum": list(asked.HANDLINGS)},
                    "because": {
                        "type": "string",
                        "maxLength": 8000,
                        "description": f"Why not; needed with `{asked.UNAVAILABLE}`",
                    },
                    "onward": {"type": "string", "maxLength": 500, "description": "To whom it may be told onward"},
                },
            }
        }
    },
}
_MOMENT = {"type": "string", "format": "date-time"}
_ONE = {
    "id": {"type": "string", "format": "uuid"},
    "asked": _MOMENT,
    "due": _MOMENT,
    "late": {"type": "boolean"},
    "cannot-wait": {"type": "boolean"},
    "check": {"type": "string", "description": "What sort of question it is"},
    "page": {"type": "string", "description": "Where a person of the agency reads it and answers"},
}
WAITING = {
    "type": "object",
    "required": ["checks"],
    "properties": {"checks": {"type": "array", "items": {"type": "object", "required": list(_ONE), "properties": _ONE}}},
}
ANSWERED = {
    "type": "object",
    "required": ["id", "state"],
    "properties": {"id": {"type": "string", "format": "uuid"}, "state": {"const": "answered"}},
}


@router.get(
    "/checks",
    summary="Questions of the front door that wait for the agency",
    openapi_extra={
        "responses": {
            "200": {
                "description": "Each question: by when it is answered, and whether it cannot wait. Never whom it is about",
                "content": {"application/json": {"schema": WAITING}},
            },
            **answers(s401=("Problem", "No valid token"), s403=("Problem", "The token may not answer")),
        },
    },
)
def checks(request: HttpRequest) -> JsonResponse:
    """Soonest due first. A person of the agency reads each on its own page, and answers there or in the agency's system."""
    by = request.auth  # type: ignore[attr-defined]
    allowed = may(by, asked.ANSWER, partnership())
    if not allowed:
        raise Refused(allowed)
    found = [
        {
            "id": str(one.id),
            "asked": one.at.isoformat(),
            "due": one.due_at.isoformat(),
            "late": one.late,
            "cannot-wait": one.urgent,
            "check": one.code,
            "page": f"/asked/{one.id}/",
        }
        for one in asked.asked_of(by.agency)
    ]
    return JsonResponse({"checks": found})


@router.post(
    "/checks/{uuid:check_id}/answer",
    summary="Answer a question of the front door",
    openapi_extra={
        "requestBody": BODY,
        "parameters": [
            {
                "in": "header",
                "name": "Idempotency-Key",
                "required": False,
                "schema": {"type": "string"},
                "description": "The same key with the same body answers once",
            }
        ],
        "responses": {
            "201": {
                "description": "It is with the front door",
                "content": {"application/json": {"schema": ANSWERED}},
            },
            **answers(
                s401=("Problem", "No valid token"),
                s403=("Problem", "The token may not answer"),
                s404=("Problem", "Nothing that this agency was asked"),
                s409=("Problem", "The Idempotency-Key was used with another body"),
                s413=("Problem", "Too large; nothing was taken"),
                s503=("Problem", "Try again: nothing was taken"),
                s422=("Problem", "Not understood, or it says too little; the faults say what to mend"),
            ),
        },
    },
)
def answer(request: HttpRequest, check_id: UUID) -> JsonResponse:
    """What is known, that nothing is known as of today, or why it cannot be answered. What is learnt later is sent again, and
    is added."""
    by = request.auth  # type: ignore[attr-defined]
    body, packed = carried(request)
    if packed is not None:
        raise Invalid([packed])
    given = _understood(body)

    def take() -> Answer:
        try:
            answer_check(step=check_id, by=by, **given)
        except Refused as error:
            if error.decision.reason_code == "not-permitted":
                raise
            wrong = "because" if given["answer"] == asked.UNAVAILABLE else "detail"
            fault = Fault(path=wrong, expected=error.decision.sentence, code=error.decision.reason_code)
            raise Invalid([fault]) from error
        return 201, {"id": str(check_id), "state": "answered"}

    key = request.headers.get("Idempotency-Key", "").strip()
    status, said = once(agency=by.agency, key=key, body=str(check_id).encode() + body, answer=take)
    return JsonResponse(said, status=status)


def _understood(body: bytes) -> dict[str, str]:
    """The parts of an answer, as texts. Raises Invalid with every fault."""
    if len(body) > LARGEST:
        raise Invalid([Fault(path="", expected=f"at most {LARGEST} bytes", code="too-large")])
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Invalid([Fault(path="", expected="an object, as JSON", code="not-json")]) from error
    if not isinstance(given, dict):
        raise Invalid([Fault(path="", expected="an object, as JSON", code="not-json")])
    properties = BODY["content"]["application/json"]["schema"]["properties"]  # type: ignore[index]
    faults = []
    for name, value in given.items():
        declared = properties.get(name)
        if declared is None:
            faults.append(Fault(path=name[:60], expected="one of " + ", ".join(properties), code="unknown"))
        elif not isinstance(value, str) or "\x00" in value:
            faults.append(Fault(path=name, expected="a text", code="not-a-text"))
        elif "enum" in declared and value not in declared["enum"]:
            faults.append(Fault(path=name, expected="one of " + ", ".join(declared["enum"]), code="unknown"))
        elif len(value) > declared.get("maxLength", LARGEST):
            faults.append(Fault(path=name, expected=f"at most {declared['maxLength']} characters", code="too-long"))
    if "answer" not in given:
        faults.append(Fault(path="answer", expected="what is known", code="needed"))
    if faults:
        raise Invalid(faults)
    return {name: given[name] for name in ("answer", *TEXTS) if given.get(name)}
