"""What makes an end of a clock: a decision that nothing more is to be done, and what is decided after it."""

from tests.unit.clocks.clocks import clock, event, stand

STARTS = {"record": ["referral", "decision"], "where": {"any": [{"record": "referral"}, {"decision": "assessment"}]}, "first": True}
ENDS = {"record": "decision", "where": {"decision": ["no-further-action"]}}
ASSESSMENT = clock(STARTS, {"record": "assessment", "at": "authorised"}, "45 working days", on="child", ends=ENDS)


def referral(id, at):
    return event(id, "referral", at)


def decided(id, at, on, decision="no-further-action", **more):
    return event(id, "decision", at, on=(on,), fields={"decision": decision}, decision=True, **more)


def runs(*events, now="2025-06-02 12:00"):
    return [(who, state, stopped) for who, state, _, stopped in stand(ASSESSMENT, events, now)]


def test_no_further_action_ends_it():
    assert runs(referral("r", "2025-01-13"), decided("d", "2025-01-14", "r")) == [("r", "met", "d")]


def test_what_answers_another_record_does_not():
    others = referral("r", "2025-01-13"), decided("d", "2025-01-20", "a contact")
    assert runs(*others, now="2025-01-21 09:00") == [("r", "running", "")]


def test_decided_again_otherwise_it_is_counted_from_the_referral():
    events = [
        referral("r", "2025-01-13"),
        decided("d", "2025-01-14 09:00", "r"),
        decided("e", "2025-01-16 09:00", "r", "assessment"),
    ]
    assert runs(*events[:2], now="2025-01-15 09:00") == [("r", "met", "d")]
    assert runs(*events, now="2025-01-15 09:00") == [("r", "met", "d")]  # not known by then
    assert runs(*events) == [("r", "late", "")]


def test_and_again_to_nothing():
    events = [
        referral("r", "2025-01-13"),
        decided("d", "2025-01-14 09:00", "r"),
        decided("e", "2025-01-16 09:00", "r", "assessment"),
        decided("f", "2025-01-17 09:00", "r"),
    ]
    assert runs(*events) == [("r", "met", "f")]


def test_the_next_referral_keeps_its_own_days():
    events = [referral("r", "2025-01-13"), referral("s", "2025-01-20"), decided("d", "2025-01-22", "r")]
    assert runs(*events, now="2025-01-23 09:00") == [("r", "met", "d"), ("s", "running", "")]
    assert runs(*events, decided("e", "2025-01-24", "s"), now="2025-01-27 09:00") == [("r", "met", "d"), ("s", "met", "e")]


def test_a_referral_that_was_ended_while_another_ran_starts_nothing_later():
    events = [
        referral("r", "2025-01-13"),
        referral("s", "2025-01-20"),
        decided("e", "2025-01-21", "s"),
        decided("d", "2025-01-22", "r"),
    ]
    assert runs(*events) == [("r", "met", "d")]


def test_a_decision_for_an_assessment_is_ended_by_the_one_in_its_place():
    made = decided("d", "2025-01-14 09:00", "a concern", "assessment"), decided("e", "2025-01-15 09:00", "a concern")
    assert runs(*made) == [("d", "met", "e")]


def test_what_was_authorised_stays_so():
    authorised = event("a", "assessment", "2025-02-03", fields={"authorised": "2025-02-03"})
    assert runs(referral("r", "2025-01-13"), authorised, decided("d", "2025-02-10", "r")) == [("r", "met", "a")]


def test_whatever_is_told_in_whatever_order():
    events = [referral("r", "2025-01-13"), referral("s", "2025-01-20"), decided("d", "2025-01-22", "r")]
    assert runs(*reversed(events)) == runs(*events)
