"""Deciding at the front door: once, whoever tries at the same moment; whole, or refused; protection always; steps done once."""

import threading
from datetime import timedelta
from itertools import count

import pytest
from django.db import connections
from django.test import Client

from sightline.agencies.actions import add_worker, make_token
from sightline.agencies.queries import machine
from sightline.chronology.models import Entry, Part
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.front_door import checks, decisions, escalation, flags, steps, strategy
from sightline.front_door.models import Decided, Item, Step
from sightline.intake.types import Details, Named, Notification
from sightline.jobs.checking import Ask, answer_check, remind_check, request_checks
from sightline.jobs.decide import decide_item, escalate, reconsider
from sightline.jobs.discussing import call, decide_medical, end_enquiry, record, say_part
from sightline.jobs.due import sweep
from sightline.jobs.handing_over import accept, make_whole, told
from sightline.jobs.receive import receive_one
from sightline.ledger.models import Record
from sightline.messages.queries import told as messages
from sightline.timescales.moment import now, pretend
from tests.support.house import CARE, HOSPITAL, POLICE, SCHOOL, actor, identity, live, open_house
from tests.support.house import told as tell

WHY = "He fell from his bicycle; the nurse saw him do it and his mother was there within a minute."
HEALTH, FAMILY = "leeds-community-healthcare", "family-help"
RACES, MANY = 5, 1000
_number = count(1)


@pytest.fixture(scope="module")
def house(shared_database):
    open_house()
    for name, agency, role, team in (
        ("hattie", HEALTH, "front-door-health", "front-door-health"),
        ("nora", HEALTH, "named-nurse", ""),
        ("fay", FAMILY, "family-help-practitioner", "family-help-east"),
        ("flo", FAMILY, "family-help-practitioner", "family-help-south"),
        ("tess", CARE, "team-manager", "east-area-team"),
        ("bea", CARE, "duty-social-worker", "front-door"),
        ("nell", HOSPITAL, "paediatrician", ""),
    ):
        add_worker(
            username=name, name=name.capitalize(), agency=agency, role=role, team=team, by=machine("set-up-machine")
        )
    return shared_database


