"""Reading through the gate: one record a response, nothing without it; and hidden is hidden, in lists, searches and counts."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from sightline.agencies.queries import machine, worker
from sightline.chronology.listing import recent
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.queries import of_person
from sightline.chronology.tracing import versions_of
from sightline.clocks import queries as clocks
from sightline.definition.outcomes import Missing, Refused
from sightline.identity import queries as identity
from sightline.identity.finding import find
from sightline.identity.tracing import waiting_between
from sightline.identity.types import Asked
from sightline.intake.models import Quarantined
from sightline.intake.types import Named, Unread
from sightline.jobs.correct import correct_record
from sightline.jobs.decide import decide
from sightline.jobs.receive import keep
from sightline.ledger.models import Record
from sightline.sharing.actions import tie
from sightline.sharing.reading import reading
from sightline.sharing.types import Level
from sightline.timescales.moment import now
from tests.support.partnership import (
    CARE,
    HOSPITAL,
    POLICE,
    SCHOOL,
    child,
    entries,
    identities,
    inside,
    person_on,
    send,
    settle_in,
)  # fmt: skip


@pytest.fixture(scope="module")
def house(shared_database):
    return settle_in()


def allocate(who, first, *, kind="allocated"):
    tie([(f"worker:{who.id}", kind, i, now(), None, None) for i in identities(first)])


def newest():
    return Record.objects.order_by("-at").first()


# --- one record a response ------------------------------------------------------------------------------


def test_reading_leaves_exactly_one_record_that_says_who_why_by_what_and_what(house):
    first = send("school-concern", ("child", child("Kim")), agency=SCHOOL, category="neglect")
    person, [identity_id], amir = person_on(first), identities(first), house["amir"]
    before = Record.objects.count()
    with reading(amir, "safeguarding") as opened:
        told = of_person(opened, person)
        identity.profile(opened, person)
        clocks.of_identities(opened, told.identities)
        assert Record.objects.count() == before  # when the response is about to leave, not before
    assert Record.objects.count() == before + 1
    record = newest()
    assert (record.kind, record.verb, record.outcome, record.purpose) == (
        "read",
        "view-child",
        "allowed",
        "safeguarding",
    )
    assert (record.actor, record.acting_for, record.stream) == (amir.id, CARE, CARE)
    assert set(record.ids) == {str(first), str(identity_id)}
    assert record.detail["persons"] == [str(person)]
    assert record.detail["levels"] == {"full": 2}
    assert "front-door-duty" in record.rule.split(",")
    assert "children-act-1989-s47" in record.basis
    assert record.policy == opened.definition.hash


def test_the_child_is_named_in_the_record_however_long_the_list_is(house, monkeypatch):
    monkeypatch.setattr("sightline.ledger.actions.MANY", 1)
    first = send("school-concern", ("child", child("Kim")), agency=SCHOOL, category="neglect")
    with reading(house["amir"], "safeguarding") as opened:
        of_person(opened, person_on(first))
        identity.profile(opened, person_on(first))
    assert newest().ids == [] and newest().count == 2
    assert newest().detail["persons"] == [str(person_on(first))]


def test_whoever_is_shown_a_clock_has_been_shown_of_what_started_it(house):
    first = send("ppn", ("child", child("Kim")), grade="red")
    with reading(house["amir"], "safeguarding", about="clocks") as opened:
        assert clocks.of_identities(opened, identities(first))
    assert str(first) in newest().ids


def test_a_search_records_whom_it_showed_and_nobody_else_whom_it_looked_through(house, monkeypatch):
    monkeypatch.setattr("sightline.identity.finding.MOST_PEOPLE", 1)
    for _ in range(3):
        first = send("school-concern", ("child", child("Zebedee")), agency=SCHOOL, category="neglect")
    with reading(house["amir"], "safeguarding") as opened:
        [shown] = find(opened, Asked(words="Zebedee"))
    assert newest().count == 1
    assert identity.persons_of(newest().ids) == {i: shown.person for i in identity.persons_of(newest().ids)}
    assert first


def test_when_the_ledger_cannot_be_written_the_answer_is_503_without_data(house):
    first = send(
        "school-concern", ("child", child("Quentin")), agency=SCHOOL, category="neglect", says="Came without a coat."
    )
    amir, addresses = inside("amir"), (f"/child/{person_on(first)}/", f"/entry/{first}/", "/")
    for address in addresses:
        assert "Quentin" in amir.get(address).content.decode()
    table = Record._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{table}" RENAME TO "{table}_away"')  # not a pretence: there is nowhere to write
    try:
        for address in addresses:
            answer = amir.get(address)
            assert answer.status_code == 503, address
            assert "Quentin" not in answer.content.decode() and "coat" not in answer.content.decode()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER TABLE "{table}_away" RENAME TO "{table}"')
    assert amir.get(addresses[0]).status_code == 200


def test_only_a_storys_own_questions_leave_no_record():
    """`recorded=False` is for asking whether a story holds. Nothing that answers anybody may say it."""
    sources = (Path(__file__).parents[2] / "sightline").rglob("*.py")
    saying = {path.parent.name for path in sources if re.search(r"recorded=False\)", path.read_text())}
    assert saying == {"stories"}


# --- hidden is hidden -----------------------------------------------------------------------------------


def test_what_a_record_says_of_other_children_opens_no_page_of_theirs(house):
    kim, nadia = child("Kim"), child("Nadia")
    first = send("police-incident", ("suspect", kim), ("victim", nadia), offence="theft", child_at_risk="no")
    tie([(f"worker:{house['sara'].id}", "allocated", identities(first)[0], now(), None, None)])
    with reading(house["sara"], "safeguarding") as opened:
        history = entry_history(opened, first)
        assert history.now.level is Level.FULL
        assert history.people == (("Accused", 1), ("Victim", 1))
        assert history.persons == (person_on(first, 0),)
        assert [profile.given for profile in identity.names(opened, history.persons).values()] == ["Kim"]
    with pytest.raises(Missing):
        entries(house["sara"], person_on(first, 1))
    page = inside("sara").get(f"/entry/{first}/").content.decode()
    assert "Kim" in page and "Nadia" not in page and nadia.family not in page


def test_a_correction_that_takes_a_child_off_takes_that_childs_worker_off(house):
    """What stands now is about somebody else: an old tie does not open it, nor say that anything changed hands."""
    first = send("police-incident", ("suspect", child("Kim")), offence="theft", says="It was Kim.")
    allocate(house["sara"], first)
    made = correct_record(
        entry=first, by=house["olive"], people=[Named("nadia", ("suspect",), child("Nadia"))], says="It was Nadia."
    )
    for asked in (first, made):
        with reading(house["sara"], "safeguarding") as opened:
            history = entry_history(opened, asked)
        assert history.now.says == "It was Kim."
        assert history.replaced and len(history.versions) == 1
        page = inside("sara").get(f"/entry/{asked}/").content.decode()
        assert "It was Nadia" not in page and "Nadia" not in page
        assert "corrected later" in page
    assert entries(house["sara"], person_on(first, 0, 0)) == []
    with reading(house["olive"], "safeguarding") as opened:  # and who wrote it sees both
        assert [v.says for v in entry_history(opened, first).versions] == ["It was Nadia.", "It was Kim."]


def test_a_headline_of_somebody_is_a_name_and_never_where_they_live_or_how_to_reach_them(house):
    """A school finds its pupil; it does not learn the address, the phone or the number that the police hold."""
    lines = {
        "lines": ("3 Refuge Way",),
        "postcode": "LS9 9ZZ",
        "phone": "0113 496 0777",
        "nhs_number": "9990000077",
        "language": "Polish",
    }
    first = send("ppn", ("child", child("Kim", school=SCHOOL, **lines)), grade="amber")
    with reading(house["ruth"], "safeguarding") as opened:
        profile = identity.profile(opened, person_on(first))
        assert (profile.given, bool(profile.born), profile.address, profile.language) == ("Kim", True, "", "")
        [held] = profile.held
        assert {k for k, v in held.details.as_dict().items() if v} <= {"given", "family", "born", "expected", "sex"}
    page = inside("ruth").get(f"/child/{person_on(first)}/").content.decode()
    assert "Kim" in page
    for secret in ("Refuge", "LS9", "0777", "9990000077", "Polish"):
        assert secret not in page
    with reading(house["amir"], "safeguarding") as opened:  # who may read in full does
        assert "Refuge" in identity.profile(opened, person_on(first)).address


def test_nobody_is_found_by_what_the_reader_may_not_read(house):
    """Else a search that meets would say whose number or postcode it is."""
    known = child(
        "Vera", school=SCHOOL, postcode="LS9 8XY", phone="0113 496 0778", nhs_number="9990000069", local_id="POL-778"
    )
    send("ppn", ("child", known), grade="amber")
    own = child(
        "Vera", family=known.family, born=known.born, nhs_number="9990000069", local_id="S-5", postcode="LS1 1AA"
    )
    send("school-concern", ("child", own), agency=SCHOOL)

    def found(name, **asked):
        with reading(house[name], "safeguarding") as opened:
            return [f.name for f in find(opened, Asked(**asked))]

    for hidden in ({"postcode": "LS9 8XY"}, {"number": "0113 496 0778"}, {"number": "POL-778"}):
        assert found("ruth", **hidden) == []
        assert found("amir", **hidden) == [f"Vera {known.family}"]
    for held in (
        {"postcode": "LS1 1AA"},
        {"number": "9990000069"},
        {"number": "S-5"},
        {"words": f"Vera {known.family}"},
    ):
        assert found("ruth", **held) == [f"Vera {known.family}"]  # by what the school sent, or by a name


def test_what_is_hidden_pushes_nobody_out_of_a_search(house):
    """The same question has the same answer, whether or not something is hidden that fits it better."""
    mine = child("Ottoline")
    send("school-concern", ("child", mine), agency=SCHOOL, category="neglect")
    asked = Asked(words=f"Ottoline {mine.family} Brand", born=mine.born, postcode="LS17 1AA")
    with reading(house["ruth"], "safeguarding") as opened:
        before = find(opened, asked)
    send(
        "police-incident", ("victim", child("Ottoline Brand", family=mine.family, born=mine.born, postcode="LS17 1AA"))
    )
    with reading(house["ruth"], "safeguarding") as opened:
        assert find(opened, asked) == before
    assert [f.name for f in before] == [f"Ottoline {mine.family}"]


def test_a_pointer_is_a_kind_a_date_and_whom_to_ring(house):
    secret = "He keeps it under the floor."
    first = send("police-intelligence", ("subject", child("Kim")), says=secret, conditions=secret, source_grade="1")
    [shown] = entries(house["amir"], person_on(first))
    assert (shown.level, shown.title, shown.agency.id) == (Level.POINTER, "Police intelligence", POLICE)
    assert (shown.says, shown.headline, shown.fields, shown.values, shown.words, shown.place, shown.roles) == (
        "",
        "",
        (),
        {},
        (),
        "",
        (),
    )
    for address in (f"/child/{person_on(first)}/", f"/entry/{first}/"):
        assert secret not in inside("amir").get(address).content.decode()


def test_a_routine_record_stands_nowhere_until_a_concern_opens_it(house):
    kim = child("Kim", local_id="S77")
    period = {"period_from": "2025-01-06", "period_to": "2025-02-14", "possible": "60", "attended": "17"}
    first = send(
        "attendance-summary", ("pupil", kim), agency=SCHOOL, happened="2025-02-14", on="2025-02-15 09:00", **period
    )
    person = person_on(first)
    tie(
        [
            (f"worker:{house[name].id}", "allocated", i, now(), None, None)
            for name in ("sara", "amir")
            for i in identities(first)
        ]
    )
    for name in ("amir", "sara", "ruth"):
        assert entries(house[name], person) == []
        with pytest.raises(Missing), reading(house[name], "safeguarding") as opened:
            entry_history(opened, first)
        with reading(house[name], "safeguarding") as opened:
            assert first not in [e.id for _, e in recent(opened)]
            assert clocks.of_identities(opened, identities(first)) == []
        page = inside(name).get(f"/child/{person}/").content.decode()
        assert "ttendance" not in page and "17 of 60" not in page
        assert inside(name).get(f"/entry/{first}/").status_code == 404
    send(
        "school-concern",
        ("child", kim),
        agency=SCHOOL,
        category="neglect",
        happened="2025-02-20",
        on="2025-02-20 09:00",
    )
    assert "School attendance" in [e.title for e in entries(house["sara"], person)]


def test_my_work_names_nobody_whose_name_is_not_open(house):
    """A tie without a rule for who somebody is: the clock shows, the name does not."""
    first = send("ppn", ("child", child("Hugo")), grade="amber")
    page = inside("amir").get("/").content.decode()
    assert "Hugo" in page
    assert "Hugo" not in inside("gwen").get("/").content.decode()
    assert str(person_on(first)) not in inside("gwen").get("/").content.decode()


def test_only_a_possible_match_of_two_whom_one_may_see_can_be_opened_or_decided(house):
    kim = child("Kim")
    one = send("ppn", ("child", kim), grade="amber", agency=POLICE)
    other = send("ae-attendance", ("patient", child("Kim", family=kim.family, born=kim.born)), agency=HOSPITAL)
    [(match, _, _)] = waiting_between(identities(one), identities(other))
    sara, nobody = inside("sara"), uuid4()
    for call in (sara.get, sara.post):
        hidden, missing = call(f"/matches/{match}/"), call(f"/matches/{nobody}/")
        assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content) == (404, missing.content)
    assert not re.search(r"\bKim\b", sara.get("/matches/").content.decode())  # as a word: a token may spell it by chance
    assert "Kim" in inside("amir").get(f"/matches/{match}/").content.decode()


def test_other_agencies_loads_and_raw_rows_are_not_there(house):
    """Whoever looks after loads opens raw rows; a school's worker does not even learn that there are any."""
    keep(
        Unread("line 2", b"Kim Secret,LS9", "not-a-date", (), "", POLICE),
        feed="api",
        kind="api",
        by=machine("feed-machine"),
    )
    item = Quarantined.objects.latest("at")
    assert "Kim Secret" in inside("dee").get(f"/quarantine/{item.id}/").content.decode()
    for name in ("ruth", "olive", "sara"):
        hidden, missing = (inside(name).get(f"/quarantine/{i}/") for i in (item.id, uuid4()))
        assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)
        assert "Secret" not in hidden.content.decode()


