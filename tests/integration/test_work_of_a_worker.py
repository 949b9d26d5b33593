"""My work, of a child whom several agencies hold: what each tells stands there, whoever's details the worker was given."""

from __future__ import annotations

import pytest

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import actor_by_id, machine, worker
from sightline.chronology.listing import recent
from sightline.chronology.passing import how_many
from sightline.chronology.tracing import people_of, versions_of
from sightline.clocks import queries as clocks
from sightline.identity.queries import persons_of
from sightline.jobs.allocating import allocate, end_allocation
from sightline.jobs.due import sweep
from sightline.sharing.reading import reading
from sightline.sharing.restricting import lift, restrict
from sightline.sharing.types import Level
from sightline.timescales.london import local
from sightline.timescales.moment import now
from tests.support.partnership import CARE, child, inside, send, settle_in
from tests.support.senders import nhs_number


@pytest.fixture
def known_to_two(shared_database):
    """A child of whom social care told, who is Sara's; and of whom the police told since, of an absence that is over."""
    settle_in()
    wren = child("Wren", nhs_number=nhs_number(77), sex="female", postcode="LS14 1AA")
    first = send("child-in-need-plan", ("child", wren), agency=CARE, started="2025-01-06")
    mine = people_of(versions_of(first)[-1])[0][0]
    allocate(identity=mine, worker=str(worker("sara").id), by=actor_by_id(str(worker("amir").id)))
    back = f"{local(now()):%Y-%m-%d %H:%M}"
    told = send(
        "missing-episode", ("missing-child", wren), happened=back, missing_from=back, returned_at=back, risk="high"
    )
    theirs = people_of(versions_of(told)[-1])[0][0]
    assert theirs != mine and len(set(persons_of([mine, theirs]).values())) == 1, "two agencies hold one child"
    while sweep():
        pass
    return mine, told, wren


def test_what_another_agency_tells_of_ones_child_is_new_and_its_clock_runs_there(known_to_two):
    mine, told, wren = known_to_two
    sara = actor_by_id(str(worker("sara").id))
    with reading(sara, "safeguarding", about="view-work") as opened:
        assert told in {entry.first for _, entry in recent(opened)}
        assert "return-home-interview" in {clock.clock for clock in clocks.mine(opened)}
    page = inside("sara").get("/").content.decode()
    assert "Missing: High risk" in page
    assert "Return home interview" in page

    # whose mother is whose, a system that was loaded once tells of every child: it stands on the page, and is no news
    ada = child("Ada", born="1986-04-04")
    kin = send("parent-recorded", ("child", wren), ("parent", ada), agency=CARE, relation="Mother")
    with reading(sara, "safeguarding", about="view-work") as opened:
        assert kin not in {entry.first for _, entry in recent(opened)}
    assert "Mother recorded" in inside("sara").get(f"/child/{persons_of([mine])[mine]}/").content.decode()

    # kept to named people by the one name alone: the record that stands under the other is kept with it, as on the page
    made = add_worker(
        username="mona", name="Mona", agency=CARE, role="front-door-manager", team="front-door", by=machine("story-runner")
    )
    mona = actor_by_id(made.id)
    restrict([mine], named=[f"worker:{mona.id}"], by=mona, because="Her father works on this floor.")
    with reading(sara, "safeguarding", about="view-work") as opened:
        assert recent(opened) == [] and clocks.mine(opened) == []
        assert how_many(opened, Level.POINTER, ties={"allocated"}) == 0, "nor is it counted"
    lift([mine], by=mona, because="He has left the service.")
    with reading(sara, "safeguarding", about="view-work") as opened:
        assert told in {entry.first for _, entry in recent(opened)}

    end_allocation(identity=mine, worker=str(worker("sara").id), by=actor_by_id(str(worker("amir").id)))
    with reading(sara, "safeguarding", about="view-work") as opened:
        assert recent(opened) == [] and clocks.mine(opened) == []
