"""Reading packs, letting them go, and the files that left."""

from __future__ import annotations

import base64
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.definition.outcomes import Invalid, Missing
from sightline.disclosure import actions, documents, queries, rules
from sightline.disclosure.types import WITHHELD, Line, Pack
from sightline.jobs import disclosing
from sightline.web.accounts.recently import prove, proved
from sightline.web.disclosure.forms import RejectForm, tell
from sightline.web.disclosure.words import facts, shown, state, steps
from sightline.web.words import iso_words, moment_words

TYPES = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}
OPEN = ("prepared", "stopped", "rejected")


@require_safe
def packs(request: HttpRequest) -> HttpResponse:
    """Every pack that this worker may open: those that wait for a second person first."""
    found = queries.packs(request.reading)
    definition = request.reading.definition
    rows = [
        {
            "pack": one,
            "state": state(one),
            "kind": definition.codes["pack-kind"].codes[one.kind].title,
            "recipient": definition.recipient[one.to.kind].title
            if one.to.kind in definition.recipient
            else one.to.kind,
            "at": moment_words(one.at),
            "due": iso_words(one.due) if one.due and one.state in OPEN else "",
            "mine": one.by == request.actor.id,
        }
        for one in found
    ]
    waiting = [row for row in rows if row["pack"].state in OPEN]
    done = [row for row in rows if row not in waiting]
    may_find = request.shell.may_open("find")
    return render(request, "disclosure/packs.html", {"waiting": waiting, "done": done, "may_find": may_find})


@require_http_methods(["GET", "HEAD", "POST"])
def pack(request: HttpRequest, pack: UUID) -> HttpResponse:
    """A pack as its recipient would get it, with why each line stands so; a second person lets it go here."""
    one = queries.pack(request.reading, pack)
    form = RejectForm()
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do == "release":
            if not proved(request):
                return prove(request)
            disclosing.release_pack(pack=pack, by=request.actor, seen=request.POST.get("seen", ""))
            messages.success(request, "Released. The files are below; that they left is on the record.")
            return redirect("pack", pack)
        if do == "withdraw":
            actions.withdraw_pack(pack=pack, by=request.actor)
            messages.success(request, "Taken back. Nothing left.")
            return redirect("pack", pack)
        form = RejectForm(request.POST)
        if form.is_valid():
            try:
                actions.reject_pack(pack=pack, because=form.cleaned_data["because"], by=request.actor)
                messages.success(request, "Turned down. Whoever prepared it reads why.")
                return redirect("pack", pack)
            except Invalid as error:
                tell(form, error, {})
    return render(request, "disclosure/pack.html", _context(request, one, form), status=422 if form.errors else 200)


def _context(request: HttpRequest, one: Pack, form: RejectForm) -> dict[str, object]:
    definition = request.reading.definition
    open_ = one.state in OPEN
    if one.state == "erased":
        return {"pack": one, "erased": True, "state": state(one), "steps": steps(one)}
    recipient = definition.recipient[one.to.kind]
    lacking = [code for code in recipient.checks if code not in one.checks]
    checks = definition.codes["pack-check"].codes
    mine = one.by == request.actor.id
    others = [
        (other.first, other.to.name)
        for other in queries.packs(request.reading, person=one.person)
        if other.first != one.first and other.state not in ("withdrawn", "erased")
    ]
    return {
        "pack": one,
        "kind": definition.codes["pack-kind"].codes[one.kind].title,
        "says": recipient.says,
        "state": state(one),
        "facts": facts(definition, one),
        "lines": [shown(definition, one, line) for line in one.lines if line.state != WITHHELD],
        "withheld": [shown(definition, one, line) for line in one.lines if line.state == WITHHELD],
        "counts": one.counts,
        "told": documents.told_withheld(definition, one),
        "steps": steps(one),
        "flagged": [rules.SAYS.get(code, code) for code in one.flagged],
        "done": [checks[code].title for code in one.checks if code in checks],
        "lacking": [checks[code].title for code in lacking],
        "reference": documents.reference(one),
        "files": sorted(one.files.items(), reverse=True),
        "others": others,
        "mine": mine,
        "may_change": mine and open_,
        "may_release": not mine and open_,
        "form": form,
        "why": one.why.sentence if one.why else "",
    }


@require_safe
def file(request: HttpRequest, pack: UUID, format: str) -> HttpResponse:
    """A file as it left, byte for byte. Its name says nothing of anybody."""
    content, digest = queries.file(request.reading, pack, format)
    one = queries.pack(request.reading, pack)
    response = HttpResponse(content, content_type=TYPES[format])
    name = f"pack-{documents.reference(one).lower()}.{format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Repr-Digest"] = f"sha-256=:{_base64(digest)}:"
    return response


def _base64(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()


@require_safe
def beside(request: HttpRequest, pack: UUID, other: UUID) -> HttpResponse:
    """Two packs about one person side by side: where what one recipient gets differs from what the other gets."""
    one, two = queries.pack(request.reading, pack), queries.pack(request.reading, other)
    if one.person != two.person:
        raise Missing
    here, there = ({line.first: line for line in p.lines} for p in (one, two))
    order = dict.fromkeys([*here, *there])
    rows = []
    for first in order:
        pair = here.get(first), there.get(first)
        known = pair[0] or pair[1]
        cells = [_cell(line) for line in pair]
        if known is not None and any(cells):
            rows.append((known.title, documents.when(known), cells, cells[0] != cells[1]))
    rows.sort(key=lambda row: not row[3])
    return render(
        request,
        "disclosure/beside.html",
        {"one": one, "two": two, "rows": rows, "differ": sum(row[3] for row in rows)},
    )


def _cell(line: Line | None) -> list[tuple[str, str]]:
    if line is None or line.state == WITHHELD:
        return []
    return [(part.label, part.words) for part in line.parts] or [("", "Only that it is held")]
