"""A browser in which somebody has signed in before, so that nobody can lock them out of it.

After five wrong tries a user name waits five minutes. Anybody can make them, and user names are no secret: a whole duty team
could be kept out all night. So a browser that has seen its owner in, with the second factor, is counted apart. Its cookie is
signed, names nobody, and lets nobody in: it only has tries of its own.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

COOKIE = "__Host-device" if settings.IS_PRODUCTION else "device"
SALT = "sightline.device"
DAYS = 90
MOST = 12  # workers who share one browser


def known(request: HttpRequest, username: str) -> str:
    """The device from which this is asked, where this user name has signed in from it before; empty elsewhere."""
    device, marks = _told(request)
    mine = _mark(device, username)
    return device if device and any(constant_time_compare(one, mine) for one in marks) else ""


def remember(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Marks the browser that this answer goes to as one in which this user name has signed in."""
    device, marks = _told(request)
    device = device or secrets.token_hex(16)
    mine = _mark(device, username)
    kept = [mine, *(one for one in marks if one != mine)][:MOST]
    response.set_signed_cookie(
        COOKIE,
        ".".join((device, *kept)),
        salt=SALT,
        max_age=DAYS * 24 * 3600,
        secure=settings.IS_PRODUCTION,
        httponly=True,
        samesite="Lax",
    )


def _told(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        value = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=DAYS * 24 * 3600)
    except BadSignature:
        value = ""
    device, *marks = (value or "").split(".")
    return device, marks


def _mark(device: str, username: str) -> str:
    return salted_hmac(SALT, f"{device}|{username.strip().casefold()}", algorithm="sha256").hexdigest()[:32]
