"""What stands about everybody is the same, whichever way it came about: entry by entry, in whatever order they arrived, were
corrected, and people were joined and told apart; or everything at once.

Generated histories, small in `make test`, 20,000 in `make nightly`. A history is a child's: some have brothers, were somewhere
with others, live with an adult who is told of late.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from sightline.agencies.queries import machine
from sightline.contexts.models import Place, Spot
from sightline.definition.outcomes import Conflict, Missing, Refused
from sightline.identity.models import SourceIdentity
from sightline.identity.queries import all_persons
from sightline.intake.types import Details, Named, Notification
from sightline.jobs import due, linking, recomputing
from sightline.jobs.receive import close_delivery, open_delivery, receive
from sightline.signals.kept import stands_about, stands_at
from sightline.signals.models import Happened, Look, Standing
from sightline.timescales.moment import pretend
from sightline.vault.actions import digest
from tests.support.house import CARE, HOSPITAL, POLICE, SCHOOL, actor, open_house
from tests.support.senders import nhs_number

BEGIN = datetime(2025, 2, 3, 8, tzinfo=UTC)
DAYS = 330  # over which things happen
STEPS = 5  # deliveries of each agency
OFFENCES = ("theft", "robbery", "violence-with-injury", "child-cruelty", "possession-of-weapon", "supply-of-drugs")
HOUSING = "leeds-housing"


def local_id(agency: str, n: int) -> str:
    return f"{agency[:1].upper()}{n}"


class World:
    """Generated children and what is told of them, each with the day on which it arrives."""

    def __init__(self, histories: int, seed: int) -> None:
        self.rng = random.Random(seed)
        self.told: list[tuple[datetime, Notification]] = []
        self.serial = 0
        self.children: list[dict[str, Details]] = []
        self.families: list[list[int]] = []
        self.spots = [f"{word} Steps" for word in ("Ash", "Elm", "Oak", "Yew", "Holly", "Larch")] * (
            1 + histories // 300
        )
        self.spots = [f"{name} {n}" for n, name in enumerate(self.spots)]
        for n in range(histories):
            self._child(n)
        for n in range(histories):
            for _ in range(self.rng.choice((1, 1, 2, 2, 3, 3, 4, 6))):
                self._event(n)
            if self.rng.random() < 0.06:
                self._moves_in(n)
        self.told.sort(key=lambda pair: (pair[0], pair[1].message_id, pair[1].version))

    def _child(self, n: int) -> None:
        rng = self.rng
        born = date(2008, 1, 1) + timedelta(days=rng.randrange(365 * 15))
        who = Details(
            given=rng.choice(("Ada", "Ben", "Cal", "Dee", "Eve", "Fay", "Gus", "Hal", "Ivy", "Jon"))
            + "abcdefghij"[n % 10],
            family=rng.choice(("Ash", "Birch", "Carr", "Dell")) + "".join(chr(97 + n // of % 26) for of in (1, 26, 676)),
            born=born.isoformat(),
            postcode=f"LS{n % 28 + 1} {n % 9 + 1}{'ABDEFGHJLN'[n // 9 % 10]}{'ABDEFGHJLN'[n // 90 % 10]}",
        )
        known = nhs_number(n) if rng.random() < 0.5 else ""  # else each agency has a person of its own, until joined
        self.children.append(
            {
                agency: replace(who, local_id=local_id(agency, n), nhs_number=known if agency != SCHOOL else "")
                for agency in (POLICE, SCHOOL, CARE, HOSPITAL, HOUSING)
            }
        )
        if self.families and rng.random() < 0.3:
            self.families[-1].append(n)
        else:
            self.families.append([n])

    def _event(self, n: int) -> None:
        rng = self.rng
        day = BEGIN + timedelta(days=rng.randrange(DAYS), hours=rng.randrange(24), minutes=rng.randrange(60))
        what = rng.choices(
            ("police", "missing", "hospital", "abuse", "school", "care", "plan", "visit", "contact", "kin"),
            (8, 5, 3, 3, 3, 1, 2, 2, 2, 2),
        )[0]
        getattr(self, f"_{what}")(n, day)

    def _add(self, agency: str, record: str, people: list[Named], at: datetime, fields: dict[str, str], **more) -> None:
        rng = self.rng
        self.serial += 1
        late = rng.choice((0, 0, 0, 1, 3, 20, 90))
        sent = at + timedelta(days=late, hours=rng.randrange(1, 5))
        made = Notification(
            agency=agency,
            record=record,
            message_id=f"g{self.serial}",
            happened=at.isoformat(),
            sent=sent.isoformat(),
            people=tuple(people),
            fields=fields,
            version="1",
            raw=f"generated {self.serial}".encode(),
            position=f"line {self.serial}",
            **more,
        )
        arrives = sent + timedelta(days=rng.choice((0, 0, 0, 2, 40)))
        self.told.append((arrives, made))
        if rng.random() < 0.12:
            again = arrives + timedelta(days=rng.randrange(1, 40))
            self.told.append((again, self._corrected(made, again)))

    def _corrected(self, one: Notification, again: datetime) -> Notification:
        rng, how = self.rng, self.rng.random()
        changed = replace(one, version="2", sent=again.isoformat(), raw=one.raw + b" again")
        if how < 0.4:
            moved = datetime.fromisoformat(one.happened) - timedelta(days=rng.randrange(1, 60))
            return replace(changed, happened=moved.isoformat())
        if how < 0.6:
            return replace(changed, place={"name": rng.choice(self.spots)})
        if how < 0.8 and len(one.people) > 1:
            return replace(changed, people=one.people[:1], relations=())
        if one.record == "police-incident":
            people = (replace(one.people[0], roles=(rng.choice(("witness", "victim", "suspect")),)), *one.people[1:])
            return replace(changed, people=people)
        return replace(changed, says="As first told, with a word put right.")

    def _who(self, n: int, agency: str, role: str, key: str = "p1") -> Named:
        return Named(key, (role,), self.children[n][agency])

    def _somewhere(self) -> dict[str, dict[str, str]]:
        return {"place": {"name": self.rng.choice(self.spots)}} if self.rng.random() < 0.5 else {}

    def _police(self, n: int, at: datetime) -> None:
        rng = self.rng
        people = [self._who(n, POLICE, rng.choice(("victim", "suspect", "witness")))]
        if rng.random() < 0.35:
            other = rng.randrange(max(0, n - 6), min(len(self.children), n + 7))
            if other != n:
                people.append(self._who(other, POLICE, rng.choice(("victim", "suspect", "associate")), "p2"))
        self._add(POLICE, "police-incident", people, at, {"offence": rng.choice(OFFENCES)}, **self._somewhere())

    def _missing(self, n: int, at: datetime) -> None:
        fields = {"missing-from": at.isoformat(), "risk": self.rng.choice(("low", "medium", "high"))}
        if self.rng.random() < 0.8:
            fields["returned-at"] = (at + timedelta(hours=self.rng.randrange(2, 40))).isoformat()
        self._add(POLICE, "missing-episode", [self._who(n, POLICE, "missing-child")], at, fields, **self._somewhere())

    def _hospital(self, n: int, at: datetime) -> None:
        fields = {
            "injury": self.rng.choice(("violence", "accident")),
            "complaint": self.rng.choice(("assault", "laceration")),
        }
        self._add(HOSPITAL, "ae-attendance", [self._who(n, HOSPITAL, "patient")], at, fields)

    def _abuse(self, n: int, at: datetime) -> None:
        family = next(family for family in self.families if n in family)
        people = [self._who(one, POLICE, "child", f"p{one}") for one in family]
        judged = self.rng.choice(("standard", "high"))
        self._add(
            POLICE, "domestic-abuse-incident", people, at, {"professional-judgement": judged, "children-present": "yes"}
        )

    def _school(self, n: int, at: datetime) -> None:
        fields = {"category": self.rng.choice(("criminal-exploitation", "neglect"))}
        self._add(SCHOOL, "school-concern", [self._who(n, SCHOOL, "child")], at, fields)

    def _care(self, n: int, at: datetime) -> None:
        fields = {"started": at.date().isoformat(), "legal-status": "C2"}
        self._add(CARE, "looked-after-episode", [self._who(n, CARE, "child")], at, fields)

    def _plan(self, n: int, at: datetime) -> None:
        fields = {"started": at.date().isoformat()}
        if self.rng.random() < 0.5:
            fields["ended"] = (at + timedelta(days=self.rng.randrange(30, 200))).date().isoformat()
        record = self.rng.choice(("child-protection-plan", "child-in-need-plan"))
        self._add(CARE, record, [self._who(n, CARE, "child")], at, fields)

    def _visit(self, n: int, at: datetime) -> None:
        self._add(CARE, "visit", [self._who(n, CARE, "child")], at, {"seen": "yes"})

    def _contact(self, n: int, at: datetime) -> None:
        self._add(CARE, "contact", [self._who(n, CARE, "child")], at, {"reason": "A neighbour rang."})

    def _kin(self, n: int, at: datetime) -> None:
        family = next(family for family in self.families if n in family)
        mother = Details(
            given="Mum", family=self.children[family[0]][CARE].family, born="1985-01-01", local_id=f"mum{family[0]}"
        )
        people = [Named("m", ("parent",), mother), *(self._who(one, CARE, "child", f"p{one}") for one in family)]
        relations = tuple(("m", "parent", f"p{one}") for one in family)
        self._add(CARE, "contact", people, at, {"reason": "Asked for help."}, relations=relations)

    def _moves_in(self, n: int) -> None:
        rng = self.rng
        man = Details(
            given="Rob",
            family=f"Quill{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}",
            born="1980-05-05",
            nhs_number=nhs_number(500_000 + n),
        )
        did = BEGIN - timedelta(days=rng.randrange(100, 900))
        offence = {"offence": rng.choice(("child-cruelty", "theft"))}
        self._add(POLICE, "police-incident", [Named("r", ("suspect",), replace(man, local_id=f"rp{n}"))], did, offence)
        seen = BEGIN + timedelta(days=rng.randrange(DAYS))
        people = [self._who(n, HOUSING, "child"), Named("r", ("other-adult",), replace(man, local_id=f"rh{n}"))]
        self._add(HOUSING, "housing-concern", people, seen, {"reason": "Another adult at the gas check."})


def deliver(told: list[Notification], moment: datetime) -> None:
    by = machine("feed-machine")
    agencies = sorted({one.agency for one in told})
    for agency in agencies:
        some = [one for one in told if one.agency == agency]
        delivery = open_delivery(feed="leeds-police-csv", agency=agency, kind="file", name="file.csv", by=by)
        counts = receive(some, delivery=delivery, by=by)
        close_delivery(delivery, counts, by=by)


def identity(agency: str, n: int) -> SourceIdentity | None:
    return SourceIdentity.objects.filter(agency=agency, local=digest("local", f"{agency}|{local_id(agency, n)}")).first()


def join_some(rng: random.Random, histories: int, how_many: int) -> tuple[int, int]:
    """Two agencies' children become one person, rightly or wrongly; others are told apart."""
    joined = apart = 0
    for _ in range(how_many):
        n = rng.randrange(histories)
        other = n if rng.random() < 0.7 else rng.randrange(histories)
        one, two = identity(POLICE, n), identity(SCHOOL if rng.random() < 0.5 else CARE, other)
        if one is None or two is None:
            continue
        try:
            if one.person != two.person:
                linking.join(one=one.id, other=two.id, because="Seen as one by both agencies", by=actor("amir"))
                joined += 1
            elif rng.random() < 0.5:
                linking.separate(one=one.id, other=two.id, because="Two children, as it turns out", by=actor("amir"))
                apart += 1
        except (Conflict, Missing, Refused):
            continue
    return joined, apart


