"""How feeds are: which came, which is late or silent, what is odd, what waits; and what somebody answered."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_safe

from sightline.agencies.queries import workers
from sightline.agencies.rules import may
from sightline.definition.outcomes import Refused
from sightline.intake import alarms, health_words
from sightline.intake import health_queries as queries
from sightline.intake.health import Rhythm
from sightline.intake.health_queries import AlarmView, Health
from sightline.timescales.moment import now
from sightline.web.feeds.chart import draw
from sightline.web.words import counted, listed, moment_words, span_words

TAGS = {"silent": "late", "late": "late", "on-time": "kept", "never": "plain", "not-expected": "plain"}


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    found = queries.health(request.reading)
    rows = [told(request, one) for one in found]
    return render(
        request,
        "feeds/health.html",
        {
            "ill": [row for row, one in zip(rows, found, strict=True) if not one.well],
            "well": [row for row, one in zip(rows, found, strict=True) if one.well and one.last],
            "never": [row for row, one in zip(rows, found, strict=True) if one.well and not one.last],
            "summary": counted(len(found), "feed"),
        },
    )


def told(request: HttpRequest, one: Health) -> dict[str, object]:
    """A feed in words."""
    reading, standing = request.reading, one.standing
    notices = {notice.of: notice for notice in reading.definition.notice.values()}
    agency = reading.agencies.get(one.feed.agency)
    oldest = one.oldest_waiting
    return {
        "one": one,
        "agency": agency.title if agency else "named in the file",
        "state": health_words.state(one),
        "tag": TAGS[standing.state],
        "last": moment_words(one.last) if one.last else "nothing yet",
        "ago": f"{span_words(now() - one.last)} ago" if one.last else "",
        "next": due_words(standing),
        "every": every_words(one.feed.every),
        "size": health_words.size(one.size),
        "odd_size": one.size is not None and one.size.state in ("fewer", "more"),
        "waits": one.rows_waiting,
        "oldest": span_words(now() - oldest) if oldest else "",
        "says": [
            {
                "title": notices[finding.of].title,
                "does": notices[finding.of].says,
                "says": health_words.told(finding.of, finding.detail, finding.since, reading.definition),
            }
            for finding in one.findings
        ],
    }


def every_words(every: str) -> str:
    return f"every {every.removeprefix('1 ')}" if every else "no rhythm is declared"


def due_words(standing: Rhythm) -> str:
    """When the next file is due, or was."""
    if standing.due is None:
        return "not expected"
    when = moment_words(standing.due)
    return f"by {when}" if standing.since is None else f"was due by {when}"


@require_safe
def one(request: HttpRequest, feed: str) -> HttpResponse:
    reading = request.reading
    found = queries.feed_health(reading, feed)
    names = {worker.id: worker for worker in workers()}
    those = [names[id] for id in queries.told_of(found.feed.agency, reading.definition) if id in names]
    titles = {agency.id: agency.title for agency in reading.agencies.values()}
    shown = [
        {
            "name": health_words.named(share.name, reading.definition),
            "now": f"{share.percent:.0f} %",
            "of": f"{share.filled:,} of {share.of:,}",
            "usual": "not known yet" if share.usual is None else f"{share.usual:.0f} %",
            "change": change(share.change),
            "fallen": share.fallen,
        }
        for share in found.shares
    ]
    size = found.size
    own = {worker.agency for worker in those}
    history = queries.alarms(reading, feed)
    return render(
        request,
        "feeds/health_one.html",
        {
            **told(request, found),
            "chart": mark_safe(draw(found.arrivals, size.low if size else None, size.high if size else None)),
            "files": [
                {
                    "id": one.id,
                    "when": moment_words(one.at),
                    "rows": f"{one.rows:,}",
                    "bad": f"{one.quarantined:,}",
                    "share": f"{100 * one.quarantined / one.rows:.0f} %" if one.rows else "",
                }
                for one in found.arrivals[:15]
            ],
            "fallen": [row for row in shown if row["fallen"]],
            "fields": shown,
            "waiting": [
                {"one": w, "rows": f"{w.rows:,}", "age": span_words(now() - w.oldest), "when": moment_words(w.oldest)}
                for w in found.waiting
            ],
            "newest": found.arrivals[0].id if found.arrivals else "",
            "people": [(worker.name, titles.get(worker.agency, worker.agency)) for worker in those],
            "nobody": bool(found.feed.agency) and found.feed.agency not in own,
            "alarms": [alarm_words(request, alarm, names) for alarm in history],
            "may_loads": bool(may(request.actor, "view-loads", reading.definition)),
            "may_answer": bool(may(request.actor, queries.ANSWER, reading.definition)),
        },
    )


def change(points: float | None) -> str:
    if points is None:
        return ""
    if round(points) == 0:
        return "as usual"
    return f"{abs(points):.0f} points {'more' if points > 0 else 'fewer'}"


def alarm_words(request: HttpRequest, alarm: AlarmView, names: dict[str, object]) -> dict[str, object]:
    definition = request.reading.definition
    notices = {notice.of: notice for notice in definition.notice.values()}
    notice = notices.get(alarm.of)
    feed = definition.feed.get(alarm.feed)
    return {
        "one": alarm,
        "feed": feed.title if feed else alarm.feed,
        "title": notice.title if notice else alarm.of,
        "does": notice.says if notice else "",
        "says": health_words.told(alarm.of, alarm.detail, alarm.since, definition),
        "opened": moment_words(alarm.opened_at),
        "told": listed([getattr(names[id], "name", "") for id in alarm.told if id in names]) or "nobody",
        "answers": [
            {"by": getattr(names.get(a.by), "name", "somebody"), "at": moment_words(a.at), "words": a.words}
            for a in alarm.answers
        ],
        "closed": moment_words(alarm.closed_at) if alarm.closed_at else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def alarm(request: HttpRequest, alarm: UUID) -> HttpResponse:
    """What is told, and a place to say what is done about it."""
    found, fault, words = queries.alarm(request.reading, alarm), "", request.POST.get("words", "")
    if request.method == "POST":
        try:
            alarms.answer(alarm=alarm, words=words, by=request.actor)
        except Refused as refused:
            if refused.decision.reason_code != "rationale-too-short":
                raise
            fault = refused.decision.sentence
        else:
            messages.success(request, "Answered. It has left everybody’s work, and stays here until it is over.")
            return redirect("feed_one", found.feed)
    names = {worker.id: worker for worker in workers()}
    return render(
        request,
        "feeds/alarm.html",
        {"a": alarm_words(request, found, names), "fault": fault, "words": words, "longest": alarms.LONGEST},
        status=422 if fault else 200,
    )


def for_work(request: HttpRequest) -> list[dict[str, object]]:
    """What My work shows to those who are told."""
    found = queries.mine(request.reading)
    order = {"silent": 0, "late": 1, "stopped": 2}
    return [alarm_words(request, alarm, {}) for alarm in sorted(found, key=lambda one: order.get(one.of, 3))]
