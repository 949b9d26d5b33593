"""Following by replay agrees with following hour by hour, on generated entries."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sightline.clocks.rules import follow
from sightline.clocks.types import Event
from tests.unit.clocks.clocks import DAYS, clock

ZERO = datetime(2025, 3, 28, tzinfo=UTC)  # summer time begins two days later
PAUSED = {"pauses": {"record": "pause"}, "resumes": {"record": "resume"}}
HOURS = st.integers(0, 120)


def moment(hour):
    return ZERO + timedelta(hours=hour)


@st.composite
def entries(draw, records):
    """Entries at different hours, some known later, some answering a start."""
    hours = draw(st.lists(HOURS, unique=True, max_size=12))
    found = []
    for hour in hours:
        record = draw(st.sampled_from(records))
        known = hour + draw(st.sampled_from([0, 0, 0, 5, 50]))
        starts = [entry.id for entry in found if entry.record == "start"]
        on = frozenset(draw(st.lists(st.sampled_from(starts), max_size=1)) if starts and record != "start" else ())
        found.append(Event(f"h{hour:03}", record, moment(hour), moment(known), on=on))
    return found


def hour_by_hour(entries, limit, now, first_a_child):
    """What a patient person with a tally sheet would write down: (started by, state, stopped by) of each run."""
    runs = []
    at = {entry.happened: entry for entry in entries if entry.known <= moment(now)}
    for hour in range(now + 1):
        for run in runs:
            if not run["stopped"] and hour > run["from"] and not run["standing"]:
                run["used"] += 1
        entry = at.get(moment(hour))
        if entry is None:
            continue
        if entry.record == "start" and not (first_a_child and any(not run["stopped"] for run in runs)):
            runs.append({"by": entry.id, "from": hour, "used": 0, "standing": False, "stopped": ""})
        for run in runs:
            mine = first_a_child or not entry.on or run["by"] in entry.on
            if run["stopped"] or not mine:
                continue
            if entry.record == "pause" and run["used"] <= limit:
                run["standing"] = True
            elif entry.record == "resume":
                run["standing"] = False
            elif entry.record == "stop":
                run["stopped"], run["standing"] = entry.id, False
    return [(run["by"], state_of(run, limit), run["stopped"]) for run in runs]


def state_of(run, limit):
    if run["standing"]:
        return "paused"
    if run["used"] > limit:
        return "late"
    return "met" if run["stopped"] else "running"


def followed(declared, events, now):
    return [
        (run.started_by, str(run.state), run.stopped_by) for run in follow(declared, events, now=moment(now), days=DAYS)
    ]


@given(entries(["start", "stop"]), st.integers(0, 60), st.integers(0, 200))
def test_one_a_record(events, limit, now):
    declared = clock({"record": "start"}, {"record": "stop"}, f"{limit} hours")
    assert followed(declared, events, now) == hour_by_hour(events, limit, now, False)


@given(entries(["start", "stop", "pause", "resume"]), st.integers(0, 60), st.integers(0, 200))
def test_one_a_record_with_pauses(events, limit, now):
    declared = clock({"record": "start"}, {"record": "stop"}, f"{limit} hours", **PAUSED)
    assert followed(declared, events, now) == hour_by_hour(events, limit, now, False)


@given(entries(["start", "stop", "pause", "resume"]), st.integers(0, 60), st.integers(0, 200))
def test_one_a_child(events, limit, now):
    declared = clock({"record": "start", "first": "yes"}, {"record": "stop"}, f"{limit} hours", on="child", **PAUSED)
    assert followed(declared, events, now) == hour_by_hour(events, limit, now, True)


@given(entries(["start", "stop", "pause", "resume"]), HOURS, HOURS)
def test_what_comes_later_never_undoes_that_a_limit_was_missed(events, one, other):
    """A run that was late stays late as time goes on, as long as no entry about the past comes to be known."""
    declared = clock({"record": "start", "first": "yes"}, {"record": "stop"}, "10 hours", on="child", **PAUSED)
    prompt = [Event(e.id, e.record, e.happened, e.happened, on=e.on) for e in events]
    before, after = (followed(declared, prompt, now) for now in sorted((one, other)))
    late = {by for by, state, _ in before if state == "late"}
    assert late <= {by for by, state, _ in after if state == "late"}
