"""Whoever is protected is joined by two workers; whoever is sealed is the holder's alone, and nobody else is told."""

import pytest
from django.test import Client

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import machine, worker
from sightline.chronology.queries import of_person
from sightline.definition.outcomes import Conflict, Missing, Refused
from sightline.identity import match_queries
from sightline.identity.actions import ask_agency, confirm, decide_match, guard, join, reject, separate
from sightline.identity.finding import find
from sightline.identity.guards import holder
from sightline.identity.models import Guarding, Possible, SourceIdentity
from sightline.identity.queries import profile
from sightline.identity.tracing import details_of, waiting_between
from sightline.identity.types import Asked
from sightline.intake.types import Details
from sightline.jobs import linking
from sightline.ledger.models import Record
from sightline.sharing.reading import reading
from sightline.vault.actions import Keyring
from tests.support.house import CARE, HOSPITAL, POLICE, SCHOOL, actor, identity, open_house, person, send, told
from tests.support.senders import nhs_number

EVE = ("eve", CARE, "sealed-records-holder", "")


@pytest.fixture(scope="module")
def workers(shared_database):
    open_house()
    add_worker(username=EVE[0], name="Eve", agency=EVE[1], role=EVE[2], team=EVE[3], by=machine("set-up-machine"))
    return {name: actor(name) for name in ("amir", "paul", "sam", "ruth", "eve", "omar")}


_serial = iter(range(40_000, 50_000))


def somebody(local, **known):
    n = next(_serial)
    family = "".join("bcdfghklmn"[int(digit)] + "aeiou"[n % 5] for digit in str(n))
    return Details(
        **{
            "given": "Kim",
            "family": family.capitalize(),
            "born": f"2011-0{n % 9 + 1}-{n % 27 + 1:02d}",
            "sex": "female",
            "nhs_number": nhs_number(n),
            "local_id": f"{local}{n}",
            **known,
        }
    )


def again(known, local, **change):
    values = {name: getattr(known, name) for name in ("given", "family", "born", "sex", "nhs_number")}
    return Details(**{**values, "local_id": f"{local}{known.local_id}", **change})


def marac(details):
    return told("marac-referral", "child", details, agency=POLICE, marac_reason="repeat", reason="He knows the street.")


def adopted(details):
    return told(
        "permanence", "child", details, agency=CARE, order="adoption", ordered="2025-01-10", placed="2024-06-01"
    )


def pair_of(one, other):
    [(match, _, _)] = waiting_between([one.id], [other.id])
    return Possible.objects.get(id=match)


@pytest.fixture
def protected(workers):
    """A child whom the police protect, and the same child at school: a number and a birth date agree."""
    known = somebody("P")
    send(marac(known))
    there = again(known, "S")
    send(told("school-concern", "child", there, agency=SCHOOL))
    return identity(POLICE, known.local_id), identity(SCHOOL, there.local_id)


@pytest.fixture
def sealed(workers):
    """A child who was adopted, as social care knew them; and the same number at a hospital since."""
    known = somebody("A")
    send(adopted(known))
    there = again(known, "H", given="Ada", family="Newhome")
    send(told("ae-attendance", "patient", there, agency=HOSPITAL))
    return identity(CARE, known.local_id), identity(HOSPITAL, there.local_id)


# --- protected ----------------------------------------------------------------------------------------


def test_a_record_that_protects_is_not_joined_by_itself_and_says_on_what_it_rests(protected):
    one, other = protected
    assert (one.guard, other.guard) == ("protected", "")
    assert one.person != other.person
    pair = pair_of(one, other)
    assert (pair.state, pair.guard, "protected" in pair.why) == ("waiting", "protected", True)
    row = Guarding.objects.get(identity=one)
    assert row.kind == "protected" and row.entry is not None


def test_without_protection_the_same_two_join_by_themselves(workers):
    known = somebody("P")
    send(told("ppn", "child", known, grade="amber"))
    send(told("school-concern", "child", again(known, "S"), agency=SCHOOL))
    assert person(POLICE, known.local_id) == person(SCHOOL, f"S{known.local_id}")


