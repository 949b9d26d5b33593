"""Two people at one notice in the same moment: exactly one has it, and the other is told who. A thousand times at night."""

import threading
from functools import partial

import pytest
from django.db import connection

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import actor_by_id, machine
from sightline.definition.outcomes import Conflict, Refused
from sightline.front_door import claiming
from sightline.front_door.models import Item
from sightline.ledger.models import Record
from tests.support.partnership import CARE, child, send, settle_in


@pytest.fixture(scope="module")
def two(shared_database):
    settle_in()
    by, found = machine("story-runner"), []
    for name in ("ada", "bea"):
        made = add_worker(
            username=name, name=name.capitalize(), agency=CARE, role="duty-social-worker", team="front-door", by=by
        )
        found.append(actor_by_id(made.id))
    return found


def at_once(*doing):
    """Each in a thread of its own, all from the same moment: what came of each, an answer or what was raised."""
    start, came = threading.Barrier(len(doing)), [None] * len(doing)

    def run(place, do):
        start.wait()
        try:
            came[place] = do()
        except Exception as error:
            came[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(doing)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def claims(two, rounds):
    first = send("ppn", ("child", child()), grade="amber")
    item = Item.objects.get(entry=first).id
    for _ in range(rounds):
        version = Item.objects.get(id=item).version
        came = at_once(*(partial(claiming.claim, item=item, by=by, version=version) for by in two))
        row = Item.objects.get(id=item)
        winner = next(by for by in two if by.id == row.holder)
        lost = [one for one in came if isinstance(one, Conflict)]
        assert row.version == version + 1 and len(lost) == 1 and winner.name in lost[0].sentence, came
        claiming.release(item=item, by=winner)
    assert Record.objects.filter(verb="queue-claim", ids__icontains=str(item)).count() == rounds


def test_two_who_claim_at_once(two):
    claims(two, 15)


@pytest.mark.nightly
def test_two_who_claim_at_once_a_thousand_times(two):
    claims(two, 1000)


def test_what_is_handed_on_and_let_go_at_once_is_one_of_the_two(two):
    ada, bea = two
    for _ in range(8):
        item = Item.objects.get(entry=send("ppn", ("child", child()), grade="amber")).id
        version = claiming.claim(item=item, by=ada)
        came = at_once(
            partial(claiming.hand_to, item=item, worker=bea.id, by=ada, version=version),
            partial(claiming.release, item=item, by=ada, version=version),
        )
        # whoever comes second is told who has it now: by the version, or by its holder where they read it a moment later
        assert sum(isinstance(one, (Conflict, Refused)) for one in came) == 1, came
        assert Item.objects.get(id=item).version == version + 1
