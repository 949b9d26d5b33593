"""The feeds there are; and a mapping as a whole: what it makes, in words, and the second person's decision."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.agencies.queries import workers
from sightline.agencies.rules import may
from sightline.definition.outcomes import Invalid, Refused
from sightline.definition.types import Partnership
from sightline.intake import mapping_actions as actions
from sightline.intake import mapping_queries as queries
from sightline.intake.choosing import EMPTY, EVERY, Choices, codes, dated, person_titles, records_of, to_feed
from sightline.intake.choosing import in_words as targets_in_words
from sightline.intake.mapping_queries import MappingView
from sightline.intake.sampling import Sample
from sightline.web.feeds.result import result
from sightline.web.feeds.steps import STEPS, form_words
from sightline.web.words import iso_words, moment_words

FORMATS = {"csv": "a table (CSV)", "jsonl": "JSON lines", "cin-census": "census (XML)", "tables": "a set of tables"}


@require_safe
def feeds(request: HttpRequest) -> HttpResponse:
    reading = request.reading
    titles = {a.id: a.title for a in reading.agencies.values()}
    names = {w.id: w.name for w in workers()}
    rows = []
    for one in queries.feeds(reading):
        day = one.where.rpartition("/")[2]
        rows.append(
            {
                "one": one,
                "agency": titles.get(one.feed.agency, one.feed.agency) or "named in the file",
                "format": FORMATS.get(one.feed.format, one.feed.format),
                "every": EVERY.get(one.feed.every, f"every {one.feed.every}") if one.feed.every else "no rhythm",
                "last": moment_words(one.last) if one.last else "nothing yet",
                "declared": f"on this page, {iso_words(day)}" if one.declared else "in the definition’s files",
            }
        )
    making = [_brief(one, names, titles) for one in queries.mappings(reading) if one.state != "approved"]
    ended = [_brief(one, names, titles) for one in queries.mappings(reading, ("ended",))]
    return render(
        request,
        "feeds/feeds.html",
        {
            "feeds": rows,
            "making": making,
            "ended": ended,
            "may_map": bool(may(request.actor, actions.MAP, reading.definition)),
        },
    )


def _brief(one: MappingView, names: dict[str, str], titles: dict[str, str]) -> dict[str, object]:
    choices = Choices.from_dict(one.body)
    return {
        "one": one,
        "title": choices.title or choices.file_name or "A mapping",
        "agency": titles.get(choices.agency, ""),
        "by": names.get(one.by, "somebody"),
        "state": actions.STATES[one.state],
        "saved": moment_words(one.saved_at),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def mapping(request: HttpRequest, mapping: UUID) -> HttpResponse:
    reading, fault = request.reading, ""
    may_see = any(may(request.actor, right, reading.definition) for right in (actions.MAP, actions.APPROVE))
    one = queries.mapping(reading, mapping, sample=may_see)
    choices = Choices.from_dict(one.body)
    if request.method == "POST":
        try:
            done = _decide(request, one, choices)
        except Refused as refused:
            if refused.decision.reason_code != "rationale-too-short":
                raise
            fault = refused.decision.sentence
        except Invalid as invalid:
            fault = "; ".join(f"{fault.path}: {fault.expected}" for fault in invalid.faults)
        else:
            if done:
                messages.success(request, done)
            return redirect("feeds") if request.POST.get("do") == "drop" else redirect("mapping", mapping)
    return render(request, "feeds/mapping.html", _whole(request, one, choices, fault), status=422 if fault else 200)


def _decide(request: HttpRequest, one: MappingView, choices: Choices) -> str:
    by, because = request.actor, request.POST.get("because", "")
    version = int(request.POST["version"]) if request.POST.get("version", "").isdigit() else -1
    match request.POST.get("do"):
        case "approve":
            feed, faults = to_feed(choices, request.reading.definition)
            if feed is None or [f for f in faults if f.code != "better"]:
                raise Invalid(faults)
            actions.approve(mapping=one.id, feed=feed, version=version, by=by)
            return "Approved. Files of this supplier are recognised from now on. The sample has been destroyed."
        case "send-back":
            actions.send_back(mapping=one.id, because=because, version=version, by=by)
            return "Sent back, with your reason."
        case "drop":
            actions.drop(mapping=one.id, by=by)
            return "Given up. The sample has been destroyed."
        case "ask":
            actions.ask_to_withdraw(mapping=one.id, because=because, by=by)
            return "Asked. It stays in use until a second person has decided."
        case "withdraw":
            actions.decide_withdrawal(mapping=one.id, withdrawn=True, version=version, by=by)
            return "Withdrawn. Its files are recognised no longer; what came by it stays."
        case "keep":
            actions.decide_withdrawal(mapping=one.id, withdrawn=False, version=version, by=by)
            return "Kept in use."
    return ""


def _whole(request: HttpRequest, one: MappingView, choices: Choices, fault: str) -> dict[str, object]:
    reading = request.reading
    definition = reading.definition
    titles = {a.id: a.title for a in reading.agencies.values()}
    names = {w.id: w.name for w in workers()}
    sample = Sample.from_kept(one.sample) if one.sample else None
    mine, own = one.by == request.actor.id, request.actor.id in (one.by, one.asked_by)
    approver = bool(may(request.actor, actions.APPROVE, definition))
    return {
        "one": one,
        "choices": choices,
        "title": choices.title or choices.file_name or "A mapping",
        "agency": titles.get(choices.agency, "not chosen yet"),
        "every": EVERY.get(choices.every, ""),
        "state": actions.STATES[one.state],
        "by": names.get(one.by, "somebody"),
        "made": moment_words(one.made_at),
        "asked_by": names.get(one.asked_by, ""),
        "asked": moment_words(one.asked_at) if one.asked_at else "",
        "decided_by": names.get(one.decided_by, ""),
        "decided": moment_words(one.decided_at) if one.decided_at else "",
        "records": [record.title for record in records_of(choices, definition)],
        "people": person_titles(choices, definition),
        "lines": in_words(choices, sample, definition),
        "unused": [name for name, those in choices.columns.items() if not those],
        "result": result(choices, sample, definition, list(reading.agencies)) if sample else None,
        "resume": next((name for name, _ in STEPS if name not in choices.looked), STEPS[-1][0]),
        "mine": mine and one.state == "drafted" and bool(may(request.actor, actions.MAP, definition)),
        "decides": approver and not own and one.state in ("submitted", "ending"),
        "own": own and one.state in ("submitted", "ending"),
        "may_ask": one.state == "approved" and bool(may(request.actor, actions.MAP, definition)),
        "fault": fault,
        "because": request.POST.get("because", ""),
    }


def in_words(choices: Choices, sample: Sample | None, definition: Partnership) -> list[dict[str, object]]:
    """Each used column: what it becomes, how its dates are read, what its values mean."""
    known = targets_in_words(choices, definition)
    are_dates = set(dated(choices, definition))
    listed = codes(choices, sample or Sample("csv"), definition)
    out = []
    for name, those in choices.columns.items():
        if not those:
            continue
        values = []
        for coded in (each for each in listed if each.column == name):
            offered = dict(coded.codes)
            for theirs, ours in (choices.values.get(coded.target) or {}).items():
                says = "left empty" if ours == EMPTY else offered.get(ours, "as it stands" if not ours else ours)
                values.append((theirs, says))
        out.append(
            {
                "column": name,
                "becomes": [known.get(target, target) for target in those],
                "form": form_words(choices.dates.get(name, "")) if name in are_dates else "",
                "values": values[:40],
                "some": sample.column(name).some() if sample else [],
            }
        )
    return out
