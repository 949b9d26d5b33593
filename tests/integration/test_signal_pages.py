"""The pages of signs: for whom a sign shows, on what it rests, what one may do about it, and that nobody else learns of it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sightline.agencies.actions import make_token
from sightline.agencies.queries import machine, partnership, worker
from sightline.api.signals import kinds
from sightline.intake.types import Details
from sightline.jobs.due import sweep
from sightline.messages.actions import deliver, send
from sightline.signals.models import Standing
from sightline.timescales.london import local
from sightline.timescales.moment import now
from tests.support.house import CARE, POLICE, SCHOOL, actor, live, open_house, person, told

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
MORE = (
    ("tess", CARE, "team-manager", "east-area-team"),
    ("mia", POLICE, "missing-exploitation-officer", "missing-exploitation"),
    ("rory", SCHOOL, "deputy-safeguarding-lead", ""),
)
WHY = "Rang his allocated worker: she sees him at school today at two, and asks where he goes."
_number = count(1)


@pytest.fixture(scope="module")
def house(shared_database):
    open_house(*MORE)
    return shared_database


def child(**more):
    """Somebody of whom nothing else is held."""
    n = next(_number)
    letters = "abcdefghijklmnopqrstuvwxyz"[n]
    return Details(
        given=f"Sol{letters * 3}", family=f"Dray{letters * 2}", born=f"2011-03-{1 + n:02}", local_id=f"S{n}", **more
    )


def day(back, at="21:40"):
    return f"{local(now() - timedelta(days=back)):%Y-%m-%d} {at}"


def missing(who, back):
    at = day(back)
    return told(
        "missing-episode",
        "missing-child",
        who,
        at=at,
        sent=day(back, "23:10"),
        missing_from=at,
        returned_at=day(back, "23:00"),
        risk="medium",
        says="Back at eleven, cold; would not say where he was.",
    )


def heard(who, back):
    at = day(back - 1, "10:00")
    return told("return-home-interview", "child", who, at=at, sent=at, held_at=at, says="He came.")


def gone_three_times(who=None):
    """A child who was missing three times within forty days: (the child, the sign's id)."""
    who = who or child()
    back = (40, 20, 2)
    live(*(missing(who, n) for n in back), *(heard(who, n) for n in back))
    while sweep():
        pass
    deliver()
    return who, sign_of(who)


def sign_of(who, rule="repeat-missing"):
    rows = Standing.objects.filter(rule=rule, identity__person=person(POLICE, who.local_id))
    return rows.order_by("-since").values_list("id", flat=True).first()


@pytest.fixture(scope="module")
def seen(house):
    return gone_three_times()


def door(username):
    client = Client(SERVER_NAME="localhost")
    client.force_login(worker(username), backend=BACKEND)
    return client


def plain(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def get(username, path, **headers):
    return door(username).get(path, **headers)


# --- who sees it --------------------------------------------------------------------------------------------------------


def test_the_childs_page_says_it_and_what_one_may_do_each_as_prominent_as_the_other(seen):
    who, sign = seen
    page = get("amir", f"/child/{person(POLICE, who.local_id)}/").content.decode()
    assert "Missing 3 times in " in page and "It does not mean that" in page
    links = re.findall(r'<a class="([^"]+)"[^>]*href="/signs/[0-9a-f-]{36}/\?do=([a-z-]+)#do"', page)
    assert [do for _, do in links] == ["ring", "discussion", "manager", "done", "covered", "not-so"]
    assert len({classes for classes, _ in links}) == 1


def test_its_own_page_shows_the_window_the_entries_the_rule_and_who_was_told(seen):
    who, sign = seen
    answer = get("amir", f"/signs/{sign}/")
    page, text = answer.content.decode(), plain(answer)
    assert answer.status_code == 200 and f"{who.given} {who.family}" in text
    assert page.count('<li id="e-') == 3 and page.count("in the window") == 3
    for id_ in re.findall(r'<li id="e-([0-9a-f-]{36})"', page):
        assert (
            f'href="#e-{id_}"' in page and f'href="/entry/{id_}/"' in page
        )  # a mark leads to its line, a line to its record
    assert "Why do I see this?" in text and "Rests on: Statutory guidance" in text
    assert "Who has been told" in text and "Duty social worker" in text
    assert "Found" in text


def test_whoever_is_not_told_and_may_not_read_it_all_learns_nothing(seen):
    who, sign = seen
    for username in ("gwen", "ruth", "bob"):
        answer, none = get(username, f"/signs/{sign}/"), get(username, f"/signs/{uuid4()}/")
        assert (answer.status_code, none.status_code) == (404, 404)
        assert answer.content == none.content
        assert who.given not in plain(get(username, "/signs/")) + plain(get(username, "/"))
        posted = door(username).post(f"/signs/{sign}/", {"do": "done", "because": WHY})
        assert posted.status_code == 404
    assert get("dee", f"/signs/{sign}/").status_code == 403
    assert not Standing.objects.get(id=sign).answered


def test_as_known_before_the_third_time_nothing_stood_and_afterwards_nobody_answers_the_past(seen):
    who, _ = seen
    there = f"/child/{person(POLICE, who.local_id)}/"
    for part in ({}, {"HTTP_HX_REQUEST": "true"}):  # a page of its own, and a part of the child's
        before, after = (
            get("amir", f"{there}signs-then/?known-on={day(n)[:10]}", **part).content.decode() for n in (10, 1)
        )
        assert "Missing 3 times" not in before and "No sign would have shown" in before
        assert "Missing 3 times" in after and "?do=" not in after
        assert ("<h1>" in after) == (not part)
        assert ("why not" in before) == (not part)
    page = get("amir", f"{there}?known-on={day(1)[:10]}").content.decode()
    assert f'{there}signs-then/?known-on={day(1)[:10]}"' in page
    assert get("amir", f"{there}signs-then/").status_code == 302
    assert get("dee", f"{there}signs-then/?known-on={day(1)[:10]}").status_code == 403


def test_why_a_sign_does_not_stand_is_said_of_what_the_reader_may_read(seen):
    who, _ = seen
    there = f"/child/{person(POLICE, who.local_id)}/signs-then/?known-on="
    child = get("amir", f"/child/{person(POLICE, who.local_id)}/").content.decode()
    assert re.search(r'signs-then/\?known-on=[0-9-]{10}">Why is there no other sign\?', child)
    today = plain(get("amir", f"{there}{local(now()):%Y-%m-%d}"))
    assert "Why there is no other sign" in today and "would have" not in today
    before, after = (plain(get("amir", there + day(n)[:10])).split("why not")[1] for n in (10, 1))
    assert re.search(r"Missing three times It asks: At least 3 .{,80} This is not so: 2 of 3\.", before)
    assert "Missing three times" not in after  # it shows above
    assert "Seen by nobody" not in before and "ethnicity" not in before  # nothing of it is there; a gap is no sign
    assert "Missing three times" not in plain(get("ruth", there + day(10)[:10]))


# --- where it stands ----------------------------------------------------------------------------------------------------


def test_it_stands_in_my_work_in_its_list_on_the_line_of_the_queue_and_in_the_message(seen):
    who, sign = seen
    for path in ("/", "/signs/", "/messages/"):
        assert f"/signs/{sign}/" in get("amir", path).content.decode(), path
    every = Standing.objects.filter(identity__person=person(POLICE, who.local_id)).values_list("id", flat=True)
    queue = get("amir", "/queue/").content.decode()
    lines = re.findall(
        r'sl-signline"><a class="govuk-link" href="/signs/([0-9a-f-]{36})/">Sign: ',
        queue,
    )
    assert set(lines) & set(map(str, every))
    assert f"{who.given} {who.family}" in plain(get("amir", "/signs/"))


def test_the_lines_of_the_queue_cost_the_same_however_many_signs_there_are(seen):
    client = door("amir")

    def cost():
        client.get("/queue/")
        with CaptureQueriesContext(connection) as asked:
            page = client.get("/queue/").content.decode()
        return page.count("sl-signline"), len(asked)

    lines, before = cost()
    for _ in range(2):
        gone_three_times()
    more, after = cost()
    assert more >= lines + 2
    assert after <= before + 3, (before, after)  # a second look at names where more are there


# --- answering it -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("do", ["ring", "discussion", "manager", "done", "covered", "not-so"])
def test_each_button_opens_its_form_and_asks_for_words(seen, do):
    _, sign = seen
    page = get("amir", f"/signs/{sign}/?do={do}").content.decode()
    assert f'<input type="hidden" name="do" value="{do}">' in page and "<textarea" in page
    answer = door("amir").post(f"/signs/{sign}/", {"do": do, "because": ""})
    assert answer.status_code == 422 and b"There is a problem" in answer.content
    assert not Standing.objects.get(id=sign).answered


def test_what_was_typed_is_not_lost_when_it_is_too_short(seen):
    _, sign = seen
    answer = door("amir").post(f"/signs/{sign}/", {"do": "covered", "because": "it is"})
    assert answer.status_code == 422 and "it is</textarea>" in answer.content.decode()
    assert "it is</textarea>" in get("amir", f"/signs/{sign}/?do=covered").content.decode()


def test_an_answer_stands_under_its_name_and_nobody_is_waited_for_any_more(house):
    who, sign = gone_three_times()
    live(told("return-home-interview", "child", who, at=day(0, "00:01"), held_at=day(0, "00:01")))
    amir = door("amir")
    form = amir.get(f"/signs/{sign}/?do=done").content.decode()
    record = re.search(r'name="done" value="([0-9a-f-]{36})"', form)
    assert record, "what came in since may be named as what was done"
    answer = amir.post(f"/signs/{sign}/", {"do": "done", "because": WHY, "done": [record[1]]}, follow=True)
    text = plain(answer)
    assert "Acted on, by Amir" in text and WHY in text and "It rests until" in text
    assert "?do=" not in answer.content.decode()
    assert str(sign) not in amir.get("/signs/").content.decode() + amir.get("/").content.decode()
    folded = amir.get(f"/child/{person(POLICE, who.local_id)}/").content.decode()
    assert "Looked at before, or over (" in folded and "Acted on, by Amir" in plain(amir.get(f"/signs/{sign}/"))
    again = door("paul").post(f"/signs/{sign}/", {"do": "done", "because": WHY}, follow=True)
    assert "Somebody has answered this already" in plain(again)
    assert Standing.objects.get(id=sign).answered_by == actor("amir").id


def test_records_of_what_was_done_may_say_it_all(house):
    who, sign = gone_three_times()
    live(told("return-home-interview", "child", who, at=day(0, "00:01"), held_at=day(0, "00:01")))
    form = get("amir", f"/signs/{sign}/?do=done").content.decode()
    record = re.search(r'name="done" value="([0-9a-f-]{36})"', form)[1]
    answer = door("amir").post(f"/signs/{sign}/", {"do": "done", "because": "", "done": [record]})
    assert answer.status_code == 302 and Standing.objects.get(id=sign).answered == "acted"


@pytest.mark.parametrize("said", ["not-relevant", "wrong"])
def test_not_so_says_what_is_not_so(house, said):
    _, sign = gone_three_times()
    given = {"do": "not-so", "because": "He was at his father's each time; the school knew."}
    assert door("amir").post(f"/signs/{sign}/", given).status_code == 422
    assert door("amir").post(f"/signs/{sign}/", given | {"answer": said}).status_code == 302
    assert Standing.objects.get(id=sign).answered == said


def test_taken_to_the_manager_it_stays_open_and_the_manager_reads_what_is_asked(house):
    _, sign = gone_three_times()
    asked = "Nobody can say who looks at all of this together. Will you?"
    answer = door("amir").post(f"/signs/{sign}/", {"do": "manager", "because": asked}, follow=True)
    assert "The manager is told" in plain(answer)
    deliver()
    assert not Standing.objects.get(id=sign).answered
    theirs = get("paul", f"/signs/{sign}/")  # who manages the front door, and sees what the desk sees
    assert theirs.status_code == 200 and asked in plain(theirs)
    for path in ("/messages/", "/signs/", "/"):
        assert f"/signs/{sign}/" in get("paul", path).content.decode(), path


def test_a_strategy_discussion_is_called_from_the_newest_record_on_which_it_rests(seen):
    _, sign = seen
    page = get("amir", f"/signs/{sign}/?do=discussion").content.decode()
    there = re.search(r'href="(/decide/[0-9a-f-]{36}/discussion/)"', page)
    assert there and get("amir", there[1]).status_code == 200


# --- gaps ---------------------------------------------------------------------------------------------------------------


def test_gaps_are_a_list_for_whoever_keeps_records_and_on_no_childs_page(house):
    who = child()
    live(told("school-concern", "child", who, agency=SCHOOL, at=day(30), sent=day(30), category="neglect"))
    live(told("school-concern", "child", who, agency=SCHOOL, at=day(20), sent=day(20), category="neglect"))
    live(told("school-concern", "child", who, agency=SCHOOL, at=day(9), sent=day(9), category="neglect"))
    while sweep():
        pass
    gaps = Standing.objects.filter(sort="data", ended_at=None)
    assert gaps.exists()
    assert get("paul", "/signs/gaps/").status_code == 200
    assert get("amir", "/signs/gaps/").status_code == 403
    for gap in gaps[:3]:
        assert get("paul", f"/signs/{gap.id}/").status_code == 404


# --- for agencies' own systems ------------------------------------------------------------------------------------------


def test_an_agencys_system_learns_that_a_sign_waits_and_never_of_whom_or_what(seen):
    who, sign = seen
    token = make_token(agency=CARE, label="case management", by=machine("set-up-machine"))
    other = make_token(agency="leeds-housing", label="housing", by=machine("set-up-machine"))

    def asked(path, with_):
        return Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {with_}"})

    told_ = asked("signals", token)
    assert told_.status_code == 200 and told_.json()["signals"]
    assert {"id", "sort", "sent", "due", "late", "cannot-wait", "told", "page"} == set(told_.json()["signals"][0])
    text = json.dumps(told_.json())
    for hidden in (who.given, who.family, "Missing", str(sign), str(person(POLICE, who.local_id))):
        assert hidden not in text
    for _ in range(101):  # a page full of others does not look as if there were none
        send("work-failing", to=f"agency:{CARE}", says={"count": 1}, by=machine("clock-machine"))
    assert len(asked("signals", token).json()["signals"]) == len(told_.json()["signals"])
    assert asked("signals", other).json()["signals"] == []
    assert Client().get("/api/v1/signals").status_code == 401
    assert {"signal-raised", "signal-raised-now", "signal-raised-list", "place-signal"} < set(kinds(partnership()))
    rules = {rule["rule"]: rule for rule in asked("signal-rules", other).json()["rules"]}
    assert "90 days" in rules["repeat-missing"]["when"] and rules["repeat-missing"]["does-not-mean"]
