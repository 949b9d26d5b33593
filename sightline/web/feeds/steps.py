"""The steps of a mapping: the sample, what a row is, who stands on it, the columns, the values, the check."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from sightline.definition.outcomes import Decision, Invalid, Refused
from sightline.definition.types import Fault, Partnership
from sightline.intake import choosing, dates
from sightline.intake import mapping_actions as actions
from sightline.intake import mapping_queries as queries
from sightline.intake.choosing import BY_COLUMN, EMPTY, EVERY, MOST_PEOPLE, Choices
from sightline.intake.mapping_queries import MappingView
from sightline.intake.readers import Unreadable
from sightline.intake.sampling import Sample, read_sample
from sightline.intake.suggesting import date_forms, likely_forms
from sightline.timescales.moment import now
from sightline.web.feeds import answers
from sightline.web.feeds.result import result
from sightline.web.words import counted, iso_words, london

STEPS = (  # name of the page, words
    ("mapping_row", "What a row is"),
    ("mapping_people", "Who stands on it"),
    ("mapping_columns", "What each column becomes"),
    ("mapping_values", "Dates and codes"),
    ("mapping_check", "Name it and submit"),
)
FIELD_OF = {"row record": "record-0", "row agency": "agency", "row people": "person-0", "check title": "title"}


class Step:
    """One page of a mapping that is being made: its choices, its sample, and where it stands among the steps."""

    def __init__(self, request: HttpRequest, mapping: UUID, name: str) -> None:
        self.request, self.name = request, name
        self.definition: Partnership = request.reading.definition
        self.one: MappingView = queries.mapping(request.reading, mapping, sample=True)
        if self.one.by != request.actor.id or self.one.state != "drafted":
            sentence = "This mapping is not yours to change, or it is not being made any more."
            raise Refused(Decision(False, "not-permitted", sentence))
        self.choices = Choices.from_dict(self.one.body)
        self.erased = self.one.sample is None
        self.sample = Sample.from_kept(self.one.sample) if self.one.sample else Sample(self.choices.format)
        self.agencies = request.reading.agencies

    @property
    def next(self) -> str:
        names = [name for name, _ in STEPS]
        place = names.index(self.name)
        return names[place + 1] if place + 1 < len(names) else "mapping"

    def save(self) -> str:
        if self.name not in self.choices.looked:
            self.choices.looked.append(self.name)
        actions.save(mapping=self.one.id, body=self.choices.as_dict(), by=self.request.actor)
        return f"Saved at {london(now()):%H:%M}"

    def result(self) -> object:
        return result(self.choices, None if self.erased else self.sample, self.definition, list(self.agencies))

    def page(self, faults: list[tuple[str, str]] = (), **context: object) -> HttpResponse:  # type: ignore[assignment]
        steps = [(name, words, name == self.name, name in self.choices.looked) for name, words in STEPS]
        place = [name for name, _ in STEPS].index(self.name)
        return render(
            self.request,
            f"feeds/{self.name.removeprefix('mapping_')}.html",
            {
                "one": self.one,
                "choices": self.choices,
                "title": self.choices.title or self.choices.file_name,
                "steps": steps,
                "place": place + 1,
                "before": STEPS[place - 1][0] if place else "",
                "errors": faults,
                "erased": self.erased,
                "sample": self.sample,
                **context,
            },
            status=422 if faults else 200,
        )

    def goes_on(self) -> HttpResponse:
        """After saving: on to the next step, or back to the overview where it is kept for later."""
        if self.request.POST.get("do") == "keep":
            messages.success(self.request, "Saved. You can come back to it later, from Feeds.")
            return redirect("feeds")
        return redirect(self.next, self.one.id)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The sample, and who sends it."""
    agencies = sorted(request.reading.agencies.values(), key=lambda a: a.title)
    faults: list[tuple[str, str]] = []
    chosen = request.POST.get("agency", "")
    if request.method == "POST":
        found = request.FILES.get("sample")
        if chosen not in request.reading.agencies:
            faults.append(("agency", "Choose the agency that sends the file"))
        if found is None or not found.size:
            faults.append(("sample", "Choose a file of at most 2 MB; a hundred rows are enough"))
        if not faults and found is not None:
            raw = found.read(actions.LARGEST_SAMPLE + 1)
            try:
                if len(raw) > actions.LARGEST_SAMPLE:
                    raise Unreadable("it is larger than 2 MB; a hundred rows are enough")
                sample = read_sample(raw, request.reading.definition, (found.name or "")[:80])
                choices = Choices(agency=chosen, file_name=(found.name or "")[:80], format=sample.format)
                made = actions.begin(body=choices.as_dict(), sample=sample.kept(), by=request.actor)
            except Unreadable as error:
                faults.append(("sample", f"The file cannot be used: {error.sentence}"))
            except Invalid as invalid:
                faults += [("sample", f"Choose {fault.expected}") for fault in invalid.faults]
            else:
                says = f"Read: {counted(sample.size, 'row')}, {counted(len(sample.columns), 'column')}."
                messages.success(request, says)
                return redirect("mapping_row", made)
    context = {"agencies": [(a.id, a.title) for a in agencies], "agency": chosen, "errors": faults}
    return render(request, "feeds/new.html", context, status=422 if faults else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def row(request: HttpRequest, mapping: UUID) -> HttpResponse:
    step = Step(request, mapping, "mapping_row")
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        answers.read_row(request.POST, step.choices, step.definition, step.agencies)
        step.save()
        if request.POST.get("do") != "keep":
            faults = _of(step, "row record", "row agency")
        if not faults:
            return step.goes_on()
    kind = step.agencies[step.choices.agency].kind if step.choices.agency in step.agencies else ""
    records = sorted(step.definition.record.values(), key=lambda r: r.title)
    usual = [(r.id, r.title) for r in records if kind in r.sent_by]
    others = [(r.id, r.title) for r in records if kind not in r.sent_by]
    kinds = [*step.choices.record, *[""] * answers.MOST_KINDS][: answers.MOST_KINDS]
    agencies = sorted(((a.id, a.title) for a in step.agencies.values()), key=lambda a: a[1])
    return step.page(faults, kinds=list(enumerate(kinds)), usual=usual, others=others, agencies=agencies)


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, mapping: UUID) -> HttpResponse:
    step = Step(request, mapping, "mapping_people")
    records = choosing.records_of(step.choices, step.definition)
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        answers.read_people(request.POST, step.choices, step.definition)
        step.save()
        if request.POST.get("do") != "keep":
            faults = _of(step, "row people")
        if not faults:
            return step.goes_on()
    roles = {id: role.title for record in records for id, role in record.people.items()}
    chosen = list(step.choices.people)
    if not chosen and "mapping_people" not in step.choices.looked and roles:
        chosen = [next((id for r in records for id, role in r.people.items() if role.needed), next(iter(roles)))]
    chosen = [*chosen, *[""] * MOST_PEOPLE][:MOST_PEOPLE]
    names = ("The first person", "The second person", "The third person", "The fourth person")
    people = [(n, names[n], chosen[n]) for n in range(MOST_PEOPLE)]
    return step.page(faults, people=people, roles=[*roles.items(), (BY_COLUMN, "a column says who they are")])


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, mapping: UUID) -> HttpResponse:
    step = Step(request, mapping, "mapping_columns")
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        answers.read_columns(request.POST, step.choices, step.sample, step.definition)
        why = choosing.prefill(step.choices, step.sample, step.definition)
        choosing.prefill_values(step.choices, step.sample, step.definition)
        step.save()
        if request.POST.get("do") == "on":
            faults = _of(step, "columns")
        if request.POST.get("do") != "show" and not faults:
            return step.goes_on()
    else:
        why = choosing.prefill(step.choices, step.sample, step.definition)
        choosing.prefill_values(step.choices, step.sample, step.definition)
    rows = []
    for n, name in enumerate(step.sample.columns):
        column, those = step.sample.column(name), [*step.choices.columns.get(name, ()), "", ""]
        shown = [text if len(text) <= 40 else text[:39] + "…" for text in column.some()]
        rows.append(
            {
                "n": n,
                "name": name,
                "some": shown,
                "filled": column.filled,
                "to": those[0],
                "also": those[1],
                "why": why.get(name, ""),
            }
        )
    offered = choosing.targets(step.choices, step.definition)
    return step.page(faults, rows=rows, targets=offered, result=step.result())