def notice(record="school-concern", agency=SCHOOL, postcode="LS15 8QU", **fields):
    """Something new at the front door, about somebody new. Returns the notice's first version."""
    n = next(_number)
    who = Details(
        given="Ned" + "abcdefghij"[n % 10],
        family="Sugd" + "abcdefghij"[n // 10 % 10] + "klmnopqrst"[n // 100 % 10] + "uvwxyzabcd"[n // 1000],
        born=f"20{10 + n % 8}-0{1 + n % 9}-{10 + n % 18}",
        sex="male",
        postcode=postcode,
        local_id=f"D{n}",
    )
    at = f"{now():%Y-%m-%d %H:%M}"
    live(tell(record, "child", who, agency=agency, at=at, sent=at, **fields))
    return Part.objects.get(identity=identity(agency, who.local_id)).entry.first


def decide(first, username="amir", decision="advice", **given):
    given = {"rationale": WHY, "without_checks": "The nurse rang herself.", **given}
    return decide_item(entry=first, by=actor(username), decision=decision, **given)


def code(call_, *given, **how):
    with pytest.raises(Refused) as error:
        call_(*given, **how)
    return error.value.decision.reason_code


# --- once ---------------------------------------------------------------------------------------------


def race(first, *usernames):
    """Several decide one notice at the same moment. Returns what became of each: an entry, or the sentence they were told."""
    version = Item.objects.get(entry=first).version
    people, ready, outcomes = [actor(one) for one in usernames], threading.Barrier(len(usernames)), {}

    def one(who):
        ready.wait()
        try:
            made = decide_item(
                entry=first, by=who, version=version, decision="advice", rationale=WHY, without_checks="The nurse rang."
            )
            outcomes[who.name] = made.entry
        except Conflict as error:
            outcomes[who.name] = error.sentence
        except Exception as error:
            outcomes[who.name] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.parametrize("times", [RACES, pytest.param(MANY, marks=pytest.mark.nightly)])
def test_two_who_decide_at_once_make_one_decision_and_the_other_is_told_who_was_first(house, times):
    for _ in range(times):
        first = notice()
        outcomes = race(first, "amir", "bea")
        won = [name for name, one in outcomes.items() if not isinstance(one, (str, Exception))]
        assert len(won) == 1, outcomes
        lost = next(one for name, one in outcomes.items() if name not in won)
        assert isinstance(lost, str) and lost.startswith(won[0]) and "Nothing was changed" in lost, lost
        item = Item.objects.get(entry=first)
        assert list(Decided.objects.filter(item=item.id).values_list("entry", flat=True)) == [outcomes[won[0]]]
        assert Step.objects.filter(notice=first, kind=steps.FEEDBACK).count() == 1, "and whoever told us is told once"


def test_a_page_that_is_older_than_what_somebody_did_decides_nothing(house):
    first = notice()
    decide(first, "amir", version=Item.objects.get(entry=first).version)
    with pytest.raises(Conflict, match="Amir"):
        decide(first, "bea", version=1)
    with pytest.raises(Conflict, match="Amir"):
        decide(first, "bea", decision="no-further-action")
    assert Decided.objects.filter(item=Item.objects.get(entry=first).id).count() == 1


def test_protection_after_a_lesser_decision_stands_and_the_first_stays_where_it_was(house):
    first = notice()
    before = decide(first).entry
    after = decide(first, "bea", decision="section-47")
    assert [entry for _, entry, _ in escalation.history(first)] == [before, after.entry]
    assert Entry.objects.filter(id=before).exists() and after.discussion is not None
    with pytest.raises(Conflict):
        decide(first, "amir", decision="strategy-discussion")


# --- whole --------------------------------------------------------------------------------------------


def test_each_refusal_says_what_to_do_and_the_same_decision_stands_once_it_is_whole(house):
    first = notice()
    for given, wanted in (
        ({"rationale": ""}, "rationale-missing"),
        ({"rationale": "Fine."}, "rationale-too-short"),
        ({"without_checks": ""}, "checks-outstanding"),
        ({"without_checks": "n/a"}, "checks-outstanding"),
        ({"decision": "early-help", "agreement": "no"}, "agreement-missing"),
        ({"decision": "family-help"}, "agreement-missing"),
    ):
        with pytest.raises(Refused) as error:
            decide(first, **given)
        assert error.value.decision.reason_code == wanted, given
        assert len(error.value.decision.sentence) > 30 and error.value.decision.sentence.endswith(".")
    for given in ({"decision": "wait"}, {"decision": ""}):
        with pytest.raises(Invalid):
            decide(first, **given)
    assert code(decide, first, "ruth") == "not-permitted"
    assert Decided.objects.filter(item=Item.objects.get(entry=first).id).count() == 0
    assert not decide(first).flagged


def test_a_record_that_did_not_come_for_a_decision_is_not_decided(house):
    made = decide(notice()).entry
    assert code(decide, made) == "wrong-state"


def test_whoever_took_a_contact_does_not_end_it_alone_where_the_definition_says_so(house, monkeypatch):
    definition = decisions.partnership()
    route = definition.route["no-further-action"].model_copy(update={"own_contact": "second-person"})
    stricter = definition.model_copy(update={"route": {**definition.route, "no-further-action": route}})
    by = actor("amir")
    taken = receive_one(
        Notification(
            agency=CARE,
            record="contact",
            message_id="took-1",
            happened=f"{now():%Y-%m-%d %H:%M}",
            people=(
                Named("p1", ("child",), Details(given="Wilf", family="Askwith", born="2016-05-05", local_id="W1")),
            ),
            fields={"reason": "His grandmother rang"},
            raw=b"rang",
        ),
        feed="",
        kind="form",
        by=by,
    )
    assert taken.state in ("accepted", "new", "received"), taken
    first = Part.objects.get(identity=identity(CARE, "W1")).entry.first
    monkeypatch.setattr(decisions, "partnership", lambda: stricter)
    assert code(decide, first, "amir", decision="no-further-action") == "second-person-needed"
    assert decide(first, "amir", decision="strategy-discussion").flagged == (), (
        "protection never waits for a second person"
    )


# --- checks -------------------------------------------------------------------------------------------


def asked(first, *agencies, **how):
    how.setdefault("agreement", "yes")
    return request_checks(entry=first, asks=[Ask(one) for one in agencies], by=actor("amir"), **how)


def test_an_agency_answers_once_and_what_it_learns_later_is_added(house):
    first = notice()
    (made,) = asked(first, HEALTH)
    step = Step.objects.get(id=made.step)
    assert step.due_at < Item.objects.get(entry=first).due_at, "always before the decision’s own limit"
    with pytest.raises(Missing):
        answer_check(step=step.id, by=actor("ruth"), answer="nothing-known")
    assert code(answer_check, step=step.id, by=actor("hattie"), answer="known") == "rationale-missing"
    answer_check(step=step.id, by=actor("hattie"), answer="nothing-known")
    assert decisions.checks_of(first).state == "answered"
    answer_check(step=step.id, by=actor("nora"), answer="known", detail="He was seen in clinic in May after all.")
    child = steps.keys_of(first).children[0]
    answers = Part.objects.filter(identity=child, entry__record="agency-check-answer").values("entry").distinct()
    assert answers.count() == 2
    assert Step.objects.get(id=step.id).done_by == actor("hattie").id


def test_an_agency_that_was_asked_is_not_asked_the_same_again_and_may_be_asked_something_else_or_reminded(house):
    first = notice()
    (made,) = asked(first, HEALTH)
    told = len(messages("agency-check-request"))
    again, other = asked(first, HEALTH, "leeds-housing")
    assert again.already and (again.step, again.entry) == (made.step, made.entry) and not other.already
    bea = request_checks(entry=first, asks=[Ask(HEALTH)], by=actor("bea"), agreement="yes")[0]
    assert bea.already and bea.step == made.step, "whoever of the front door asks second asks the same"
    assert len(messages("agency-check-request")) == told + 1 and Step.objects.filter(notice=first, kind=steps.CHECK).count() == 2
    question = [Ask(HEALTH, "Who was with her when she was weighed?")]
    new = request_checks(entry=first, asks=question, by=actor("amir"), agreement="yes")
    spelt = [Ask(HEALTH, " who was with her when  she was weighed ")]
    assert not new[0].already and request_checks(entry=first, asks=spelt, by=actor("amir"), agreement="yes")[0].already
    pressing = asked(first, HEALTH, cannot_wait=True)[0]
    assert not pressing.already, "what cannot wait any more is another thing to be told"
    assert not asked(first, "leeds-housing", at_the_line=True)[0].already, "nor does it rest on the same law"
    answer_check(step=made.step, by=actor("hattie"), answer="nothing-known")
    answer_check(step=pressing.step, by=actor("hattie"), answer="nothing-known")
    assert not asked(first, HEALTH)[0].already, "what was answered may be asked anew"

    count = len(messages("agency-check-reminder"))
    assert remind_check(step=other.step, by=actor("bea")) and not remind_check(step=other.step, by=actor("amir"))
    assert len(messages("agency-check-reminder")) == count + 1
    assert code(remind_check, step=other.step, by=actor("ruth")) == "not-permitted"
    with pytest.raises(Missing):
        remind_check(step=made.step, by=actor("amir"))  # they have answered


def test_below_the_line_nobody_is_asked_without_agreement_or_a_reason_and_at_the_line_nobody_waits(house):
    first = notice()
    assert code(asked, first, HEALTH, agreement="no") == "agreement-missing"
    assert asked(first, HEALTH, agreement="")[0].flagged == ("agreement-missing",)
    first = notice()
    assert asked(first, HEALTH, agreement="no", because="A baby lives there, and mother was ill.")[0].flagged == ()
    first = notice()
    assert asked(first, HEALTH, agreement="no", at_the_line=True)[0].flagged == ()
    for wrong in ((), ("nowhere",), (CARE,)):
        with pytest.raises(Invalid):
            asked(first, *wrong)


def test_who_is_suggested_is_the_childs_own_school_and_who_sits_at_the_front_door(house):
    first = notice()
    given = steps.keys_of(first)
    found = {one.check.id: one for one in checks.suggestions(decisions.partnership(), given.children, [8])}
    assert found["health"].agency.id == HEALTH and found["health"].suggested
    assert not found["youth-justice"].suggested and not found["police"].suggested
    found = {one.check.id: one for one in checks.suggestions(decisions.partnership(), given.children, [14])}
    assert found["youth-justice"].suggested


def test_nobody_is_reminded_who_has_answered_and_whoever_asked_is_told_of_who_has_not(house):
    first = notice()
    made = asked(first, HEALTH, "leeds-housing")
    answer_check(step=made[0].step, by=actor("hattie"), answer="nothing-known")
    late = Step.objects.get(id=made[1].step)
    for moment in (late.due_at - timedelta(minutes=10), late.due_at + timedelta(minutes=1)):
        with pretend(moment):
            sweep()
    reminded = [one for one in messages("agency-check-reminder") if one.because in (made[0].step, made[1].step)]
    assert {one.because for one in reminded} == {made[1].step}
    told_of = [one for one in messages("agency-check-late") if one.because == first]
    assert [one.holders for one in told_of] == [(f"worker:{actor('amir').id}",)]


# --- hand-over, feedback, flags -----------------------------------------------------------------------


def test_a_hand_over_goes_where_the_family_lives_and_one_person_accepts_it(house):
    first = notice(postcode="LS11 8PN")
    made = decide(first, decision="family-help", agreement="yes")
    step = steps.one(made.hand_over)
    assert step.to == "team:family-help-south" and Item.objects.get(entry=first).state == "handed-over"
    assert code(accept, step=step.id, by=actor("tess")) == "not-permitted"
    accept(step=step.id, by=actor("flo"))
    item = Item.objects.get(entry=first)
    assert item.state == "accepted" and item.closed_at is not None
    with pytest.raises(Conflict, match="Flo accepted"):
        accept(step=step.id, by=actor("flo"))
    other = notice(postcode="LS11 8PN")
    chosen = decide(other, decision="family-help", agreement="yes", team="team:family-help-east")
    assert steps.one(chosen.hand_over).to == "team:family-help-east"
    assert code(accept, step=chosen.hand_over, by=actor("flo")) == "not-permitted"  # it is another team's, and was chosen
    nowhere = decide(notice(postcode=""), decision="family-help", agreement="yes")
    accept(step=nowhere.hand_over, by=actor("flo"))  # nobody knew which team: one that takes such work has it
    with pytest.raises(Invalid):
        decide(notice(), decision="family-help", agreement="yes", team="team:police-hub")


def test_whoever_cannot_be_reached_is_rung_and_somebody_has_it_to_do(house):
    first = notice(record="contact", agency=CARE, reason="Her aunt rang")
    made = decide(first)
    step = steps.one(made.told)
    assert step.open and step.to == f"worker:{actor('amir').id}"
    with pytest.raises(Invalid):
        told(step=step.id, how="pigeon", words="", by=actor("bea"))
    told(step=step.id, how="phone", words="", by=actor("bea"))
    with pytest.raises(Conflict, match="Bea told them"):
        told(step=step.id, how="phone", words="", by=actor("amir"))


def test_what_is_missing_has_a_name_beside_it_and_is_chased_until_it_is_there(house):
    first = notice()
    made = decide(first, decision="section-47", rationale="Hurt.")
    assert made.flagged == ("rationale-too-short",)
    flag = Step.objects.get(notice=first, kind=steps.FLAG)
    assert flag.to == f"worker:{actor('paul').id}"
    with pretend(flag.due_at + timedelta(minutes=1)):
        sweep()
    chased = [one for one in messages("step-flagged") if one.because == flag.id]
    assert len(chased) > 1 and flag.id in {one.id for one in flags.answered_by(actor("paul"))}
    assert code(make_whole, step=flag.id, words="", by=actor("paul")) == "rationale-missing"
    assert code(make_whole, step=flag.id, words="It was me who did it.", by=actor("sam")) == "not-permitted"
    make_whole(step=flag.id, words="He said that she held his hand on the stove.", by=actor("paul"))
    assert not Step.objects.filter(notice=first, kind=steps.FLAG, state=steps.OPEN).exists()
    assert Entry.objects.get(id=made.entry).record == "decision", "the decision itself was not changed"


# --- discussions and medicals -------------------------------------------------------------------------


def test_one_agency_alone_stands_where_it_protects_and_closes_nothing(house):
    first = notice()
    made = call(entry=first, agencies=[CARE], by=actor("amir"))
    assert made.flagged == ("single-agency",)
    held = {
        "discussion": made.step,
        "by": actor("amir"),
        "took_part": [CARE],
        "rationale": WHY,
        "held_at": steps.stamp(now()),
    }
    assert code(record, **held, outcome="nfa") == "single-agency"
    assert record(**held, outcome="s47-single").flagged == ("single-agency",)
    assert steps.one(made.step).open
    done = record(**{**held, "took_part": [CARE, POLICE], "sent": [HEALTH]}, outcome="s47-joint")
    assert done.flagged == () and not steps.one(made.step).open
    assert not Step.objects.filter(notice=first, kind=steps.FLAG, code="single-agency", state=steps.OPEN).exists()
    enquiry = Step.objects.get(notice=first, kind=strategy.ENQUIRY)
    assert code(end_enquiry, step=enquiry.id, outcome="d", rationale="", by=actor("tess")) == "rationale-missing"
    end_enquiry(step=enquiry.id, outcome="d", rationale=WHY, by=actor("tess"))
    assert Entry.objects.filter(first=enquiry.entry).count() == 2


def test_an_agency_says_itself_that_it_took_part_and_nobody_says_it_for_another(house):
    first = notice()
    made = call(entry=first, agencies=[POLICE, HEALTH], by=actor("amir"))
    assert made.flagged == ()
    say_part(discussion=made.step, agency=HEALTH, part="sent-information", by=actor("hattie"))
    assert code(say_part, discussion=made.step, agency=POLICE, part="took-part", by=actor("bob")) == "not-permitted"
    parts = {one.to: strategy.part_words(one) for one in strategy.parts(made.step)}
    assert parts[f"agency:{HEALTH}"] == "sent what they know" and parts[f"agency:{POLICE}"] == "has not answered"


def test_a_medical_that_is_needed_always_stands_and_none_is_needed_never_alone(house):
    first = notice()
    asked_of = {"consulted_name": "Dr A. Kaur", "consulted_role": "Consultant paediatrician"}
    no = {"needed": "no", "rationale": "The mark is in the red book at six weeks."}
    assert code(decide_medical, entry=first, by=actor("amir"), **no, **asked_of) == "single-agency"
    made = call(entry=first, agencies=[POLICE, HOSPITAL], by=actor("amir"))
    for given, wanted in (
        ({"needed": "no"}, "rationale-missing"),
        ({**no, "rationale": "Birthmark."}, "rationale-too-short"),
        (no, "consultee-missing"),
        ({**no, "consulted_name": "Dr A. Kaur"}, "consultee-missing"),
        ({**no, **asked_of, "consent_not_given_by": "parent"}, "further-discussion-needed"),
    ):
        assert code(decide_medical, entry=made.entry, by=actor("amir"), **given) == wanted, given
    yes, prompt = decide_medical(entry=made.entry, by=actor("amir"), needed="yes", consent_not_given_by="parent")
    assert {"rationale-missing", "consultee-missing", "further-discussion-needed"} <= set(yes.flagged)
    assert "legal advice" in prompt
    again = call(entry=first, agencies=[POLICE, HOSPITAL], by=actor("amir"))
    stands, prompt = decide_medical(
        entry=again.entry, by=actor("amir"), **no, **asked_of, consent_not_given_by="child-with-capacity"
    )
    assert stands.flagged == () and "what they fear" in prompt


# --- disagreeing --------------------------------------------------------------------------------------


def test_a_disagreement_climbs_by_itself_and_whoever_decided_does_not_answer_it(house):
    first = notice()
    made = decide(first, "paul")
    said = "He has come without a coat all week, and says that nobody is at home."
    with pytest.raises(Missing):
        escalate(decision=made.entry, reason=said, by=actor("bob"))
    assert code(escalate, decision=made.entry, reason="No.", by=actor("ruth")) == "rationale-too-short"
    raised = escalate(decision=made.entry, reason=said, by=actor("ruth"))
    step = steps.one(raised.step)
    assert step.level == 2 and step.to == f"role:team-manager@{CARE}", "the only manager of the door is who decided"
    for level in (3, 3):
        with pretend(steps.one(step.id).due_at + timedelta(minutes=1)):
            sweep()
        assert steps.one(step.id).level == level
    assert code(reconsider, decision=made.entry, reason=said, by=actor("paul")) == "second-person-needed"
    reconsider(decision=made.entry, reason="The school sees him daily and we do not: we look again.", by=actor("tess"))
    assert not steps.one(step.id).open and Item.objects.get(entry=first).generation == 2
    assert code(reconsider, decision=made.entry, reason=said, by=actor("tess")) == "wrong-state"
    again = decide(first, "amir", decision="assessment")
    assert [entry for _, entry, _ in escalation.history(first)] == [made.entry, again.entry]


def test_every_verb_stands_in_the_ledger_and_in_no_record_of_it_a_word(house):
    before = set(Record.objects.values_list("id", flat=True))
    first = notice()
    asked(first, HEALTH)
    made = decide(first, decision="section-47", rationale="Hurt.")
    escalate(decision=made.entry, reason="It was not said what the boy himself told the teacher.", by=actor("ruth"))
    rows = list(Record.objects.exclude(id__in=before))
    verbs = {row.verb for row in rows}
    assert {"request-check", "decide", "hand-over", "call-strategy-discussion", "tell-referrer", "escalate"} <= verbs
    for row in rows:
        assert "Hurt" not in str(row.detail) and "teacher" not in str(row.detail) and "Sugd" not in str(row.detail)


def test_an_agencys_own_system_sees_that_something_waits_and_passes_on_its_answer(house):
    def door(agency):
        token = make_token(agency=agency, label="test", by=machine("set-up-machine"))
        return {"HTTP_AUTHORIZATION": f"Bearer {token}"}

    first = notice()
    (made,) = asked(first, HEALTH)
    client, health, housing = Client(), door(HEALTH), door("leeds-housing")
    waiting = client.get("/api/v1/checks", **health)
    assert str(made.step) in {one["id"] for one in waiting.json()["checks"]}
    assert "Sugd" not in waiting.content.decode() and "Ned" not in waiting.content.decode()
    assert str(made.step) not in client.get("/api/v1/checks", **housing).content.decode()

    def post(body, who, **how):
        return client.post(f"/api/v1/checks/{made.step}/answer", body, content_type="application/json", **who, **how)

    known = {"answer": "known", "detail": "Seen in clinic in May."}
    assert post(known, housing).status_code == 404
    for wrong in ("[]", "{", {"answer": "fine"}, {"answer": "known"}, {**known, "who": "x"}, {**known, "detail": 3}):
        said = post(wrong, health)
        assert said.status_code == 422 and said.json()["faults"], wrong
    for _ in range(2):
        assert post(known, health, HTTP_IDEMPOTENCY_KEY="k1").status_code == 201
    assert post({**known, "detail": "Other."}, health, HTTP_IDEMPOTENCY_KEY="k1").status_code == 409
    child = steps.keys_of(first).children[0]
    answers = Part.objects.filter(identity=child, entry__record="agency-check-answer").values("entry").distinct()
    assert answers.count() == 1 and decisions.checks_of(first).state == "answered"
