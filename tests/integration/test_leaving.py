"""What leaves by a page or by the machine door passes the gate; what is stopped waits for a person, and two may let it go."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from sightline.agencies.types import Actor
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.identity import protected, release
from sightline.identity.release import Recipient, gate
from sightline.ledger.models import Record
from sightline.sharing.release import Artefact, Value
from sightline.web.protected.leaving import may_leave
from tests.support.house import JAY, actor, identity, open_house, person, send, told

WHY = "She and the children fled; he is looking for them."


@pytest.fixture(scope="module")
def people(shared_database):
    open_house()
    send(told(who=JAY))
    people = {name: actor(name) for name in ("amir", "paul", "sam", "omar", "ruth")}
    protected.protect(
        value=Value("address", lines=("31 Sorrel Gardens", "Armley", "Leeds"), postcode="LS12 4GW"),
        kind="refuge",
        recipients=["worker:amir"],
        because=WHY,
        by=people["amir"],
        identities=[identity("west-yorkshire-police", "J1").id],
    )
    protected.protect(
        value=Value("name", "Lantern House Refuge"),
        kind="refuge",
        recipients=["worker:amir"],
        because=WHY,
        by=people["amir"],
        identities=[identity("west-yorkshire-police", "J1").id],
    )
    return people


def asked(path="/packs/1/file/csv/", method="get"):
    return getattr(RequestFactory(), method)(path)


def file(text, kind="text/csv; charset=utf-8"):
    return HttpResponse(text, content_type=kind, headers={"Content-Disposition": 'attachment; filename="a.csv"'})


def test_a_download_with_it_is_stopped_and_one_without_goes(people):
    assert not may_leave(asked(), file("a,b\n1,31 Sorrel Gdns\n"), people["paul"])
    assert may_leave(asked(), file("a,b\n1,32 Beech Grove\n"), people["paul"])
    assert may_leave(asked(), file("a,b\n1,31 Sorrel Gdns\n"), people["amir"])  # named for it


def test_an_answer_to_a_system_is_stopped_and_a_receipt_never(people):
    machine = Actor("police-system", "Police", "west-yorkshire-police", "police", "", "", machine=True)
    answer = HttpResponse('{"where": "LS124GW"}', content_type="application/json")
    assert not may_leave(asked("/api/v1/x"), answer, machine)
    assert may_leave(asked("/api/v1/notifications", "post"), answer, machine)
    assert may_leave(asked("/api/v1/x"), HttpResponse('{"where": "LS8 2QT"}', content_type="application/json"), machine)


def test_every_page_of_somebody_outside_passes_the_gate_and_a_workers_own_does_not(people):
    outside = Actor("x", "A father", "", "", "", "")
    shown = HttpResponse("<p>31 <b>Sorrel</b> Gardens</p>")
    assert not may_leave(asked("/"), shown, outside)
    assert may_leave(asked("/"), shown, people["paul"])  # masked where it is made


def stopped(people, text="The children are at 31 Sorrel Gardens.", **recipient):
    whom = Recipient("person", linked=(person(),), **recipient)
    found = gate(recipient=whom, artefacts=text, by=people["paul"], what="pack")
    assert not found
    return whom, found


def test_a_stop_is_on_the_record_without_the_value(people):
    before = Record.objects.filter(verb="release-stopped").count()
    _, found = stopped(people)
    row = Record.objects.filter(verb="release-stopped").latest("at")
    assert Record.objects.filter(verb="release-stopped").count() == before + 1
    assert (row.outcome, row.detail["recipient"]) == ("refused", "person")
    shown = release.stop(found.id, by=people["paul"])
    assert shown.hits and "Sorrel" not in repr(shown) and "31" not in repr([h.excerpt for h in shown.hits])


def test_who_may_look_at_a_stop(people):
    _, found = stopped(people)
    with pytest.raises(Missing):
        release.stop(found.id, by=people["ruth"])  # a stop of another agency's
    with pytest.raises(Refused):
        release.stop(found.id, by=people["sam"])


def test_only_a_second_person_lets_it_go_and_only_this_to_this_recipient(people):
    text = "They stayed at Lantern House, the museum, not a refuge."
    whom, found = stopped(people, text)
    with pytest.raises(Refused) as refused:
        release.answer_stop(found.id, answer="false-alarm", because="It is the museum of that name.", by=people["paul"])
    assert refused.value.decision.reason_code == "second-person-needed"
    second = Actor(
        "2", "Second", people["paul"].agency, "social-care", "", "front-door-manager", people["paul"].permissions
    )
    with pytest.raises(Invalid):
        release.answer_stop(found.id, answer="false-alarm", because="no", by=second)
    release.answer_stop(found.id, answer="false-alarm", because="It is the museum of that name.", by=second)
    with pytest.raises(Conflict):
        release.answer_stop(found.id, answer="kept-back", because="It is the museum of that name.", by=second)
    assert gate(recipient=whom, artefacts=text, by=people["paul"], what="pack")
    assert not gate(recipient=whom, artefacts=text + " ", by=people["paul"], what="pack")


def test_what_cannot_be_looked_into_is_stopped_where_somebody_near_is_protected(people):
    locked = Artefact(b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Encrypt 2 0 R >>", name="a.pdf")
    assert not gate(recipient=Recipient("person", linked=(person(),)), artefacts=[locked], by=people["paul"])
    assert gate(recipient=Recipient("agency", "leeds-housing"), artefacts=[locked], by=people["paul"])


def test_the_same_is_not_protected_twice_by_those_named_for_it_and_nobody_else_learns_that_it_is(people):
    again = {
        "value": Value("address", lines=("31 Sorrel Gardens", "Armley", "Leeds"), postcode="LS12 4GW"),
        "kind": "home", "because": WHY, "identities": [identity("west-yorkshire-police", "J1").id],
    }  # fmt: skip
    with pytest.raises(Conflict):
        protected.protect(**again, recipients=["worker:amir"], by=people["amir"])
    assert protected.protect(**again, recipients=["worker:paul"], by=people["paul"])
