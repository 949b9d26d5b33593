"""The intelligence portal: told by anybody, graded by the police alone, answered with a code, and never in words to others."""

import json

import pytest

from sightline.chronology.models import Entry, Part
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.front_door.portal import actions, queries
from sightline.front_door.portal_models import Submitted, SubmittedAnswer
from sightline.identity.models import SourceIdentity
from sightline.intake.types import Details
from sightline.jobs.submitting import answer, submit
from sightline.ledger.models import Record
from sightline.messages.queries import inbox
from sightline.sharing.actions import tie
from sightline.sharing.models import Restriction
from sightline.sharing.types import Level
from sightline.timescales.moment import now
from tests.support.house import MIA, actor, as_, entries, open_house, send, told
from tests.support.partnership import inside

SAYS = "A man in a silver car waits for her at the gate on Tuesdays."
GRADE = {"source-grade": "2", "information-grade": "B", "handling": "P"}


@pytest.fixture(scope="module")
def furnished(shared_database):
    from sightline.agencies.actions import add_worker
    from sightline.agencies.queries import machine

    open_house()
    for username, role in (("ines", "police-supervisor"), ("max", "missing-exploitation-officer")):
        add_worker(
            username=username,
            name=username.capitalize(),
            agency="west-yorkshire-police",
            role=role,
            by=machine("set-up-machine"),
        )
    add_worker(
        username="ana", name="Ana", agency="business-unit", role="partnership-analyst", by=machine("set-up-machine")
    )
    add_worker(
        username="mona",
        name="Mona",
        agency="childrens-social-work",
        role="missing-exploitation-officer",
        by=machine("set-up-machine"),
    )


@pytest.fixture
def house(furnished):
    return furnished


def tell(username="ruth", **more):
    fields = {"about-kind": "child", "urgency": "soon", "how-known": "child-said", **more}
    before = set(Submitted.objects.values_list("id", flat=True))
    submit(says=SAYS, fields=fields, child=Details(given="Mia", family="Marsh", born="2013-06-19"), by=actor(username))
    return Submitted.objects.exclude(id__in=before).get()


def kinds(username):
    with as_(username) as opened:
        return [(line.kind, line.because) for line in inbox(opened).items]


def test_what_is_told_is_kept_waits_for_the_police_and_they_are_told(house):
    row = tell()
    assert (row.agency, row.about_kind, row.urgency) == ("elmfield-academy", "child", "soon")
    assert ("intelligence-to-grade", row.id) in kinds("ines") and ("intelligence-to-grade", row.id) in kinds("max")
    assert ("intelligence-to-grade", row.id) not in kinds("omar")  # who does not grade
    with as_("max") as opened:
        assert row.id in [one.id for one in queries.to_grade(opened).items]
        whole = queries.one(opened, row.id)
    assert whole.says == SAYS and whole.fields["how-known"] == "child-said" and len(whole.identities) == 1
    read = Record.objects.filter(verb="grade-intelligence", kind="read").latest("at")
    assert read.actor == str(actor("max").id) and str(Entry.objects.get(first=row.entry).id) in read.ids


def test_what_cannot_wait_stands_first_and_presses(house):
    tell(urgency="routine")
    row = tell(urgency="urgent")
    tell(urgency="soon")
    with as_("ines") as opened:
        lines = queries.to_grade(opened).items
        assert lines[0].presses and row.id in [one.id for one in lines if one.presses]
    assert ("intelligence-to-grade-now", row.id) in kinds("omar")


def test_nobody_but_the_police_reads_or_grades_it(house):
    row = tell()
    for username in ("ruth", "amir", "sam", "mona", "omar", "dee"):
        with as_(username) as opened, pytest.raises(Refused):
            queries.one(opened, row.id)
        with as_(username) as opened, pytest.raises(Refused):
            queries.to_grade(opened)
        with pytest.raises(Refused):
            answer(told=row.id, outcome="kept", grade=GRADE, by=actor(username))
    assert not row.answers.exists()
    assert SAYS not in json.dumps(list(Record.objects.values_list("detail", flat=True)))


def test_its_words_show_on_no_chronology_and_complete_no_pattern(house):
    row = tell()
    child = Entry.objects.get(id=row.entry)
    who = SourceIdentity.objects.get(id=Part.objects.get(entry=child).identity_id).person
    for username in ("amir", "omar", "ines"):
        try:
            shown = entries(username, who)
        except Missing:
            continue
        assert all(one.sight.level <= Level.POINTER for one in shown if one.record == "intelligence-submission")
    assert child.pointer_only and child.handling == "intelligence" and SAYS.encode() not in bytes(child.body)


def test_a_grade_is_whole_or_it_is_no_grade(house):
    row = tell()
    for wrong, path in (
        ({}, "source-grade"),
        ({**GRADE, "information-grade": "F"}, "information-grade"),
        ({**GRADE, "handling": "C"}, "conditions"),
    ):
        with pytest.raises(Invalid) as told_:
            answer(told=row.id, outcome="kept", grade=wrong, by=actor("max"))
        assert path in [fault.path for fault in told_.value.faults]
    with pytest.raises(Invalid):
        answer(told=row.id, outcome="B2", by=actor("max"))
    assert not SubmittedAnswer.objects.filter(told=row).exists()


