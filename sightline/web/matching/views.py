"""Whether matching serves everybody alike: what was measured, the queue, the drift, and the switch that people hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_safe

from sightline.agencies.queries import workers
from sightline.agencies.rules import may
from sightline.definition.outcomes import Invalid
from sightline.identity import bands, quality, quality_queries, quality_words
from sightline.identity.linkage.comparing import COMPARISONS
from sightline.identity.linkage.model import Model
from sightline.identity.linkage.publishing import current_model, models
from sightline.identity.measuring import SHARES, STOPPING
from sightline.identity.quality_queries import Measurement, Step
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.web.matching.drawing import Line, draw
from sightline.web.words import counted, moment_words, span_words

MONTH = timedelta(days=30)
BAR = 12.0  # bits at which a bar of the model is full


@require_safe
def quality_page(request: HttpRequest) -> HttpResponse:
    return _page(request, "", "")


@require_http_methods(["POST"])
def joining(request: HttpRequest) -> HttpResponse:
    """Stops joining by itself, or lets it go on: with a reason, by a person."""
    because = request.POST.get("because", "")
    resuming = request.POST.get("step") == "resume"
    try:
        (quality.resume if resuming else quality.stop)(because=because, by=request.actor)
    except Invalid:
        return _page(request, f"Say why, in at least {quality.SHORTEST} characters", because)
    went = (
        "goes on. What waited meanwhile still waits for a person."
        if resuming
        else "is stopped. Nothing that was joined is taken apart."
    )
    messages.success(request, f"Joining by itself {went}")
    return redirect("match-quality")


def _page(request: HttpRequest, fault: str, because: str) -> HttpResponse:
    reading = request.reading
    definition = reading.definition
    quality_queries.require(reading)
    history = quality_queries.steps(reading)
    stopped = bool(history) and history[0].step == quality.STOPPED
    names = {worker.id: worker.name for worker in workers()}
    queue = quality_queries.queue(reading)
    drift = quality_queries.drift(reading)
    rules = bands.in_force(definition.matching, local_day(now()))
    told = [measured(request, one, rules.least) for one in quality_queries.measurements(reading)]
    return render(
        request,
        "matching/quality.html",
        {
            "stopped": stopped,
            "declared_off": not rules.automatic,
            "now_step": _step(request, history[0], names) if history else None,
            "history": [_step(request, one, names) for one in history],
            "told_to": quality_queries.told(definition),
            "may_decide": bool(may(request.actor, quality.DECIDE, definition)),
            "may_matches": request.shell.may_open("matches"),
            "fault": fault,
            "because": because,
            "longest": quality.LONGEST,
            "measured": told,
            "gap": f"{rules.gap:g}",
            "least": rules.least,
            "small": quality_words.small(definition),
            "queue": queue,
            "queue_words": counted(queue.all, "possible match", "possible matches"),
            "oldest": f"{span_words(now() - queue.oldest)}" if queue.oldest else "",
            "decided": _decided(quality_queries.decisions(reading)),
            "lately": _decided(quality_queries.decisions(reading, now() - MONTH)),
            "drift": [_drift(one) for one in drift],
            "far": [_drift(one) for one in drift if one.far],
            "drift_limit": next(iter(definition.matching.values())).fairness.drift,
            "model": current_model(),
        },
        status=422 if fault else 200,
    )


def measured(request: HttpRequest, one: Measurement, least: int) -> dict[str, object]:
    """A measurement in words: the four shares, and each group's."""
    definition = request.reading.definition
    small = quality_words.small(definition)
    gaps = {(gap.by, gap.group, gap.share) for gap in one.gaps}
    tables = []
    for by, title in quality_words.BY.items():
        groups = sorted(
            (g for g in one.counted.groups if g[0] == by), key=lambda g: quality_words.group_title(g, definition)
        )
        if not groups:
            continue
        rows, pictures = [], []
        for group in groups:
            tally = one.counted.groups[group]
            cells = []
            for name in SHARES:
                value, interval, of = quality_words.shown(tally.share(name), small)
                cells.append(
                    {
                        "share": value,
                        "between": interval,
                        "of": of,
                        "far": (*group, name) in gaps,
                        "title": quality_words.SHORT[name],
                    }
                )
            rows.append(
                {
                    "title": quality_words.group_title(group, definition),
                    "cells": cells,
                    "far": any(c["far"] for c in cells),
                }
            )
        for name in STOPPING:
            average = one.counted.all.share(name)
            lines = []
            for group in groups:
                share = one.counted.groups[group].share(name)
                if share.of >= small:
                    title_of = quality_words.group_title(group, definition)
                    lines.append(Line(title_of, share.value, *share.interval, far=(*group, name) in gaps))
            says = f"{quality_words.TITLES[name]}, by {title.lower()}"
            pictures.append(
                {"title": quality_words.TITLES[name], "picture": mark_safe(draw(lines, average.value, says))}
            )
        tables.append({"by": by, "title": title, "rows": rows, "pictures": [p for p in pictures if p["picture"]]})
    shares = []
    for name in SHARES:
        value, interval, of = quality_words.shown(one.counted.all.share(name), small)
        shares.append(
            {
                "title": quality_words.TITLES[name],
                "short": quality_words.SHORT[name],
                "means": quality_words.MEANS[name],
                "share": value,
                "between": interval,
                "of": of,
            }
        )
    return {
        "against": one.against,
        "source": quality_words.SOURCES[one.against],
        "when": moment_words(one.at),
        "model": one.model,
        "identities": f"{one.counted.identities:,}",
        "shares": shares,
        "tables": tables,
        "gaps": [quality_words.gap_words(gap, definition) for gap in one.gaps],
        "judged": least,
    }


