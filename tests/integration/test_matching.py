"""Who is like whom, read from the database each time: bounded, through the gate, at once; and finding by the same keys."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sightline.agencies.queries import machine
from sightline.identity import indexing, matcher
from sightline.identity.finding import find
from sightline.identity.guards import mark
from sightline.identity.linkage.likeness import likeness_of
from sightline.identity.linking import relink
from sightline.identity.matcher import Matcher
from sightline.identity.models import Alike, Key, Link, Possible, SourceIdentity
from sightline.identity.types import Asked
from sightline.intake.types import Details
from sightline.ledger.models import Record
from sightline.sharing.reading import Reading, reading
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring, destroy
from tests.support.house import JAY, MIA, POLICE, SCHOOL, actor, identity, live, open_house, person, send, told
from tests.support.partnership import child


@pytest.fixture
def house(database):
    open_house()


def school(who, **more):
    return told("what-is-working", "child", who, agency=SCHOOL, words="He sings.", **more)


def guarded(agency, local, kind):
    with transaction.atomic():
        mark({identity(agency, local).id: kind}, by="somebody")


def near(details, **how):
    [found] = Matcher(Keyring(), **how).like([likeness_of(details)])
    return found


# --- the matcher --------------------------------------------------------------------------------------


def test_whoever_was_committed_is_found_at_once_misspelt_and_with_the_date_turned(house):
    send(told())
    asked = Details(given="Jaye", family="Marhs", born="2010-04-03", postcode="LS14 6AA")
    [found] = near(asked)
    assert found.identity == identity(POLICE, "J1").id and found.agency == POLICE and found.score.bits > 0
    assert near(Details(given="Ottoline", family="Quill", born="1999-09-09")) == []


def test_a_bite_asks_as_many_questions_for_fifteen_as_for_three(house):
    def questions(count, seed):
        people = [child(f"Given{seed}{n}", local_id=f"Q{seed}{n}") for n in range(count)]
        with CaptureQueriesContext(connection) as asked:
            send(*(told(who=one) for one in people))
        return sum("identity_key" in q["sql"] and q["sql"].lstrip().startswith("SELECT") for q in asked)

    assert questions(3, "a") == questions(15, "b") == 1


def test_of_a_key_that_a_city_shares_only_so_many_are_read(house, monkeypatch):
    monkeypatch.setattr(
        matcher, "_KEYS", {k: v.replace("199", "4").replace("200", "5") for k, v in matcher._KEYS.items()}
    )
    who = Details(given="Ada", family="Stone", born="2011-05-06")
    send(*(told(who=replace(who, local_id=f"A{n}")) for n in range(12)))
    assert len(near(who)) == 5
    assert len(near(who, reading=Reading(machine("matching-machine"), "identity"))) == 5


def test_what_the_gate_does_not_let_the_actor_read_takes_no_part(house):
    send(told())
    asked = likeness_of(JAY)
    for who, count in ((machine("matching-machine"), 1), (actor("bob"), 0)):
        opened = Reading(who, "identity")
        [found] = Matcher(Keyring(), reading=opened).like([asked])
        assert len(found) == count == opened.noted


def test_whoever_was_erased_is_like_nobody(house):
    send(told())
    assert near(JAY)
    destroy([identity(POLICE, "J1").key])
    assert near(JAY) == []
    send(told(who=replace(JAY, postcode="LS9 9AA")))  # told of anew, under a key of its own
    assert [one.identity for one in near(JAY)] == [identity(POLICE, "J1").id]


# --- the index ----------------------------------------------------------------------------------------


def test_the_index_is_made_anew_from_what_was_told(house):
    send(told(), school(replace(JAY, local_id="S7")), told(who=MIA))
    send(told(who=replace(JAY, family="Merrion", postcode="LS9 9AA")))
    kept = sorted(Key.objects.values_list("key", flat=True))
    assert indexing.rebuild() == 3
    assert sorted(Key.objects.values_list("key", flat=True)) == kept
    assert {one.identity for one in near(JAY)} >= {identity(POLICE, "J1").id, identity(SCHOOL, "S7").id}


def test_whoever_is_missing_from_the_index_is_counted_and_put_there(house):
    send(told(), told(who=MIA))
    indexing.forget([identity(POLICE, "M1").id], Keyring())
    assert indexing.missing() == 1 and near(MIA) == []
    assert not Key.objects.exclude(alike__in=Alike.objects.values("id")).exists(), "nothing of them stays"
    assert indexing.rebuild(everything=False) == 1 and indexing.missing() == 0
    assert near(MIA)


def test_keys_that_are_not_there_are_noticed(house):
    send(told())
    assert indexing.stale() == 0
    Key.objects.filter(key=Key.objects.values_list("key", flat=True)[0]).delete()
    assert indexing.stale() == 1


# --- resolving ----------------------------------------------------------------------------------------


def matched():
    return Record.objects.filter(verb="match").count()


def test_whoever_is_told_of_as_before_is_not_matched_again(house):
    send(told(), school(replace(JAY, local_id="S7")))
    before = matched()
    send(told(at=f"{now() - timedelta(days=2):%Y-%m-%d} 09:00"))
    assert matched() == before
    send(told(who=replace(JAY, postcode="LS9 9AA")))
    assert matched() == before + 1


def test_what_a_bite_decided_is_what_everybody_together_comes_to(house):
    """The direct way (somebody new joins one who is there) says what `relink` says."""
    numbered = [replace(JAY, local_id=f"S{n}") for n in range(3)]
    send(told(), school(numbered[0]), school(numbered[1]), told(who=MIA), school(replace(MIA, local_id="S9")))
    everybody = list(SourceIdentity.objects.values_list("id", flat=True))
    with transaction.atomic():
        assert relink(everybody, by="x", at=now(), reason="decided") == {}
    assert len({row.person for row in SourceIdentity.objects.all()}) <= 4
    assert len(set(SourceIdentity.objects.values_list("origin", flat=True))) == len(everybody)


def test_evidence_that_is_gone_makes_two_of_them_again_and_waits_for_somebody(house):
    live(told(), school(replace(JAY, local_id="S7")))
    assert person(POLICE, "J1") == person(SCHOOL, "S7")
    send(school(replace(JAY, local_id="S7", nhs_number="9990000034")))
    assert person(POLICE, "J1") != person(SCHOOL, "S7")
    pair = Possible.objects.get()
    assert pair.state == "waiting" and "no-longer-agrees" in pair.why
    assert Link.objects.filter(reason="no-longer-agrees").count() == 1
    send(school(replace(JAY, local_id="S7")))
    assert person(POLICE, "J1") == person(SCHOOL, "S7") and Possible.objects.get().state == "joined"


def test_a_match_of_which_nothing_is_left_waits_for_nobody(house):
    jay = replace(JAY, postcode="")
    send(told(who=jay), school(replace(jay, nhs_number="", local_id="S7")))
    assert Possible.objects.get().state == "waiting"
    send(school(replace(jay, nhs_number="9990000034", local_id="S7")))  # namesakes, each with a number of his own
    assert not Possible.objects.exists()


def test_a_guarded_person_is_joined_by_nobody_alone(house):
    send(told())
    guarded(POLICE, "J1", "protected")
    send(school(replace(JAY, local_id="S7")))
    pair = Possible.objects.get()
    assert (pair.state, pair.guard) == ("waiting", "protected") and "protected" in pair.why
    assert person(POLICE, "J1") != person(SCHOOL, "S7")


# --- finding ------------------------------------------------------------------------------------------


def found(who="amir", words="", **asked):
    with reading(actor(who), "safeguarding") as opened:
        return [one.name for one in find(opened, Asked(words=words, **asked))]


LIZ = Details(
    given="Elizabeth",
    family="Crowther",
    born="2012-08-12",
    postcode="LS14 2DD",
    nhs_number="9990000042",
    local_id="LIZ1234",
)


TYPED = (
    *("elizabeth crowther", "CROWTHER Elizabeth", "lizzie crowther", "elisabeth crouther", "crowthr elizabeth 2012"),
    *("eliz crowther", "crowther 12/8/2012", "crowther 8 december 2012", "crowther 13/8/2012", "crowther LS14"),
    *("999 000 0042", "LS14 2DD", "LIZ-1234"),
)


def test_somebody_is_found_however_they_are_asked_for(house):
    send(told(who=LIZ), told(who=MIA))
    assert {typed: found(words=typed)[:1] for typed in TYPED} == dict.fromkeys(TYPED, ["Elizabeth Crowther"])


def test_somebody_of_about_an_age_near_a_place(house):
    age = now().year - 2012
    send(told(who=LIZ), told(who=replace(MIA, born="2023-01-01", postcode="LS14 6AA")))
    assert found(words=f"{age}ish near LS14") == ["Elizabeth Crowther"]
    assert found(words=f"{age}ish near LS27") == []


def test_the_best_comes_first(house):
    send(told(who=LIZ), told(who=replace(LIZ, given="Eliza", local_id="L2", nhs_number="", born="2015-01-01")))
    assert found(words="elizabeth crowther 12/8/2012")[0] == "Elizabeth Crowther"
    assert found(words="eliza crowther")[0] == "Eliza Crowther"


def test_whoever_is_sealed_is_found_by_nobody_else(house):
    send(told(who=LIZ))
    assert found(words="crowther") == ["Elizabeth Crowther"]
    guarded(POLICE, "LIZ1234", "sealed")
    assert found(words="crowther") == [] == found(number="9990000042")