# --- who decides and corrects ------------------------------------------------------------------------------


def test_nobody_decides_on_what_they_do_not_see(house):
    first = send("police-incident", ("victim", child("Kim")), child_at_risk="no")
    for unseen in (first, uuid4()):
        with pytest.raises(Missing):
            decide(entry=unseen, by=house["amir"], decision="no-further-action", rationale="x" * 50)
    queued = send("ppn", ("child", child("Kim")), grade="amber")
    before = Record.objects.filter(verb="decide", kind="change").count()
    decide(
        entry=queued,
        by=house["amir"],
        decision="assessment",
        rationale="Seen with the family; the child asked for help with school.",
    )
    assert Record.objects.filter(verb="decide", kind="change").count() == before + 1


def test_nobody_corrects_what_they_cannot_read(house):
    """Police with the right see that intelligence is held; they do not write over words that they never saw."""
    first = send("police-intelligence", ("subject", child("Kim")), says="Unseen.", source_grade="1")
    assert [e.level for e in entries(house["olive"], person_on(first))] == [Level.POINTER]
    with pytest.raises(Refused):
        correct_record(entry=first, by=house["olive"], says="Written over.")
    assert versions_of(first) == [first]


def test_a_tie_in_another_agencys_team_cannot_be_made_by_sending(house):
    """An agency's system says who works with a child in its own teams; it allocates to nobody else's."""
    first = send(
        "involvement",
        ("child", child("Kim")),
        agency=SCHOOL,
        worker_role="social-worker",
        team="east-area-team",
        **{"from": "2025-01-01"},
    )
    with pytest.raises(Missing):
        entries(house["sara"], person_on(first))
    other = send(
        "involvement",
        ("child", child("Nadia")),
        agency=CARE,
        worker_role="social-worker",
        team="east-area-team",
        **{"from": "2025-01-01"},
    )
    assert entries(house["sara"], person_on(other))


def test_who_lives_stories_is_nobody_where_real_people_are(house, settings):
    assert machine("story-runner").machine
    settings.SIGHTLINE_MODE = "production"
    with pytest.raises(Missing):
        machine("story-runner")
    assert machine("feed-machine").machine


def test_the_session_is_another_after_sign_in(house):
    amir, client = worker("amir"), Client()
    amir.set_password("a long phrase for the tests")
    amir.save()
    client.get("/sign-in/")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    client.post("/sign-in/", {"login": "amir", "password": "a long phrase for the tests"})
    assert client.session.session_key != planted
    assert client.get("/find/").status_code == 200
    stolen = Client()
    stolen.cookies["sessionid"] = planted
    assert stolen.get("/find/").status_code == 302
