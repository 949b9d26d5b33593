"""The demonstration's Monday at ten to nine: its forty notices (`simulation/morning.yaml`), about children of whom agencies
hold something already, on a server whose clock goes on from there."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import machine
from sightline.commands.demo import as_notification
from sightline.front_door.claiming import dealt_with
from sightline.front_door.told_models import Telling
from sightline.intake.types import Details, Notification
from sightline.jobs.due import sweep
from sightline.jobs.receive import receive_one
from sightline.simulation.morning import STORY, notices
from sightline.simulation.numbers import nhs_number
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import allow_pretending, pretend
from tests.journeys.story import JAY, told
from tests.journeys.town import PASSWORD, deliver, plant

OPENS = "2025-03-17 08:50"  # a Monday, three days after the story of the sketch was told
SCHOOL, POLICE, NURSES = "elmfield-academy", "west-yorkshire-police", "leeds-community-healthcare"
COLLEAGUES = (  # besides those of the town
    ("bea", "Bea Lindqvist", "childrens-social-work", "duty-social-worker", "front-door"),
    ("noreen", "Noreen Iqbal", NURSES, "front-door-health", "front-door-health"),
)
GIVEN = (
    "Asher Betsy Caleb Della Eamon Freya Gideon Hester Idris Juno Kester Lettie Magnus Nadia Osian Petra Quillon Romy Silas "
    "Tabitha Uriel Vesna Wilfred Xanthe Yorick Zelda Anselm Brielle Corin Dorrie Ellery Fenna Garrick Hollis Ines Jarrah "
    "Kezia Lorcan Maeve Noble"
).split()
FAMILY = (
    "Ackroyd Bramhope Cawthorne Dewsnap Eastoe Farsley Greenup Haxby Illsley Jagger Kettlewell Lofthouse Micklefield Nidd "
    "Otterburn Pickersgill Quarmby Rawdon Skirrow Thackray Umpleby Varley Wibsey Yeadon Appleyard Birkby Clough Denholme "
    "Elland Firth Gaunt Holroyd Ingham Jowett Kirkby Longley Murgatroyd Netherwood Oddy Priestley"
).split()
AGES = (12, 13, *range(0, 18), *range(3, 18), 15, 16, 17, 9, 5)  # the first two are pupils of the academy


class Clock:
    """The moment there: ten to nine when the door opens, and on from then."""

    def __init__(self) -> None:
        self.opened, self.began = parse_moment(OPENS), time.monotonic()

    def now(self) -> datetime:
        return self.opened + timedelta(seconds=time.monotonic() - self.began)

    @contextmanager
    def there(self) -> Iterator[None]:
        with pretend(self.now()):
            yield

    def settle(self) -> None:
        """What is owed by now is done: as the thread beside a server does it."""
        with self.there():
            while sweep():
                pass

    def around(self, app):
        """A server on which it is that moment."""

        def serve(environ, start_response):
            with self.there():
                return app(environ, start_response)

        return serve


def open_on_monday(folder: Path) -> Clock:
    """The town, its children, what came in overnight, and what had to follow from it by now."""
    allow_pretending()
    with pretend(parse_moment(OPENS)):
        plant()
        for username, name, agency, role, team in COLLEAGUES:
            add_worker(
                username=username,
                name=name,
                agency=agency,
                role=role,
                team=team,
                password=PASSWORD,
                by=machine("set-up-machine"),
            )
        children = list(known())
        deliver("schools-jsonl", [thing for child in children for thing in history(child)], lived=False)
        write_truth(folder, children)
        dealt_with(before=parse_moment(OPENS) - timedelta(hours=16), by=machine("set-up-machine"))
    overnight(folder)
    return Clock()


def overnight(folder: Path) -> None:
    """The forty, each at the moment at which it was sent; then what is owed because of them."""
    moment = parse_moment(OPENS)
    for one in notices(folder, moment):
        notice = as_notification(one)
        with pretend(parse_moment(one["sent"])):
            receive_one(notice, feed="", kind="story", by=machine("feed-machine"))
    with pretend(moment - timedelta(minutes=5)):  # the telling of schools waits until shortly before their day
        while sweep():
            pass
    assert Telling.objects.exists()


def known() -> Iterator[dict[str, object]]:
    """Children of this town, as the truth of a synthetic city tells of them."""
    for n, (given, family, age) in enumerate(zip(GIVEN, FAMILY, AGES, strict=False)):
        agencies = [SCHOOL, POLICE, NURSES] if n < 2 else [NURSES, POLICE] if n % 3 == 0 else [NURSES]
        yield {
            "given": given,
            "family": family,
            "born": date(2025 - age - (n % 12 > 1), n % 12 + 1, n % 27 + 1).isoformat(),
            "sex": "female" if n % 2 else "male",
            "ethnicity": "WBRI",
            "nhs_number": nhs_number(420_000 + n),
            "role": "child",
            "ids": {agency: [f"{agency[:3]}-{n}"] for agency in agencies},
            "homes": [["2015-01-01", f"LS{n % 9 + 7} {n % 8 + 1}AB"]],
        }


def history(child: dict[str, object]) -> Iterator[Notification]:
    """What agencies told of a child long before that night."""
    for agency, (number,) in child["ids"].items():
        who = Details(
            given=child["given"],
            family=child["family"],
            born=child["born"],
            sex=child["sex"],
            nhs_number=child["nhs_number"],
            local_id=number,
            **({"school": SCHOOL} if agency == SCHOOL else {}),
        )
        if agency == SCHOOL:
            made = told(
                agency, "what-is-working", "2025-01-20", "child", who, words="Sings in the choir; has a friend there."
            )
        elif agency == POLICE:
            made = told(
                agency, "police-incident", "2024-10-12 19:30", "victim", who, offence="theft", child_at_risk="no"
            )
        else:
            made = told(
                agency, "involvement", "2024-09-02", "child", who, worker_role="school-nurse", _from="2024-09-02"
            )
        yield as_held(made, who)


def as_held(made: Notification, who: Details) -> Notification:
    """With the agency's own number, which is on the night's notices too."""
    return replace(made, people=(replace(made.people[0], details=who), *made.people[1:]))


def write_truth(folder: Path, children: list[dict[str, object]]) -> None:
    jay = {
        "given": JAY.given,
        "family": JAY.family,
        "born": JAY.born,
        "sex": JAY.sex,
        "nhs_number": JAY.nhs_number,
        "role": "child",
        "storylines": [STORY],
        "ids": {POLICE: ["Jaye-Marsh"]},
    }
    lines = [json.dumps(one) for one in (jay, *children)]
    (folder / "people.jsonl").write_text("\n".join(lines), encoding="utf-8")
