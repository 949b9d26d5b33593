"""Find a child. What is typed comes by POST and never stands in an address; going back to the results still works."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.agencies.queries import agencies
from sightline.definition.outcomes import Invalid, Missing
from sightline.identity.finding import find as find_people
from sightline.identity.guards import holder
from sightline.jobs.revealing import ring
from sightline.timescales.moment import now
from sightline.web.find.forms import FindForm
from sightline.web.remembered import recall, recent, remember
from sightline.web.words import age_words, iso_words, listed, london

FORM = "find"
SCHOOLS = ("school", "college", "alternative-provision", "early-years")


def _schools() -> list[tuple[str, str]]:
    return sorted(((a.id, a.title) for a in agencies().values() if a.kind in SCHOOLS), key=lambda pair: pair[1])


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    schools = _schools()
    if request.method == "POST":
        form = FindForm(request.POST, schools=schools)
        if form.is_valid():
            return redirect("found", remember(request.actor, FORM, form.typed()))
        return render(request, "find/find.html", {"form": form}, status=422)
    return render(request, "find/find.html", {"form": FindForm(schools=schools), "recent": _recent(request, schools)})


@require_safe
def found(request: HttpRequest, search: UUID) -> HttpResponse:
    typed, schools = recall(request.actor, FORM, str(search)), _schools()
    if typed is None:
        raise Missing
    form = FindForm(typed, schools=schools)
    if not form.is_valid():
        return render(request, "find/find.html", {"form": form}, status=422)
    today = london(now()).date()
    try:
        matching = find_people(request.reading, form.asked())
    except Invalid:
        form.add_error("words", "Enter a name, a birth date, a number or a postcode")
        return render(request, "find/find.html", {"form": form}, status=422)
    people = [(one, age_words(one.born, today), iso_words(one.born), reasons(one.why)) for one in matching]
    return render(
        request,
        "find/find.html",
        {
            "form": form,
            "people": people,
            "searched": True,
            "may_emergency": request.shell.may_open("emergency"),
            "holder": holder(request.reading.definition, request.reading.agencies),
            "asked": describe(typed, dict(schools)),
            "kept_back": ring(tuple(request.reading.kept_back)) if request.reading.kept_back else [],
        },
    )


def reasons(why: tuple[str, ...]) -> str:
    """Why somebody was found: `name (jay, marsh), birth date`."""
    names = [word.removeprefix("name ") for word in why if word.startswith("name ")]
    others = [word for word in why if not word.startswith("name ")]
    return ", ".join([*([f"name ({', '.join(names)})"] if names else []), *others])


def describe(typed: dict[str, str], schools: dict[str, str]) -> str:
    """A search in words."""
    says = {"words": "“{}”", "born": "born {}", "age": "aged {}", "number": "number {}", "postcode": "postcode {}"}
    told = [says[name].format(value) for name, value in typed.items() if name in says]
    if typed.get("school"):
        told.append(f"at {schools.get(typed['school'], typed['school'])}")
    return listed(told, ", and") if told else ""


def _recent(request: HttpRequest, schools: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """One's own last searches, so that nothing has to be typed twice."""
    return [(key, describe(typed, dict(schools))) for key, typed in recent(request.actor, FORM)[:5]]
