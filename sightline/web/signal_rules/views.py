"""How the rules of signs do; one of them, with its figures by group and everything that was done about it; the off switch."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.agencies.queries import workers
from sightline.agencies.rules import may
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.definition.signal_words import explained
from sightline.jobs import ruling
from sightline.signals.governing import EVERY, drafting, judging, queries, switching
from sightline.signals.governing.drift import WEEKS
from sightline.web.signal_rules import words
from sightline.web.words import moment_words

ALL = "all"  # in an address, in place of a rule


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule, what waits for somebody, and the switch for all."""
    reading, definition = request.reading, request.reading.definition
    names = {worker.id: worker.name for worker in workers()}
    off = queries.switches().get(EVERY)
    return render(
        request,
        "signal_rules/rules.html",
        {
            "rows": [words.row(one, definition) for one in queries.rules(reading)],
            "drafts": [draft_line(one, names) for one in queries.drafts(reading)],
            "all_off": words.step(off, names) if off else None,
            "may_switch": bool(may(request.actor, switching.SWITCH, definition)),
            "may_draft": bool(may(request.actor, drafting.DRAFT, definition)),
            "weeks": WEEKS,
        },
    )


def draft_line(one: queries.Draft, names: dict[str, str]) -> dict[str, object]:
    return {
        "id": one.id,
        "rule": one.rule,
        "version": one.version,
        "state": drafting.STATES[one.state],
        "waits": one.state in ("submitted", "ending"),
        "by": names.get(one.by, "somebody"),
        "saved": moment_words(one.saved_at),
        "why": one.why,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, rule: str) -> HttpResponse:
    """One rule. POST: an explanation of a rate, or agreeing with one."""
    reading, definition = request.reading, request.reading.definition
    fault, typed, about = "", "", ""
    if request.method == "POST":
        try:
            done = _explained(request, rule)
        except (Refused, Invalid, Conflict) as error:
            fault, typed = _sentence(error), request.POST.get("because", "")
            about = f"{request.POST.get('by', '')}|{request.POST.get('group', '')}"
        else:
            messages.success(request, done)
            return redirect("signal-rule", rule)
    one = queries.rule(reading, rule)
    names = {worker.id: worker.name for worker in workers()}
    figures = queries.figures(reading, rule)
    newest = figures[0] if figures else None
    found = [words.finding(definition, f) for f in one.findings]
    for each in found:
        waiting = each["one"].waiting
        said = queries.explanation(waiting) if waiting else None
        each["waiting"] = said
        each["waiting_by"] = names.get(said.by, "somebody") if said else ""
        each["mine"] = said is not None and said.by == request.actor.id
        each["key"] = f"{each['one'].breakdown}|{each['one'].group}"
    tag, state = words.state_of(one)
    return render(
        request,
        "signal_rules/rule.html",
        {
            "one": one,
            "tag": tag,
            "state": state,
            "off": words.step(one.off, names) if one.off else None,
            "all_off": one.off is not None and EVERY in queries.switches(),
            "for_rate": switching.stopped_for_rate(rule),
            "owner": words.role(definition, one.rule.owner),
            "explained": explained(definition, one.rule),
            "done": words.done(one.done),
            "yield": words.percent(one.done.yielded),
            "drift": words.DRIFT[one.drift.says],
            "weeks": WEEKS,
            "picture": words.weeks_picture(one.drift),
            "usual": one.drift,
            "found": found,
            "newest": newest,
            "period": words.period(newest) if newest else "",
            "whole": words.whole(newest) if newest else {},
            "tables": words.tables(definition, newest, one.findings) if newest else [],
            "older": [
                {"one": f, "period": words.period(f), "yield": _yield(f.whole), "lead": f.whole.get("lead")}
                for f in figures
            ],
            "history": [words.step(s, names) for s in queries.history(reading, rule)],
            "drafts": [draft_line(d, names) for d in queries.drafts(reading, rule) if d.state != "dropped"],
            "may_switch": bool(may(request.actor, switching.SWITCH, definition)),
            "may_draft": bool(may(request.actor, drafting.DRAFT, definition)),
            "may_agree": bool(may(request.actor, judging.AGREE, definition)),
            "fault": fault,
            "typed": typed,
            "about": about,
            "oversight": next(iter(definition.oversight.values()), None),
        },
        status=422 if fault else 200,
    )


@require_safe
def figures(request: HttpRequest, figures: UUID) -> HttpResponse:
    """Where a message leads: to the rule that these figures are of."""
    return redirect("signal-rule", queries.rule_of(request.reading, figures))


def _yield(whole: object) -> str:
    became = whole.get("became", {}) if isinstance(whole, dict) else {}
    told = whole.get("fired", 0) if isinstance(whole, dict) else 0
    return words.percent(became.get("acted", 0) / told) if told else ""


def _explained(request: HttpRequest, rule: str) -> str:
    if request.POST.get("do") == "agree":
        goes_on = ruling.agree(explanation=_id(request.POST.get("explanation", "")), by=request.actor)
        return "Agreed. The rule goes on." if goes_on else "Agreed."
    judging.explain(
        rule=rule,
        breakdown=request.POST.get("by", ""),
        group=request.POST.get("group", ""),
        because=request.POST.get("because", ""),
        by=request.actor,
    )
    return "Written down. It holds once a second person agrees."


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Missing from error


def _sentence(error: Refused | Invalid | Conflict) -> str:
    if isinstance(error, Refused):
        return error.decision.sentence
    if isinstance(error, Invalid):
        return f"Say {error.faults[0].expected}" if error.faults else "Look at what you wrote."
    return error.sentence


@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: HttpRequest, rule: str) -> HttpResponse:
    """Switches a rule (or all) off at once, or on again: with a reason."""
    reading, definition = request.reading, request.reading.definition
    id = EVERY if rule == ALL else rule
    if id != EVERY:
        queries.rule(reading, rule)
    off = queries.switches().get(id)
    fault, typed = "", ""
    if request.method == "POST":
        typed = request.POST.get("because", "")
        turn = ruling.switch_on if request.POST.get("do") == "on" else ruling.switch_off
        try:
            turn(rule=id, because=typed, by=request.actor)
        except (Refused, Invalid, Conflict) as error:
            if isinstance(error, Refused) and error.decision.reason_code == "not-permitted":
                raise
            fault = _sentence(error)
        else:
            went = "on. What it had raised shows again" if request.POST.get("do") == "on" else "off, from this moment"
            messages.success(request, f"Switched {went}.")
            return redirect("signal-rules") if id == EVERY else redirect("signal-rule", rule)
    names = {worker.id: worker.name for worker in workers()}
    return render(
        request,
        "signal_rules/switch.html",
        {
            "rule": rule,
            "every": id == EVERY,
            "title": "Every rule" if id == EVERY else definition.signal[id].title,
            "off": words.step(off, names) if off else None,
            "for_rate": id != EVERY and switching.stopped_for_rate(id),
            "fault": fault,
            "typed": typed,
            "longest": switching.LONGEST,
        },
        status=422 if fault else 200,
    )
