"""What reaches the front door in the night before the demonstration is opened, as plain values (`morning.yaml`).

Children whom the synthetic city already knows are taken from its truth, by age, so that agencies hold something about
most of them; a few are new to everybody. Times are counted back from a moment.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

HERE = Path(__file__).parent / "morning.yaml"
LONDON = ZoneInfo("Europe/London")
TOLD = ("given", "family", "born", "sex", "ethnicity", "nhs_number", "upn")
STORY = "answered-one-by-one"  # the planted story of Jay Marsh
MOMENTS = ("safe-until", "missing-from", "returned-at", "arrested-at")  # fields that hold minutes from the moment


def notices(truth: Path, moment: datetime) -> Iterator[dict[str, Any]]:
    """Each notice as `{agency, record, message, happened, sent, says, fields, people: [(role, details)]}`, oldest first.

    `truth`: the folder of the synthetic city's truth, for children who are known already. Raises OSError where it is not.
    """
    told: list[dict[str, Any]] = yaml.load(HERE.read_text(encoding="utf-8"), yaml.CSafeLoader)["morning"]
    cast = Cast(truth, moment.astimezone(LONDON).date())
    made = [_notice(n, one, cast, moment) for n, one in enumerate(told, 1)]
    return iter(sorted(made, key=lambda one: one["sent"]))


def _notice(n: int, one: Mapping[str, Any], cast: Cast, moment: datetime) -> dict[str, Any]:
    ago = int(one["ago"])
    named = one.get("name", "")
    people = [
        (role, cast.held(details, one["from"]))
        for role, who in one["who"].items()
        for details in cast.people(who, named, one["from"])
    ]
    fields = {
        name: _clock(moment + timedelta(minutes=int(value))) if name in MOMENTS else str(value)
        for name, value in one["fields"].items()
    }
    return {
        "agency": one["from"],
        "record": one["record"],
        "message": f"morning-{moment:%Y%m%d}-{n:02}",
        "happened": _clock(moment - timedelta(minutes=int(one.get("happened", ago)))),
        "sent": _clock(moment - timedelta(minutes=ago)),
        "says": one["says"],
        "fields": fields,
        "people": people,
    }


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%Y-%m-%d %H:%M}"


class Cast:
    """Who is on the notices: children of the city by age, each once; people nobody knows; those of an earlier notice."""

    def __init__(self, truth: Path, today: date) -> None:
        self.today = today
        self.named: dict[str, list[dict[str, Any]]] = {}
        self.jay: dict[str, Any] = {}
        self.known: list[tuple[int, dict[str, Any]]] = []
        rows = [json.loads(line) for line in (truth / "people.jsonl").read_text(encoding="utf-8").splitlines()]
        for row in rows:
            born = row.get("born", "")
            if STORY in row.get("storylines", ()):
                if row["given"] == "Jay":
                    self.jay = _details(row)
                continue
            if row.get("role") != "child" or not born or row.get("storylines") or row.get("died") or row.get("ended"):
                continue
            age = _age(date.fromisoformat(born), today)
            if age < 18 and row.get("ids"):
                self.known.append((age, _details(row)))
        self.known.sort(key=lambda pair: (-len(pair[1]["ids"]), pair[1]["family"], pair[1]["given"]))

    def people(self, who: Any, name: str, agency: str) -> list[dict[str, Any]]:
        found = [details for one in (who if isinstance(who, list) else [who]) for details in self._one(one, agency)]
        if name and name not in self.named:
            self.named[name] = found
        return found

    @staticmethod
    def held(details: Mapping[str, Any], agency: str) -> dict[str, str]:
        """What this agency gives of somebody: their own number for them too, where they have one."""
        own = dict(details.get("ids") or {}).get(agency)
        return {**{k: v for k, v in details.items() if k != "ids"}, **({"local_id": str(own)} if own else {})}

    def _one(self, one: Mapping[str, Any], agency: str) -> list[dict[str, Any]]:
        if "as" in one:
            return self.named[one["as"]]
        if "jay" in one:
            return [self.jay] if self.jay else []
        if "known" in one:
            return [self._known(int(one["known"][0]), int(one["known"][1]), agency)]
        told = dict(one.get("new") or one["adult"])
        details = {k: str(v) for k, v in told.items() if k in TOLD and v}
        if "age-days" in told:
            details["born"] = (self.today - timedelta(days=int(told["age-days"]))).isoformat()
        elif "expected-days" in told:
            details["expected"] = (self.today + timedelta(days=int(told["expected-days"]))).isoformat()
        elif "age" in told:
            details["born"] = f"{self.today.year - int(told['age'])}"
        return [details]

    def _known(self, youngest: int, oldest: int, agency: str) -> dict[str, Any]:
        """The next child of that age whom nobody here has yet, if there is one whom the agency itself knows; of a small city,
        of any age."""
        fitting = [n for n, (age, _) in enumerate(self.known) if youngest <= age <= oldest]
        for place in [n for n in fitting if agency in self.known[n][1]["ids"]] or fitting:
            return self.known.pop(place)[1]
        return self.known.pop(0)[1] if self.known else {"given": "Alex", "family": "Nobody", "ids": {}}


def _details(row: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: str(row[name]) for name in TOLD if row.get(name)}
    found["ids"] = {agency: numbers[0] for agency, numbers in (row.get("ids") or {}).items() if numbers}
    homes = row.get("homes") or []
    if homes:
        found["postcode"] = str(homes[-1][-1] if " " in str(homes[-1][-1]) else homes[-1][-2])
    return found


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
