"""Everybody against everybody finds what was found of each as they arrived, proposes it once, and undoes nobody's decision."""

from itertools import count

import pytest

from sightline.identity import bands
from sightline.identity.actions import decide_match, separate
from sightline.identity.everybody import Everybody
from sightline.identity.linkage.engine import opened
from sightline.identity.linkage.publishing import shipped_model
from sightline.identity.models import Alike, Link, Possible, SourceIdentity
from sightline.jobs.linking_all import link_everybody
from sightline.ledger.models import Record
from tests.support.partnership import HOSPITAL, POLICE, SCHOOL, child, identities, send, settle_in
from tests.support.senders import nhs_number

_serial = count(300)


@pytest.fixture
def town(database):
    """Three who join by their number, two who wait for a name and a birth date, and two whom somebody told apart."""
    actors = settle_in()
    joined = child("Tariq", nhs_number=nhs_number(next(_serial)))
    alike, other = child("Rosa"), child("Imogen")
    found = {"joined": [], "waiting": [], "apart": []}
    for name, details in (("joined", joined), ("waiting", alike), ("apart", other)):
        for agency, record, role in ((POLICE, "ppn", "child"), (SCHOOL, "school-concern", "child")):
            extra = {"grade": "amber"} if record == "ppn" else {"category": "neglect"}
            found[name] += identities(send(record, (role, details), agency=agency, **extra))
    found["joined"] += identities(
        send("ae-attendance", ("patient", joined), agency=HOSPITAL, complaint="laceration", injury="unintentional")
    )
    (pair,) = Possible.objects.filter(one__in=found["apart"], other__in=found["apart"])
    decide_match(possible=pair.id, decision="different", because="Two cousins of one name.", by=actors["amir"])
    return found


def link(*, keep, threads=1):
    rules = bands.in_force(_policy(), _today())
    with opened(threads=threads) as engine:
        return link_everybody(
            engine, shipped_model(), same=rules.same, possible=rules.possible, keep=keep, jobs=threads
        )


def _policy():
    from sightline.agencies.queries import partnership

    return partnership().matching


def _today():
    from sightline.timescales.london import local_day
    from sightline.timescales.moment import now

    return local_day(now())


def test_processes_that_read_by_themselves_read_what_one_reads(town):
    alone, together = (Everybody(purpose="link-everybody") for _ in range(2))
    (one,), (other,) = (list(everybody.tables(jobs=jobs)) for everybody, jobs in ((alone, 1), (together, 2)))
    assert len(alone) == 7 and one.equals(other)
    assert list(alone.identities()) == list(together.identities()) and alone.agencies == together.agencies
    assert alone._rules == together._rules != {} and alone._basis == together._basis
    assert Alike.objects.count() == 7  # and whoever asked goes on asking


def standing():
    """What is thought of each pair, and who is whom."""
    pairs = {(p.one_id, p.other_id): (p.state, tuple(p.why)) for p in Possible.objects.all()}
    people = {}
    for identity, person in SourceIdentity.objects.values_list("id", "person"):
        people.setdefault(person, set()).add(identity)
    return pairs, sorted(map(sorted, people.values()))


def forget_what_no_person_decided():
    """As after a load without matching: nobody is joined, nothing waits, but what a person decided stands."""
    Possible.objects.filter(state__in=("waiting", "joined")).delete()
    for row in SourceIdentity.objects.all():
        SourceIdentity.objects.filter(id=row.id).update(person=row.origin)


def test_it_finds_what_was_found_of_each_as_they_arrived_and_only_once(town):
    before, people = standing()
    states = sorted(state for state, _ in before.values())
    assert states == ["different", "joined", "joined", "joined", "waiting"]

    nothing_new = link(keep=True)
    assert nothing_new.proposed.written == 0 and nothing_new.proposed.there == 5
    assert standing() == (before, people)

    forget_what_no_person_decided()
    looked = link(keep=False)
    assert looked.proposed.bands == {"same": 3, "possible": 1} and looked.proposed.written == 0
    assert Possible.objects.count() == 1

    told = link(keep=True)
    assert told.proposed.written == 4 and told.proposed.moved == 2 and told.proposed.there == 1
    assert standing() == (before, people)
    pair = Possible.objects.filter(state="joined").first()
    assert pair.model == shipped_model().id and pair.bits > 10 and len(pair.parts) == 9
    assert Link.objects.filter(reason="identifiers-agree", evidence=["bulk"]).count() == 2

    again = link(keep=True)
    assert again.proposed.written == 0 and standing() == (before, people)


def test_what_a_person_decided_is_not_undone(town):
    one, other, _ = town["joined"]
    separate(one=one, other=other, because="The number was typed for a brother.", by=_amir())
    before = standing()
    link(keep=True)
    assert standing() == before
    assert before[0][tuple(sorted(town["apart"], key=str))][0] == "different"


def test_a_run_leaves_one_record_that_names_nobody(town):
    link(keep=False)
    (record,) = Record.objects.filter(verb="link-everybody")
    assert record.actor == "matching-machine" and record.count == 7 and record.detail["opened"] == 7
    assert record.rule and record.detail["model"] == shipped_model().id


def test_whom_nobody_can_open_takes_no_part(town):
    from sightline.vault.actions import destroy

    first = SourceIdentity.objects.get(id=town["waiting"][0])
    destroy([first.key])
    found = link(keep=False)
    assert found.rows == 6 and Alike.objects.count() == 7


def test_the_sealed_are_matched_and_teach_nobody(town):
    SourceIdentity.objects.filter(id=town["joined"][0]).update(guard="sealed")
    assert sum(t.num_rows for t in Everybody(purpose="train-matching", sealed=False).tables(jobs=1)) == 6
    assert sum(t.num_rows for t in Everybody(purpose="link-everybody").tables(jobs=1)) == 7


def _amir():
    from sightline.agencies.queries import actor_for, worker

    return actor_for(worker("amir"))
