"""The pages about reading: for whom they open, what they say, and what they never say."""

import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.test import Client

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import machine, worker
from sightline.intake.types import Details
from sightline.jobs.watching import look_at_all
from sightline.ledger.actions import sequence
from sightline.ledger.models import Record
from sightline.sharing.actions import tie
from sightline.timescales.moment import now
from sightline.watching.models import Flag, Own, Reviewed, Unusual
from tests.support.house import HOSPITAL, POLICE, SCHOOL, actor, identity, open_house, recent_day, send, told

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LEE = Details(given="Lee", family="Amberley", born="2011-02-03", local_id="L1", postcode="LS9 7AA", sex="male")
PEOPLE = (
    ("ivy", "business-unit", "information-governance"),
    ("olga", POLICE, "police-hub-officer"),
    ("quin", "business-unit", "practice-reviewer"),
    ("aud", "business-unit", "quality-officer"),
    ("mo", "business-unit", "system-administrator"),
)


@pytest.fixture(scope="module")
def house(shared_database):
    open_house()
    for username, agency, role in PEOPLE:
        add_worker(
            username=username, name=username.capitalize(), agency=agency, role=role, phone="07700 900123",
            by=machine("set-up-machine"),
        )  # fmt: skip
    held = {"nhs_number": "9990000018"}
    for record, role, agency, day in (
        ("police-incident", "victim", POLICE, 40),
        ("ae-attendance", "patient", HOSPITAL, 30),
        ("weapon-in-school", "pupil", SCHOOL, 20),
    ):
        details = Details(**{**{k: getattr(LEE, k) for k in ("given", "family", "born", "postcode", "sex")}, **held},
                          local_id="L1")  # fmt: skip
        extra = {"complaint": "assault"} if record == "ae-attendance" else {}
        send(
            told(
                record,
                role,
                details,
                agency=agency,
                at=f"{recent_day(day)} 21:40",
                says="Hurt on the way home.",
                **extra,
            )
        )
    lee = identity(POLICE, "L1")
    tie([(f"worker:{actor('sam').id}", "allocated", lee.id, now() - timedelta(days=3), None, None)])
    for who, kind in (("quin", "reviewer"), ("aud", "auditor")):
        tie([(f"worker:{actor(who).id}", kind, lee.id, now(), now() + timedelta(days=90), None)])
    return lee.person


def inside(username):
    client = Client()
    client.force_login(worker(username), backend=BACKEND)
    return client


def page(who, path, status=200, **posted):
    client = inside(who)
    got = client.post(path, posted) if posted else client.get(path)
    assert got.status_code == status, got.content.decode()[-3000:]
    return got.content.decode()


# --- who has seen this child ------------------------------------------------------------------------------------------


def test_the_allocated_worker_reads_who_has_seen_the_child_and_why(house):
    page("olga", f"/child/{house}/")
    said = page("sam", f"/child/{house}/seen/")
    assert "Who has seen Lee Amberley" in said and "Olga" in said and "07700 900123" in said
    assert "no tie" in said and "Safeguarding a child" in said and "They were told" in said
    assert f"/child/{house}/seen/" in page("sam", f"/child/{house}/")
    assert f"/child/{house}/seen/" not in page("amir", f"/child/{house}/"), "Lee is not allocated to Amir"


def test_information_governance_reads_it_without_the_childs_name(house):
    page("olga", f"/child/{house}/")
    said = page("ivy", f"/child/{house}/seen/?show=untied")
    assert "Olga" in said and "Amberley" not in said and "Lee " not in said
    page("ivy", f"/child/{house}/", 403)


def test_others_are_refused_or_find_nothing_and_hidden_is_not_there(house):
    page("amir", f"/child/{house}/seen/", 403)
    page("mo", f"/child/{house}/seen/", 403)
    page("olga", f"/child/{house}/seen/", 403)
    nothing = page("paul", "/child/00000000-0000-4000-8000-000000000000/seen/", 404)
    add = {"username": "sue", "name": "Sue", "agency": "childrens-social-work", "role": "social-worker"}
    add_worker(**add, by=machine("set-up-machine"))
    assert page("sue", f"/child/{house}/seen/", 404) == nothing


def test_the_file_holds_each_response_and_no_formula(house):
    page("olga", f"/child/{house}/")
    answer = inside("sam").get(f"/child/{house}/seen/file/")
    rows = list(csv.DictReader(StringIO(answer.content.decode())))
    assert answer["Content-Type"].startswith("text/csv") and "attachment" in answer["Content-Disposition"]
    assert any(row["who"] == "Olga" and row["involved"] == "no" for row in rows)
    assert "Amberley" not in answer.content.decode()
    assert Record.objects.filter(verb="view-who-saw", actor=actor("sam").id).exists()
    from sightline.web.access.seen import plain

    assert [plain(cell) for cell in ("=1+1", " @x", "Olga", "")] == ["'=1+1", "' @x", "Olga", ""]


