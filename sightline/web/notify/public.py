"""The page for the public: anybody may tell of a child, without signing in, with a name or without.

Nothing that anybody tells is turned away. What is over a limit, or looks like a machine's, is kept and looked at by a person
first; whoever wrote it sees the same answer, so that a machine learns nothing and a person need not worry. The page sets no
cookie and keeps nothing: somebody else may use the same computer.
"""

from __future__ import annotations

import re
import time
from uuid import UUID, uuid4

from django.core import signing
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from sightline.agencies.queries import partnership
from sightline.definition.types import Partnership
from sightline.front_door.concerns import Concern, Person, said_day
from sightline.front_door.good_enough import VOICE
from sightline.intake.bodies import LONGEST
from sightline.jobs.notifying import Sent, hold_from_public, take_from_public
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now
from sightline.web.notify.form import TOLD, clock
from sightline.web.notify.limits import DOUBTS, LIMITS, address_of
from sightline.web.words import london, moment_words, read_date

RECORD, DANGER = "contact", "danger-now"
TRAP = "website"
MOST_CHILDREN = 6
WHO = (
    "1A",
    "1B",
    "1C",
    "1D",
    "9",
)  # of the national list: family, somebody they know, the child, another, no name given
LONGEST_LINE = 500
SALT = "tell-us"


@csrf_exempt  # there is no session that somebody else's page could use, and a person without cookies must not be stopped
@require_http_methods(["GET", "HEAD", "POST"])
def tell_us(request: HttpRequest) -> HttpResponse:
    """The page, and what is told on it."""
    definition = partnership()
    if request.method != "POST":
        return _page(request, definition, {})
    try:
        values = {name: request.POST.get(name, "") for name in request.POST}
    except (RequestDataTooBig, TooManyFieldsSent):
        return _page(request, definition, {}, too_long=True, status=413)
    if request.POST.get("do") == "child":
        return _page(request, definition, {**values, "n": str(_number(values) + 1)})
    if not _says_anything(values):
        return _page(request, definition, values, empty=True, status=422)
    told = _concern(definition, values)
    how = _keep(request, definition, told, values)
    return render(
        request,
        "notify/told.html",
        {
            "at": moment_words(how.at),
            "receipt": how.receipt,
            "danger": values.get("danger") == "yes",
        },
    )


def _number(values: dict[str, str]) -> int:
    text = values.get("n", "1")
    return max(1, min(MOST_CHILDREN, int(text))) if text.isdigit() else 1


def _says_anything(values: dict[str, str]) -> bool:
    return any(
        value.strip()
        for name, value in values.items()
        if name not in ("n", "id", "opened", "do", TRAP, "who", "danger")
    )


def _keep(request: HttpRequest, definition: Partnership, told: Concern, values: dict[str, str]) -> Sent:
    words = " ".join([told.says, *(child.voice for child in told.children)])
    address = address_of(request)
    doubts = LIMITS.doubts(
        address=address,
        words=words,
        trap=values.get(TRAP, ""),
        taken=_taken(values.get("opened", "")),
        long=len(told.says) > LONGEST["says"],
    )
    id = _id(values.get("id", ""))
    with trusted("take-from-public"):
        if not doubts:
            return take_from_public(concern=told, id=id)
        says = {code: DOUBTS[code] for code in doubts}
        presses = values.get("danger") == "yes" or dangerous(definition, words) > 2
        return hold_from_public(concern=told, id=id, doubts=says, place=LIMITS.place(address), presses=presses)


def dangerous(definition: Partnership, words: str) -> int:
    """How many of the words that may mean danger stand in a text: an order for whoever sorts, and nothing else."""
    wording = definition.wording.get(DANGER)
    folded = f" {' '.join(re.findall(r'[a-z]+', words.casefold()))} "
    return sum(f" {one}" in folded for one in wording.words) if wording else 0


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def _opened() -> str:
    return signing.dumps(int(time.time()), salt=SALT)


def _taken(text: str) -> float | None:
    """Seconds since the page was opened; None where that cannot be told, which is held against nobody."""
    try:
        return time.time() - float(signing.loads(text, salt=SALT))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def _concern(definition: Partnership, values: dict[str, str]) -> Concern:
    today = london(now()).date()
    day_text = values.get("when", "").strip()[:LONGEST_LINE]
    day = said_day(day_text, read_date, today)
    children = [one for n in range(_number(values)) if (one := _child(values, n)) is not None]
    fields = {
        "source-code": values.get("who", "") if values.get("who", "") in WHO else "9",
        "method": "form",
        "cannot-wait": "yes" if values.get("danger") == "yes" else "",
        TOLD: values.get("family", "").strip()[: LONGEST["says"]],
        "source-words": values.get("who-words", "").strip()[:LONGEST_LINE],
    }
    referrer = {
        name: text
        for name in ("given", "family", "phone", "email")
        if (text := values.get(f"you-{name}", "").strip()[:LONGEST_LINE])
    }
    says = values.get("says", "").strip()
    if safe := values.get("you-safe", "").strip():
        says = f"{says}\nHow and when to reach whoever told us: {safe}".strip()
    return Concern(
        record=RECORD,
        children=tuple(children),
        others=(Person("referrer", referrer),) if referrer else (),
        says=says,
        happened=(f"{day} {at}" if (at := clock(values.get("time", ""))) and len(day) == 10 else day) if day else "",
        as_written="" if day else day_text,
        place={"name": values["place"].strip()[:LONGEST_LINE]} if values.get("place", "").strip() else {},
        fields={name: value for name, value in fields.items() if name in definition.record[RECORD].fields},
    )


def _child(values: dict[str, str], n: int) -> Person | None:
    text = {
        name: values.get(f"c{n}-{name}", "").strip()[:LONGEST_LINE]
        for name in ("given", "family", "born", "school", "lines")
    }
    voice = values.get(f"c{n}-voice", "").strip()[:5_000]
    if not any(text.values()) and not voice:
        return None
    details = {name: text[name] for name in ("given", "family", "school") if text[name]}
    if text["born"]:
        details["born"] = read_date(text["born"]) or text["born"]
    return Person("child", details, (text["lines"],) if text["lines"] else (), "", voice)


def _page(
    request: HttpRequest,
    definition: Partnership,
    values: dict[str, str],
    *,
    empty: bool = False,
    too_long: bool = False,
    status: int = 200,
) -> HttpResponse:
    codes = definition.codes["cin-referral-source"].codes
    children = [
        {name: values.get(f"c{n}-{name}", "") for name in ("given", "family", "born", "school", "lines", "voice")}
        for n in range(_number(values))
    ]
    return render(
        request,
        "notify/tell_us.html",
        {
            "values": values,
            "children": list(enumerate(children)),
            "n": _number(values),
            "may_add": len(children) < MOST_CHILDREN,
            "id": values.get("id") or uuid4(),
            "opened": values.get("opened") or _opened(),
            "who": [(code, WORDS.get(code, codes[code].title)) for code in WHO if code in codes],
            "asks_voice": VOICE in definition.record[RECORD].fields,
            "partnership": definition.info.title,
            "empty": empty,
            "too_long": too_long,
        },
        status=status,
    )


WORDS = {
    "1A": "I am family, or I look after the child",
    "1B": "I know the family: a neighbour, a friend",
    "1C": "I am the child, or the young person",
    "1D": "I am somebody else",
    "9": "I would rather not say",
}
