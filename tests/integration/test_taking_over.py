"""What is kept to people who have all left: two of information governance name somebody anew, and nobody lets themselves in."""

import time

import pytest
from django.test import Client

from sightline.agencies.models import Worker
from sightline.agencies.queries import worker
from sightline.chronology.models import Entry
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.identity.queries import identities_of
from sightline.jobs import taking_over
from sightline.jobs.due import sweep
from sightline.ledger.models import Record
from sightline.messages.models import Delivered, Outgoing
from sightline.sharing.actions import tie
from sightline.sharing.restricting import holders_of, lift, restrict
from sightline.timescales.moment import now
from sightline.web.accounts.recently import PROOFS
from tests.support.house import CARE, actor, entries, live, open_house, person, told

WHY = "His uncle works in the east area team."
REASON = "Tamsin left in October; his social worker needs to read it for the conference."
IG = "information-governance"


@pytest.fixture
def house(database):
    open_house(
        ("tamsin", CARE, "team-manager", "east-area-team"),
        ("ines", "business-unit", IG, ""),
        ("ivo", "business-unit", IG, ""),
        ("nora", "leeds-teaching-hospitals", "named-nurse", ""),
    )
    live(told(child_at_risk="yes", says="A knife was found."))
    return Entry.objects.get().first


def holder(username):
    return f"worker:{worker(username).id}"


def leaves(username):
    Worker.objects.filter(username=username).update(is_active=False)


def kept(first, *, by="tamsin"):
    tie([(holder(by), "allocated", i.id, now(), None, None) for i in identities_of(person())])
    restrict([first], named=[holder(by)], by=actor(by), because=WHY)


def code(verb, **given):
    with pytest.raises(Refused) as refused:
        verb(**given)
    return refused.value.decision.reason_code


def shows(who):
    try:
        return [one.level.word for one in entries(who, person())]
    except Missing:
        return []


def test_two_of_information_governance_name_somebody_where_all_have_left_and_nobody_lets_themselves_in(house):
    kept(house)
    assert taking_over.alone(actor("ines")) == [], "whoever is named is still here"
    leaves("tamsin")
    [one] = taking_over.alone(actor("ines"))
    assert (one.record, [w.username for w in one.were]) == ("police-incident", ["tamsin"])
    assert code(lift, subjects=[house], by=actor("paul"), because=WHY) == "not-named", "so it stood for ever"
    assert code(taking_over.alone, by=actor("paul")) == "not-permitted"

    ask = {"kept": one.kept, "worker": str(worker("sam").id), "because": REASON}
    assert code(taking_over.ask, **ask | {"because": "He left."}, by=actor("ines")) == "rationale-too-short"
    gone = str(Worker.objects.get(username="tamsin").id)
    for wrong in (str(worker("ivo").id), gone, "nobody"):  # who decides, who has left, who is none
        with pytest.raises(Invalid):
            taking_over.ask(**ask | {"worker": wrong}, by=actor("ines"))
    tie([(holder("nora"), "lead-professional", i.id, now(), None, None) for i in identities_of(person())])
    taking_over.ask(**ask, by=actor("ines"))
    with pytest.raises(Conflict):
        taking_over.ask(**ask, by=actor("ivo"))
    answer = {"kept": one.kept, "agree": True, "words": ""}
    assert code(taking_over.answer, **answer, by=actor("ines")) == "second-person-needed"
    assert code(taking_over.answer, **answer, by=actor("paul")) == "not-permitted"
    assert shows("sam") == []
    taking_over.answer(**answer, by=actor("ivo"))
    assert shows("sam") == ["full"] and shows("ines") == [] and shows("ivo") == []
    assert holders_of([house])[house] == (holder("sam"),), "and is whom others ring"
    assert taking_over.alone(actor("ines")) == []
    with pytest.raises(Missing):
        taking_over.answer(**answer, by=actor("ivo"))

    sweep()
    made = Outgoing.objects.filter(kind="named-anew")
    assert {holder("sam"), holder("nora")} <= set(made.values_list("to", flat=True)), "and so is whoever leads"
    assert all(not row.about and "Jay" not in str(row.says) for row in made)
    assert Delivered.objects.filter(message__kind="second-person-asked").exists()
    verbs = {r.verb: r.actor for r in Record.objects.filter(verb__endswith="name-anew")}
    assert verbs == {"ask-name-anew": actor("ines").id, "agree-name-anew": actor("ivo").id}
    assert all(str(house) in r.ids for r in Record.objects.filter(verb__endswith="name-anew"))


