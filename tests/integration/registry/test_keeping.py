"""What a partnership records of its groups: who may, what is refused, what stands in the ledger, what is then known when."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.db import DatabaseError, transaction

from sightline.agencies.actions import add_worker, make_token
from sightline.agencies.queries import machine
from sightline.agencies.registry import queries
from sightline.agencies.registry.actions import record, withdraw
from sightline.agencies.registry.models import RegistryRow
from sightline.commands import main
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.ledger.actions import sequence
from sightline.ledger.models import Record
from sightline.ledger.verifying import verify
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import pretend
from tests.support.house import actor, open_house
from tests.support.partnership import inside

GROUP = "audit-and-review"


@pytest.fixture
def mel(house):
    """The partnership's business manager."""
    add_worker(
        username="mel", name="Mel", agency="business-unit", role="business-manager", by=machine("set-up-machine")
    )
    return actor("mel")


def look(on: str, known: str = "2999-01-01", group: str = GROUP):
    return queries.registry(date.fromisoformat(on), date.fromisoformat(known)).group(group)


def on(day: str):
    return pretend(parse_moment(f"{day} 10:00"))


def test_a_new_chair_holds_from_its_day_and_is_known_from_the_day_of_recording(mel):
    with on("2026-06-10"):
        record(group=GROUP, what="chair", value="probation", happened=date(2026, 5, 4), source="Minutes", by=mel)
    assert look("2026-05-03").chair is None
    assert look("2026-05-04").chair.says == "Probation Service"
    assert look("2026-05-04", known="2026-06-09").chair is None
    assert look("2026-05-04", known="2026-06-10").chair.cite.by == "Mel"


def test_the_row_and_its_ledger_record_are_one(mel):
    before = Record.objects.count()
    id = record(group=GROUP, what="met", happened=date(2026, 5, 4), source="Minutes of 4 May", by=mel)
    (one,) = Record.objects.filter(verb="record-in-registry")
    assert Record.objects.count() == before + 1
    assert one.ids == [str(id)] and one.actor == mel.id and one.detail == {"group": GROUP, "what": "met"}
    while sequence():
        pass
    assert verify().faults == ()


def test_only_who_keeps_the_registry_may_record(mel, house):
    kept = dict(group=GROUP, what="met", happened=date(2026, 5, 4), source="Minutes")
    with pytest.raises(Refused) as refused:
        record(**kept, by=actor("amir"))
    assert refused.value.decision.reason_code == "not-permitted" and not RegistryRow.objects.exists()
    id = record(**kept, by=mel)
    with pytest.raises(Refused):
        withdraw(row=id, because="Wrong day", by=actor("amir"))
    withdraw(row=id, because="Wrong day", by=mel)


def test_what_was_taken_back_still_counts_as_known_before(mel):
    with on("2026-06-01"):
        id = record(group=GROUP, what="chair", value="probation", happened=date(2026, 5, 4), source="Minutes", by=mel)
    with on("2026-06-20"):
        withdraw(row=id, because="It was the vice-chair", by=mel)
        with pytest.raises(Conflict):
            withdraw(row=id, because="Again", by=mel)
    assert look("2026-05-04", known="2026-06-19").chair.says == "Probation Service"
    assert look("2026-05-04", known="2026-06-20").chair is None
    ((row, why),) = queries.withdrawn(GROUP, date(2026, 6, 20))
    assert (row.what, why.source) == ("chair", "It was the vice-chair")
    assert queries.withdrawn(GROUP, date(2026, 6, 19)) == ()


def test_meetings_and_chairs_that_are_recorded_raise_and_take_away_flags(mel):
    flags = lambda day: [flag.code for flag in look(day).flags if flag.flag != "review-due"]  # noqa: E731
    assert flags("2026-11-20") == ["no-meeting-since"]
    record(group=GROUP, what="met", happened=date(2026, 11, 3), source="Minutes", by=mel)
    assert flags("2026-11-20") == []
    record(group=GROUP, what="chair-left", happened=date(2026, 11, 10), source="Letter", by=mel)
    assert flags("2026-11-20") == ["vacant"] and flags("2026-11-09") == []
    record(group=GROUP, what="paused", happened=date(2026, 11, 15), source="Executive", by=mel)
    assert flags("2026-11-20") == ["vacant", "told-not-meeting"]
    record(group=GROUP, what="ended", happened=date(2026, 11, 18), source="Executive", by=mel)
    assert look("2026-11-20").state == "ended" and look("2026-11-20").flags == ()


