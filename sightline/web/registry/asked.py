"""Which day a page of the registry is asked for, and by what was known when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest

from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.web.words import day_words, read_date

ASK = "Enter a day, such as 1 March 2023"
FIRST = date(1900, 1, 1)  # no arrangement is older, and a year before it there is still a day


@dataclass(frozen=True, slots=True)
class Asked:
    """`on`: the day; `known`: the day by which it must have been known; `then`: only what was known on that day."""

    on: date
    known: date
    today: date
    then: bool = False
    typed: str = ""
    fault: str = ""

    @property
    def query(self) -> str:
        """For links to other pages that should look at the same day; empty for today."""
        values = {} if self.on == self.today else {"on": self.on.isoformat()}
        return urlencode({**values, **({"known": "then"} if self.then else {})})

    @property
    def words(self) -> str:
        return "today" if self.on == self.today else day_words(self.on)

    @property
    def day(self) -> str:
        return day_words(self.on)


def asked(request: HttpRequest, name: str = "on", default: date | None = None) -> Asked:
    """The day that the address asks for (`on=2022-03-01&known=then`). A day that cannot be read is a fault, and today."""
    today = local_day(now())
    typed = request.GET.get(name, "").strip()[:40]
    on, fault = day(typed, default or today, today)
    then = request.GET.get("known", "") == "then"
    return Asked(on, on if then else today, today, then, typed if fault else "", fault)


def day(typed: str, default: date, today: date) -> tuple[date, str]:
    """A day as people type it, and what is wrong with it."""
    if not typed:
        return default, ""
    read = read_date(typed)
    if len(read) != len("2022-03-01"):
        return default, ASK
    found = date.fromisoformat(read)
    if found < FIRST:
        return default, "Enter a day from 1900 on"
    return (default, "Enter today or an earlier day") if found > today else (found, "")