def test_the_police_keep_it_graded_and_the_teller_hears_a_sentence_and_no_grade(house):
    row = tell()
    made = answer(
        told=row.id,
        outcome="acted",
        grade={**GRADE, "handling": "C", "conditions": "Ask first"},
        words="A man waits at a school.",
        by=actor("max"),
    )
    kept = Entry.objects.get(id=made)
    assert (kept.record, kept.handling, kept.pointer_only, kept.agency) == (
        "police-intelligence",
        "intelligence-conditions",
        True,
        "west-yorkshire-police",
    )
    with as_("ruth") as opened:
        said = [line for line in inbox(opened).items if line.because == row.id and line.kind == "intelligence-answered"]
        (mine,) = [one for one in queries.own(opened).items if one.id == row.id]
    assert said[0].says == "You told the police something. Police acted on it"
    assert [code for code, _ in mine.outcomes] == ["acted"]
    with as_("gwen") as opened:
        assert row.id not in [one.id for one in queries.own(opened).items]


def test_two_who_answer_at_once_are_one_answer_and_more_may_be_said_later(house):
    row = tell()
    answer(told=row.id, outcome="kept", after=0, by=actor("max"))
    with pytest.raises(Conflict, match="before you"):
        answer(told=row.id, outcome="not-kept", after=0, by=actor("ines"))
    answer(told=row.id, outcome="acted", after=1, by=actor("ines"))
    assert [a.outcome for a in row.answers.order_by("place")] == ["kept", "acted"]


def test_what_comes_by_a_feed_waits_for_the_police_as_what_is_typed_does_and_once(house):
    one = told("intelligence-submission", "subject", MIA, agency="leeds-housing", at="2025-01-10 09:00", message="feed-1",
               about_kind="place", urgency="soon", says="Many visitors at night.")  # fmt: skip
    send(one, at="2025-01-10 09:05")
    send(one, at="2025-01-10 09:06")
    assert Submitted.objects.filter(agency="leeds-housing").count() == 1


def test_what_is_kept_to_named_people_no_grader_opens(house):
    row = tell()
    identity = Part.objects.get(entry=row.entry).identity_id
    with as_("max") as opened:
        assert queries.one(opened, row.id).says == SAYS
    kept = Restriction.objects.create(
        subject=identity, holder=f"worker:{actor('amir').id}", from_at=now(), by="amir", because=b""
    )
    with as_("max") as opened, pytest.raises(Refused) as refused:
        queries.one(opened, row.id)
    assert "named people" in refused.value.decision.sentence and "Elmfield" in refused.value.decision.sentence
    tie([(f"worker:{actor('max').id}", "named", identity, now(), None, None)])
    with as_("max") as opened:
        assert queries.one(opened, row.id).says == SAYS
    Restriction.objects.filter(id=kept.id).delete()


def test_what_is_told_about_nobody_opens_too(house):
    before = set(Submitted.objects.values_list("id", flat=True))
    submit(says="Many young visitors at night.", fields={"about-kind": "place"}, by=actor("bob"))
    row = Submitted.objects.exclude(id__in=before).get()
    with as_("ines") as opened:
        assert queries.one(opened, row.id).says == "Many young visitors at night."


def test_an_organisation_joins_and_leaves_and_its_use_is_counted_not_named(house):
    assert not queries.has_joined("general-practice")
    actions.join(by=actor("gwen"))
    actions.join(by=actor("gwen"))
    assert queries.has_joined("general-practice") and Record.objects.filter(verb="join-portal").count() == 1
    actions.join(joined=False, by=actor("gwen"))
    assert not queries.has_joined("general-practice")
    with pytest.raises(Refused):
        actions.join(by=actor("dee"))
    row = tell()
    answer(told=row.id, outcome="known", by=actor("max"))
    with as_("dee") as opened, pytest.raises(Refused):
        queries.use(opened)
    with as_("ana") as opened:
        rows = {one.kind: one for one in queries.use(opened)}
    assert rows["school"].told >= 1 and rows["school"].answered >= 1 and rows["school"].median_hours is not None
    assert rows["gp"].joined == 0


def test_nothing_said_is_nothing_told_and_nothing_that_is_missing_is_found(house):
    with pytest.raises(Invalid):
        submit(says="  ", fields={}, by=actor("ruth"))
    with pytest.raises(Refused):
        submit(says=SAYS, fields={}, by=actor("dee"))
    with as_("max") as opened, pytest.raises(Missing):
        queries.one(opened, actor("max").id)


def test_its_pages_open_for_whom_they_are_and_show_what_was_told(house):
    row = tell()
    ruth, max_, ana = (inside(name) for name in ("ruth", "max", "ana"))
    assert "The police have it" in ruth.get("/intelligence/").content.decode()
    assert SAYS in max_.get(f"/intelligence/{row.id}/").content.decode()
    assert ruth.get(f"/intelligence/{row.id}/").status_code == 403
    given = {"keep": "yes", "outcome": "talk", "after": "0"}
    refused = max_.post(f"/intelligence/{row.id}/", given)
    assert refused.status_code == 422 and "Choose the handling code" in refused.content.decode()
    graded = {**given, "source_grade": "2", "information_grade": "B", "handling": "P"}
    assert max_.post(f"/intelligence/{row.id}/", graded).status_code == 302
    assert "Police would like to talk to you" in ruth.get("/intelligence/").content.decode()
    late = max_.post(f"/intelligence/{row.id}/", graded)
    assert late.status_code == 422 and "before you" in late.content.decode()
    assert SAYS not in ana.get("/intelligence/use/").content.decode()
    sent = ruth.post("/intelligence/new/", {"about_kind": "place", "urgency": "soon", "says": "A light at night."})
    assert sent.status_code == 302
    assert ruth.post("/intelligence/new/", {"about_kind": "place"}).status_code == 422
