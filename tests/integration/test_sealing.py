"""Two holders seal what stands beside somebody sealed, and two open it again: then everything is as it was.

Nobody is joined across a seal at any time, one holder alone changes nothing, and what came meanwhile is not lost.
"""

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import machine, worker
from sightline.definition.outcomes import Conflict, Missing, Refused
from sightline.identity.actions import confirm, decide_match, guard, join, reject, separate
from sightline.identity.finding import find
from sightline.identity.match_queries import waiting
from sightline.identity.models import Guarding, Possible, Sealing, SourceIdentity
from sightline.identity.queries import profile
from sightline.identity.tracing import waiting_between
from sightline.identity.types import Asked
from sightline.intake.types import Details
from sightline.jobs import linking
from sightline.ledger.models import Record
from sightline.sharing.reading import reading
from tests.integration.test_linking_properties import SENDERS, Family, Town, identities, shown, tell
from tests.support.house import CARE, POLICE, actor, identity, open_house, send, told
from tests.support.senders import nhs_number

HOLDERS = ("eve", "ida")


def page(name):
    client = Client()
    client.force_login(worker(name), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture(scope="module")
def workers(shared_database):
    open_house()
    for name in HOLDERS:
        add_worker(
            username=name,
            name=name.title(),
            agency=CARE,
            role="sealed-records-holder",
            team="",
            by=machine("set-up-machine"),
        )
    return {name: actor(name) for name in ("amir", "paul", *HOLDERS)}


_serial = iter(range(60_000, 70_000))


def adopted(details):
    return told(
        "permanence", "child", details, agency=CARE, order="adoption", ordered="2025-01-10", placed="2024-06-01"
    )


@pytest.fixture
def two(workers):
    """A sealed order under a number of its own, and the same child as police had held her: the match waits for a holder."""
    n = next(_serial)
    family = "".join("bcdfghklmn"[int(digit)] + "aeiou"[n % 5] for digit in str(n)).capitalize()
    known = Details(
        given="Kim", family=family, born="2015-03-04", sex="female", nhs_number=nhs_number(n), local_id=f"P{n}"
    )
    send(told("ppn", "child", known, grade="amber"))
    order = Details(
        given="Kim", family=family, born="2015-03-04", sex="female", nhs_number=nhs_number(n), local_id=f"A{n}"
    )
    send(adopted(order))
    return identity(CARE, order.local_id), identity(POLICE, known.local_id)


def match_of(one, other):
    return Possible.objects.get(id=waiting_between([one.id], [other.id])[0][0])


def guard_of(one):
    return SourceIdentity.objects.get(id=one.id).guard


def opens(worker, one):
    with reading(worker, "safeguarding", recorded=False) as opened:
        try:
            return bool(profile(opened, SourceIdentity.objects.get(id=one.id).person))
        except Missing:
            return False


def seal(one, other, workers):
    pair = match_of(one, other)
    assert decide_match(possible=pair.id, decision="same", because="The order names her.", by=workers["eve"]) == "half"
    confirm(possible=pair.id, by=workers["ida"])
    return pair


def open_again(one, other, workers):
    separate(one=one.id, other=other.id, by=workers["ida"])
    separate(one=one.id, other=other.id, by=workers["eve"])


def test_one_holder_alone_seals_nobody_and_opens_nobody(two, workers):
    one, other = two
    pair = match_of(one, other)
    assert decide_match(possible=pair.id, decision="same", by=workers["eve"]) == "half"
    assert guard_of(other) == "" and opens(workers["amir"], other)
    for again, told_ in ((confirm, {"possible": pair.id}), (join, {"one": one.id, "other": other.id})):
        with pytest.raises(Refused) as refused:
            again(**told_, by=workers["eve"])
        assert refused.value.decision.reason_code == "second-person-needed"
    for stranger in ("amir", "paul"):
        with pytest.raises(Missing):
            confirm(possible=pair.id, by=workers[stranger])
    confirm(possible=pair.id, by=workers["ida"])
    assert guard_of(other) == "sealed" and not opens(workers["amir"], other) and opens(workers["eve"], other)
    separate(one=one.id, other=other.id, by=workers["ida"])
    assert guard_of(other) == "sealed"
    with pytest.raises(Refused) as refused:
        separate(one=one.id, other=other.id, by=workers["ida"])
    assert refused.value.decision.reason_code == "second-person-needed"
    with pytest.raises(Missing):
        separate(one=one.id, other=other.id, by=workers["amir"])
    reject(possible=pair.id, by=workers["eve"])
    assert guard_of(other) == "sealed" and not Possible.objects.get(id=pair.id).proposed
    with pytest.raises(Conflict):  # nothing waits for a second now
        confirm(possible=pair.id, by=workers["eve"])
    open_again(one, other, workers)
    assert guard_of(other) == "" and opens(workers["amir"], other) and guard_of(one) == "sealed"
    assert SourceIdentity.objects.get(id=one.id).person != SourceIdentity.objects.get(id=other.id).person


def test_each_step_is_in_the_ledger_with_who_was_first(two, workers):
    one, other = two
    pair = seal(one, other, workers)
    open_again(one, other, workers)
    steps = [row for row in Record.objects.order_by("at") if str(pair.id) in map(str, row.ids)]
    told_ = [(r.verb, r.actor == workers["eve"].id, r.detail.get("first", "")) for r in steps if r.kind == "change"]
    eve, ida = workers["eve"].id, workers["ida"].id
    assert told_ == [
        ("propose-sealing", True, ""),
        ("seal-with", False, eve),
        ("propose-opening", False, ""),
        ("open-sealed", True, ida),
    ]
    assert [row.step for row in Sealing.objects.filter(pair=pair).order_by("at")] == ["sealed", "opened"]
    assert [g.kind for g in Guarding.objects.filter(identity=other.id).order_by("at")] == ["sealed-too", "opened"]


def test_what_had_been_decided_before_is_decided_so_again(two, workers):
    one, other = two
    pair = match_of(one, other)
    decide_match(possible=pair.id, decision="different", because="Two girls.", by=workers["eve"])
    stood = Possible.objects.values_list("state", "guard", "why", "decided_at", "decided_by").get(id=pair.id)
    for name in HOLDERS:
        join(one=one.id, other=other.id, by=workers[name])
    assert guard_of(other) == "sealed"
    open_again(one, other, workers)
    assert Possible.objects.values_list("state", "guard", "why", "decided_at", "decided_by").get(id=pair.id) == stood
    assert guard_of(other) == ""


def test_what_guards_of_itself_meanwhile_goes_on(two, workers):
    one, other = two
    seal(one, other, workers)
    guard(identities=[other.id], kind="protected", because="He has found them.", by=workers["eve"])
    assert guard_of(other) == "sealed"
    open_again(one, other, workers)
    assert guard_of(other) == "protected" and match_of(one, other).guard == "sealed"


def test_who_is_sealed_by_an_order_of_their_own_stays_sealed(two, workers):
    one, other = two
    seal(one, other, workers)
    guard(identities=[other.id], kind="sealed", because="An order of her own came.", by=workers["ida"])
    open_again(one, other, workers)
    assert guard_of(other) == "sealed" and not opens(workers["amir"], other)


def test_what_waits_for_the_second_stands_in_the_holders_queue_alone(two, workers):
    one, other = two
    pair = seal(one, other, workers)

    def queue(name):
        with reading(workers[name], "safeguarding", recorded=False) as opened:
            return {view.id: view.opening for view in waiting(opened, limit=500).items}

    assert pair.id not in queue("eve") and pair.id not in queue("amir")
    separate(one=one.id, other=other.id, by=workers["ida"])
    assert queue("eve")[pair.id] and pair.id not in queue("amir")


def test_nothing_is_sealed_where_both_are_already(two, workers):
    one, other = two
    guard(identities=[other.id], kind="sealed", by=workers["eve"])
    with pytest.raises(Refused) as refused:
        join(one=one.id, other=other.id, by=workers["eve"])
    assert refused.value.decision.reason_code == "wrong-state"


def test_the_clocks_of_whoever_is_sealed_or_opened_follow(two, workers, monkeypatch):
    one, other = two
    owed = []
    monkeypatch.setattr(linking, "owe", lambda verb, payload, **_: owed.append((verb, payload["persons"])))
    pair = match_of(one, other)
    linking.decide_match(possible=pair.id, decision="same", by=workers["eve"])
    assert not owed
    linking.confirm(possible=pair.id, by=workers["ida"])
    linking.separate(one=one.id, other=other.id, by=workers["ida"])
    linking.separate(one=one.id, other=other.id, by=workers["eve"])
    assert owed == [("clocks", [str(other.person)])] * 2


def test_the_pages_say_what_follows_before_either_half_and_lead_back(two, workers):
    one, other = two
    pair = match_of(one, other)
    eve, ida, amir = (page(name) for name in ("eve", "ida", "amir"))
    at = f"/matches/{pair.id}/"
    assert amir.get(at).status_code == 404
    first = eve.get(at).content.decode()
    assert "You are the first half, and change nothing yet" in first and "One earlier life: seal the other too" in first
    assert "What would change if they were joined" not in first
    done = eve.post(at, {"decision": "same", "because": "The order names her."}, follow=True).content.decode()
    assert "A second holder must agree before anything is sealed" in done
    second = ida.get(at).content.decode()
    assert "Eve" in second and "The order names her." in second and "the life that the child has now" in second
    assert "You cannot be the second as well" in eve.get(at).content.decode()
    assert "Two holders can open it again" in ida.post(at, {"decision": "confirm"}, follow=True).content.decode()
    assert guard_of(other) == "sealed"
    listed = ida.get("/matches/").content.decode()
    assert "Sealed with what was sealed" in listed and at in listed
    assert "Sealed with what was sealed" not in amir.get("/matches/").content.decode()
    kept = eve.get(at).content.decode()
    assert "they are of one earlier life, and both are sealed" in kept and "Say that it is opened again" in kept
    assert eve.post(at, {"decision": "open", "because": ""}).status_code == 422
    eve.post(at, {"decision": "open", "because": "Police meant her cousin."})
    assert guard_of(other) == "sealed"
    opening = ida.get(at).content.decode()
    assert "Police meant her cousin." in opening and "every match waits as it did" in opening
    eve.post(f"{at}undo/")  # the first takes back what she said
    assert "The order names her." in ida.get(at).content.decode()
    ida.post(at, {"decision": "open", "because": "Police meant her cousin."})
    eve.post(at, {"decision": "confirm"})
    assert guard_of(other) == "" and Possible.objects.get(id=pair.id).state == "waiting"


# --- any sequence ---------------------------------------------------------------------------------------

decide = st.tuples(st.sampled_from(["join", "separate"]), st.integers(0, 4), st.integers(0, 4))
steps = st.lists(st.one_of(tell, tell, decide), min_size=4, max_size=9)


def standing(town, family, order):
    """All that may be seen or known of a family: persons, guards, pairs and their reasons, pages, keys, what a search finds."""
    rows = identities([family])
    ids = [row.id for row in rows.values()]
    pairs = {
        (p.one_id, p.other_id): (p.state, p.guard, sorted(p.why), p.decided_by, p.proposed, p.bits)
        for p in Possible.objects.filter(one__in=[*ids, order.id], other__in=[*ids, order.id])
    }
    with reading(town.amir, "safeguarding", recorded=False) as opened:
        found = {one.person for one in find(opened, Asked(words=family.name))}
    guards = {at: row.guard for at, row in rows.items()}
    return guards, pairs, [shown(town, row) for _, row in sorted(rows.items())], found


def lived(town, family, doing):
    for step in doing:
        if step[0] == "tell":
            town.bite([family.tells(*step[1:])])
        elif {step[1], step[2]} <= family.here and step[1] != step[2]:
            rows = identities([family])
            one, other = rows[family.n, step[1]], rows[family.n, step[2]]
            (join if step[0] == "join" else separate)(one=one.id, other=other.id, by=town.amir)


def sealed_and_opened(workers, doing, order_of, beside):
    town, family = Town(), Family()
    lived(town, family, doing)
    details = Details(
        given="Emma",
        family=family.name,
        born=family.born,
        sex="female",
        nhs_number=family.numbers[1],
        local_id=f"O{family.n}",
    )
    send(adopted(details))
    order = identity(CARE, details.local_id)
    rows = identities([family])
    if not rows:
        return
    chosen = [row for (_, who), row in sorted(rows.items()) if who in order_of or len(rows) == 1] or list(
        rows.values()
    )[:1]
    before = standing(town, family, order)
    acts = []
    for row in chosen:
        if SourceIdentity.objects.get(id=row.id).guard == "sealed":
            continue  # one person with whom was sealed before
        join(one=order.id, other=row.id, by=workers["eve"])
        join(one=row.id, other=order.id, by=workers["ida"])
        acts.append(row)
    everybody = {row.person for row in rows.values()}
    sealed = {r.person for r in SourceIdentity.objects.filter(person__in=everybody, guard="sealed")}
    assert sealed == {row.person for row in chosen}
    assert {r.person for r in identities([family]).values()} == everybody, "nobody is joined or taken apart by a seal"
    with reading(town.amir, "safeguarding", recorded=False) as opened:
        assert sealed.isdisjoint(one.person for one in find(opened, Asked(words=family.name)))
    for row in acts[::-1] if beside else acts:
        separate(one=order.id, other=row.id, by=workers["ida"])
        separate(one=order.id, other=row.id, by=workers["eve"])
    after = standing(town, family, order)
    made = after[1].keys() - before[1].keys()  # asked of two between whom nothing had stood: they wait for a holder
    assert all(order.id in pair and after[1][pair][:2] == ("waiting", "sealed") for pair in made)
    assert (after[0], {p: after[1][p] for p in before[1]}, *after[2:]) == before
    # and what is decided or told then goes on as ever
    if len(family.here) > 1:
        one, other = [row for _, row in sorted(identities([family]).items())][:2]
        if one.person != other.person:
            was = {at: row.person for at, row in identities([family]).items()}
            join(one=one.id, other=other.id, by=town.amir)
            separate(one=one.id, other=other.id, by=town.amir)
            assert {at: row.person for at, row in identities([family]).items()} == was


QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
drawn = given(steps, st.sets(st.integers(0, len(SENDERS) - 1)), st.booleans())


@settings(max_examples=25, deadline=None, suppress_health_check=QUIET, phases=[Phase.generate], print_blob=True)
@drawn
def test_whatever_came_before_opening_gives_back_exactly_what_was(workers, doing, order_of, beside):
    sealed_and_opened(workers, doing, order_of, beside)


@pytest.mark.nightly
@settings(max_examples=400, deadline=None, suppress_health_check=QUIET, print_blob=True)
@drawn
def test_four_hundred_times_opening_gives_back_exactly_what_was(workers, doing, order_of, beside):
    sealed_and_opened(workers, doing, order_of, beside)
