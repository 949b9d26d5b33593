"""The back-test replays files through the engine alone. Here the same small city is loaded into a database by the same doors as
ever, and what stands there is held against what the replay knows: same children, same rules, same entries."""

from __future__ import annotations

import argparse
import json
from uuid import UUID

import pytest

from sightline.agencies.actions import take_from_definition
from sightline.agencies.queries import machine, partnership
from sightline.clocks.rules import working_days
from sightline.commands import load, signals_backtest
from sightline.definition.loader import load as declared
from sightline.identity import births
from sightline.identity.models import SourceIdentity
from sightline.identity.queries import rows_of
from sightline.identity.rules import number
from sightline.intake.tracing import became
from sightline.sharing.reading import reading
from sightline.signals.asking import Asked
from sightline.signals.backtest import reading as files
from sightline.signals.backtest.types import Somebody
from sightline.signals.models import Standing
from sightline.signals.rules import in_force, stands
from sightline.signals.types import World
from sightline.simulation import Wanted, simulate
from sightline.timescales.moment import now
from sightline.vault.actions import digest

CHILDREN = 220


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("city")
    simulate(Wanted(made, children=CHILDREN, seed=5, years=1, jobs=1, ssd=False, census=True))
    return made


@pytest.fixture
def loaded(sqlite_database, folder):
    take_from_definition(by=machine("feed-machine"))
    parser = argparse.ArgumentParser()
    load.add_parser(parser.add_subparsers())
    paths = [str(path) for path in sorted((folder / "feeds").iterdir()) if not path.name.startswith("cin-census")]
    assert load.run(parser.parse_args(["load", *paths, "--json"])) == 0
    return folder


def test_the_database_and_the_replay_see_the_same_signals(loaded, capsys):
    definition = partnership()
    replayed, happened = _replayed(loaded, definition)
    there = {(rule, frozenset(happened.get(one, one) for one in cited)) for rule, cited in _in_the_database(loaded)}
    capsys.readouterr()
    assert len(there) > 20, "a city in which too little happens to compare"
    missing, more = there - replayed, replayed - there
    assert not missing and not more, f"{len(there)} in the database; only there {missing}; only in the replay {more}"
    _its_own_history_can_be_replayed(capsys)


def _its_own_history_can_be_replayed(capsys):
    """On the same database: loading it once is dear."""
    parser = argparse.ArgumentParser()
    signals_backtest.add_parser(parser.add_subparsers())
    assert signals_backtest.run(parser.parse_args(["backtest", "--history", "--json"])) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["load"]["told"] > 0 and figures["turned"]["children"] >= figures["turned"]["told-before"] >= 0
    assert sum(rule["raised"] for rule in figures["rules"]) > 20 and figures["city"]["planted"] == 0
    assert signals_backtest.run(parser.parse_args(["backtest", "--history"])) == 0
    assert "something grave was first recorded" in capsys.readouterr().out


def _in_the_database(folder):
    """(rule, senders' numbers of what it rests on) of everything that stands or stood about children. What two agencies hold of
    somebody is no record, and no part of the replay."""
    names = {str(became(agency, message)): f"{agency}|{message}" for agency, message in _messages(folder)}
    return {
        (row.rule, frozenset(names.get(first, first) for first in row.cited))
        for row in Standing.objects.filter(identity_id__isnull=False).exclude(ended_because="withdrawn")
        if row.cited
    }


def _messages(folder):
    return {
        (told["agency"], told["message"]) for told in files._lines(folder / "truth" / "events.jsonl") if told["file"]
    }


def _replayed(folder, definition):
    """The same by the replay's worlds as they are at the end, with the database's own opinion of who is one person; and when
    each record happened. Of two of one moment either may be cited: so the moments are compared."""
    people: dict[UUID, Somebody] = {}
    by = machine("clock-machine")
    rows = {(row.agency, row.local): row for row in SourceIdentity.objects.exclude(local=None)}
    persons = {row.person for row in rows.values()}
    with reading(by, purpose="safeguarding") as read:
        born = births.born(read, rows_of(persons))
    for person in persons:
        said = born.get(person)
        people[person] = Somebody(str(person), str(person), said.born if said else None, True)
    linked = {}
    for told in files._lines(folder / "truth" / "identities.jsonl"):
        row = rows.get((told["agency"], digest("local", f"{told['agency']}|{number(told['id'])}")))
        if row is not None:
            linked[told["agency"], told["id"]] = people[row.person]
    city = files.city(folder, declared("leeds"), linked=linked)
    rules, days, found = in_force(definition, now()), working_days(definition), set()
    happened = {a.seen.first: a.seen.happened for arrivals in city.histories.values() for a in arrivals}
    for person, arrivals in city.histories.items():
        world = World(
            tuple({(a.seen.first, a.seen.whose, a.seen.who): a.seen for a in arrivals}.values()),
            city.people[person].born,
        )
        asked = Asked(world, now(), rules, days)
        for rule in rules.values():
            if rule.about == "child" and not any(pattern.differs for _, pattern in rule.patterns()):
                for episode in stands(rule, world, now(), rules=rules, days=days, asked=asked).episodes:
                    found.add((rule.id, frozenset(happened[one] for one in episode.citing)))
    return found, happened
