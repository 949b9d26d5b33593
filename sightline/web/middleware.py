"""One way in and one way out for every page.

In: the table in `permissions.py` says who may; whoever is not signed in goes to sign-in; a worker without a second
factor sets one up first. The view finds `request.actor` and, when it first asks, `request.reading`: its passage
through the gate.

Out: a file, or anything for somebody outside, passes the release gate (`protected.leaving`). Before the response leaves,
the reading is closed, which writes its one ledger record. If that fails, nothing leaves: the answer is 503, without data.
What a verb could not do becomes a page here, once: `Refused` 403, `Missing` 404 (hidden and not there are the same bytes),
`Conflict` 409, `Invalid` 422. Nothing but static files may be stored.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.functional import SimpleLazyObject

from sightline.agencies.queries import actor_for, partnership
from sightline.agencies.rules import may
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.sharing.reading import Reading
from sightline.sharing.rules import holders
from sightline.sharing.standing import read_as
from sightline.timescales.moment import now
from sightline.web.accounts.factor import has_second_factor
from sightline.web.drafts import SENT_FROM, sent
from sightline.web.permissions import ACCESS, ANYONE, SIGNED_IN, Access
from sightline.web.protected.leaving import may_leave
from sightline.web.shell import Shell

log = logging.getLogger(__name__)

LONGEST_SESSION = 12 * 3600  # seconds from sign-in, however busy
BEGAN = "began"
UNSENT = "unsent"
OPEN_WITHOUT_FACTOR = frozenset(
    {
        "mfa_activate_totp",
        "mfa_view_recovery_codes",
        "mfa_index",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "account_change_password",
        "draft",
        "help",
    }
)


class ReadingMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.shell = Shell(request)
        response = self.get_response(request)
        if request.method == "POST" and hasattr(request, "actor") and SENT_FROM in request.POST and request.user.is_authenticated:
            sent(request, response)
        if not may_leave(request, response, getattr(request, "auth", None) or getattr(request, "actor", None)):
            response = stopped(request)
        opened: Reading | None = getattr(request, "opened_reading", None)
        if opened is not None:
            try:
                opened.close()
            except Exception:  # whatever it was, what was read must not leave
                log.exception("the ledger could not be written; the response was withheld")
                response = page("errors/503.html", 503)
        if not request.path.startswith(settings.STATIC_URL):
            response["Cache-Control"] = "no-store"
        return response

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.route.startswith("api/"):
            return None  # the machine door has its own keys
        access = ACCESS.get(match.url_name or "")
        if access is None:
            raise RuntimeError(f"{match.url_name!r} is not in sightline/web/permissions.py")
        if request.user.is_authenticated and too_long(request):
            logout(request)
        if request.user.is_authenticated:
            request.actor = SimpleLazyObject(lambda: actor_for(request.user))
            request.reading = SimpleLazyObject(lambda: open_reading(request, access))
        if access.who == ANYONE:
            return None
        if not request.user.is_authenticated:
            return to_sign_in(request)
        if match.url_name not in OPEN_WITHOUT_FACTOR and not has_second_factor(request):
            return redirect("mfa_activate_totp")
        if access.who != SIGNED_IN:
            decision = may(request.actor, access.who, partnership())
            if not decision:
                return answer(Refused(decision))  # what is raised here would not reach process_exception
        read_as(request.actor, access.purpose, holders(request.actor), now())  # for the second wall, from here on
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer(exception)


def stopped(request: HttpRequest) -> HttpResponse:
    """What stands in place of something that the release gate stopped."""
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "stopped", "says": "It was stopped on its way out. A person looks at it."}, status=403)
    return page("errors/stopped.html", 403)


def open_reading(request: HttpRequest, access: Access) -> Reading:
    opened = Reading(request.actor, access.purpose)
    opened.about = access.verb or request.resolver_match.url_name  # what kind of response this is, for the record
    request.opened_reading = opened
    return opened


def read_plainly(request: HttpRequest) -> Reading:
    """This request's reading itself, opened: a page of hundreds of entries asks it some thousand times, and what stands in its
    place until it is opened would take as long as a query."""
    return request.reading and request.opened_reading


def answer(exception: Exception) -> HttpResponse | None:
    """The page for what could not be done; None for what nobody expected (which becomes the page that says sorry)."""
    match exception:
        case Refused(decision=decision):
            return page("errors/403.html", 403, sentence=decision.sentence)
        case Missing():
            return page("404.html", 404)
        case Conflict(sentence=sentence):
            return page("errors/409.html", 409, sentence=sentence)
        case Invalid(faults=faults):
            return page("errors/422.html", 422, faults=[(fault.path, fault.expected) for fault in faults])
    return None


def page(template: str, status: int, **context: object) -> HttpResponse:
    """A page with nothing of the request on it: no name, no token, no script; so equal answers are equal bytes."""
    return HttpResponse(render_to_string(template, context), status=status)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):  # a fragment cannot show a sign-in page; and what was typed stays where it is
        return HttpResponse("You were signed out.", status=401, content_type="text/plain")
    to = redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
    if request.method == "POST":  # what was sent did not arrive; the page says so before it asks who it is
        to["Location"] += f"&{UNSENT}=yes"
    return to


def too_long(request: HttpRequest) -> bool:
    began = request.session.setdefault(BEGAN, int(time.time()))
    return time.time() - began > LONGEST_SESSION
