"""Receiving, at its edges: twice, in any order, spoilt, joined on the way; and nothing personal lies in the clear."""

import json
from dataclasses import replace
from datetime import timedelta

from django.db import connection

from sightline.chronology.models import Entry
from sightline.clocks.models import Running
from sightline.definition.types import Fault
from sightline.identity import indexing
from sightline.identity.actions import separate
from sightline.identity.models import Alike, Key, SourceIdentity
from sightline.identity.queries import persons_of
from sightline.intake.models import Item, Message, Quarantined
from sightline.intake.types import Unread
from sightline.jobs import bite as bite_module
from sightline.jobs.models import Due
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring
from tests.support.house import JAY, MIA, POLICE, SCHOOL, actor, entries, identity, live, person, recent_day, send, told
from tests.support.senders import notifications


def as_it_stands():
    """What stands, by message: the words of the newest version, and how many there are."""
    keyring, found = Keyring(), {}
    for e in Entry.objects.order_by("known_at", "recorded_at"):
        keyring.fetch_for([bytes(e.body)])
        found[str(Item.objects.get(id=e.item).message)] = keyring.open(bytes(e.body), f"entry|{e.id}")["says"]
    return found


def v(version, says, message="inc-1", **more):
    return told(
        message=message,
        version=version,
        says=says,
        at=f"{recent_day(20)} 10:00",
        sent=f"{recent_day(19 - int(version or 0))} 10:00",
        **more,
    )


def test_twice_in_one_bite_is_once(house):
    one = told()
    counts = send(one, one, one)
    assert (counts.read, counts.new, counts.unchanged) == (3, 1, 2)


def test_two_agencies_may_use_the_same_message_id(house):
    counts = send(told(message="1"), told("school-concern", "child", agency=SCHOOL, message="1", category="neglect"))
    assert counts.new == 2


def test_a_file_with_an_original_and_its_corrections_is_nothing_new_the_second_time(house):
    """The original had no version: it is older than every version, and is not a contradiction when it comes again."""
    file = [v("", "one"), v("2", "two"), v("3", "three")]
    send(*file)
    for _ in range(2):
        again = send(*file)
        assert (again.unchanged, again.superseding, again.quarantined) == (3, 0, 0)
    assert list(as_it_stands().values()) == ["three"]


def test_a_whole_feed_in_another_order_tells_the_same_of_everybody(house):
    things = list(notifications(80, seed=5))
    send(*reversed(things))
    send(*things)
    assert Entry.objects.count() == 80
    assert Message.objects.exclude(first=None).count() == 80


def test_bad_things_wait_with_their_reason_and_hold_up_nothing(house):
    spoilt = Unread(
        "line 3",
        b"3;31/02/2025;Marsh",
        "not-a-date",
        (Fault(path="happened", expected="a date", code="not-a-date"),),
        "b-1",
        POLICE,
    )
    counts = send(
        told(message="good-1"), spoilt, told("horse", message="b-2"), told(agency="nobody", message="b-3"),
        told(at="soon", message="b-4"),
        told(role="bystander", message="b-5"), told(who=(), message="b-6"), told(message="b-7", offence="theft", colour="red"),
        told(message="good-2"),
        agency=POLICE,
    )  # fmt: skip
    assert (counts.read, counts.new, counts.quarantined) == (9, 2, 7)
    reasons = sorted(Quarantined.objects.values_list("reason", flat=True))
    assert reasons == [
        "invalid",
        "no-people",
        "not-a-date",
        "not-a-date",
        "unknown-agency",
        "unknown-record",
        "unknown-role",
    ]
    for waiting in Quarantined.objects.all():
        assert "Marsh" not in json.dumps(waiting.faults) and "soon" not in json.dumps(waiting.faults), (
            "never what was found"
        )
    assert send(spoilt, agency=POLICE).unchanged == 1


def test_what_was_spoilt_and_comes_well_becomes_an_entry(house):
    send(told(at="soon", message="m-1"))
    counts = send(told(message="m-1", says="Well now."))
    assert (counts.new, counts.superseding) == (1, 0)
    assert list(as_it_stands().values()) == ["Well now."]


def test_a_fault_of_ours_loses_nothing(house, monkeypatch):
    """One notification breaks the code: it is kept raw for a person, the others go on."""
    whole = bite_module.Bite._entry

    def broken(self, one, *rest):
        if one.notification.message_id == "cursed":
            raise ZeroDivisionError
        return whole(self, one, *rest)

    monkeypatch.setattr(bite_module.Bite, "_entry", broken)
    counts = send(told(), told(message="cursed"), told())
    assert (counts.read, counts.new, counts.quarantined) == (3, 2, 1)
    assert Quarantined.objects.get().reason == "could-not-be-kept"
    monkeypatch.undo()
    assert send(told(message="cursed")).new == 1, "and once it is mended, the next arrival is taken"


