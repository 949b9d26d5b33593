"""Entries: known then and known later, sealed until a concern, pointers, and what no longer opens."""

from uuid import uuid4

import pytest

from sightline.agencies.queries import machine
from sightline.chronology.listing import recent
from sightline.chronology.models import Entry, Opening, Part
from sightline.chronology.queries import at_least_headline
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.tracing import said_of
from sightline.clocks.actions import recompute
from sightline.clocks.models import Running
from sightline.definition.outcomes import Missing
from sightline.identity.finding import find
from sightline.identity.models import SourceIdentity
from sightline.identity.queries import profile
from sightline.identity.types import Asked
from sightline.intake.actions import save_draft
from sightline.intake.models import Draft, Quarantined
from sightline.intake.queries import draft
from sightline.intake.types import Named, Unread
from sightline.jobs.correct import correct_record
from sightline.jobs.decide import decide
from sightline.jobs.receive import keep
from sightline.sharing.actions import tie
from sightline.sharing.reading import reading
from sightline.sharing.types import Level
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import now, pretend
from sightline.vault.actions import destroy
from tests.support.partnership import (
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


def allocate(who, first, since="2020-01-01"):
    tie([(f"worker:{who.id}", "allocated", i, parse_moment(since), None, None) for i in identities(first)])


def says(who, person, known_on=""):
    return [e.says for e in entries(who, person, known_on=known_on)]


# --- known then, known later -------------------------------------------------------------------------------


def test_a_correction_is_known_from_then_on_and_not_before(house):
    first = send(
        "ppn",
        ("child", child("Kim")),
        message="c1",
        version="1",
        says="Out alone.",
        grade="amber",
        on="2025-03-01 09:00",
    )
    allocate(house["sara"], first)
    with pretend(parse_moment("2025-03-10 09:00")):
        correct_record(entry=first, by=house["olive"], says="Out with Nan.", fields={"grade": "green"})
    person, sara = person_on(first), house["sara"]
    assert says(sara, person) == ["Out with Nan."]
    assert says(sara, person, "2025-03-05") == ["Out alone."]
    with pytest.raises(Missing):
        entries(sara, person, known_on="2025-02-01")
    [then], [today] = entries(sara, person, known_on="2025-03-05"), entries(sara, person)
    assert (then.corrected, today.corrected) == (0, 1)  # that it would be corrected was not known either
    assert (then.values["grade"], today.values["grade"]) == ("amber", "green")
    page = inside("sara").get(f"/child/{person}/", {"known-on": "2025-03-05"}).content.decode()
    assert (
        "Out alone" in page
        and "Out with Nan" not in page
        and "corrected" not in page.split("<main")[1].split("sl-days")[1]
    )


def test_a_correction_that_takes_a_child_off_takes_it_off_the_page_from_then_on(house):
    first = send("ppn", ("child", child("Kim")), ("child", child("Nadia")), grade="amber", on="2025-03-01 09:00")
    allocate(house["sara"], first)
    kim, nadia = (person_on(first, place) for place in (0, 1))
    with pretend(parse_moment("2025-03-10 09:00")):
        correct_record(entry=first, by=house["olive"], people=[Named(str(identities(first)[0]), ("child",), child())])
    assert len(entries(house["sara"], kim)) == 1
    assert entries(house["sara"], nadia) == []
    assert len(entries(house["sara"], nadia, known_on="2025-03-05")) == 1


def test_what_is_handled_more_strictly_since_is_so_at_every_address_and_on_a_page_of_the_past(house):
    told = ("police-intelligence", ("subject", child("Kim", local_id="P-strict")))
    first = send(*told, handling="P", message="s1", version="1", on="2025-03-01 09:00")
    other = send("missing-episode", ("missing-child", child("Kim")), risk="low", on="2025-03-01 09:00")
    allocate(house["sara"], first)
    allocate(house["sara"], other)
    person, sara = person_on(first), house["sara"]
    assert [e.level for e in entries(sara, person, known_on="2025-03-05")] == [Level.POINTER]
    send(*told, handling="C", conditions="Ask us first", message="s1", version="2", on="2025-03-10 09:00")
    with pytest.raises(Missing), reading(sara, "safeguarding", recorded=False) as opened:
        entry_history(opened, first)  # the old address opens no old version …
    assert entries(sara, person, known_on="2025-03-05") == entries(sara, person) == []  # … nor does the past
    assert [e.level for e in entries(house["amir"], person, known_on="2025-03-05")] == [Level.POINTER]
    with reading(sara, "safeguarding", recorded=False) as opened:
        assert at_least_headline(opened, [first, other]) == {other}


def test_what_is_learnt_later_is_not_on_a_page_of_the_past(house):
    kim = child("Kim", local_id="P-later")
    first = send("ppn", ("child", kim), grade="amber", says="First.", on="2025-03-01 09:00")
    send("ppn", ("child", kim), grade="red", says="Second.", happened="2025-02-01", on="2025-03-20 09:00")
    allocate(house["sara"], first)
    person = person_on(first)
    assert says(house["sara"], person, "2025-03-10") == ["First."]  # though the second happened before
    assert says(house["sara"], person) == ["Second.", "First."] or says(house["sara"], person) == ["First.", "Second."]
    page = inside("sara").get(f"/child/{person}/", {"known-on": "2025-03-10"}).content.decode()
    assert "Second." not in page and "1 entry" in page


def test_a_record_told_long_after_says_so(house):
    first = send("ppn", ("child", child("Kim")), grade="amber", sent="2024-01-01 10:00", happened="2024-01-01")
    assert Entry.objects.get(id=first).stated
    fresh = send("ppn", ("child", child("Kim")), grade="amber")
    assert not Entry.objects.get(id=fresh).stated


# --- routine: sealed until a concern opens ---------------------------------------------------------------------


def attendance(kim, happened, **how):
    period = {"period_from": "2024-01-01", "period_to": happened, "possible": "60", "attended": "17"}
    return send(
        "attendance-summary",
        ("pupil", kim),
        agency=SCHOOL,
        happened=happened,
        **{"on": f"{happened} 12:00", **how},
        **period,
    )


def test_routine_records_open_for_the_window_and_no_further_back(house):
    kim = child("Kim", local_id="S-routine")
    old, within = attendance(kim, "2023-11-20"), attendance(kim, "2025-01-20")
    allocate(house["sara"], old)
    person = person_on(old)
    assert entries(house["sara"], person) == []
    concern = send(
        "school-concern",
        ("child", kim),
        agency=SCHOOL,
        category="neglect",
        happened="2025-02-20",
        on="2025-02-20 09:00",
    )
    after = attendance(kim, "2025-03-20")
    assert {e.first for e in entries(house["sara"], person)} == {concern, within, after}
    assert [e.record for e in entries(house["sara"], person, known_on="2025-02-01")] == []  # it was sealed then
    assert Opening.objects.get(identity__in=identities(old), record="attendance-summary").because == concern
    with pytest.raises(Missing), reading(house["sara"], "safeguarding") as opened:
        entry_history(opened, old)
    page = inside("sara").get(f"/child/{person}/").content.decode()
    assert "3 entries" in page  # a count says nothing of the fourth


def test_a_siblings_concern_opens_nobody_elses_routine(house):
    kim, nadia = child("Kim", local_id="S-k"), child("Nadia", local_id="S-n")
    for each in (kim, nadia):
        first = attendance(each, "2025-01-20")
        allocate(house["sara"], first)
    send(
        "school-concern",
        ("child", kim),
        agency=SCHOOL,
        category="neglect",
        happened="2025-02-20",
        on="2025-02-20 09:00",
    )
    assert entries(house["sara"], person_on(first)) == []


# --- pointers, unusual senders ----------------------------------------------------------------------------------


def test_intelligence_is_a_pointer_to_whoever_sees_it_at_all(house):
    first = send("police-intelligence", ("subject", child("Kim")), says="Secret words.", source_grade="1", handling="P")
    allocate(house["sara"], first)
    levels = {}
    for name in ("amir", "sara", "olive"):
        [seen] = entries(house[name], person_on(first))
        levels[name] = seen.level
        assert not (seen.says or seen.headline or seen.values or seen.words)
    assert set(levels.values()) == {Level.POINTER}
    with pytest.raises(Missing):
        entries(house["ruth"], person_on(first))


def test_a_sender_that_does_not_usually_send_this_is_heard_and_it_is_noted(house):
    first = send(
        "police-incident", ("victim", child("Kim")), agency=SCHOOL, child_at_risk="yes", says="We saw it happen."
    )
    with reading(house["amir"], "safeguarding") as opened:
        assert said_of(opened, first, ["notes"]) == {"notes": ["unusual-sender"]}
    usual = send("police-incident", ("victim", child("Kim")), agency=POLICE, child_at_risk="yes")
    with reading(house["amir"], "safeguarding") as opened:
        assert said_of(opened, usual, ["notes"]) == {"notes": []}


# --- what no longer opens ------------------------------------------------------------------------------------------


def erase(first, place=0):
    destroy([SourceIdentity.objects.get(id=identities(first)[place]).key])


def test_what_was_erased_is_said_to_be_and_every_list_goes_on(house):
    """One child's key is destroyed; the pages of theirs, the lists and the clocks that others use all answer."""
    kim = child("Ermintrude", local_id="E-1")
    first = send("ppn", ("child", kim), grade="red", says="Words of the erased.", relations=())
    other = send("ppn", ("child", child("Florian")), grade="red", says="Words of another.")
    person, amir = person_on(first), inside("amir")
    assert "Words of the erased" in amir.get(f"/child/{person}/").content.decode()
    erase(first)
    [seen] = entries(house["amir"], person)
    assert (seen.closed, seen.level, seen.says, seen.headline, seen.values) == ("erased", Level.POINTER, "", "", {})
    assert seen.sight.decision.reason_code == "front-door-duty"  # the record still says by which rule it was asked for
    for address, told in (
        (f"/child/{person}/", "its content was erased"), (f"/entry/{first}/", "The content of this record was erased"),
        (f"/child/{person}/?known-on={now():%Y-%m-%d}", "its content was erased"), ("/", "My work"),
        (f"/child/{person_on(other)}/", "Words of another"), ("/matches/", "Who may be one person"),
    ):  # fmt: skip
        answer = amir.get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        assert told in page, address
        assert "Words of the erased" not in page and "Ermintrude" not in page, address
    assert "Name erased" in amir.get(f"/child/{person}/").content.decode()
    with reading(house["amir"], "safeguarding") as opened:
        assert [e.id for _, e in recent(opened, limit=200) if e.first == first] == []
        assert find(opened, Asked(words="Ermintrude")) == []
        assert find(opened, Asked(words="Florian"))
    recompute([person, person_on(other)])
    assert Running.objects.filter(first=other).exists() and not Running.objects.filter(first=first).exists()


def test_of_two_on_a_record_one_is_erased_and_it_can_still_be_read_and_corrected(house):
    first = send("ppn", ("child", child("Kim")), ("child", child("Nadia")), grade="amber", says="Both were there.")
    erase(first, 0)
    assert says(house["amir"], person_on(first, 1)) == ["Both were there."]
    assert says(house["amir"], person_on(first, 0)) == [""]  # it opens with the other's key, and on their page alone
    correct_record(entry=first, by=house["olive"], says="Both, and a dog.")
    assert says(house["amir"], person_on(first, 1)) == ["Both, and a dog."]


def test_what_was_erased_cannot_be_corrected_or_decided_on(house):
    first = send("ppn", ("child", child("Kim")), grade="amber")
    erase(first)
    with pytest.raises(Missing):
        decide(entry=first, by=house["amir"], decision="assessment", rationale="x" * 50)
    with pytest.raises(Missing):
        correct_record(entry=first, by=house["olive"], says="Again.")


def test_a_sender_goes_on_telling_of_somebody_who_was_erased(house):
    """What comes from now on is kept, under a new key; what was erased stays so, and no load stops."""
    kim = child("Kim", local_id="E-2")
    first = send("ppn", ("child", kim), grade="amber", says="Before.", happened="2025-01-01")
    erase(first)
    after = send("ppn", ("child", kim), grade="amber", says="After.", happened="2025-01-02")
    assert identities(after) == identities(first)
    assert says(house["amir"], person_on(first)) == ["After.", ""]
    with reading(house["amir"], "safeguarding") as opened:
        assert profile(opened, person_on(first)).name == f"Kim {kim.family}"  # as told again, and not "erased"
    told = send("ae-attendance", ("patient", child("Kim", family=kim.family, born=kim.born)), agency=HOSPITAL)
    assert told  # and matching looks past what does not open


def test_an_entry_that_somebody_altered_says_so_and_does_not_stop_the_page(house):
    kim = child("Kim", local_id="A-1")
    whole = send("ppn", ("child", kim), grade="amber", says="Whole.")
    row = Entry.objects.get(id=whole)
    altered = Entry(**{f.attname: getattr(row, f.attname) for f in Entry._meta.concrete_fields})
    altered.id = altered.first = uuid4()
    altered.save(force_insert=True)  # another's body, moved here
    Part.objects.create(
        entry=altered, identity_id=identities(whole)[0], role="child", child=True, happened=row.happened
    )
    seen = {e.first: e for e in entries(house["amir"], person_on(whole))}
    assert (seen[altered.first].closed, seen[altered.first].says) == ("altered", "")
    assert seen[whole].says == "Whole."
    assert "not as it was written" in inside("amir").get(f"/entry/{altered.id}/").content.decode()


def test_a_draft_whose_key_has_gone_is_an_empty_form_again(house):
    save_draft(form="match:x", values={"because": "Before."}, by=house["amir"])
    destroy([Draft.objects.get(form="match:x").key])
    assert draft(house["amir"], "match:x") is None
    save_draft(form="match:x", values={"because": "After."}, by=house["amir"])
    assert draft(house["amir"], "match:x")[0] == {"because": "After."}


def test_a_raw_row_whose_key_has_gone_says_so(house):
    keep(Unread("line 2", b"Kim;raw", "not-a-date", (), "", POLICE), feed="api", kind="api", by=machine("feed-machine"))
    item = Quarantined.objects.select_related("item__delivery").latest("at")
    destroy([item.item.delivery.key])
    page = inside("dee").get(f"/quarantine/{item.id}/")
    assert page.status_code == 200 and "has been erased" in page.content.decode()
    answer = inside("dee").post(f"/quarantine/{item.id}/", {"do": "release", "repaired": "{}"})
    assert answer.status_code in (409, 422)
    answer = inside("dee").post(
        f"/quarantine/{item.id}/", {"do": "set-aside", "note": "Erased; told the police on Monday."}
    )
    assert answer.status_code == 302
    item.refresh_from_db()
    assert item.state == "set-aside" and b"police" not in bytes(item.note)
    assert "told the police on Monday" in inside("dee").get(f"/quarantine/{item.id}/").content.decode()