@require_http_methods(["GET", "HEAD", "POST"])
def values(request: HttpRequest, mapping: UUID) -> HttpResponse:
    step = Step(request, mapping, "mapping_values")
    choosing.prefill_values(step.choices, step.sample, step.definition)
    if request.method == "POST":
        answers.read_values(request.POST, step.choices, step.sample, step.definition)
        step.save()
        if request.POST.get("do") != "show":
            return step.goes_on()
    return step.page(days=_dates(step), coded=_coded(step), result=step.result())


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, mapping: UUID) -> HttpResponse:
    step = Step(request, mapping, "mapping_check")
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        answers.read_check(request.POST, step.choices)
        step.save()
        if request.POST.get("do") == "keep":
            return step.goes_on()
        feed, told = choosing.to_feed(step.choices, step.definition)
        told = [fault for fault in told if fault.code != "better"]
        if feed is not None and not told:
            told = choosing.clashes(feed, step.definition)
        faults = [_link(step, fault) for fault in told]
        if feed is not None and not faults:
            try:
                actions.submit(mapping=mapping, feed=feed, by=request.actor)
            except Invalid as invalid:
                faults = [("title", f"Give it another name: {fault.expected}") for fault in invalid.faults]
            else:
                messages.success(request, "Submitted. A second, different person looks at it and decides.")
                return redirect("mapping", mapping)
    return step.page(faults, every=list(EVERY.items()), result=step.result())


