"""What notices say and what they lack, as totals: for a team, for its supervisors, and for the partnership. Nobody is counted."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.front_door.quality import FEWEST, WEEKS, totals


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Of one's own agency and its teams."""
    return _page(request, whole=False)


@require_safe
def everybody(request: HttpRequest) -> HttpResponse:
    """Of all agencies, for those who see figures."""
    return _page(request, whole=True)


def _page(request: HttpRequest, *, whole: bool) -> HttpResponse:
    found = totals(request.reading, whole=whole)
    groups = [(agency, list(rows)) for agency, rows in groupby(found, key=lambda one: one.agency)]
    return render(
        request,
        "notify/figures.html",
        {
            "groups": groups,
            "whole": whole,
            "weeks": WEEKS,
            "fewest": FEWEST,
            "may_all": request.shell.may_open("concern-quality-all"),
        },
    )
