"""A fresh proof of who is there, before what is most sensitive: an emergency opening, a reveal, a release, an erasure.

Whoever signed in, or proved it again, within the last five minutes is not asked. Anybody else proves it on the page for it
and comes back: by password or code; by signing in at their organisation, where that is how they come in. What was typed
before is kept by the page (`drafts`), for the address carries nothing. A demonstration has no passwords, and says so.
"""

from __future__ import annotations

import time
from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from sightline.definition.outcomes import Decision, Refused

WITHIN_SECONDS = 300
PROOFS = "account_authentication_methods"  # in the session: how this worker proved who they are, and when
ORGANISATION = "socialaccount"
NOTHING = (
    "This needs a fresh proof that it is you, and you have nothing here to prove it by. Sign out and in again, then come back; "
    "if a child is in danger now, ring."
)


def proved(request: HttpRequest, *, within: int = WITHIN_SECONDS) -> bool:
    """Whether this session proved who is there within so many seconds."""
    if settings.SIGHTLINE_MODE == "demo":
        return True
    latest = max((float(one.get("at", 0)) for one in request.session.get(PROOFS, [])), default=0.0)
    return time.time() - latest < within


def prove(request: HttpRequest, *, back: str = "") -> HttpResponse:
    """Leads to the proof, and back to this page (or `back`) afterwards. Raises Refused where there is nothing to prove it by."""
    back = back or request.get_full_path()
    if request.headers.get("HX-Request"):
        return HttpResponse("Prove first that it is still you.", status=401, content_type="text/plain")
    if request.user.has_usable_password():
        return _to(reverse("account_reauthenticate"), next=back)
    if is_mfa_enabled(request.user):
        return _to(reverse("mfa_reauthenticate"), next=back)
    provider = _organisation(request)
    if provider:
        address = reverse("openid_connect_login", args=[provider])
        return _to(address, process="login", next=back, auth_params="prompt=login")
    raise Refused(Decision(False, "not-proved", NOTHING))


def _organisation(request: HttpRequest) -> str:
    """The sign-on of the organisation by which this session came in; empty without one."""
    ways = [one for one in request.session.get(PROOFS, []) if one.get("method") == ORGANISATION]
    return str(ways[-1].get("provider", "")) if ways else ""


def _to(address: str, **query: str) -> HttpResponse:
    return HttpResponseRedirect(f"{address}?{urlencode(query)}")
