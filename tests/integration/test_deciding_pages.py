"""The pages of deciding: asking side by side, answering, deciding in few keys, accepting, disagreeing; and who sees none of it."""

import re
from itertools import count

import pytest
from django.test import Client

from sightline.agencies.actions import add_worker
from sightline.agencies.models import Worker
from sightline.agencies.queries import machine
from sightline.chronology.models import Entry, Part
from sightline.front_door import decisions, escalation, steps, strategy
from sightline.front_door.models import Item, Step
from sightline.intake.types import Details
from sightline.timescales.moment import now
from tests.support.house import CARE, SCHOOL, identity, live, open_house, told

WHY = "He fell from his bicycle; the nurse saw him do it and his mother was there within a minute."


@pytest.fixture(scope="module")
def house(shared_database):
    open_house()
    for name, agency, role, team in (
        ("hattie", "leeds-community-healthcare", "front-door-health", "front-door-health"),
        ("fay", "family-help", "family-help-practitioner", "family-help-east"),
        ("tess", CARE, "team-manager", "east-area-team"),
        ("bea", CARE, "duty-social-worker", "front-door"),
    ):
        add_worker(
            username=name, name=name.capitalize(), agency=agency, role=role, team=team, by=machine("set-up-machine")
        )
    return shared_database


def door(username):
    client = Client(SERVER_NAME="localhost")
    client.force_login(
        Worker.objects.get(username=username), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


_number = count(1)


def child():
    """Somebody of whom nothing else is held."""
    n = next(_number)
    letters = "abcdefghijklmnop"[n]
    return Details(
        given=f"Ned{letters}",
        family=f"Sugd{letters}",
        born=f"2012-02-{10 + n}",
        sex="male",
        postcode="LS15 8QU",
        local_id=f"N{n}",
    )


def notice(record="school-concern", agency=SCHOOL, **fields):
    """Something new at the front door, about somebody new. Returns the notice's first version."""
    who, at = child(), f"{now():%Y-%m-%d %H:%M}"
    fields = {"category": "neglect", "voice_of_child": "I had toast on Sunday", **fields}
    live(told(record, "child", who, agency=agency, at=at, sent=at, **fields))
    return Part.objects.get(identity=identity(agency, who.local_id)).entry.first


def version(first):
    return Item.objects.get(entry=first).version


def post(client, address, **given):
    return client.post(address, {key: value for key, value in given.items()}, follow=True)


def test_a_simple_contact_is_decided_on_one_page_with_what_it_takes(house):
    first, client = notice(), door("amir")
    page = client.get(f"/decide/{first}/")
    assert page.status_code == 200
    shown = text(page)
    assert "Sugd" in shown and "I had toast on Sunday" in shown and "Nobody was asked yet" in shown
    assert "I had toast on Sunday" in page.context["form"].initial["child_view"], "what is held is offered, not retyped"
    refused = post(
        client, f"/decide/{first}/", decision="no-further-action", rationale=WHY, version=version(first), do="decide"
    )
    assert refused.status_code == 422
    assert "Nobody was asked what they know" in text(refused) and WHY in refused.content.decode()
    short = post(
        client,
        f"/decide/{first}/",
        decision="no-further-action",
        rationale="Fine.",
        version=version(first),
        do="decide",
    )
    assert short.status_code == 422 and "Say a little more about why" in text(short)
    done = post(
        client,
        f"/decide/{first}/",
        decision="no-further-action",
        rationale=WHY,
        without_checks="The nurse rang herself and had seen it.",
        version=version(first),
        do="decide",
    )
    assert done.status_code == 200 and done.redirect_chain[0][0] == f"/decided/{first}/"
    assert "Decided: No further action" in text(done) and WHY[:30] in text(done)
    assert Item.objects.get(entry=first).closed_at is not None
    again = client.get(f"/decide/{first}/")
    assert (
        "Amir has decided this" in text(again)
        and "No further action" not in text(again).split("What happens next")[1][:400]
    )


def test_what_was_typed_stands_there_when_somebody_was_first(house):
    first = notice()
    amir, bea, seen = door("amir"), door("bea"), version(first)
    given = {"rationale": WHY, "without_checks": "The nurse rang herself.", "version": seen, "do": "decide"}
    assert post(amir, f"/decide/{first}/", decision="advice", **given).status_code == 200
    late = post(bea, f"/decide/{first}/", decision="no-further-action", **given)
    assert late.status_code == 409
    assert (
        "Amir decided this at" in text(late) and "Amir has decided this" in text(late) and WHY in late.content.decode()
    )
    assert len(escalation.history(first)) == 1
    protects = post(
        bea,
        f"/decide/{first}/",
        decision="strategy-discussion",
        rationale=WHY,
        version=decisions.standing(first).version,
        do="decide",
    )
    assert protects.status_code == 200 and "The discussion is called" in text(protects)
    assert len(escalation.history(first)) == 2


def test_agencies_are_asked_side_by_side_and_the_decision_page_shows_who_has_not_answered(house):
    first, amir = notice(), door("amir")
    page = amir.get(f"/decide/{first}/ask/")
    assert page.status_code == 200
    rows = {row["check"].id: row for row in page.context["rows"]}
    assert rows["health"]["agency"].id == "leeds-community-healthcare" and rows["health"]["chosen"]
    chosen = {f"ask-{row['n']}": "on" for row in rows.values() if row["check"].id in ("health", "youth-justice")}
    questions = {f"question-{row['n']}": row["question"] for row in rows.values()}
    nobody = post(amir, f"/decide/{first}/ask/", **questions)
    assert nobody.status_code == 422 and "Choose at least one agency" in text(nobody)
    refused = post(amir, f"/decide/{first}/ask/", agreement="no", **chosen, **questions)
    assert refused.status_code == 422 and "The family has not agreed that others are asked" in text(refused)
    sent = post(amir, f"/decide/{first}/ask/", agreement="yes", **chosen, **questions)
    assert sent.status_code == 200 and "2 agencies were asked" in text(sent)
    again = text(post(amir, f"/decide/{first}/ask/", agreement="yes", **chosen, **questions))
    assert "was asked this on" in again and "by Amir" in again and "agencies were asked" not in again
    waits = Step.objects.filter(notice=first, kind=steps.CHECK).first()
    assert "was reminded." in text(post(amir, f"/decide/{first}/ask/", remind=str(waits.id)))
    assert "was reminded a moment ago" in text(post(amir, f"/decide/{first}/ask/", remind=str(waits.id)))
    assert text(sent).count("has not answered,") == 2
    hattie = door("hattie")
    asked = hattie.get("/asked/")
    assert "Sugd" in text(asked)
    step = Step.objects.get(notice=first, kind=steps.CHECK, to="agency:leeds-community-healthcare")
    answer = hattie.get(f"/asked/{step.id}/")
    assert (
        answer.status_code == 200 and "Sugd" in text(answer) and "The family agrees that you are asked" in text(answer)
    )
    empty = post(hattie, f"/asked/{step.id}/", answer="known", do="answer")
    assert empty.status_code == 422 and "Say what you know" in text(empty)
    told_ = post(
        hattie,
        f"/asked/{step.id}/",
        answer="known",
        headline="Seen in November",
        detail="She has lost weight.",
        handling="health-sensitive",
        do="answer",
    )
    assert told_.status_code == 200 and "Your answer is with the front door" in text(told_)
    page = amir.get(f"/decide/{first}/")
    assert "Seen in November" in text(page) and "She has lost weight." in text(page), "whoever asked reads the answer"
    for username in ("ruth", "bob", "gwen"):
        assert door(username).get(f"/asked/{step.id}/").status_code == 404, (
            "another agency is not told that anybody was asked"
        )


def test_a_hand_over_is_accepted_by_name_and_by_nobody_else(house):
    first, amir = notice(), door("amir")
    made = post(
        amir,
        f"/decide/{first}/",
        decision="family-help",
        rationale=WHY,
        agreement="yes",
        family_view="Gladly",
        version=version(first),
        do="decide",
    )
    assert "Family help, east is told" in text(made)
    step = Step.objects.get(notice=first, kind=steps.HAND_OVER)
    assert Item.objects.get(entry=first).state == "handed-over"
    fay = door("fay")
    assert "Sugd" in text(fay.get("/handed-over/"))
    page = fay.get(f"/handed-over/{step.id}/")
    assert page.status_code == 200 and WHY in page.content.decode()
    assert door("bob").get(f"/handed-over/{step.id}/").status_code in (403, 404)
    tess = post(door("tess"), f"/handed-over/{step.id}/", words="")
    assert tess.status_code in (404, 422), "the area team does not take what is family help’s"
    done = post(fay, f"/handed-over/{step.id}/", words="I ring at four.")
    assert "It is yours now" in text(done)
    assert Item.objects.get(entry=first).state == "accepted"
    second = post(fay, f"/handed-over/{step.id}/", words="")
    assert second.status_code == 409 and "Fay accepted this" in text(second)


def test_whoever_told_us_reads_what_became_of_it_and_may_say_that_it_is_wrong(house):
    first, amir, ruth = notice(), door("amir"), door("ruth")
    post(
        amir,
        f"/decide/{first}/",
        decision="advice",
        rationale=WHY,
        without_checks="It was a question.",
        tell="Thank you for ringing.",
        version=version(first),
        do="decide",
    )
    step = Step.objects.get(notice=first, kind=steps.FEEDBACK)
    page = ruth.get(f"/became/{step.id}/")
    assert page.status_code == 200
    assert "Decided: Advice" in text(page) and "Thank you for ringing." in text(page)
    assert WHY not in page.content.decode(), "why it was decided so is not theirs to know"
    assert "Advice" in text(ruth.get("/became/"))
    short = post(ruth, f"/became/{step.id}/", words="No.")
    assert short.status_code == 422 and "Say a little more" in text(short)
    said = post(ruth, f"/became/{step.id}/", words="He has come without a coat all week and says that nobody is at home.")
    assert "The manager of the front door has it now" in text(said)
    raised = Step.objects.get(notice=first, kind=steps.DISAGREEMENT)
    paul = door("paul")
    assert "Elmfield Academy" in text(paul.get("/answers-for/"))
    assert "without a coat" in text(paul.get(f"/disagreements/{raised.id}/"))
    assert door("bob").get(f"/became/{step.id}/").status_code == 404
    opened = post(
        paul,
        f"/decided/{first}/again/",
        stands="no",
        rationale="A week without a coat, and nobody at home: we look again.",
    )
    assert "It is open again" in text(opened)
    assert "looked at again" in text(ruth.get(f"/became/{step.id}/"))
    history = text(paul.get(f"/decided/{first}/"))
    assert "Advice" in history and "It is open again" in history
    kept = post(
        amir,
        f"/decide/{first}/",
        decision="assessment",
        rationale=WHY + " A week without a coat.",
        version=version(first),
        do="decide",
    )
    assert kept.status_code == 200 and len(escalation.history(first)) == 2


def test_a_discussion_is_called_held_and_never_closed_by_one_agency(house):
    first, amir = notice(), door("amir")
    page = amir.get(f"/decide/{first}/discussion/")
    assert page.status_code == 200
    called = post(amir, f"/decide/{first}/discussion/", words="")
    assert called.status_code == 200 and "Who is missing is flagged" in text(called)
    step = Step.objects.get(notice=first, kind=steps.DISCUSSION)
    flag = Step.objects.get(notice=first, kind=steps.FLAG)
    given = {"outcome": "nfa", "rationale": WHY, "took": [CARE], "do": "record"}
    alone = post(amir, f"/discussions/{step.id}/", **given)
    assert alone.status_code == 422 and "One agency alone does not decide this" in text(alone)
    no = post(amir, f"/discussions/{step.id}/medical/", needed="no", rationale=WHY)
    assert no.status_code == 422 and "by name and job" in text(no)
    stands = post(amir, f"/discussions/{step.id}/", **{**given, "outcome": "s47-single"})
    assert stands.status_code == 200 and "it stays open" in text(stands)
    assert steps.one(step.id).open and strategy.medicals_about(first) == []
    paul = door("paul")
    assert "Other agencies: one alone held it" in text(paul.get("/answers-for/"))
    gave = post(
        paul,
        f"/decided/missing/{flag.id}/",
        words="Police and the hospital were rung at ten and at noon; both come at two.",
    )
    assert "Nobody is chased for it any more" in text(gave)
    enquiry = Step.objects.get(notice=first, kind=strategy.ENQUIRY)
    tess = door("tess")
    ended = post(tess, f"/enquiries/{enquiry.id}/", outcome="c", rationale=WHY)
    assert "Written down" in text(ended)
    assert Entry.objects.filter(first=enquiry.entry).count() == 2, "a new version, and the first one stays"


def test_whoever_works_elsewhere_sees_none_of_it(house):
    first = notice()
    for username in ("ruth", "bob", "gwen", "fay"):
        for address in (f"/decide/{first}/", f"/decide/{first}/ask/", f"/decide/{first}/discussion/"):
            assert door(username).get(address).status_code in (403, 404)
    assert door("sam").get(f"/decided/{first}/").status_code == 404, "a social worker to whom nothing was handed over"
