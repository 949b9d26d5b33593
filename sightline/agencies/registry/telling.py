"""The registry as plain data, for the machine door and the command line: one shape for both. Pure."""

from __future__ import annotations

from typing import Any

from sightline.agencies.registry.types import AimView, Cite, GroupView, Registry, Value


def as_data(found: Registry) -> dict[str, Any]:
    """`{"on", "known", "groups": […], "elsewhere": […]}`: the groups of the day, and those known of and not there then."""
    return {
        "on": found.on.isoformat(),
        "known": found.known.isoformat(),
        "groups": [group(one) for one in found.groups if one.here],
        "elsewhere": [{"group": one.id, "name": one.title, "state": one.state} for one in found.groups if not one.here],
    }


def group(view: GroupView) -> dict[str, Any]:
    """One group. What is not stated is null."""
    return {
        "group": view.id,
        "name": view.title,
        "kind": view.kind,
        "state": view.state,
        "chair": value(view.chair),
        "chair_vacant": view.vacant,
        "vice_chair": value(view.vice_chair),
        "members": [value(one) for one in view.members],
        "every": value(view.every),
        "part_of": value(view.part_of),
        "reports_to": value(view.reports_to),
        "purpose": value(view.purpose),
        "terms": value(view.terms),
        "reviewed": view.reviewed.isoformat() if view.reviewed else None,
        "last_meeting": (
            {"latest": view.met.day.isoformat(), "says": view.met.says, "exact": view.met.exact, **cite(view.met.cite)}
            if view.met
            else None
        ),
        "flags": [
            {"flag": f.flag, "code": f.code, "because": f.because, "rule": f.rule, "source": f.source}
            for f in view.flags
        ],
        "sources": [cite(one) for one in view.sources],
    }


def value(one: Value | None) -> dict[str, Any] | None:
    return {"is": list(one.ids), "says": one.says, "since": one.since, **cite(one.cite)} if one else None


def cite(one: Cite) -> dict[str, Any]:
    """Where something is told; `known` is null where it was always known."""
    return {
        "source": one.title,
        "at": one.at,
        "known": one.known.isoformat() if one.known.year > 1 else None,
        "inferred": one.inferred,
        "note": one.note,
        "recorded_by": one.by,
    }


def aim(view: AimView) -> dict[str, Any]:
    return {
        "id": view.id,
        "title": view.title,
        "year": view.year,
        "owner": value(view.owner),
        "status": value(view.status),
        "objectives": [one for listed in view.objectives for one in listed.ids],
        "measures": [{"is": words, "period": period, **cite(where)} for words, period, where in view.measures],
    }