def test_members_join_and_leave(mel):
    record(group=GROUP, what="member", value="probation", happened=date(2026, 3, 2), source="Minutes", by=mel)
    with pytest.raises(Conflict, match="not a member"):
        record(
            group=GROUP, what="member-left", value="leeds-housing", happened=date(2026, 5, 1), source="Minutes", by=mel
        )
    record(group=GROUP, what="member-left", value="probation", happened=date(2026, 5, 1), source="Minutes", by=mel)
    assert [m.says for m in look("2026-04-30").members] == ["Probation Service"]
    assert look("2026-05-01").members == ()


WRONG = [
    (dict(what="celebrated"), "what"),
    (dict(happened=date(2999, 1, 1)), "happened"),
    (dict(what="chair", value=""), "value"),
    (dict(what="chair", value="no-such-agency"), "value"),
    (dict(what="every", value="often"), "value"),
    (dict(source="x" * 201), "source"),
]


@pytest.mark.parametrize(("wrong", "path"), WRONG, ids=[f"{path}-{n}" for n, (_, path) in enumerate(WRONG)])
def test_what_cannot_be_is_refused_with_what_was_expected(mel, wrong, path):
    right = dict(group=GROUP, what="met", happened=date(2026, 5, 4), source="Minutes", by=mel)
    with pytest.raises(Invalid) as invalid:
        record(**{**right, **wrong})
    assert [(fault.path, bool(fault.expected)) for fault in invalid.value.faults] == [(path, True)]
    assert record(**right)
    with pytest.raises(Conflict):
        record(**right)


def test_a_group_that_is_not_declared_is_missing(mel):
    with pytest.raises(Missing):
        record(group="no-such-group", what="met", happened=date(2026, 5, 4), source="Minutes", by=mel)


