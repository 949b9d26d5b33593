"""The child's page."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods

from sightline.agencies.rules import may
from sightline.chronology import queries as chronology
from sightline.chronology import rules
from sightline.clocks import queries as clocks
from sightline.definition.outcomes import Missing
from sightline.identity import protected
from sightline.identity import queries as identity
from sightline.signals import queries as signals
from sightline.timescales.moment import now
from sightline.web.child import beside, drawing, page
from sightline.web.child.signs import placed, signs
from sightline.web.code_words import CodeWords
from sightline.web.emergency import views as emergency
from sightline.web.matches.counted import waits
from sightline.web.middleware import read_plainly
from sightline.web.remembered import recall, remember
from sightline.web.words import age_words, day_words, end_of_day, iso_words, london, read_date

NO_ONE = UUID(int=0)
WORDS = "words-on-a-child"
MOST_FRAMES = 3  # signs that the picture shows


def entry_prefix() -> str:
    """The address of an entry without its id: made once, since a page may carry five hundred of them."""
    return reverse("entry", args=[NO_ONE]).removesuffix(f"{NO_ONE}/")


@require_http_methods(["GET", "HEAD", "POST"])
def child(request: HttpRequest, person: UUID) -> HttpResponse:
    if request.method == "POST":
        return narrow(request, person)
    filters, fault = read_filters(request)
    typed = request.GET.get("known-on", "")[:30] if fault else day_words(filters.known_on) if filters.known_on else ""
    moment = end_of_day(filters.known_on) if filters.known_on else None
    reading, present = read_plainly(request), now()
    definition = reading.definition
    codes = CodeWords(definition)
    today = filters.known_on or london(present).date()

    told = chronology.of_person(reading, person, known_on=moment)
    raised = [] if moment else signals.of_person(reading, person, told.identities, entries=told.entries, past=True)
    cited = {first for one in raised if one.open and one.sort != "data" for first in one.cited}
    if request.htmx and request.htmx.target == "chronology":  # the list alone
        listing = page.listing(
            told.entries, filters, prefix=entry_prefix(), basis=codes.basis, now=present, cited=cited
        )
        response = render(
            request,
            "child/chronology.html",
            {"person": person, "filters": filters, "fault": fault, "listing": listing, "typed_on": typed},
        )
        response["HX-Push-Url"] = request.get_full_path()
        return response
    try:
        profile = identity.profile(reading, person, known_on=moment)
    except Missing:
        if not told.entries:
            raise
        profile = None  # what is held may be read, or pointed to, while who it is may not
    running = [] if moment else clocks.of_identities(reading, told.identities, person)
    everyone = rules.professionals(told.entries, moment or present, definition, all_times=True)
    at_work = rules.professionals(told.entries, moment or present, definition)
    titles = {a.id: a.title for a in reading.agencies.values()}
    prefix = entry_prefix()

    states = [
        s for s in rules.states(told.entries, moment or present, definition) if s.says
    ]  # at a headline, its words may be hidden
    listing = page.listing(told.entries, filters, prefix=prefix, basis=codes.basis, now=present, cited=cited)
    on_page = {row.id for row in listing.rows}
    told_signs = signs(raised, told.entries, definition, lambda entry: page.leads_to(entry, filters, on_page))
    drawn = drawing.picture(
        told.entries,
        states,
        definition,
        filters,
        on_page=on_page,
        today=today,
        signs=[sign for sign in told_signs if sign.open and sign.level != "look"][:MOST_FRAMES],
    )
    context = {
        "person": person,
        "emergency": emergency.mark(request, told.identities),
        "may_emergency": not moment and request.shell.may_open("emergency-child"),
        "filters": filters,
        "fault": fault,
        "typed_on": typed,
        "listing": listing,
        "who": beside.who(profile, today, codes) if profile else beside.Who("Name not open to you", "", "this child"),
        "known_on": day_words(filters.known_on) if filters.known_on else "",
        "reasons": beside.reasons(told.entries),
        "rings": beside.rings(told.entries),
        "states": states,
        "voices": beside.voices(told.entries),
        **placed(told_signs),
        "signs_then": reverse("child-signs-then", args=[person]) + filters.query() if moment else "",
        "signs_today": "" if moment else f"{reverse('child-signs-then', args=[person])}?known-on={today.isoformat()}",
        "may_answer": not moment and bool(may(reading.actor, "answer-signal", definition)),
        "picture": drawn,
        "svg": mark_safe(drawn.svg),
        "legend": [(shape, mark_safe(svg), count, words) for shape, svg, count, words in drawn.legend],
        "spans": drawing.spans(told.entries, filters, today),
        "professionals": at_work,
        "before": [p for p in everyone if p not in at_work],
        "family": []
        if moment or not profile
        else [
            (kin, age_words(kin.born, today), iso_words(kin.born), codes("relation", kin.relation))
            for kin in identity.family(reading, person, told.identities)
        ],
        "promised": beside.promised(running, present, prefix),
        "variants": beside.variants(profile, titles, codes) if profile else [],
        "held": beside.held_table(profile, titles, codes) if profile else [],
        "location_protected": protected.any_of(reading, told.identities),
        "match_waits": "" if moment else waits(request, person, told.identities),
        "may_see_matches": not moment and request.shell.may_open("who-was-who"),
        "may_join": not moment and request.shell.may_open("join"),
        "may_share": not moment and request.shell.may_open("decide-sharing-child"),
        "may_pack": not moment and request.shell.may_open("pack-prepare"),
        "may_separate": not moment and profile and len(profile.held) > 1 and request.shell.may_open("separate"),
    }
    return render(request, "child/child.html", context)


def narrow(request: HttpRequest, person: UUID) -> HttpResponse:
    """The words to look for may be personal: they come by POST, are kept sealed, and the address gets an opaque id."""
    filters, _ = read_filters(request, request.POST)
    words = request.POST.get("words", "").strip()[:100]
    change = {"words": remember(request.actor, WORDS, {"words": words}) if words else ""}
    return HttpResponseRedirect(reverse("child", args=[person]) + filters.query(**change) + "#chronology")


def read_filters(request: HttpRequest, given: object = None) -> tuple[page.Filters, str]:
    """The filters of the address, and what was wrong with them."""
    given = request.GET if given is None else given
    text, known_on, fault = given.get("known-on", "").strip(), None, ""
    if text:
        try:
            known_on = date.fromisoformat(read_date(text))  # typed in words, or in an address as ISO
        except ValueError:
            fault = "“As known on” must be a date, such as 14 March 2025"
    if known_on and known_on > london(now()).date():
        known_on, fault = None, "“As known on” must be today or in the past"
    words_id = given.get("words", "") if given is request.GET else ""
    kept = recall(request.actor, WORDS, words_id) if words_id else None
    return page.Filters(
        lane=given.get("lane", "")[:60],
        kind=given.get("kind", "")[:60],
        words=(kept or {}).get("words", ""),
        words_id=words_id if kept else "",
        known_on=known_on,
        start=given.get("from", "")[:36],
        span=given.get("span", "") if given.get("span", "") in dict(drawing.SPANS) else "",
    ), fault
