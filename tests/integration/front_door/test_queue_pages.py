"""The pages of the queue: for whom they open, what they say, and that two people never do the same thing twice."""

from datetime import timedelta
from uuid import uuid4

import pytest

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import actor_for, machine, worker
from sightline.front_door.models import Item, ItemChild
from sightline.identity.protected import protect
from sightline.ledger.models import Record
from sightline.sharing.release import Value
from sightline.timescales.london import local
from sightline.timescales.moment import now
from tests.integration.front_door.test_queue import works_with
from tests.support.partnership import CARE, SCHOOL, child, inside, send, settle_in


@pytest.fixture(scope="module")
def house(shared_database):
    return settle_in()


def ago(**span) -> str:
    return f"{local(now() - timedelta(**span)):%Y-%m-%d %H:%M}"


@pytest.fixture
def told(house):
    until = f"{local(now() + timedelta(hours=5)):%Y-%m-%d %H:%M}"
    first = send(
        "school-concern", ("child", child("Kai")), agency=SCHOOL, category="physical-abuse", happened=ago(minutes=9),
        voice_of_child="He hit me with the belt.", child_is="school", with_now="his form tutor", safe_until=until,
        family_told="No: it may put him at risk", says="Says that he was hit at home last night. A mark on the arm.",
    )  # fmt: skip
    return Item.objects.get(entry=first)


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, (address, response.status_code)
    return response.content.decode()


def test_a_line_says_until_when_what_who_where_and_why(told):
    body = page(inside("amir"), "/queue/")
    for words in ("Says that he was hit at home last night", "At school, with his form tutor, safe until", "of being safe",
                  "family not told", "Cannot wait:", "The child told somebody that they are being hurt", "Kai"):  # fmt: skip
        assert words in body, words
    assert f'id="i-{told.id}"' in body and "Content-Security-Policy" in inside("amir").get("/queue/").headers


def test_the_item_says_all_of_it(told):
    body = page(inside("amir"), f"/queue/{told.id}/")
    for words in (
        "He hit me with the belt.",
        "Decide before the child goes home",
        "What each agency knows",
        "First look at the front door",
    ):
        assert words in body, words


def test_the_page_asks_for_lines_that_changed_and_gets_those_alone(told):
    client = inside("amir")
    body = page(client, f"/queue/lines/?ids={told.id},not-an-id")
    assert body.count("<tr ") == 1 and "<html" not in body and f'id="i-{told.id}"' in body
    assert page(client, f"/queue/lines/?ids={uuid4()}").count("<tr ") == 0
    record = Record.objects.filter(verb="view-queue").order_by("-at").first()
    assert record is not None and record.actor


def test_claiming_twice_says_who_was_first(told):
    form = {"do": "claim", "version": told.version}
    assert inside("amir").post(f"/queue/{told.id}/claim/", form).status_code == 302
    told.refresh_from_db()
    assert told.holder and "You" in page(inside("amir"), f"/queue/lines/?ids={told.id}")
    add_worker(username="lena2", name="Lena", agency="childrens-social-work", role="duty-social-worker", team="front-door",
               by=machine("story-runner"))  # fmt: skip
    answer = inside("lena2").post(f"/queue/{told.id}/claim/", form)
    assert answer.status_code == 409 and "Amir has had this since" in answer.content.decode()
    assert inside("lena2").post(f"/queue/{told.id}/act/", {"do": "take"}).status_code == 302
    assert "Lena has it" in page(inside("amir"), f"/queue/{told.id}/")


def test_a_note_stands_with_the_item_and_is_read_by_whoever_has_it_next(told):
    client = inside("amir")
    words = {"do": "note", "words": "The aunt has the key; ring her at nine."}
    assert client.post(f"/queue/{told.id}/act/", words).status_code == 302
    assert "The aunt has the key; ring her at nine." in page(client, f"/queue/{told.id}/")
    assert client.post(f"/queue/{told.id}/act/", {"do": "note", "words": ""}).status_code == 422
    assert client.post(f"/queue/{told.id}/act/", {"do": "team", "words": "Over to you."}).status_code == 302
    assert "handed over to Emergency duty, with a note" in page(client, "/queue/")


def test_a_note_is_no_way_round_a_protected_location(told):
    """Whoever writes one at night may not know that where the child is must be kept secret."""
    client = inside("amir")
    words = {"do": "note", "words": "The aunt says they are at 8 Ferry Terrace, LS9 7AB now."}
    assert client.post(f"/queue/{told.id}/act/", words).status_code == 302
    assert "8 Ferry Terrace" in page(client, f"/queue/{told.id}/")
    protect(
        value=Value("address", lines=("8 Ferry Terrace",), postcode="LS9 7AB"),
        kind="refuge",
        recipients=["worker:amir"],
        because="They left at night and he is looking for them.",
        by=actor_for(worker("amir")),
        identities=list(ItemChild.objects.filter(item=told).values_list("identity_id", flat=True)),
    )
    body = page(client, f"/queue/{told.id}/")
    assert "The aunt says they are at [protected], [protected] now." in body and "Ferry" not in body


def test_a_shifts_note_is_for_the_other_team(house):
    client = inside("amir")
    assert "Write to Emergency duty" in page(client, "/queue/shift/")
    assert client.post("/queue/shift/", {"words": "Two foster homes are full."}).status_code == 302
    assert "Two foster homes are full." not in page(client, "/queue/")


@pytest.mark.parametrize(
    ("who", "status"), [("amir", 200), ("olive", 200), ("ruth", 403), ("sara", 403), ("dee", 403), ("gwen", 403)]
)
def test_the_queue_opens_for_those_who_may_see_it(house, who, status):
    for address in ("/queue/", "/queue/lines/"):
        page(inside(who), address, status)
    assert inside(who).get("/queue/live/").status_code == status


def test_what_is_streamed_says_nothing_of_children(told):
    answer = inside("amir").get("/queue/live/")
    first = next(iter(answer.streaming_content)).decode()
    assert answer.headers["Content-Type"] == "text/event-stream" and first.split("\n")[1:3] == ["event: here", "data: "]
    answer.close()


def test_somebody_who_has_the_child_open_accepts_it_on_a_page(house):
    one = child("Tess", local_id="T1")
    works_with(one)
    first = send("school-concern", ("child", one), agency=CARE, category="neglect", happened=ago(minutes=3))
    sara = inside("sara")
    assert "I accept it: it is with me" in page(sara, f"/queue/accept/{first}/")
    assert sara.post(f"/queue/accept/{first}/", {"comment": "At three."}).status_code == 302
    assert Item.objects.get(entry=first).state == "accepted" and str(first) not in page(inside("amir"), "/queue/")
    assert "It does not wait for your team" in page(sara, f"/queue/accept/{first}/")
    assert sara.post(f"/queue/accept/{first}/").status_code == 409


def test_what_is_not_there_and_what_is_no_id_are_one_answer(house):
    client = inside("amir")
    assert client.get("/queue/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert client.post("/queue/00000000-0000-4000-8000-000000000000/act/", {"do": "claim"}).status_code == 404
