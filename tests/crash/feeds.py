"""What the loads of these tests are fed: a small invented city's files, made as untidy as real ones.

Things come twice, corrections come before and after what they correct, one id carries two contents, national numbers
come late, and some rows cannot be read. Everything says when it was sent, so that two loads may be compared to the minute.
The same seed gives the same bytes (`until` apart, which keeps the dates in the past).
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sightline.simulation import Wanted, simulate

Message = dict[str, Any]


def write(folder: Path, *, children: int = 130, seed: int = 4) -> list[Path]:
    """The files, in the order in which they are loaded: two days' police extracts, case management, schools."""
    city = folder / "city"
    last = date.today() - timedelta(days=12)  # what is told late is "stated", and later still history: clear of both edges
    simulate(Wanted(out=city, children=children, seed=seed, shift_to=last))
    feeds, made = city / "feeds", folder / "feeds"
    made.mkdir()
    draw = random.Random(seed)
    first, second = _police((feeds / "police-extract.csv").read_text(), draw)
    whole = {"police-1.csv": first, "police-2.csv": second}
    for name, key, person in (("case-management.jsonl", "entry", "client"), ("schools.jsonl", "message", "pupil")):
        messages = [json.loads(line) for line in (feeds / name).read_text().splitlines()]
        whole[name] = _untidy(messages, key, person, draw)
    for name, text in whole.items():
        (made / name).write_text(text)
    return sorted(made.iterdir())


# --- JSON Lines ------------------------------------------------------------------------------------------------------


def _untidy(messages: list[Message], key: str, person: str, draw: random.Random) -> str:
    _late_numbers(messages, person, draw)
    lines: list[str] = [json.dumps(message) for message in messages]

    def later(place: int, text: str) -> None:
        """A little later, or much later: in the same bite and in another."""
        far = draw.choice((1, 8, 60, len(lines), len(lines)))
        lines.insert(min(len(lines), lines.index(json.dumps(messages[place])) + draw.randint(1, far)), text)

    for place, message in enumerate(messages):
        what = draw.random()
        if what < 0.06:
            later(place, json.dumps(message))  # the same again
        elif what < 0.14:
            corrections = [_corrected(message, person, str(n), draw) for n in range(2, draw.choice((3, 4, 5)))]
            draw.shuffle(corrections)  # an older version may come after a newer one
            for correction in corrections:
                later(place, json.dumps(correction))
        elif what < 0.16:
            later(
                place, json.dumps(_corrected(message, person, message.get("version", ""), draw))
            )  # one id, two contents
        elif what < 0.18:
            later(place, json.dumps(message)[: draw.randint(20, 90)])  # cut off
        elif what < 0.20:  # first in a form that cannot be used, then well
            spoilt = json.dumps({**message, "happened": "32/13/2025", "at": "32/13/2025"})
            lines.insert(lines.index(json.dumps(message)), spoilt)
        elif what < 0.22:
            later(place, json.dumps({**message, key: f"{message[key]}-x", "record": "horse", "kind": "horse"}))
    return "".join(line + "\n" for line in lines)


def _late_numbers(messages: list[Message], person: str, draw: random.Random) -> None:
    """Some people's national numbers are not known to the sender until the last of their messages; some have no id."""
    theirs: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        theirs[message[person].get("id", "")].append(message)
    for some in theirs.values():
        if draw.random() < 0.35:
            for message in some[:-1]:
                message[person].pop("nhs_number", None)
                message[person].pop("upn", None)
        elif draw.random() < 0.06:
            for message in some:
                message[person].pop("id", None)


def _corrected(message: Message, person: str, version: str, draw: random.Random) -> Message:
    new = json.loads(json.dumps(message)) | {"version": version}
    new["notes"] = f"Put right: {draw.randrange(1000)}."
    who = new[person]
    change = draw.random()
    if change < 0.3:
        who["postcode"] = f"LS{draw.randint(1, 28)} {draw.randint(1, 9)}VK"
    elif change < 0.5:
        who["given"] = draw.choice((who.get("given", "") + "e", "Alex", "Sam"))
    elif change < 0.6:
        who.pop("nhs_number", None)
    elif change < 0.7 and new.get("others"):
        new["others"] = new["others"][1:]
    return new


# --- the police's CSV: one row a person, several rows a report ---------------------------------------------------------


def _police(text: str, draw: random.Random) -> tuple[str, str]:
    rows = list(csv.DictReader(io.StringIO(text)))
    names = list(rows[0])
    reports: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        reports[row["REPORT_NO"]].append(row)
    today = list(reports.values())
    tomorrow: list[list[dict[str, str]]] = []
    for report in list(today):
        what = draw.random()
        if what < 0.15:
            tomorrow.append(report)  # sent again
        elif what < 0.40:
            tomorrow.append(
                [{**row, "REVISION": "2", "SUMMARY": "Put right.", "POSTCODE": "LS9 9VK"} for row in report]
            )
        elif what < 0.45:
            tomorrow.append([{**row, "SUMMARY": "Other words under the same number."} for row in report])
        elif what < 0.50:
            spoilt = [{**row, "REPORT_NO": row["REPORT_NO"] + "-x", "OCC_DATE": "32/13/2025 10:00"} for row in report]
            today.insert(today.index(report), spoilt)
        elif what < 0.60:
            for row in report:
                row["PERSON_ID"] = ""
    draw.shuffle(tomorrow)
    return _csv(names, today) + "oops\n", _csv(names, tomorrow)


def _csv(names: list[str], reports: list[list[dict[str, str]]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    for report in reports:
        writer.writerows(report)
    return out.getvalue()
