"""Send a concern: which kind, the form, what is kept while it is typed, sending, the receipt."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sightline.agencies.types import Actor
from sightline.definition.outcomes import Missing
from sightline.definition.types import Partnership, RecordType
from sightline.front_door.concerns import Concern, as_child, sendable, spoken, usable
from sightline.front_door.good_enough import VOICE, Lack, lacks
from sightline.front_door.language import Hint, hints_of
from sightline.jobs.notifying import send_concern
from sightline.timescales.moment import now
from sightline.web.drafts import sealed_by
from sightline.web.notify import held, keeping
from sightline.web.notify.became import yours
from sightline.web.notify.form import (
    MOST_CHILDREN,
    Values,
    asked_of,
    build,
    child_name,
    concern,
    counts,
    target,
    typed,
    without,
)
from sightline.web.words import counted, listed, london, moment_words

OWN = 12  # of an agency's own kinds, so many stand open; what is left stands under “Something else”


def _definition(request: HttpRequest) -> Partnership:
    return request.reading.definition


def _record(request: HttpRequest, record: str) -> RecordType:
    """The record type, where this worker's agency sends it. Raises Missing."""
    actor: Actor = request.actor
    found = next((one for one in sendable(_definition(request), actor.agency_kind) if one.id == record), None)
    if found is None or not actor.agency:
        raise Missing
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def concerns(request: HttpRequest) -> HttpResponse:
    """What may be sent, what waits to be sent, and what became of what was."""
    actor, definition = request.actor, _definition(request)
    if request.method == "POST":
        record = _record(request, request.POST.get("record", ""))
        return redirect("concern", keeping.begin(actor, record.id))
    kinds = sendable(definition, actor.agency_kind) if actor.agency else []
    own = [one for one in kinds if actor.agency_kind in one.sent_by][:OWN]
    others = [one for one in kinds if one not in own]
    waiting = [
        (
            one.id,
            definition.record[one.record].title,
            _whom(one.values),
            moment_words(one.saved_at) if one.saved_at else "",
        )
        for one in keeping.all_of(actor)
        if one.record in definition.record
    ]
    return render(
        request,
        "notify/concerns.html",
        {
            "own": own or others,
            "others": others if own else [],
            "waiting": waiting,
            "yours": yours(request),
            "agency": request.reading.agencies[actor.agency].title if actor.agency in request.reading.agencies else "",
        },
    )


def _whom(values: Values) -> str:
    names = [name for n in range(int(values.get("n", "1") or 1)) if (name := child_name(values, n))]
    return listed(names) or "no name yet"


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, concern: UUID) -> HttpResponse:
    """The form. Each button keeps what is typed first."""
    kept = keeping.get(request.actor, concern)
    record = _record(request, kept.record)
    if request.method != "POST":
        return _page(request, kept, record)
    values = _typed(request, record)
    keeping.save(request.actor, concern, values)
    does, _, about = request.POST.get("do", "save").partition(" ")
    match does:
        case "send":
            return _send(request, kept, record, values)
        case "drop" if not kept.sent:
            keeping.drop(request.actor, concern)
            messages.success(request, "Thrown away. Nothing was sent, and nobody at the front door has it.")
            return redirect("concerns")
        case "child" | "other" | "no-child" | "no-other":
            values = _more_or_fewer(values, does, about)
        case "take" | "kin":
            values = _offered(request, values, does, about)
    keeping.save(request.actor, concern, values)
    anchors = {
        "child": f"#child-{int(values['n']) - 1}",
        "other": f"#other-{int(values['m']) - 1}",
        "take": "#children",
        "kin": "#children",
    }
    if does == "look":
        return redirect(
            f"{reverse('concern', args=[concern])}?look={int(about) if about.isdigit() else 0}#child-{about}"
        )
    return redirect(reverse("concern", args=[concern]) + anchors.get(does, "#saved" if does == "save" else "#children"))


def _typed(request: HttpRequest, record: RecordType) -> dict[str, str]:
    several = {
        f"f-{name}": request.POST.getlist(f"f-{name}")
        for name, declared in record.fields.items()
        if declared.kind == "choices" and request.POST.getlist(f"f-{name}")
    }
    return typed(request.POST, record, several)


def _more_or_fewer(values: dict[str, str], does: str, about: str) -> dict[str, str]:
    if does == "child":
        return {**values, "n": str(min(MOST_CHILDREN, int(values["n"]) + 1))}
    if does == "other":
        return {**values, "m": str(int(values["m"]) + 1)}
    return without(values, "c" if does == "no-child" else "a", int(about) if about.isdigit() else 0)


