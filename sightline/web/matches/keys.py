"""Single keys that do things on the match pages: announced where they work, and switched off by whoever wants (WCAG 2.1.4).

The choice is this browser's, in a cookie that says nothing else: it outlasts signing out. Where they are off, or there is
no JavaScript, every page works as it is.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "sightline-keys"
YEAR = 365 * 24 * 3600


def are_on(request: HttpRequest) -> bool:
    return request.COOKIES.get(COOKIE) != "off"


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """On or off, and back to where one was."""
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None) or not back.startswith("/matches/"):
        back = reverse("matches")
    response = HttpResponseRedirect(back)
    response.set_cookie(
        COOKIE,
        "off" if request.POST.get("keys") == "off" else "on",
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response
