"""A sign's own page: why it stands, on what, who was told; and answering it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods

from sightline.agencies.rules import may
from sightline.chronology import queries as chronology
from sightline.chronology import rules
from sightline.chronology.at_once import notices
from sightline.chronology.types import EntryView
from sightline.definition.outcomes import Conflict, Invalid, Missing
from sightline.identity import queries as identity
from sightline.jobs import signalling
from sightline.signals import queries
from sightline.signals.types import SignalView
from sightline.timescales.moment import now
from sightline.web import drafts
from sightline.web.child.signs import signs
from sightline.web.child.views import entry_prefix
from sightline.web.signals import shown
from sightline.web.signals.forms import AnswerForm, Asks, asks
from sightline.web.words import age_words, due_words, london, moment_words

ANSWER, CALL = "answer-signal", "call-discussion"
DRAFT = "answer-signal"
MOST_DONE = 30


@require_http_methods(["GET", "HEAD", "POST"])
def signal(request: HttpRequest, signal: UUID) -> HttpResponse:
    reading, present = request.reading, now()
    one, history = queries.one(reading, signal)
    entries = of_child(request, one)
    cited, every = cited_of(request, one, entries)
    found = signs([one], every, reading.definition, lambda entry: f"{entry_prefix()}{entry.id}/")
    if not found:  # a gap in what is recorded has its own list
        raise Missing
    sign = found[0]
    may_answer = one.open and bool(may(request.actor, ANSWER, reading.definition))
    do = request.POST.get("do", "") if request.method == "POST" else request.GET.get("do", "")
    asked = asks(do, offer=sign.offer) if may_answer else None
    typed, saved = drafts.kept(request, DRAFT, signal) if asked else ({}, "")
    form = None
    chosen = request.POST.getlist("done")[:MOST_DONE]
    if asked:
        given = request.POST if request.method == "POST" else None
        form = AnswerForm(given, initial=typed, asked=asked, not_so=do == "not-so", named=bool(chosen))
        if request.method == "POST":
            drafts.keep(request, DRAFT, signal)
            if request.POST.get("keep"):
                return redirect(f"{reverse('signal', args=[signal])}?do={do}#do")
            if form.is_valid() and taken(request, one, asked, form, chosen):
                drafts.drop(request, DRAFT, signal)
                return redirect("signal", signal)
    elif request.method == "POST":
        notes.info(request, "Somebody has answered this already. What they said stands below.")
        return redirect("signal", signal)
    states = [s for s in rules.states(entries, present, reading.definition) if s.says]
    drawn = shown.timeline(one, cited, states, reading.definition, london(present).date())
    profile = identity.names(reading, [one.person]).get(one.person) if one.person else None
    at_work = shown.nearest_first(rules.professionals(entries, present, reading.definition), one)
    told_at = max((at for _, at in one.told), default=one.since)
    return render(
        request,
        "signals/signal.html",
        {
            "s": sign,
            "one": one,
            "person": one.person,
            "name": profile.name
            if profile
            else "a child whose name is not open to you"
            if one.person
            else one.place_words,
            "age": age_words(profile.born, london(present).date()) if profile else "",
            "states": states,
            "due": due_words(one.due_at, present) if one.due_at and one.open else "",
            "late": bool(one.due_at and one.open and one.due_at <= present),
            "rests": moment_words(one.rests_until) if one.rests_until and one.answered and not one.ended else "",
            "window": shown.window_words(one, cited),
            "picture": drawn,
            "svg": mark_safe(drawn.svg),
            "legend": [(shape, mark_safe(svg), count, words) for shape, svg, count, words in drawn.legend],
            "history": shown.events(history, one.since),
            "done": shown.done(one, entries, entry_prefix()),
            "may_answer": may_answer,
            "do": do if asked else "",
            "do_words": dict(sign.does)[do] if asked else "",
            "asked": asked,
            "form": form,
            "saved": saved,
            "records": shown.records(entries, max(told_at, one.since), sign.firsts, chosen)
            if asked and asked.records
            else [],
            "professionals": at_work,
            "trusted": shown.trusted(entries),
            "call": shown.newest_open(every, sign.firsts) if request.shell.may_open(CALL) else None,
            "may_review": bool(one.person) and request.shell.may_open("hindsight"),
        },
        status=422 if form is not None and form.errors else 200,
    )


def of_child(request: HttpRequest, one: SignalView) -> tuple[EntryView, ...]:
    """The child's entries as this reader may see them; none where it is about a place, or where none show."""
    if one.person is None:
        return ()
    try:
        return chronology.of_person(request.reading, one.person).entries
    except Missing:
        return ()


def cited_of(
    request: HttpRequest, one: SignalView, entries: tuple[EntryView, ...]
) -> tuple[list[EntryView], list[EntryView]]:
    """What the sign rests on, as this reader may see it; and all of the child's entries with it, newest first."""
    firsts = set(one.cited)
    own = [entry for entry in entries if str(entry.first) in firsts]
    others = firsts - {str(entry.first) for entry in own}  # of a sibling, a friend, a place
    about = [noticed.view for noticed in notices(request.reading, map(UUID, others)).values()] if others else []
    every = sorted([*entries, *about], key=lambda entry: entry.happened, reverse=True)
    return [*own, *about], every


def taken(request: HttpRequest, one: SignalView, asked: Asks, form: AnswerForm, done: list[str]) -> bool:
    """Whether the answer was taken; where it was not, the form says why, or the page does."""
    assert one.id is not None
    because, answer = form.cleaned_data["because"], asked.answer or form.cleaned_data.get("answer", "")
    try:
        if answer:
            signalling.answer(signal=one.id, answer=answer, because=because, done=uuids(done), by=request.actor)
            notes.success(request, "Recorded under your name. Whoever was told with you is not waited for any more.")
        else:
            signalling.take_to_manager(signal=one.id, because=because, by=request.actor)
            notes.success(request, "The manager is told. The sign stays open until somebody answers it.")
    except Invalid as invalid:
        for fault in invalid.faults:
            if fault.path not in form.fields:
                raise
            form.add_error(fault.path, f"Say a little more: {fault.expected}")
        return False
    except Conflict as conflict:
        notes.info(request, conflict.sentence)
    return True


def uuids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