def _offered(request: HttpRequest, values: dict[str, str], does: str, about: str) -> dict[str, str]:
    """`take 0 <person>`: is the first child; `kin 0 <person>`: stands beside the first child."""
    number, _, who = about.partition(" ")
    try:
        n, person = int(number), UUID(who)
        if does == "take":
            return held.taken(request, values, n, person)
        return held.added(request, values, UUID(values.get(f"c{n}-known", "")), person)
    except ValueError as error:
        raise Missing from error


def _send(request: HttpRequest, kept: keeping.Kept, record: RecordType, values: dict[str, str]) -> HttpResponse:
    told = concern(_definition(request), record, values, london(now()).date())
    version = kept.version + 1
    how = send_concern(concern=told, id=kept.id, version=version, by=request.actor)
    keeping.sent(request.actor, kept.id, how, version)
    return redirect("concern-sent", kept.id)


def _page(request: HttpRequest, kept: keeping.Kept, record: RecordType) -> HttpResponse:
    definition, today = _definition(request), london(now()).date()
    look = request.GET.get("look", "")
    looked = int(look) if look.isdigit() and int(look) < counts(kept.values, record)[0] else None
    may_look = held.may_look(request)
    children = []
    form = build(definition, record, kept.values, today)
    for group in form.children:
        offers = held.candidates(request, kept.values, group.number) if may_look and looked == group.number else []
        kin = held.family(request, kept.values, group.number) if group.known else []
        children.append((group, offers, looked == group.number, kin))
    return render(
        request,
        "notify/concern.html",
        {
            "kept": kept,
            "record": record,
            "form": form,
            "children": children,
            "may_add_child": len(children) < MOST_CHILDREN,
            "may_look": may_look,
            "values": kept.values,
            "saved": f"Saved at {london(kept.saved_at):%H:%M on %-d %B}" if kept.saved_at else "",
            "sealed_by": sealed_by(request.actor, f"concern:{kept.id}"),
            **beside(definition, record, kept.values, typed_something=bool(kept.saved_at)),
        },
    )


def beside(
    definition: Partnership, record: RecordType, values: Values, *, typed_something: bool = True
) -> dict[str, object]:
    """What would help whoever reads, and words that could be others: shown beside the form and never in its way."""
    today = london(now()).date()
    told = concern(definition, record, values, today)
    missing, hints = good_enough(definition, record, told) if typed_something else ([], ())
    return {
        "lacks": [(target(one, record), one.says) for one in missing],
        "hints": hints,
        "typed_something": typed_something,
        "asked": [(n, asked_of(definition, values, n, today)) for n in range(counts(values, record)[0])]
        if VOICE in record.fields
        else [],
    }


def good_enough(definition: Partnership, record: RecordType, told: Concern) -> tuple[list[Lack], tuple[Hint, ...]]:
    fields, _ = usable(definition, record, dict(told.fields))
    others: dict[str, list[dict[str, str]]] = {}
    for person in told.others:
        others.setdefault(person.role, []).append(dict(person.details))
    children = [as_child(one) for one in told.children]
    fields |= {VOICE: spoken(told.children)} if VOICE in record.fields else {}
    missing = lacks(definition, record, fields, children, on=london(now()).date(), others=others)
    names = [child.name for child in told.children if child.name]
    return missing, hints_of(
        definition, record, {k: v for k, v in fields.items() if k != VOICE}, told.says, children=names
    )


@require_POST
def save(request: HttpRequest, concern: UUID) -> HttpResponse:
    """Keeps what is typed, every two seconds of typing; answers with what would help and with other words."""
    kept = keeping.get(request.actor, concern)
    record = _record(request, kept.record)
    values = _typed(request, record)
    at = keeping.save(request.actor, concern, values)
    return render(
        request,
        "notify/beside.html",
        {"saved": f"Saved at {london(at):%H:%M}", "fragment": True, **beside(_definition(request), record, values)},
    )


@require_safe
def sent(request: HttpRequest, concern: UUID) -> HttpResponse:
    """The receipt: that it is held, and what would help. It says nothing of whether anybody was known."""
    kept = keeping.get(request.actor, concern)
    if not kept.sent or kept.sent_at is None:
        return redirect("concern", concern)
    record = _record(request, kept.record)
    definition = _definition(request)
    number = counts(kept.values, record)[0]
    return render(
        request,
        "notify/sent.html",
        {
            "kept": kept,
            "record": record,
            "whom": _whom(kept.values),
            "how_many": counted(number, "child", "children"),
            "at": moment_words(kept.sent_at),
            **beside(definition, record, kept.values),
        },
    )