@require_POST
def live(request: HttpRequest, mapping: UUID) -> HttpResponse:
    """What the choices make, while they are made: saved and tried at each change. Returns a fragment."""
    name = "mapping_values" if request.POST.get("step") == "values" else "mapping_columns"
    step = Step(request, mapping, name)
    if name == "mapping_columns":
        answers.read_columns(request.POST, step.choices, step.sample, step.definition)
    else:
        answers.read_values(request.POST, step.choices, step.sample, step.definition)
    choosing.prefill_values(step.choices, step.sample, step.definition)
    saved = step.save()
    return render(request, "feeds/result.html", {"result": step.result(), "saved": saved})


# --- words ---------------------------------------------------------------------------------------------


def _of(step: Step, *paths: str) -> list[tuple[str, str]]:
    """What is needed at this step, each with the id of the field that it is about."""
    found = choosing.missing(step.choices, step.definition)
    return [_link(step, fault) for fault in found if fault.code == "needed" and fault.path in paths]


def _link(step: Step, fault: Fault) -> tuple[str, str]:
    path = " ".join(fault.path.split()[:2]) if fault.path.startswith(("row", "check")) else fault.path.split()[0]
    if path in FIELD_OF:
        return FIELD_OF[path], fault.expected
    return (
        "column-0" if step.name == "mapping_columns" else "files" if "files" in fault.path else "steps"
    ), fault.expected


def form_words(form: str) -> str:
    """A form of dates, by an example: `as 31.03.2025`."""
    if not form:
        return "year first, as 2025-03-31"
    return "as " + datetime(2025, 3, 31, 21, 40).strftime(form)


def _dates(step: Step) -> list[dict[str, object]]:
    out = []
    for n, name in enumerate(choosing.dated(step.choices, step.definition)):
        column = step.sample.column(name)
        good, likely = date_forms(column), likely_forms(column)
        offered = [*good, *(form for form in likely if form not in good)] or [""]
        options = [(form, _reads(form, column.values)) for form in offered]
        both = any(f.startswith("%d") for f in good) and any(f.startswith("%m") for f in good)
        bad = sum(
            count for text, count in column.counts.items() if not _as_read(step.choices.dates.get(name, ""), text)
        )
        row = {"n": n, "name": name, "options": options, "chosen": step.choices.dates.get(name, "")}
        out.append({**row, "both": both, "bad": bad, "some": column.some()})
    return out


def _reads(form: str, texts: list[str]) -> str:
    for text in texts:
        if made := _as_read(form, text):
            day, _, time = made.partition("T")
            return f"“{text}” is {iso_words(day)}{' at ' + time[:5] if time else ''}"
    return form_words(form)


def _as_read(form: str, text: str) -> str:
    try:
        return dates.reader(form)(text)
    except (ValueError, OverflowError):
        return ""


def _coded(step: Step) -> list[dict[str, object]]:
    out = []
    for n, coded in enumerate(choosing.codes(step.choices, step.sample, step.definition)):
        column, chosen = step.sample.column(coded.column), step.choices.values.get(coded.target, {})
        rows = []
        for m, text in enumerate(column.values):
            known = choosing.understood(coded, text, step.definition, step.choices)
            kept = "kept as it was sent" if coded.open else "untranslated: its rows wait for a person"
            as_is = "as it stands: it is understood" if known else kept
            rows.append(
                {"m": m, "text": text, "times": column.counts[text], "to": chosen.get(text, ""), "as_is": as_is}
            )
        out.append({"n": n, "coded": coded, "rows": rows, "many": column.many, "empty": EMPTY})
    return out