def clocks_of(*who):
    persons = {person(local=local) for local in who}
    rows = Running.objects.all()
    of = persons_of(row.identity_id for row in rows)
    return sorted(row.clock for row in rows if of[row.identity_id] in persons)


def test_after_a_load_nothing_is_owed(house):
    send(*notifications(80))
    assert not Due.objects.filter(done_at=None, run_at__lte=now()).exists()
    assert {*Due.objects.filter(done_at=None).values_list("verb", flat=True)} <= {"tell-matches"}  # in the morning
    assert Running.objects.exists()


def test_a_correction_that_takes_a_child_off_stops_that_child_s_clocks(house):
    both = {"message": "inc-1", "at": f"{recent_day(3)} 10:00", "child_at_risk": "yes"}
    live(told(who=(JAY, MIA), version="1", **both))
    assert clocks_of("J1") == clocks_of("M1") != []
    live(told(who=JAY, version="2", sent=f"{recent_day(2)} 10:00", **both))
    assert clocks_of("J1") and clocks_of("M1") == []


def test_who_is_joined_in_the_same_bite_has_clocks(house):
    """First seen without a number, then with the one that joins them: the clocks are the joined person's."""
    theirs, hour = replace(JAY, local_id="S7", nhs_number=""), timedelta(hours=1)
    first, second, third = (f"{(now() - n * hour).isoformat(timespec='minutes')}" for n in (5, 4, 3))
    concern = {"record": "school-concern", "role": "child", "agency": SCHOOL, "category": "neglect"}
    send(told(at=first))
    send(
        told(who=theirs, at=second, **concern),
        told(who=replace(theirs, nhs_number=JAY.nhs_number), at=third, **concern),
    )
    assert person(SCHOOL, "S7") == person()
    assert len(clocks_of("J1")) >= 2
    assert [e.record for e in entries("paul", person())].count("school-concern") == 2


THEIRS = replace(JAY, local_id="S7")  # Jay, as the school holds him


def school(who, **more):
    return told("what-is-working", "child", who, agency=SCHOOL, words="He sings.", **more)


def joined():
    return person(POLICE, "J1") == person(SCHOOL, "S7")


def test_what_was_separated_is_not_joined_again_by_the_next_message(house):
    live(told(), school(THEIRS, at=f"{recent_day(9)} 09:00"))
    assert joined()
    separate(one=identity(POLICE, "J1").id, other=identity(SCHOOL, "S7").id, by=actor("amir"))
    send(school(replace(THEIRS, postcode="LS9 9AA")), told(who=replace(JAY, postcode="LS8 8AA")))
    assert not joined()


def test_the_index_follows_what_is_held(house):
    send(told())
    before = set(Key.objects.values_list("key", flat=True))
    send(told(who=replace(JAY, family="Merrion")))
    after = set(Key.objects.values_list("key", flat=True))
    assert before - after and after - before
    assert Alike.objects.count() == SourceIdentity.objects.count() and not indexing.missing() and not indexing.stale()
    kept = set(Key.objects.values_list("key", "alike_id"))
    assert indexing.rebuild() == Alike.objects.count()
    assert {key for key, _ in kept} == set(Key.objects.values_list("key", flat=True)), "made anew, it is the same"


def test_senders_without_ids_bring_a_new_source_identity_each_time_and_it_joins_by_number(house):
    nameless = replace(JAY, local_id="")
    send(told(who=nameless), told(who=nameless))
    assert SourceIdentity.objects.count() == 2
    assert len({row.person for row in SourceIdentity.objects.all()}) == 1


def test_a_correction_brings_a_child_on(house):
    live(
        told(who=JAY, message="inc-1", version="1", child_at_risk="yes", at=f"{recent_day(20)} 10:00"),
        told(
            who=(JAY, MIA),
            message="inc-1",
            version="2",
            child_at_risk="yes",
            at=f"{recent_day(20)} 10:00",
            sent=f"{recent_day(15)} 10:00",
        ),
    )
    (entry,) = entries("amir", person(local="M1"))
    assert entry.known_at.date().isoformat() == recent_day(15)


def test_nothing_personal_stands_in_any_table(house):
    """Every table is read as it lies: no name, no number, no word of anybody."""
    canaries = ["Quillfeather", "9990000018", "LS14 6AA", "LS146AA", "marmalade", "2010-03-04", "Snapdragon", "quillf"]
    who = JAY.__class__.from_dict(
        {**JAY.as_dict(), "family": "Quillfeather", "lines": ["14 Snapdragon Mews"], "phone": "0113 496 0188"}
    )
    send(told(who=who, says="He only eats marmalade.", reference="marmalade/25"))
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    text = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                    for canary in canaries:
                        assert canary.lower() not in text.lower(), f"{table}: {canary}"
