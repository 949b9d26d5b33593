"""The registry, read: the partnership on a day, one group, agencies, priorities and strategies, what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from sightline.agencies.queries import agencies as all_agencies
from sightline.agencies.queries import partnership
from sightline.agencies.registry import queries, rules
from sightline.agencies.registry.actions import KEEP
from sightline.agencies.registry.facts import RECORDED
from sightline.agencies.registry.types import GroupView, Registry, Value
from sightline.agencies.rules import may
from sightline.definition.outcomes import Missing
from sightline.timescales.spans import add_months
from sightline.web.registry.asked import Asked, asked, day
from sightline.web.registry.drawing import Box, draw
from sightline.web.words import counted, day_words

KINDS = {
    "partnership": "the partnership",
    "board": "board",
    "executive": "executive",
    "subgroup": "subgroup",
    "forum": "forum",
    "operational-meeting": "operational meeting",
    "task-group": "task group",
    "partnership-of-others": "others’ partnership",
}
STATES = {
    "active": "meets, or should",
    "paused": "paused",
    "planned": "planned; that it began is not told",
    "ended": "ended",
    "followed": "another took its place",
    "not-yet": "not yet told of",
}
FIRST = (
    "partnership",
    "executive",
    "subgroup",
    "operational-meeting",
    "forum",
    "task-group",
    "board",
    "partnership-of-others",
)


def _page(request: HttpRequest, template: str, look: Asked, **more: Any) -> HttpResponse:
    keeps = bool(may(request.actor, KEEP, partnership()))
    query = f"?{look.query}" if look.query else ""
    context = {"look": look, "query": query, "keeps": keeps, "kinds": KINDS, **more}
    return render(request, f"registry/{template}.html", context, status=422 if look.fault else 200)


def _order(view: GroupView) -> tuple[int, str]:
    return FIRST.index(view.kind), view.title.casefold()


def told_later(there: Registry, then: Registry) -> dict[str, date]:
    """Groups of the day that were not known on that day from any document, with the day since which they are."""
    known = {one.id for one in then.here}
    return {one.id: one.known_since for one in there.here if one.id not in known and one.known_since}


@require_safe
def registry(request: HttpRequest) -> HttpResponse:
    look = asked(request)
    found = queries.registry(look.on, look.known)
    later = {} if look.then or look.on == look.today else told_later(found, queries.registry(look.on, look.on))
    here = sorted(found.here, key=_order)
    ids = {one.id for one in here}
    drawn = draw([_box(one, ids, look) for one in here])
    rows = [(one, KINDS[one.kind], later.get(one.id)) for one in here]
    elsewhere = [(one, _why_not(one)) for one in sorted(found.groups, key=_order) if not one.here]
    flagged = [one for one in here if one.flags]
    return _page(
        request,
        "registry",
        look,
        rows=rows,
        later=len(later),
        flagged=flagged,
        flags=sum(len(one.flags) for one in flagged),
        counted_groups=counted(len(here), "group"),
        drawn=mark_safe(drawn.svg),
        summary=drawn.summary,
        alone=drawn.alone,
        elsewhere=elsewhere,
        documents=[d for d in queries.documents() if d.known <= look.known],
        lacking=sum(1 for one in here if one.chair is None),
        first=queries.first_known(partnership()),
    )


def _box(view: GroupView, ids: set[str], look: Asked) -> Box:
    above = next((v.ids[0] for v in (view.part_of, view.reports_to) if v is not None and v.ids[0] in ids), "")
    href = reverse("registry-group", args=[view.id]) + (f"?{look.query}" if look.query else "")
    chair = f"; chair: {view.chair.says}" if view.chair else "; chair not stated"
    flags = "".join(f"; {flag.title.lower()}" for flag in view.flags)
    return Box(view.id, view.title, above, href, f"{view.title}{chair}{flags}", bool(view.flags))


def _why_not(view: GroupView) -> str:
    if view.followed_by:
        others = ", ".join(one.says for one in view.followed_by)
        sure = " (inferred)" if any(one.cite.inferred for one in view.followed_by) else ""
        return f"followed by {others}{sure}"
    if view.state == "not-yet" and view.status is not None and view.status.since:
        return f"not yet told of: {view.status.since}"
    return STATES[view.state]


@require_safe
def group(request: HttpRequest, group: str) -> HttpResponse:
    look = asked(request)
    view = queries.registry(look.on, look.known).group(group)
    if view is None:
        raise Missing
    definition = partnership()
    facts = [
        ("Chair", view.chair, "Not stated in any document"),
        ("Vice-chair", view.vice_chair, ""),
        ("What it is for", view.purpose, "Not stated"),
        ("Part of", view.part_of, "Not stated"),
        ("Reports to", view.reports_to, "Not stated"),
        ("How often it meets", view.every, "Not stated"),
        ("Terms of reference", view.terms, "Not stated"),
    ]
    return _page(
        request,
        "group",
        look,
        view=view,
        kind=KINDS[view.kind],
        state=STATES[view.state],
        facts=[(words, value, none) for words, value, none in facts if value or none],
        reviewed=day_words(view.reviewed) if view.reviewed else "",
        moments=queries.history(group, look.known),
        withdrawn=[(RECORDED[row.what][0], row, why) for row, why in queries.withdrawn(group, look.known)],
        last_told=view.last_told if view.last_told and view.last_told < look.on else None,
        declared=definition.group[group].note,
        following=[one for value in view.followed_by for one in value.ids],
    )


@require_safe
def agencies(request: HttpRequest) -> HttpResponse:
    look = asked(request)
    definition = partnership()
    found = queries.registry(look.on, look.known)
    codes = definition.codes.get("agency-kind")
    called = rules.agency_names(definition, look.on, look.known)
    by_kind: dict[str, list[tuple[Any, list[tuple[str, str, str]], Value | None]]] = {}
    for one in sorted(all_agencies().values(), key=lambda a: a.title.casefold()):
        kind = codes.codes[one.kind].title if codes and one.kind in codes.codes else one.kind
        by_kind.setdefault(kind, []).append((one, seats(one.id, found), called.get(one.id)))
    order = [code.title for code in codes.codes.values()] if codes else []
    kinds_in_order = sorted(
        by_kind.items(), key=lambda item: (order.index(item[0]) if item[0] in order else 99, item[0])
    )
    return _page(request, "agencies", look, by_kind=kinds_in_order, count=sum(map(len, by_kind.values())))


def seats(agency: str, found: Registry) -> list[tuple[str, str, str]]:
    """In which groups an agency sits on the day: (group, its name, as what)."""
    mine = []
    for one in found.here:
        as_what = (
            "chair"
            if one.chair and agency in one.chair.ids
            else "vice-chair"
            if one.vice_chair and agency in one.vice_chair.ids
            else ""
        )
        if as_what or any(agency in member.ids for member in one.members):
            mine.append((one.id, one.title, as_what or "member"))
    return sorted(mine, key=lambda seat: seat[1].casefold())


@require_safe
def priorities(request: HttpRequest) -> HttpResponse:
    look = asked(request)
    found = queries.aims("priority", look.known)
    strategies = sorted(queries.aims("strategy", look.known), key=lambda a: a.order)
    by_year: dict[str, list[Any]] = {}
    for one in found:
        by_year.setdefault(one.year or "Not stated for which year", []).append(one)
    current = {
        a.id
        for a in (*found, *strategies)
        if a.since and a.since <= look.on and (a.until is None or look.on <= a.until)
    }
    return _page(request, "priorities", look, by_year=list(by_year.items()), strategies=strategies, current=current)


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    look = asked(request, "to")
    first, fault = day(request.GET.get("from", "").strip()[:40], add_months(look.on, -12), look.today)
    if first > look.on and not fault:
        fault = "Enter a first day that is before the second"
        first = add_months(look.on, -12)
    before = queries.registry(first, first if look.then else look.known)
    after = queries.registry(look.on, look.known)
    by_group: dict[str, list[Any]] = {}
    for change in rules.changes(before, after):
        shown = replace(
            change, before=STATES.get(change.before, change.before), after=STATES.get(change.after, change.after)
        )
        by_group.setdefault(change.group, []).append(shown)
    return _page(
        request,
        "changes",
        look,
        first=first,
        first_words=day_words(first),
        first_fault=fault,
        by_group=[(id, found[0].title, found) for id, found in by_group.items()],
        said=counted(len(by_group), "group"),
    )
