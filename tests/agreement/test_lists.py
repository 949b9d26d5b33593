"""A list is what the gate gives one by one, whichever way the database is asked for it.

The filter is asked with what the reader holds told beforehand, and of so many that only their kinds are; the wall row by row,
and with whom the reader's ties lead to worked out at the start. None of it changes what shows.
"""

import random
from collections import Counter
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import connection

from sightline.agencies.queries import partnership
from sightline.chronology.listing import lines
from sightline.chronology.models import Entry, Part
from sightline.chronology.passing import how_many, newest
from sightline.chronology.queries import handled_on, label_of
from sightline.sharing.filters import at_least, tied
from sightline.sharing.models import Restriction, Tie
from sightline.sharing.own import own_of
from sightline.sharing.reading import Reading
from sightline.sharing.rules import Policy, holders
from sightline.sharing.standing import at_length, nobody, reading_as
from sightline.sharing.types import Level
from sightline.timescales.moment import now
from tests.agreement.worlds import PURPOSES, TIES, World, made_of, strange_rules
from tests.support.walled import behind_the_wall

SEED, ENTRIES, ACTORS = 77, 160, 14
LEVELS = (Level.POINTER, Level.HEADLINE, Level.FULL)


@pytest.fixture(scope="module")
def world(shared_database):
    definition = partnership()
    made = World(SEED, definition, entries=ENTRIES, actors=ACTORS)
    made.keep()
    rules = made_of(definition, strange_rules(random.Random(SEED), definition), f"strange-lists-{SEED}")
    with behind_the_wall(shared_database, rules) if shared_database.engine == "postgresql" else nullcontext():
        yield made, rules


def opened(definition, actor, purpose: str) -> Reading:
    reading = Reading(actor, purpose)
    reading.definition, reading.policy = definition, Policy(definition, actor, purpose, now())
    return reading


def test_what_is_told_beforehand_and_what_is_asked_of_each_row_pass_the_same(world):
    made, rules = world
    passed: Counter[Level] = Counter()
    for actor in made.actors:
        for purpose in dict.fromkeys(PURPOSES):
            policy = Policy(rules, actor, purpose, now())
            told, of_each = own_of(policy), own_of(policy, few=1)
            assert told.to is not None and of_each.to is None
            assert of_each.absent.isdisjoint(told.to) and of_each.among(["no-such-tie"]) is None
            for level in LEVELS:
                found = [
                    set(Part.objects.filter(
                        at_least(policy, level, subject="identity_id", prefix="entry__", own=own)).values_list("id", flat=True))
                    for own in (told, of_each)
                ]  # fmt: skip
                assert found[0] == found[1], (actor, purpose, level)
                passed[level] += len(found[0])
            for kinds in ({"allocated"}, {"named", "agenda"}, set(TIES), set()):
                rows = [
                    Part.objects.filter(tied(policy, subject="identity_id", kinds=kinds, record="entry__first", own=own))
                    for own in (told, of_each)
                ]
                rows = [set(some.values_list("id", flat=True)) for some in rows]
                assert rows[0] == rows[1], (actor, kinds)
    assert min(passed[level] for level in LEVELS) > 200, passed


def test_the_wall_shows_the_same_to_who_looks_through_many_rows(world):
    made, _ = world
    shown, differs, walled = Counter(), False, connection.vendor == "postgresql"  # SQLite has no wall, and the hint is none
    for actor in made.actors:
        for purpose in ("safeguarding", "section-47"):
            with reading_as(actor, purpose, holders(actor), now()):
                one_by_one = set(Entry.objects.values_list("id", flat=True))
                with at_length():
                    assert set(Entry.objects.values_list("id", flat=True)) == one_by_one, (actor, purpose)
                    if walled:
                        with connection.cursor() as cursor:
                            cursor.execute("SELECT (sightline_wall.standing()).whom IS NOT NULL")
                            differs |= cursor.fetchone()[0]
            shown[actor.role] += len(one_by_one)
    assert differs == walled and shown.total() > 100


def test_a_list_is_what_the_gate_gives_one_by_one_and_its_count_is_capped(world):
    made, rules = world
    listed, same = 0, {}
    for identity in made.identities:
        same.setdefault(identity.person, []).append(identity.id)
    for actor in made.actors:
        for level in LEVELS:
            with nobody():
                reading = opened(rules, actor, "safeguarding")
                entries = [e for e in made.entries if not e.routine]
                children = {e.id: [p for p in made.parts if p.entry_id == e.id and p.child] for e in entries}
                ticked = {
                    (e.id, p.identity.person)
                    for e in entries for p in children[e.id]
                    if reading.see(label_of(e, "", tuple(same[p.identity.person]), sealed=False,
                                            handling=handled_on(rules, e, (p.role,)))).level >= level
                }  # fmt: skip
                own = {line.entry for line in newest(reading, level, limit=10_000)}
                found = lines(reading, level, limit=ENTRIES)
                assert {(one.entry.id, one.person) for one in found} <= ticked
                assert {one.entry.id for one in found} == own & {entry for entry, _ in ticked}
                assert all(one.sight.level >= level and reading.shown(one.entry.id) >= level for one in found)
                known = [one.entry.known_at for one in found]
                assert known == sorted(known, reverse=True)
                assert lines(reading, level, limit=5)[:5] == found[:5]
                count = how_many(reading, level)
                assert count >= len(found) and how_many(reading, level, most=3) == min(count, 4)
                listed += len(found)
    assert listed > 100


def test_what_follows_a_line_begins_where_it_ended(world):
    made, rules = world
    actor = max(made.actors, key=lambda one: len(newest(opened(rules, one, "safeguarding"), Level.POINTER, limit=1000)))
    reading = opened(rules, actor, "safeguarding")
    whole, parts, below = newest(reading, Level.POINTER, limit=1000), [], None
    while some := newest(reading, Level.POINTER, limit=7, below=below):
        parts += some
        below = some[-1]
    assert parts == whole and len(whole) > 14


def test_the_end_of_a_tie_and_a_restriction_hold_from_the_next_reading_on(world):
    made, _ = world
    actor = made.actors[0]
    worker = type(actor)(f"{actor.id}-own", "x", "childrens-social-work", "social-care", "", "social-worker")
    part = next(p for p in made.parts if p.child and not p.entry.routine and p.entry.handling == "ordinary"
                and not p.entry.pointer_only)  # fmt: skip
    Restriction.objects.filter(subject__in=[part.identity_id, part.entry.first]).update(until=now())

    def shows() -> bool:
        lines_ = newest(Reading(worker, "safeguarding"), Level.FULL, limit=1000, ties={"allocated"})
        return (part.entry_id, part.identity_id) in {(line.entry, line.identity) for line in lines_}

    assert not shows()
    tie = Tie.objects.create(holder=f"worker:{worker.id}", kind="allocated", subject=part.identity_id,
                             from_at=now() - timedelta(1))  # fmt: skip
    assert shows()
    kept = Restriction.objects.create(subject=part.entry.first, holder="agency:housing", by="x", because=b"x", from_at=now())
    assert not shows()
    kept.until = now()
    kept.save()
    assert shows()
    tie.until = now()
    tie.save()
    assert not shows()