def test_two_different_workers_join_whoever_is_protected(protected, workers):
    one, other = protected
    pair = pair_of(one, other)
    assert decide_match(possible=pair.id, decision="same", because="Same mother.", by=workers["amir"]) == "half"
    pair.refresh_from_db()
    assert (pair.proposed, pair.proposed_by) == ("same", workers["amir"].id)
    assert bytes(pair.because) and b"mother" not in bytes(pair.because)
    assert SourceIdentity.objects.get(id=other.id).person == other.person
    for attempt in (
        lambda: confirm(possible=pair.id, by=workers["amir"]),
        lambda: decide_match(possible=pair.id, decision="same", by=workers["amir"]),
        lambda: join(one=one.id, other=other.id, by=workers["amir"]),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.decision.reason_code == "second-person-needed"
    linking.confirm(possible=pair.id, by=workers["paul"])
    assert len(set(SourceIdentity.objects.filter(id__in=[one.id, other.id]).values_list("person", flat=True))) == 1
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by, pair.proposed_by) == ("same", workers["paul"].id, "")
    record = Record.objects.filter(verb="join-identities").latest("at")
    assert record.detail["first"] == workers["amir"].id and record.actor == workers["paul"].id
    with pytest.raises(Conflict):
        confirm(possible=pair.id, by=workers["amir"])


def test_the_same_decision_by_a_second_worker_is_their_agreement(protected, workers):
    one, other = protected
    assert join(one=one.id, other=other.id, by=workers["amir"]) == one.person
    assert join(one=one.id, other=other.id, by=workers["paul"]) == one.person
    assert SourceIdentity.objects.get(id=other.id).person == one.person


def test_who_does_not_agree_leaves_it_waiting_as_it_was(protected, workers):
    one, other = protected
    pair = pair_of(one, other)
    why = list(pair.why)
    decide_match(possible=pair.id, decision="same", by=workers["amir"])
    reject(possible=pair.id, by=workers["paul"])
    pair.refresh_from_db()
    assert (pair.state, pair.why, pair.proposed_by) == ("waiting", why, "")
    separate(one=one.id, other=other.id, by=workers["amir"])  # one is enough to keep two apart
    join(one=one.id, other=other.id, by=workers["amir"])
    pair.refresh_from_db()
    assert (pair.state, "told-apart" in pair.why) == ("half", True)
    reject(possible=pair.id, by=workers["amir"])  # and the first may take back what they said
    pair.refresh_from_db()
    assert pair.state == "different"


def test_one_worker_is_enough_to_part_what_was_joined_in_error(protected, workers):
    one, other = protected
    join(one=one.id, other=other.id, by=workers["amir"])
    join(one=one.id, other=other.id, by=workers["paul"])
    separate(one=one.id, other=other.id, by=workers["amir"])
    assert SourceIdentity.objects.get(id=other.id).person == other.person


def test_whoever_is_one_person_with_somebody_protected_is_protected_too(protected, workers):
    one, other = protected
    join(one=one.id, other=other.id, by=workers["amir"])
    join(one=one.id, other=other.id, by=workers["paul"])
    known = Details(**{k: v for k, v in _details(other).items()})
    there = again(known, "H")
    send(told("ae-attendance", "patient", there, agency=HOSPITAL))
    third = identity(HOSPITAL, there.local_id)
    assert third.person not in (one.person, other.person)
    join(one=other.id, other=third.id, by=workers["amir"])
    assert SourceIdentity.objects.get(id=third.id).person == third.person  # it waits for a second worker


def _details(row):
    return {name: value for name, value in details_of([row.id], Keyring())[row.id].as_dict().items() if name != "noted"}


def test_a_guard_takes_nothing_apart(workers):
    known = somebody("P")
    there = again(known, "S")
    send(told("ppn", "child", known, grade="amber"), told("school-concern", "child", there, agency=SCHOOL))
    assert person(POLICE, known.local_id) == person(SCHOOL, there.local_id)
    send(marac(known))
    assert identity(POLICE, known.local_id).guard == "protected"
    send(told("school-concern", "child", again(known, "S", postcode="LS9 7TF"), agency=SCHOOL))  # and is judged afresh
    assert person(POLICE, known.local_id) == person(SCHOOL, there.local_id)