def test_rows_are_only_ever_added(mel):
    record(group=GROUP, what="met", happened=date(2026, 5, 4), source="Minutes", by=mel)
    for change in (lambda: RegistryRow.objects.update(group="x"), lambda: RegistryRow.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert RegistryRow.objects.count() == 1


# --- doors ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def office(sqlite_database):
    """On one engine alone: what the doors do with what the queries say."""
    open_house()
    add_worker(
        username="mel", name="Mel", agency="business-unit", role="business-manager", by=machine("set-up-machine")
    )


def test_the_page_of_a_day_shows_its_groups_flags_and_sources(office):
    body = inside("amir").get("/registry/?on=2022-03-01").content.decode()
    assert "Risk and Vulnerability Subgroup (RVSG)" in body and "Child Exploitation Silver MACE" not in _table(body)
    assert "Nobody chairs it" in body and "It met twice in 2021" in body
    assert "LSCP annual report, subgroups, to March 2023" in body
    assert "18 of these 20 groups were told of later" in body


def test_as_known_then_the_page_shows_nothing_that_was_told_later(office):
    body = inside("amir").get("/registry/?on=1+March+2022&known=then").content.decode()
    assert "Leeds Early Help Board" in body and "Risk and Vulnerability" not in body and "March 2023" not in body


def _table(body: str) -> str:
    return body[body.index('id="groups"') : body.index("<details")]


@pytest.mark.parametrize("query", ["on=whenever", "on=2999-01-01", "on=2022-03"])
def test_a_day_that_is_none_is_said_so(office, query):
    answer = inside("amir").get(f"/registry/?{query}")
    assert answer.status_code == 422 and "There is a problem" in answer.content.decode()


def test_what_is_not_known_by_then_is_not_there(office):
    client = inside("amir")
    assert client.get("/registry/group/mace-silver/?on=2022-03-01&known=then").status_code == 404
    assert client.get("/registry/group/no-such-group/").status_code == 404
    assert client.get("/registry/group/mace-silver/?on=2022-03-01").status_code == 200


def test_recording_and_taking_back_on_the_pages(office):
    mel, amir = inside("mel"), inside("amir")
    page = f"/registry/group/{GROUP}/"
    assert "Record something" in mel.get(page).content.decode()
    assert "Record something" not in amir.get(page).content.decode()
    filled = {"what": "chair", "happened": "4 March 2026", "who": "probation", "words": "", "source": "Minutes, item 2"}
    assert amir.post(f"{page}record/", filled).status_code == 403
    missing = mel.post(f"{page}record/", {"what": "chair", "happened": "whenever"})
    assert missing.status_code == 422 and "Say where it is written" in missing.content.decode()
    nobody = mel.post(f"{page}record/", {**filled, "who": ""})
    assert nobody.status_code == 422 and "an agency of the partnership" in nobody.content.decode()
    assert mel.post(f"{page}record/", filled).status_code == 302
    assert "Probation Service" in amir.get(page).content.decode()
    row = queries.rows(GROUP)[0]
    back = f"/registry/recorded/{row.id}/withdraw/"
    assert amir.get(back).status_code == 403
    assert mel.post(back, {"because": ""}).status_code == 422
    assert mel.post(back, {"because": "Not agreed after all"}).status_code == 302
    assert mel.post(back, {"because": "Twice"}).status_code == 409
    assert "Not agreed after all" in amir.get(page).content.decode()


def test_the_machine_door_tells_the_same(office):
    from django.test import Client

    token = make_token(agency="probation", label="test", by=machine("set-up-machine"))
    ask = lambda path, key=token: Client().get(path, headers={"Authorization": f"Bearer {key}"})  # noqa: E731
    told = ask("/api/v1/registry?on=2022-03-01").json()
    assert len(told["groups"]) == 20 and told["on"] == "2022-03-01"
    (group,) = [one for one in told["groups"] if one["group"] == "education-reference-group"]
    assert group["chair_vacant"] and {flag["flag"] for flag in group["flags"]} == {"inactive", "chairless"}
    assert group["chair"]["source"] == "LSCP annual report, subgroups, to March 2023" and group["chair"]["at"]
    known = ask("/api/v1/registry?on=2022-03-01&known=2022-03-01").json()
    assert [one["group"] for one in known["groups"]] == ["early-help-board", "lscp"] and known["priorities"] == []
    assert ask("/api/v1/registry?on=soon").status_code == 422
    assert ask("/api/v1/registry", "nobody").status_code == 401
    assert "/api/v1/registry" in Client().get("/api/v1/openapi.json").json()["paths"]


def test_the_command_tells_the_same(office, capsys):
    assert main(["registry", "--on", "2023-03-01", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["groups"]) == 21
    assert main(["registry", "--on", "2023-03-01", "--known", "2023-03-01"]) == 0
    assert "2 groups" in capsys.readouterr().out
    assert main(["registry", "--on", "2025-03-01", "--group", "mace-silvr"]) == 2
    assert "did you mean 'mace-silver'?" in capsys.readouterr().err
    assert main(["registry", "--on", "1 March"]) == 2
    assert main(["registry", "--declared", "--partnership", "riverford", "--on", "2025-01-20"]) == 0
    assert "Riverford Safeguarding Board" in capsys.readouterr().out


def test_priorities_and_strategies_by_year_with_owners(office):
    body = inside("amir").get("/registry/priorities/?on=2025-03-01").content.decode()
    order = [
        body.index(words) for words in ("Priorities 2024-25", "Priorities 2023-24", "Priorities 2021-23", "Strategies")
    ]
    assert order == sorted(order)
    assert "Domestic abuse: children as victims" in body and "LSCP Executive" in body
    then = inside("amir").get("/registry/priorities/?on=2025-03-01&known=then").content.decode()
    assert "Priorities 2024-25" not in then and "Safeguarding adolescents" in then


def test_what_changed_between_two_days(office):
    body = inside("amir").get("/registry/changes/?from=2022-03-01&to=2023-03-01").content.decode()
    assert "nobody: the chair is vacant" in body and "A chair from the education sector" in body
    assert "Youth violence task and finish group" in body and "2 groups differ" in body
    for typed in ("to=0001-01-01", "from=0001-01-01", "to=0001-06-01&known=then"):  # no day has a year before the first
        assert "Enter a day from 1900 on" in inside("amir").get(f"/registry/changes/?{typed}").content.decode()
    backwards = inside("amir").get("/registry/changes/?from=2023-03-01&to=2022-03-01").content.decode()
    assert "before the second" in backwards