def _step(request: HttpRequest, one: Step, names: dict[str, str]) -> dict[str, object]:
    definition = request.reading.definition
    return {
        "when": moment_words(one.at),
        "stopped": one.step == quality.STOPPED,
        "by": names.get(one.by, "the matching machine, by what it measured"),
        "gaps": [quality_words.gap_words(gap, definition) for gap in one.gaps],
        "because": one.because,
    }


def _decided(one: quality_queries.Decisions) -> dict[str, object]:
    said = one.same + one.different
    return {
        "one": one,
        "share": f"{100 * one.same / said:.0f} %" if said else "",
        "undone": f"{100 * one.undone / one.joined:.2f} %" if one.joined else "",
    }


def _drift(one: quality_queries.Drift) -> dict[str, object]:
    return {
        "comparison": one.comparison,
        "level": one.level,
        "learnt": f"{100 * one.learnt:.1f} %",
        "now": f"{100 * one.now:.1f} %",
        "points": f"{one.points:+.1f}",
        "far": one.far,
    }


def for_work(request: HttpRequest) -> dict[str, object] | None:
    """What My work shows to those who decide whether matching may join by itself: that it is stopped, and why."""
    step = quality_queries.stopped_for(request.reading)
    return _step(request, step, {}) if step else None


@require_safe
def model_page(request: HttpRequest) -> HttpResponse:
    """The model in force: what each level is worth, where that was learnt, how often it was wrong."""
    quality_queries.require(request.reading)
    model = current_model()
    trained = next((one for one in models() if one.model.id == model.id), None)
    names = {worker.id: worker.name for worker in workers()}
    return render(
        request,
        "matching/model.html",
        {
            "model": model,
            "short": model.id[:12],
            "trained": trained,
            "published": moment_words(trained.published_at) if trained and trained.published_at else "",
            "published_by": names.get(trained.published_by, trained.published_by) if trained else "",
            "facts": _facts(model, trained is not None),
            "errors": _errors(model),
            "comparisons": [_comparison(model, one) for one in COMPARISONS],
        },
    )


def _facts(model: Model, trained: bool) -> list[tuple[str, str]]:
    on = model.trained_on
    found = [("Made", model.made or "by hand"), ("Learnt from", "people held here" if trained else "an invented city")]
    for key, words in (
        ("rows", "People as agencies hold them"),
        ("pairs", "Random pairs looked at"),
        ("people", "About so many people"),
    ):
        if isinstance(on.get(key), int | float) and on[key]:
            found.append((words, f"{on[key]:,.0f}"))
    if on.get("engine"):
        found.append(("Engine", str(on["engine"])))
    found.append(("Two records drawn at random are one person", f"once in {1 / model.prior:,.0f}"))
    for name, title in (("same", "May join by itself from"), ("possible", "A person is asked from")):
        found.append((f"{title} (its own threshold)", f"{model.thresholds[name]:g} bits"))
    return found


def _errors(model: Model) -> list[dict[str, str]]:
    told: Sequence[tuple[str, str]] = (
        ("measured", "Measured on held-back truth"),
        ("estimated", "By the model's own estimate"),
    )
    found = []
    for kind, says in told:
        for name, at in (model.errors.get(kind) or {}).items():
            if isinstance(at, dict) and "precision" in at:
                recall = at.get("recall")
                found.append({
                    "how": says, "threshold": {"same": "same", "possible": "possible"}.get(name, name),
                    "pairs": f"{at['pairs']:,}" if "pairs" in at else "", "wrong": f"{at['wrong']:,}" if "wrong" in at else "",
                    "precision": f"{100 * at['precision']:.3f} %", "recall": f"{100 * recall:.1f} %" if recall is not None else "",
                })  # fmt: skip
    return found


def _comparison(model: Model, one) -> dict[str, object]:  # type: ignore[no-untyped-def]
    rows = []
    for level in one.levels[1:]:
        bits = model.bits(one.id, level.id)
        wide = min(abs(bits) / BAR, 1.0) * 100
        rows.append({
            "says": level.says, "bits": f"{bits:+.1f}", "for": bits >= 0, "wide": round(wide), "left": 100 - round(wide),
            "m": f"{_rare(model.m[one.id][level.id])}", "u": f"{_rare(model.u[one.id][level.id])}",
            "tf": bool(level.tf), "by_hand": f"{one.id}/{level.id}" in model.by_hand,
        })  # fmt: skip
    return {"title": one.title, "rows": rows, "tf": bool(one.tf_column)}


def _rare(share: float) -> str:
    """A share in per cent, or in words where a per cent would be nought."""
    return f"{100 * share:.1f} %" if share >= 0.001 else f"1 in {1 / share:,.0f}"