def test_a_line_has_a_receipt_that_proves_it_for_those_who_read_it_alone(house):
    page("olga", f"/child/{house}/")
    look_at_all()
    while sequence():
        pass
    record = Record.objects.filter(verb="view-child", actor=actor("olga").id, place__isnull=False).latest("at").id
    look_at_all()
    address = f"/child/{house}/seen/{record}/receipt/"
    assert address in page("sam", f"/child/{house}/seen/")
    answer = inside("sam").get(address)
    said = json.loads(answer.content)
    assert answer["Content-Disposition"].startswith("attachment") and json.loads(said["record"])["id"] == str(record)
    assert "Amberley" not in answer.content.decode()
    assert Record.objects.filter(verb="make-receipt", actor=actor("sam").id).exists()
    page("olga", address, 403)
    other = Record.objects.exclude(kind="read").first().id  # a record that showed nothing of Lee
    nothing = page("sam", f"/child/{house}/seen/00000000-0000-4000-8000-000000000000/receipt/", 404)
    assert page("sam", f"/child/{house}/seen/{other}/receipt/", 404) == nothing


# --- why do I see this? -----------------------------------------------------------------------------------------------


def test_each_page_that_shows_a_record_says_why_and_since_when(house):
    said = page("sam", f"/child/{house}/")
    foot = said[said.index('id="why-page"') :]
    assert "You see this because the child is allocated to you or your team." in foot
    assert "3 days" in foot and "Children Act 1989" in foot and "Safeguarding a child" in foot and "UK GDPR" in foot
    assert 'id="why-page"' not in page("sam", "/help/")
    assert 'id="why-page"' not in page("sam", "/reading/own/")


# --- unusual reading --------------------------------------------------------------------------------------------------


def test_the_officer_is_noticed_asked_about_and_reviewed_on_pages(house):
    page("olga", "/reading/own/", 422, postcode="Leeds")
    page("olga", "/reading/own/", 302, family_name="", line="", postcode="LS9 7AA", phone="")
    said = page("olga", "/reading/own/")
    assert "1 postcode" in said and "LS9 7AA" not in said
    page("olga", f"/child/{house}/")
    look_at_all()
    row = Unusual.objects.get(alert="own-home")
    queue = page("ivy", "/reading/")
    assert f"/reading/{row.id}/" in queue and "Olga" in queue and "postcode" in queue
    assert "to ask about" in page("ivy", "/")
    shown = page("ivy", f"/reading/{row.id}/")
    assert "Amberley" not in shown and "Ask the reader why they looked" in shown
    assert page("olga", f"/reading/{row.id}/", 403)
    page("ivy", f"/reading/{row.id}/", 422, outcome="breach", comment="Yes.")
    page("ivy", f"/reading/{row.id}/", 422, comment="She lives next door to the boy.")
    page("ivy", f"/reading/{row.id}/", 302, outcome="breach", comment="She lives next door to the boy.")
    assert Reviewed.objects.get(unusual=row).outcome == "breach"
    assert "72 hours" in page("ivy", f"/reading/{row.id}/")
    assert f"/reading/{row.id}/" not in page("ivy", "/reading/")
    assert f"/reading/{row.id}/" in page("ivy", "/reading/?show=reviewed")
    page("olga", "/reading/own/", 302, forget="1")
    assert not Own.objects.exists()


# --- flags, and reviews -----------------------------------------------------------------------------------------------


def test_a_child_is_flagged_and_the_page_says_so(house):
    page("paul", f"/child/{house}/flag/", 422, because="in-the-news", until="soon")
    page("paul", f"/child/{house}/flag/", 422, until="1 March 2027")
    page("paul", f"/child/{house}/flag/", 302, because="in-the-news", until=f"{(now() + timedelta(days=30)):%d/%m/%Y}")
    assert Flag.objects.filter(ended_at=None).exists()
    assert "Flagged: in the news" in page("amir", f"/child/{house}/")
    page("amir", f"/child/{house}/flag/", 403)
    page("paul", f"/child/{house}/flag/", 302, end="1")
    assert "Flagged" not in page("amir", f"/child/{house}/")


def test_somebody_is_let_in_to_review_by_somebody_else(house):
    who = actor("aud").id
    until = f"{(now() + timedelta(days=30)):%d/%m/%Y}"
    said = page("ivy", f"/child/{house}/review/")
    assert "Aud, Quality officer" in said and "Amberley" not in said
    page("ivy", f"/child/{house}/review/", 422, kind="reviewer", worker="", until=until)
    page("ivy", f"/child/{house}/review/", 302, kind="auditor", worker=who, until=until)
    page("sam", f"/child/{house}/review/", 403)


def test_hindsight_is_for_whoever_reviews_or_audits_and_for_nobody_else(house):
    said = page("quin", f"/child/{house}/hindsight/")
    assert "Nobody saw this then" in said and "West Yorkshire Police" in said and "Lee Amberley" in said
    assert "Pattern" in said or "pattern" in said
    assert "No agency could have seen it from its own records" in said
    record = Record.objects.filter(verb="view-hindsight", actor=actor("quin").id).latest("at")
    assert record.purpose == "practice-review"
    page("aud", f"/child/{house}/hindsight/")
    assert Record.objects.filter(verb="view-hindsight", actor=actor("aud").id).latest("at").purpose == "audit-quality"
    for who in ("sam", "amir", "paul", "ivy", "mo"):
        page(who, f"/child/{house}/hindsight/", 403)
    tie([(f"worker:{actor('quin').id}", "network", identity(POLICE, "L1").id, now(), None, None)])
    nothing = page("quin", "/child/00000000-0000-4000-8000-000000000000/hindsight/", 404)
    add_worker(
        username="ann", name="Ann", agency="business-unit", role="practice-reviewer", by=machine("set-up-machine")
    )
    assert page("ann", f"/child/{house}/hindsight/", 404) == nothing
