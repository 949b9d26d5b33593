"""Asking other agencies side by side, and the page on which an agency answers."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.chronology.queries import entry as entry_history
from sightline.chronology.queries import persons_on
from sightline.definition.outcomes import Invalid, Missing, Refused
from sightline.front_door import checks, steps
from sightline.front_door.rules import basis_of
from sightline.front_door.step_types import Made
from sightline.identity.queries import names
from sightline.jobs.checking import Ask, answer_check, remind_check, request_checks
from sightline.timescales.moment import now
from sightline.web import drafts
from sightline.web.code_words import CodeWords
from sightline.web.front_door.deciding_forms import AnswerForm, AskForm
from sightline.web.front_door.shown import answer_to, head, line, lines, text, whom
from sightline.web.words import counted, listed, london, moment_words

ASK, ANSWER = "ask-checks", "answer-check"
MOST = 12


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, notice: UUID) -> HttpResponse:
    """Whom to ask, with the question, purpose, basis and limit of each; they are all asked at once."""
    shown, reading = head(request, notice), request.reading
    if request.method == "POST" and request.POST.get("remind"):
        return remind(request, shown.first, request.POST["remind"])
    definition = reading.definition
    given = steps.keys_of(shown.first)
    if given is None or shown.view is None:
        raise Missing
    words = CodeWords(definition)
    line_at = request.POST.get("at_the_line") == "on" or bool(steps.begun_by_notice(shown.first, steps.DISCUSSION))
    already = {one.step.to.removeprefix("agency:") for one in lines(request, shown.first, steps.CHECK)}
    rows = [
        {
            "n": n,
            "check": one.check,
            "agency": one.agency,
            "why": one.why,
            "basis": listed([words("lawful-basis", b) for b in basis_of(one.check, at_the_line=line_at)]),
            "question": request.POST.get(f"question-{n}", one.check.question),
            "chosen": request.POST.get(f"ask-{n}") == "on"
            if request.method == "POST"
            else one.suggested and one.agency.id not in already,
            "already": one.agency.id in already,
        }
        for n, one in enumerate(checks.suggestions(definition, given.children, ages(request, shown.first))[:MOST], 1)
    ]
    initial = {
        "agreement": text(shown.view, "agreement"),
        "because": text(shown.view, "not-sought-because"),
        "at_the_line": line_at,
    }
    form = AskForm(request.POST or None, initial=initial, definition=definition)
    if request.method == "POST" and form.is_valid():
        asks = [Ask(row["agency"].id, row["question"], row["check"].id) for row in rows if row["chosen"]]
        if request.POST.get("other"):
            asks.append(Ask(request.POST["other"], request.POST.get("other-question", "")))
        if not asks:
            form.add_error(None, "Choose at least one agency to ask")
        elif (made := sent(request, shown.entry, asks, form)) is not None:
            new, already = [one for one in made if not one.already], [one for one in made if one.already]
            if new:
                said = f"{counted(len(new), 'agency was', 'agencies were')} asked. Each has its own limit, and is reminded."
                notes.success(request, said)
            if not already:
                return redirect("decide", shown.first)
            for one in already:
                notes.info(request, asked_before(request, one))
            return redirect("ask-checks", shown.first)
    return render(
        request,
        "front_door/ask.html",
        {
            "head": shown,
            "rows": rows,
            "others": [
                (a.id, a.title)
                for a in sorted(reading.agencies.values(), key=lambda a: a.title)
                if a.id != request.actor.agency
            ],
            "other": request.POST.get("other", ""),
            "other_question": request.POST.get("other-question", ""),
            "form": form,
            "asked": lines(request, shown.first, steps.CHECK),
        },
        status=422 if form.errors else 200,
    )


def remind(request: HttpRequest, notice: UUID, step: str) -> HttpResponse:
    """Reminds one of those who were asked about this notice, and says so."""
    one = next((one for one in lines(request, notice, steps.CHECK) if str(one.step.id) == step and one.step.open), None)
    if one is None:
        raise Missing
    if remind_check(step=one.step.id, by=request.actor):
        notes.success(request, f"{one.who} was reminded.")
    else:
        notes.info(request, f"{one.who} was reminded a moment ago: ring them, if it cannot wait.")
    return redirect("ask-checks", notice)


def asked_before(request: HttpRequest, made: Made) -> str:
    """`West Yorkshire Police was asked this on 3 March 2025 at 09:10 by Amir Shah and has not answered: …`"""
    assert made.step is not None
    one = line(request, steps.one(made.step, steps.CHECK))
    return (
        f"{one.who} was asked this on {one.asked} and has not answered yet: nothing was sent again. "
        "You can remind them under “Asked already”, or ask something else."
    )


def sent(request: HttpRequest, entry: UUID, asks: list[Ask], form: AskForm) -> list[Made] | None:
    """Asks them all. None where it was refused: the form says why."""
    said = form.cleaned_data
    try:
        return request_checks(
            entry=entry,
            asks=asks,
            by=request.actor,
            agreement=said["agreement"],
            because=said["because"],
            at_the_line=said["at_the_line"],
            cannot_wait=said["cannot_wait"],
        )
    except Refused as error:
        form.add_error("because", error.decision.sentence)
    except Invalid as error:
        form.add_error(None, "; ".join(f"{fault.path}: expected {fault.expected}" for fault in error.faults))
    return None


def ages(request: HttpRequest, notice: UUID) -> list[int]:
    """The ages of the children on a notice, as far as they are known here."""
    today, found = london(now()).date(), []
    for one in names(request.reading, persons_on(notice)).values():
        try:
            born = date.fromisoformat(one.born)
        except ValueError:
            continue
        found.append(today.year - born.year - ((today.month, today.day) < (born.month, born.day)))
    return found


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """What this agency was asked and has not answered, soonest due first; and what it answered."""
    waiting = [(line(request, one), whom(request, one.entry)) for one in checks.asked_of(request.actor.agency)]
    past = [(line(request, one), whom(request, one.entry)) for one in checks.answered_by(request.actor.agency)]
    return render(
        request,
        "front_door/asked.html",
        {
            "waiting": [(one, people, others, front(request, one.step.agency)) for one, (people, others) in waiting],
            "past": [(one, people, others) for one, (people, others) in past],
            "late": sum(one.step.late for one, _ in waiting),
        },
    )


def front(request: HttpRequest, agency: str) -> str:
    known = request.reading.agencies.get(agency)
    return known.title if known else agency


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, step: UUID) -> HttpResponse:
    """The question, whom it is about, what for and on what basis; and the answer."""
    one = steps.one(step, steps.CHECK)
    if one.to != f"agency:{request.actor.agency}":
        raise Missing
    question = entry_history(request.reading, one.entry).now
    people, others = whom(request, one.entry)
    typed, saved = drafts.kept(request, ANSWER, step)
    form = AnswerForm(
        request.POST or None, initial=typed, definition=request.reading.definition, handlings=checks.HANDLINGS
    )
    if request.method == "POST":
        drafts.keep(request, ANSWER, step)
        if request.POST.get("do") == "keep":
            return redirect("asked-one", step)
        if form.is_valid():
            try:
                answer_check(step=step, by=request.actor, **form.cleaned_data)
            except Refused as error:
                wrong = "because" if form.cleaned_data["answer"] == checks.UNAVAILABLE else "detail"
                form.add_error(wrong, error.decision.sentence)
            else:
                drafts.drop(request, ANSWER, step)
                notes.success(request, "Your answer is with the front door. What you learn later, you can add here.")
                return redirect("asked")
    return render(
        request,
        "front_door/answer.html",
        {
            "line": line(request, one, answer_to(request, one)),
            "question": text(question, "question"),
            "purpose": text(question, "purpose"),
            "basis": [value for label, value in question.fields if label == "The law that it rests on"],
            "grounds": grounds(question.values),
            "due": moment_words(one.due_at),
            "people": people,
            "others": others,
            "front": request.reading.agencies.get(one.agency),
            "asked_by": steps.name(one.by),
            "asked_at": moment_words(one.at),
            "form": form,
            "form_name": ANSWER,
            "saved": saved,
        },
        status=422 if form.errors else 200,
    )


def grounds(values: dict[str, str]) -> str:
    """Whether the family knows that others are asked, in a sentence for whoever answers."""
    if values.get("at-the-line") == "yes":
        return "The child may be suffering significant harm: nobody waits for agreement. Ring before you speak with the family."
    if values.get("agreement") == "yes":
        return "The family agrees that you are asked."
    if values.get("because"):
        why = "The family has not agreed, or was not asked; why you are asked all the same stands with the front door."
        return f"{why} Ring before you speak with the family."
    return "Whether the family agrees is not known yet. Ring before you speak with the family."
