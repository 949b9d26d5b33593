"""One's own password; and the demonstration's own door: sign in with one click, which elsewhere is not there (404)."""

from __future__ import annotations

import time
from uuid import UUID

from allauth.account import views as account
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from sightline.agencies.queries import agencies, partnership, worker, workers
from sightline.agencies.types import WorkerInfo
from sightline.definition.outcomes import Missing
from sightline.web.middleware import BEGAN

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Changing it; whoever signs in through their organisation has none here, and is told where theirs is kept."""
    if request.user.is_authenticated and not request.user.has_usable_password():
        return render(request, "accounts/no_password.html")
    return account.password_change(request)


@require_http_methods(["GET", "POST"])
def demo(request: HttpRequest) -> HttpResponse:
    if settings.SIGHTLINE_MODE != "demo":
        raise Missing
    everyone = workers()
    if request.method == "POST":
        chosen = next((one for one in everyone if one.active and one.id == _id(request.POST.get("worker", ""))), None)
        if chosen is None:
            raise Missing
        login(request, worker(chosen.username), backend=BACKEND)
        request.session[BEGAN] = int(time.time())
        return redirect(_within(request, request.POST.get("next", "")) or "work")
    known = {a.id: a.title for a in agencies().values()}
    return render(
        request,
        "accounts/demo.html",
        {
            "workers": [(one, introduction(one, known)) for one in everyone if one.active],
            "next": _within(request, request.GET.get("next", "")),
        },
    )


def _within(request: HttpRequest, address: str) -> str:
    """An address of our own, to go on to; empty for any other."""
    here = url_has_allowed_host_and_scheme(address, allowed_hosts=None, require_https=request.is_secure())
    return address if here and address.startswith("/") else ""


def introduction(one: WorkerInfo, agency_titles: dict[str, str]) -> str:
    """A sentence on who this is: their role, where, and what the role is for."""
    definition = partnership()
    role, team = definition.role.get(one.role), definition.team.get(one.team)
    title = role.title if role else one.role
    where = ", ".join(part for part in (team.title if team else "", agency_titles.get(one.agency, one.agency)) if part)
    note = f" {role.note.rstrip('.')}." if role and role.note else ""
    return f"{title} · {where}.{note}"


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
