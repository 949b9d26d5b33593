"""How well matching does is measured, a gap stops it from joining by itself, somebody is told, and a person lets it go on."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.test import Client

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import machine
from sightline.commands import main
from sightline.definition.outcomes import Conflict, Invalid, Refused
from sightline.identity import quality
from sightline.identity.measuring import Counted, Tally
from sightline.identity.models import Halting, Measured, Possible
from sightline.ledger.models import Record
from tests.support.house import HOSPITAL, JAY, POLICE, SCHOOL, actor, person, send, told

WHY = "The gap comes from one feed that leaves out birth dates."


@pytest.fixture
def staff(house):
    by = machine("set-up-machine")
    add_worker(username="bea", name="Bea", agency="business-unit", role="business-manager", by=by)
    add_worker(username="ana", name="Ana", agency="business-unit", role="partnership-analyst", by=by)
    return house


def tally(hits, of):
    shares = ("right", "joined", "worth", "found")
    return Tally(dict.fromkeys(shares, hits), dict.fromkeys(shares, of))


def gap(monkeypatch, points=5.0):
    """A measurement that finds one group so many points below everybody."""
    found = Counted(tally(1000, 1000), {("ethnicity", "WROM"): tally(round(1000 - 10 * points), 1000)}, 10, 20)
    monkeypatch.setattr(quality.measuring, "counted", lambda *_: found)
    monkeypatch.setattr(quality, "_of_decisions", lambda *_: found)
    return quality.measure(by=machine("matching-machine"))


def two():
    """A child whom police and a hospital know by one NHS number."""
    send(told(who=JAY))
    send(told("ae-attendance", "patient", replace(JAY, local_id="H1"), agency=HOSPITAL))


def page(username):
    client = Client()
    from django.contrib.auth import get_user_model

    client.force_login(get_user_model().objects.get(username=username))
    return client


def test_a_gap_stops_joining_by_itself_until_a_person_decides(staff, monkeypatch):
    assert quality.automatic_joining()
    outcome = gap(monkeypatch)
    assert outcome.stopped and [g.group for g in outcome.gaps] == ["WROM", "WROM"]
    assert not quality.automatic_joining()
    two()
    (pair,) = Possible.objects.all()
    assert pair.state == "waiting" and "stopped" in pair.why
    assert person() != person(HOSPITAL, "H1")
    assert not gap(monkeypatch).stopped and Halting.objects.count() == 1  # stopped once, however often it is measured
    quality.resume(because=WHY, by=actor("bea"))
    assert quality.automatic_joining()
    send(told("school-concern", "child", replace(JAY, local_id="S1"), agency=SCHOOL))
    assert person(SCHOOL, "S1") in (person(), person(HOSPITAL, "H1"))


def test_what_was_joined_stays_joined_while_it_is_stopped(staff):
    two()
    assert person() == person(HOSPITAL, "H1")
    quality.stop(because="Two children were joined wrongly this morning.", by=actor("bea"))
    send(told("ae-attendance", "patient", replace(JAY, local_id="H1", phone="07700 900123"), agency=HOSPITAL))
    assert person() == person(HOSPITAL, "H1")


def test_a_gap_that_was_accepted_stops_nothing_until_it_grows(staff, monkeypatch):
    gap(monkeypatch)
    quality.resume(because=WHY, by=actor("bea"))
    assert not gap(monkeypatch, 5.9).stopped
    assert gap(monkeypatch, 6.1).stopped


def test_only_people_with_the_right_and_a_reason_decide(staff, monkeypatch):
    with pytest.raises(Conflict):
        quality.resume(because=WHY, by=actor("bea"))
    gap(monkeypatch)
    for somebody in (actor("ana"), machine("matching-machine")):
        with pytest.raises(Refused):
            quality.resume(because=WHY, by=somebody)
    with pytest.raises(Invalid):
        quality.resume(because="ok", by=actor("bea"))
    quality.resume(because=WHY, by=actor("bea"))
    verbs = ["stop-automatic-joining", "resume-automatic-joining"]
    assert list(Record.objects.filter(verb__in=verbs).order_by("at").values_list("verb", flat=True)) == verbs


def test_what_people_took_apart_counts_as_wrong(staff):
    two()
    pair = Possible.objects.get()
    pair.state, pair.decided_by = "different", "somebody"
    pair.save()
    found = quality.measure(by=machine("matching-machine")).found
    assert (found.all.hits["right"], found.all.of["right"]) == (0, 1)
    assert set(found.groups) == {("ethnicity", JAY.ethnicity or "not-recorded"), ("name-origin", "other")}
    assert "Jay" not in json.dumps(Measured.objects.get().counts)


def test_it_is_measured_against_a_simulations_truth(staff, tmp_path, capsys):
    two()
    truth = [
        {"agency": POLICE, "id": JAY.local_id, "person": "P1"},
        {"agency": HOSPITAL, "id": "H1", "person": "P2"},  # so, in truth, joined wrongly
    ]
    people = [
        {"person": "P1", "given": "Jay", "family": "Marsh", "ethnicity": "WBRI"},
        {"person": "P2", "given": "Ay", "family": "Khan"},
    ]
    for name, rows in (("identities", truth), ("people", people)):
        (tmp_path / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    assert main(["identity", "quality", "--truth", str(tmp_path), "--json"]) == 0  # two are too few to judge
    told_ = json.loads(capsys.readouterr().out)
    assert told_["shares"]["right"] is None and told_["identities"] == 2 and told_["automatic"]
    found = Counted.from_dict(Measured.objects.get().counts)
    assert (found.all.hits["right"], found.all.of["right"]) == (0, 1)
    assert ("name-origin", "south-asian") in found.groups
    assert main(["identity", "quality", "--truth", str(tmp_path / "nothing")]) == 2
    capsys.readouterr()
    main(["identity", "quality", "--truth", str(tmp_path)])
    assert "upper bound" not in capsys.readouterr().out
    main(["identity", "quality"])  # where nobody has looked, a join by itself is right as far as anybody knows, and that is said
    assert "counts as right until somebody takes it apart: an upper bound" in capsys.readouterr().out


def test_the_page_shows_it_to_those_with_the_right_and_my_work_tells_who_decides(staff, monkeypatch):
    two()
    gap(monkeypatch)
    shown = page("bea").get("/matches/quality/").content.decode()
    assert "stopped" in shown and "White: Gypsy or Roma" in shown and "too far below" in shown and "Let it go on" in shown
    assert "Jay" not in shown and "Marsh" not in shown
    assert "Joining by itself is stopped" in page("bea").get("/").content.decode()
    looking = page("ana").get("/matches/quality/").content.decode()
    assert "White: Gypsy or Roma" in looking and "Let it go on" not in looking
    assert "Joining by itself is stopped" not in page("ana").get("/").content.decode()
    assert page("ana").post("/matches/quality/joining/", {"step": "resume", "because": WHY}).status_code == 403
    assert page("bea").post("/matches/quality/joining/", {"step": "resume", "because": "no"}).status_code == 422
    assert page("bea").post("/matches/quality/joining/", {"step": "resume", "because": WHY}).status_code == 302
    assert quality.automatic_joining()
    model = page("bea").get("/matches/model/").content.decode()
    assert "What each level is worth" in model and "NHS number" in model


def test_a_share_of_few_is_not_shown(staff, monkeypatch):
    found = Counted(tally(1000, 1000), {("ethnicity", "WIRT"): tally(3, 9)}, 10, 20)
    monkeypatch.setattr(quality, "_of_decisions", lambda *_: found)
    outcome = quality.measure(by=machine("matching-machine"))
    assert not outcome.gaps and not outcome.stopped
    shown = page("bea").get("/matches/quality/").content.decode()
    assert "too few to show" in shown and "33.3 %" not in shown