def test_whoever_does_not_agree_says_why_and_nothing_opens(house):
    kept(house)
    leaves("tamsin")
    [one] = taking_over.alone(actor("ines"))
    taking_over.ask(kept=one.kept, worker=str(worker("sam").id), because=REASON, by=actor("ines"))
    assert code(taking_over.answer, kept=one.kept, agree=False, words=" ", by=actor("ivo")) == "rationale-missing"
    taking_over.answer(kept=one.kept, agree=False, words="He is the uncle’s colleague.", by=actor("ivo"))
    assert shows("sam") == []
    [again] = taking_over.alone(actor("ines"))
    assert again.asked is None, "somebody else can be asked for"


def test_a_team_that_is_there_and_all_that_is_held_about_a_child(house):
    restrict([house], named=["team:east-area-team"], by=actor("tamsin"), because=WHY)
    assert taking_over.alone(actor("ines")) == []
    leaves("tamsin")
    assert taking_over.alone(actor("ines")) == [], "Sam is of the team too"
    leaves("sam")
    assert len(taking_over.alone(actor("ines"))) == 1
    whole = [row.id for row in identities_of(person())]
    restrict(whole, named=[holder("paul")], by=actor("paul"), because=WHY)
    leaves("paul")
    found = taking_over.alone(actor("ines"))
    assert [one.record for one in found] == ["police-incident", ""]
    taking_over.ask(kept=found[1].kept, worker=str(worker("amir").id), because=REASON, by=actor("ines"))
    taking_over.answer(kept=found[1].kept, agree=True, words="", by=actor("ivo"))
    assert set(holders_of(whole)) == set(whole) and {h for hs in holders_of(whole).values() for h in hs} == {holder("amir")}


def door(username):
    client = Client()
    client.force_login(
        Worker.objects.get(username=username), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    session = client.session
    session[PROOFS] = [{"method": "password", "at": time.time()}]
    session.save()
    return client


def test_the_pages_say_what_is_kept_and_never_about_whom(house):
    kept(house)
    leaves("tamsin")
    [one] = taking_over.alone(actor("ines"))
    page = door("ines").get("/kept/")
    assert page.status_code == 200 and "Tamsin" in page.content.decode() and "Jay" not in page.content.decode()
    assert door("paul").get("/kept/").status_code == 403
    ines, ivo, address = door("ines"), door("ivo"), f"/kept/{one.kept}/"
    short = ines.post(address, {"worker": str(worker("sam").id), "because": "Gone."})
    assert short.status_code == 422 and "at least 20 characters" in short.content.decode()
    made = ines.post(address, {"worker": str(worker("sam").id), "because": REASON}, follow=True)
    assert "Asked." in made.content.decode() and "You cannot agree with yourself" in made.content.decode()
    second = ivo.get(address).content.decode()
    assert REASON.split(";")[0] in second and "Sam" in second and "Ines" in second and "Jay" not in second
    assert ivo.post(address, {"decision": "refuse"}).status_code == 422
    agreed = ivo.post(address, {"decision": "agree"}, follow=True).content.decode()
    assert "They are named" in agreed and "Nothing. Whatever is kept" in agreed
    assert ivo.get(address).status_code == 404 and shows("sam") == ["full"]
