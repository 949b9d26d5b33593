"""The release gate for what leaves by a page or by the machine door: downloads, answers to other systems, and every page of
somebody outside.

A worker's own pages are masked where they are made; what is read there stays there. A file that is handed out does not.
While nothing is protected this costs one query a download, and nothing on a page.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from sightline.agencies.types import Actor
from sightline.identity.release import Recipient, gate
from sightline.sharing.release import Artefact

STAYS = ("text/html", "text/plain", "text/css", "text/javascript", "image/svg+xml", "application/manifest+json")


def is_outside(actor: Actor | None) -> bool:
    """Somebody who acts for no agency of the partnership."""
    return actor is not None and not actor.machine and not actor.agency


def leaves(response: HttpResponseBase, actor: Actor | None) -> bool:
    """Whether an answer is something that goes out of the house: a file, data, or anything for somebody outside."""
    if response.status_code >= 300:
        return False
    kind = response.get("Content-Type", "").split(";")[0]
    return "Content-Disposition" in response or bool(kind) and kind not in STAYS or is_outside(actor)


def may_leave(request: HttpRequest, response: HttpResponseBase, actor: Actor | None) -> bool:
    """Asks the gate where something leaves. What is stopped is kept and told to a person."""
    if actor is None or not leaves(response, actor):
        return True
    if request.path.startswith("/api/") and request.method not in ("GET", "HEAD"):
        return True  # a receipt for what they sent themselves: a concern is never held up
    if getattr(response, "streaming", False):  # what is streamed could not be called back: nothing of children is
        return True
    opened = getattr(request, "opened_reading", None)
    told = opened.detail.get("persons", []) if opened is not None else []
    persons = tuple(UUID(str(one)) for one in told) if isinstance(told, list) else ()
    if is_outside(actor):
        recipient, what = Recipient("person", actor.id, linked=persons), "page"
    elif request.path.startswith("/api/"):
        recipient, what = Recipient("agency", actor.agency, linked=persons), "api"
    else:
        recipient, what = Recipient.worker(actor, linked=persons), "export"
    name = response.get("Content-Disposition", "").partition("filename=")[2].strip('" ')
    kind = response.get("Content-Type", "").split(";")[0]
    artefact = Artefact(bytes(response.content), name=name, kind=kind)  # type: ignore[attr-defined]
    return bool(gate(recipient=recipient, artefacts=[artefact], by=actor, what=what))