def settled() -> None:
    while due.sweep(due.EVERYTHING, at_once=due.MANY):
        pass


def everything() -> dict[object, Counter[object]]:
    places = sorted(set(Standing.objects.exclude(place="").values_list("place", flat=True)))
    return {**stands_about(all_persons()), **stands_at(places)}


def live(histories: int, seed: int) -> tuple[Counter[str], tuple[int, int]]:
    """Everything arrives, over a year; asserts that what stands is what follows. Returns which rules stood, how often."""
    world, rng = World(histories, seed), random.Random(seed + 1)
    joins = [0, 0]
    last = max(arrives for arrives, _ in world.told) + timedelta(days=3)
    step = (last - BEGIN) / STEPS
    moment = BEGIN
    for number in range(1, STEPS + 1):
        before, moment = moment, BEGIN + step * number
        with pretend(moment):
            deliver(
                [one for arrives, one in world.told if (number == 1 or before < arrives) and arrives <= moment], moment
            )
            if number in (STEPS // 2, STEPS - 1):
                joined, apart = join_some(rng, histories, max(8, histories // 12))
                joins[0] += joined
                joins[1] += apart
            settled()
    with pretend(moment):
        settled()
        stood = everything()
        found = Counter(Standing.objects.exclude(ended_because="withdrawn").values_list("rule", flat=True))
        for table in (Standing, Look, Spot, Place):
            table.objects.all().delete()
        persons = all_persons()
        rng.shuffle(persons)
        for start in range(0, len(persons), 70):
            recomputing.everybody(persons=persons[start : start + 70])
        recomputing.everybody(persons=[])
        recomputing.of_places(sorted(set(Spot.objects.values_list("place", flat=True))))
        again = everything()
        different = {
            one: (stood.get(one), again.get(one))
            for one in stood.keys() | again.keys()
            if stood.get(one) != again.get(one)
        }
        assert not different, f"{len(different)} of {len(stood)}: {next(iter(different.items()))}"
    return found, (joins[0], joins[1])


def run(database, histories: int, seed: int) -> None:
    open_house()
    found, (joined, apart) = live(histories, seed)
    assert len(found) >= 10, found
    assert sum(found.values()) > histories / 3, found
    assert joined and Happened.objects.filter(what__in=("withdrawn", "moved")).exists()
    if histories >= 500:
        for rule in ("linked-peer-harmed", "children-linked-to-place", "adult-with-history-of-harm-joins-household"):
            assert found[rule], f"nothing of {rule} was generated: {found}"
        assert apart


@pytest.mark.parametrize("histories", [1000, pytest.param(20_000, marks=pytest.mark.nightly)])
def test_entry_by_entry_is_everything_at_once(sqlite_database, histories):
    run(sqlite_database, histories, seed=7)


@pytest.mark.parametrize("histories", [120, pytest.param(20_000, marks=pytest.mark.nightly)])
def test_and_so_it_is_on_the_other_database(postgresql_database, histories):
    run(postgresql_database, histories, seed=8)