def test_a_worker_protects_and_only_becomes_stricter(workers):
    known = somebody("P")
    send(told("ppn", "child", known, grade="amber"))
    row = identity(POLICE, known.local_id)
    assert guard(identities=[row.id], kind="protected", by=workers["amir"], because="A refuge.") == 1
    assert guard(identities=[row.id], kind="protected", by=workers["amir"]) == 0
    said = bytes(Guarding.objects.get(identity=row).because)
    assert said and b"refuge" not in said
    for kind, who in (("", "amir"), ("sealed", "amir"), ("protected", "ruth")):
        with pytest.raises(Refused):
            guard(identities=[row.id], kind=kind, by=workers[who])
    assert Record.objects.filter(verb="guard-identities").latest("at").detail == {"guard": "protected"}


def test_an_agency_that_is_asked_is_kept_with_the_match(workers):
    known = somebody("P", nhs_number="")
    send(told("ppn", "child", known, grade="amber"))
    there = again(known, "S")
    send(told("school-concern", "child", there, agency=SCHOOL))
    pair = pair_of(identity(POLICE, known.local_id), identity(SCHOOL, there.local_id))
    linking.ask_agency(possible=pair.id, agency=SCHOOL, by=workers["amir"])
    pair.refresh_from_db()
    assert (pair.state, pair.asked_of) == ("waiting", SCHOOL) and pair.asked_at


# --- sealed -------------------------------------------------------------------------------------------


def test_only_the_holder_sees_or_decides_what_touches_a_sealed_identity(sealed, workers):
    one, other = sealed
    assert one.guard == "sealed" and one.person != other.person
    pair = pair_of(one, other)
    assert pair.guard == "sealed" and "sealed" in pair.why
    for name in ("amir", "paul", "sam"):
        for attempt in (
            lambda by: decide_match(possible=pair.id, decision="different", by=by),
            lambda by: join(one=one.id, other=other.id, by=by),
            lambda by: ask_agency(possible=pair.id, agency=SCHOOL, by=by),
        ):
            with pytest.raises(Missing):
                attempt(workers[name])
        with reading(workers[name], "safeguarding", recorded=False) as opened:
            assert pair.id not in {view.id for view in match_queries.waiting(opened, limit=500).items}
    assert decide_match(possible=pair.id, decision="different", by=workers["eve"]) == "different"


def test_a_sealed_identity_is_found_shown_and_counted_for_its_holder_alone(sealed, workers):
    one, _ = sealed
    before = match_queries.waiting_count()
    for name in ("amir", "paul", "sam", "omar"):
        with pytest.raises(Missing), reading(workers[name], "safeguarding", recorded=False) as opened:
            profile(opened, one.person)
        with pytest.raises(Missing), reading(workers[name], "safeguarding", recorded=False) as opened:
            of_person(opened, one.person)
    asked = Asked(words=_details(one)["family"], born=_details(one)["born"])
    for name, found in (("amir", False), ("paul", False), ("eve", True)):
        with reading(workers[name], "safeguarding", recorded=False) as opened:
            assert (one.person in {who.person for who in find(opened, asked)}) is found
    with reading(workers["eve"], "safeguarding", recorded=False) as opened:
        assert profile(opened, one.person).given == "Kim"
    Possible.objects.filter(guard="sealed").update(guard="")  # were the pair not guarded, it still would not count
    assert match_queries.waiting_count() == before


def test_whoever_searches_reads_whom_to_ring_by_day_and_by_night_whether_or_not_anybody_is_sealed(workers):
    """The same words on every answer: they hint at nobody."""
    with reading(workers["amir"], "safeguarding", recorded=False) as opened:
        told_to = holder(opened.definition, opened.agencies)
    assert (told_to.title, bool(told_to.day), bool(told_to.night)) == ("Holder of sealed records", True, True)
    amir = Client()
    amir.force_login(worker("amir"), backend="allauth.account.auth_backends.AuthenticationBackend")
    page = amir.post("/find/", {"words": "Nobodyatall Whatever"}, follow=True).content.decode()
    assert told_to.says in page and told_to.night in page


def test_everybody_who_was_that_person_is_sealed_with_them(workers):
    known = somebody("P")
    there = again(known, "C")
    send(told("ppn", "child", known, grade="amber"))
    send(told("child-in-need-plan", "child", there, agency=CARE, started="2024-01-01"))
    assert person(POLICE, known.local_id) == person(CARE, there.local_id)
    send(adopted(there))
    assert identity(POLICE, known.local_id).guard == identity(CARE, there.local_id).guard == "sealed"
