"""What a recipient is given of one record: deny wins, and each line says why. And what stands beside a decision to share."""

import pytest

from sightline.definition.loader import load
from sightline.disclosure.rules import called, judge, share_for, verdict
from sightline.disclosure.types import REDACTED, SHOWN, WITHHELD, Facts

LEEDS = load("leeds")
SOLICITOR = LEEDS.recipient["solicitor-of-an-adult"]
COURT = LEEDS.recipient["court"]


def facts(**given):
    return Facts(**{"record": "ppn", "handling": "ordinary", **given})


def test_an_ordinary_record_is_shown_and_redacted_where_something_was_taken_out():
    assert verdict(SOLICITOR, facts()).state == SHOWN
    came = verdict(SOLICITOR, facts(has=frozenset({"address", "third-party"})))
    assert (came.state, came.because) == (REDACTED, ("third-party", "address"))
    assert verdict(COURT, facts(has=frozenset({"third-party"}))).state == SHOWN  # a court reads who is who


@pytest.mark.parametrize(
    ("given", "because"),
    [
        ({"restricted": True}, "restricted"),
        ({"restricted": True, "handling": "intelligence"}, "restricted"),
        ({"handling": "intelligence", "record": "police-intelligence"}, "crime"),
        ({"handling": "intelligence-conditions", "record": "police-intelligence"}, "crime"),
        ({"handling": "legally-privileged"}, "legal-privilege"),
        ({"handling": "sealed"}, "court-prohibited"),
        ({"handling": "ordinary+police-only"}, "crime"),  # of several, the strictest
        ({"pointer_only": True}, "crime"),
        ({"closed": True}, "not-whole"),
        ({"seen": "headline"}, "not-seen"),
        ({"seen": "pointer"}, "not-seen"),
        ({"record": "break-glass"}, "not-needed"),
    ],
)
def test_what_must_not_leave_is_withheld_and_says_why(given, because):
    for recipient in (SOLICITOR, COURT):
        came = verdict(recipient, facts(**given, has=frozenset({"address"})))
        assert (came.state, came.because) == (WITHHELD, (because,))


@pytest.mark.parametrize("recipient", sorted(LEEDS.recipient))
def test_nobody_outside_is_given_intelligence_advice_of_lawyers_or_what_is_sealed(recipient):
    for handling in ("intelligence", "intelligence-conditions", "police-only", "legally-privileged", "sealed"):
        assert verdict(LEEDS.recipient[recipient], facts(handling=handling)).state == WITHHELD
    assert verdict(LEEDS.recipient[recipient], facts(restricted=True)).state == WITHHELD
    assert {"protected", "source"} <= set(LEEDS.recipient[recipient].redacts)


def test_every_purpose_of_a_recipient_and_of_sharing_has_its_share():
    for recipient in LEEDS.recipient.values():
        for purpose in recipient.for_:
            assert share_for(LEEDS, purpose) is not None, (recipient.id, purpose)


def test_a_share_may_require_the_agreement():
    share = share_for(LEEDS, "assessment").model_copy(update={"agreement": "required"})
    given = {"decision": "share", "purpose": "assessment", "told-family": "yes", "rationale": "The school leads the plan",
             "basis": "uk-gdpr-6-1-e"}  # fmt: skip
    answer, _ = judge(share, given)
    assert (bool(answer), answer.reason_code) == (False, "agreement-missing")
    assert judge(share, {**given, "agreement": "no"})[0]  # asked is asked, whatever the answer
    assert judge(share, {**given, "decision": "not-share"})[0]  # nobody agrees to what is not done


def test_a_recipient_is_known_by_what_people_call_them():
    for words, kind in (
        ("his solicitor", "solicitor-of-an-adult"), ("the mother", "parent"), ("court", "court"), ("data-subject", "data-subject"),
        ("a man at the gate", "somebody-outside"),
    ):  # fmt: skip
        assert called(LEEDS, words, "court") == kind
