"""What each agency knew alone, and what the whole would have shown: by hand-made entries, without a database."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from sightline.agencies.types import AgencyInfo
from sightline.chronology.types import EntryView
from sightline.definition.outcomes import Decision
from sightline.sharing.types import Level, Sight
from sightline.signals.types import RaisedSignal
from sightline.timescales.london import parse_moment
from sightline.watching.hindsight import gathered

POLICE, HOSPITAL, SCHOOL = (AgencyInfo(name, name, name.title()) for name in ("police", "hospital", "school"))


def entry(agency, day, known="", level=Level.FULL):
    at = parse_moment(f"{day} 12:00")
    id_ = uuid4()
    return EntryView(
        id=id_, first=id_, record="police-incident", title="Incident", lane="x", lane_title="X", mark="event", agency=agency,
        happened=at, until=None, precision="day", known_at=parse_moment(f"{known or day} 13:00"), recorded_at=at, stated=False,
        corrected=0, roles=(), role_titles=(), counts_as=(), sight=Sight(level, Decision(True, "reviewer", "…")),
    )  # fmt: skip


def pattern(since, *cited):
    return RaisedSignal(
        "pattern",
        "Pattern",
        "Three",
        "…",
        "…",
        parse_moment(f"{since} 13:00"),
        tuple(str(e.first) for e in cited),
        "local",
    )


def test_what_needed_all_of_them_is_told_with_whose_records_it_rests_on():
    a, b, c = (
        entry(POLICE, "2025-01-05"),
        entry(HOSPITAL, "2025-01-20"),
        entry(SCHOOL, "2025-02-01", known="2025-02-09"),
    )
    found = gathered(uuid4(), [c, b, a], [pattern("2025-02-09", a, b, c)], {"police": [], "hospital": [], "school": []})
    (whole,) = found.whole
    assert [agency.id for agency in whole.agencies] == ["police", "hospital", "school"]
    assert whole.alone is None and whole.lost is None
    assert [one.agency.id for one in found.alone] == ["police", "hospital", "school"], "as each first knew"
    assert [entry.agency.id for entry in found.entries] == ["police", "hospital", "school"], "as it became known"


def test_an_agency_that_could_have_seen_it_alone_is_named_with_how_much_later():
    own = [entry(POLICE, f"2025-0{month}-05") for month in (1, 2, 3)]
    other = entry(HOSPITAL, "2025-01-10")
    found = gathered(
        uuid4(), [*own, other], [pattern("2025-02-05", own[0], other, own[1])],
        {"police": [pattern("2025-03-05", *own)], "hospital": []},
    )  # fmt: skip
    (whole,) = found.whole
    assert whole.alone == (POLICE, parse_moment("2025-03-05 13:00")) and whole.lost == timedelta(days=28)
    police, hospital = found.alone
    assert [p.signal for p in police.patterns] == ["pattern"] and hospital.patterns == () and police.entries == 3
    assert police.kinds == (("Incident", 3),)


def test_what_may_not_be_read_in_full_is_counted_and_rests_under_nothing():
    shown, shut = entry(POLICE, "2025-01-05"), entry(SCHOOL, "2025-01-06", level=Level.POINTER)
    found = gathered(uuid4(), [shown, shut], [], {"police": []})
    assert found.closed == 1 and [one.agency.id for one in found.alone] == ["police"] and found.whole == ()
