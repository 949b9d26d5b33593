"""Preparing a pack, taking something out of it by hand, and deciding to share."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sightline.chronology import queries as chronology
from sightline.definition.outcomes import Invalid, Missing, Refused
from sightline.disclosure import actions, queries, rules
from sightline.disclosure.types import WITHHELD, To
from sightline.identity import queries as identity
from sightline.jobs import disclosing
from sightline.sharing.types import Level
from sightline.web.disclosure.forms import MarkForm, PrepareForm, ShareForm, tell
from sightline.web.disclosure.words import shown


@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: HttpRequest, person: UUID) -> HttpResponse:
    """First for which kind of recipient; then what that one needs. Nothing leaves by it."""
    reading = request.reading
    profile = identity.profile(reading, person)
    definition = reading.definition
    chosen = definition.recipient.get(request.POST.get("recipient") or request.GET.get("recipient", ""))
    shown_ = {"person": person, "name": profile.name}
    if chosen is None or chosen.withdrawn_from_choice:
        kinds = [one for one in definition.recipient.values() if not one.withdrawn_from_choice]
        return render(
            request, "disclosure/recipient.html", {**shown_, "recipients": sorted(kinds, key=lambda r: r.title)}
        )
    people = [(str(person), f"{profile.name}, whom it is about")]
    people += [(str(kin.person), f"{kin.name}, {kin.relation}") for kin in identity.family(reading, person)]
    form = PrepareForm(
        request.POST if request.method == "POST" else None, definition=definition, recipient=chosen, people=people
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        to = To(chosen.id, given["name"].strip(), (UUID(given["person"]),) if given.get("person") else ())
        purpose = given["purpose"]
        kind = (
            "subject-access" if purpose == "subject-access" else next(k for k in chosen.kinds if k != "subject-access")
        )
        try:
            made = disclosing.prepare_pack(
                kind=kind, about=person, to=to, purpose=purpose, by=request.actor, checks=form.checked(),
                asked_on=(given.get("asked_on") or "") if kind == "subject-access" else "", beside=form.beside(),
            )  # fmt: skip
            messages.success(
                request, "Prepared. Read it as they would, take out what must not leave; a second person lets it go."
            )
            return redirect("pack", made)
        except Invalid as error:
            tell(form, error, {"asked-on": "asked_on"})
        except Refused as refused:
            if refused.decision.reason_code not in rules.SAYS:
                raise
            form.add_error(None, refused.decision.sentence)
    context = {**shown_, "form": form, "recipient": chosen}
    return render(request, "disclosure/prepare.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def line(request: HttpRequest, pack: UUID, first: UUID) -> HttpResponse:
    """Taking words, or the whole record, out of a pack by hand; or putting back what was so taken out."""
    one = queries.pack(request.reading, pack)
    definition = request.reading.definition
    found = next((line for line in one.lines if line.first == first), None)
    if found is None:
        raise Missing
    form = MarkForm(request.POST if request.method == "POST" else None, definition=definition)
    at = int(request.POST["version"]) if request.POST.get("version", "").isdigit() else 0
    if request.method == "POST" and request.POST.get("do") == "back":
        actions.unmark(pack=pack, entry=first, by=request.actor, at_version=at)
        messages.success(request, "Put back, as far as the rules let it stand.")
        return redirect("pack", pack)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.mark(
                pack=pack, entry=first, because=given["because"], words=given["words"], why=given["why"],
                by=request.actor, at_version=at,
            )  # fmt: skip
            messages.success(request, "Taken out.")
            return redirect("pack", pack)
        except Invalid as error:
            tell(form, error, {})
    marks = [m for m in one.marks if m.entry == first]
    codes = definition.codes["withheld"].codes
    context = {
        "pack": one,
        "line": shown(definition, one, found),
        "withheld": found.state == WITHHELD,
        "form": form,
        "marks": [(m.words or "the whole record", codes[m.because].title, m.why) for m in marks],
    }
    return render(request, "disclosure/line.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def share_record(request: HttpRequest, entry: UUID) -> HttpResponse:
    """A decision to share one record, or not to."""
    history = chronology.entry(request.reading, entry)
    if history.now.level < Level.HEADLINE:
        raise Missing
    about = history.now.headline or history.now.title
    return _share(request, about, back=("entry", entry), entry=entry)


@require_http_methods(["GET", "HEAD", "POST"])
def share_child(request: HttpRequest, person: UUID) -> HttpResponse:
    """A decision to share something about a child, or not to, that is no one record."""
    return _share(request, identity.profile(request.reading, person).name, back=("child", person), person=person)


def _share(request: HttpRequest, about: str, *, back: tuple[str, UUID], **on: UUID) -> HttpResponse:
    definition = request.reading.definition
    form = ShareForm(request.POST if request.method == "POST" else None, definition=definition)
    if request.method == "POST" and form.is_valid():
        given = {name: value.strip() for name, value in form.cleaned_data.items() if value and value.strip()}
        try:
            made, flagged = disclosing.decide_sharing(by=request.actor, **on, **given)
            says = " ".join(rules.SAYS[code] for code in flagged if code in rules.SAYS)
            if says:
                messages.warning(request, f"It stands, and something is missing. {says}")
            else:
                messages.success(request, "Your decision is on the record.")
            return redirect("entry", made)
        except Invalid as error:
            tell(form, error, {})
        except Refused as refused:
            field = {"agreement-missing": "agreement", "family-not-told": "told_family", "rationale-missing": "rationale",
                     "basis-missing": "basis"}.get(refused.decision.reason_code)  # fmt: skip
            if field is None:
                raise
            form.add_error(field, refused.decision.sentence)
    lines = [(share.title, share.says) for share in definition.share.values()]
    context = {"about": about, "form": form, "back": back, "lines": lines}
    return render(request, "disclosure/share.html", context, status=422 if form.errors else 200)
