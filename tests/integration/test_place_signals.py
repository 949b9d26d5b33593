"""A place at which children of several families are hurt: seen, told to whoever looks after places, written on no child."""

from dataclasses import replace

from django.test import Client

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import machine, worker
from sightline.contexts import pictures
from sightline.contexts.models import Place, Spot
from sightline.intake.types import Named
from sightline.jobs import due
from sightline.jobs.linking import join, separate
from sightline.messages.models import Outgoing
from sightline.sharing.reading import reading
from sightline.signals import at_places as at_places_
from sightline.signals import looking
from sightline.signals.models import Happened, Look, Standing
from sightline.timescales.moment import now, pretend
from tests.support.house import CARE, JAY, MIA, POLICE, actor, identity, person, recent_day, send, told

KIT = replace(
    JAY, given="Kit", family="Hale", born="2009-11-02", nhs_number="9990000034", local_id="K1", postcode="LS9 1AA"
)
LEO = replace(
    JAY, given="Leo", family="Poole", born="2011-01-20", nhs_number="9990000042", local_id="L1", postcode="LS10 2BB"
)
RULE = "children-linked-to-place"


def there(who, days, name="The stairs at Carr Court", role="victim", **more):
    told_ = told(who=who, role=role, at=f"{recent_day(days)} 21:00", sent=f"{recent_day(days)} 22:00", **more)
    return replace(told_, place={"name": name, "postcode": ""})


def at_places():
    return [(row.ended_because, len(row.cited)) for row in Standing.objects.exclude(place="").order_by("begins")]


def lead():
    add_worker(
        username="lena", name="Lena", agency=CARE, role="mace-coordinator", team="", by=machine("set-up-machine")
    )
    return actor("lena")


def test_three_families_at_one_place_are_seen_and_nothing_is_written_on_a_child(house):
    lena = lead()
    send(there(JAY, 9), there(KIT, 5))
    assert at_places() == []
    send(there(LEO, 2, name="stairs, Carr Court"))
    assert at_places() == [], "another name is another place, as far as we know"
    send(there(LEO, 2, message="m-leo"))
    assert at_places() == [("", 3)]
    row = Standing.objects.exclude(place="").get()
    assert (row.rule, row.identity_id) == (RULE, None)
    with pretend(row.tells_at):
        due.sweep()
        due.sweep()
    message = Outgoing.objects.get(kind="place-signal")
    assert (message.to, message.because) == (f"role:mace-coordinator@{CARE}", row.id)
    with reading(lena, "safeguarding", about="test") as opened:
        picture = pictures.of(opened, [row.place])[row.place]
    assert (picture.name, picture.families, sum(n for _, n in picture.weeks)) == ("The stairs at Carr Court", 3, 3)
    assert picture.what == (("police-incident", "harmed", 3),)


def test_a_place_is_shown_to_whoever_looks_after_places_alone(house):
    lena = lead()
    send(there(JAY, 9), there(KIT, 5), there(LEO, 2))
    row = Standing.objects.exclude(place="").get()
    for who, sees in ((lena, True), (actor("gwen"), False), (actor("sam"), False)):
        with reading(who, "safeguarding", about="test") as opened:
            assert bool(pictures.of(opened, [row.place])) is sees
    sealed = Place.objects.get(place=row.place)
    assert b"Carr" not in bytes(sealed.body)


def test_brothers_count_once_also_when_it_is_told_later_that_they_are(house):
    send(there(JAY, 9), there(KIT, 5), there(MIA, 2, message="m-mia"))
    assert at_places() == [("", 3)]
    send(
        told("police-incident", "witness", JAY, also=(), at=f"{recent_day(1)} 10:00"),
    )
    assert at_places() == [("", 3)]
    both = told("police-incident", "witness", JAY, also=(Named("q1", ("witness",), MIA),), at=f"{recent_day(1)} 11:00")
    send(replace(both, relations=(("p1", "sibling", "q1"),)))
    assert at_places() == [("withdrawn", 3)]


def test_two_who_are_one_are_one_and_a_correction_takes_the_place_away(house):
    send(there(JAY, 9), there(KIT, 5), there(LEO, 2, message="l-1", version="1"))
    assert at_places() == [("", 3)]
    kit, leo = identity(POLICE, "K1"), identity(POLICE, "L1")
    join(one=kit.id, other=leo.id, because="The same boy, seen by both officers", by=actor("amir"))
    due.sweep()
    assert at_places() == [("withdrawn", 3)]
    separate(one=kit.id, other=leo.id, because="They are cousins: both came to the door", by=actor("amir"))
    due.sweep()
    assert at_places() == [("", 3)], "told apart, it stands again, as the same sign"
    moved = there(LEO, 2, message="l-1", name="Dell Court")
    send(replace(moved, version="2", raw=b"again"))
    assert at_places() == [("withdrawn", 3)]


def test_a_record_that_was_corrected_takes_no_sign_from_one_place_to_another(house):
    send(there(JAY, 9), there(KIT, 5), there(LEO, 4, message="l-1", version="1"))
    (sign,) = Standing.objects.exclude(place="")
    other = "Dell Court"
    mia, ned = replace(MIA, local_id="M9"), replace(LEO, given="Ned", family="Farrar", nhs_number="", local_id="N1")
    send(there(mia, 8, name=other, message="m-1"), there(ned, 6, name=other, message="n-1"))
    send(replace(there(LEO, 4, message="l-1", name=other), version="2", raw=b"again"))
    while due.sweep():
        pass
    stood = {row.id: (row.place, row.ended_because) for row in Standing.objects.exclude(place="")}
    assert stood.pop(sign.id) == (sign.place, "withdrawn")
    ((place, ended),) = stood.values()
    assert place != sign.place and ended == "", "another place has a sign of its own"


def test_whose_mothers_are_one_are_one_family_also_where_nothing_new_is_told_of_them(house):
    mother = replace(JAY, given="Ros", born="1985-03-03", nhs_number="", local_id="MA1", postcode="")
    another = replace(mother, given="Rosalind", family="Ashworth-Doe", local_id="MB2")
    for child, parent in ((JAY, mother), (MIA, another)):
        also, at = (Named("q1", ("parent",), parent),), f"{recent_day(20)} 10:00"
        send(told("contact", "child", child, also=also, relations=(("q1", "parent", "p1"),), agency=CARE, at=at, reason="Rang"))
    send(there(JAY, 9), there(KIT, 5), there(MIA, 2, message="m-mia"))
    assert at_places() == [("", 3)]
    join(one=identity(CARE, "MA1").id, other=identity(CARE, "MB2").id, because="One woman, two surnames", by=actor("amir"))
    while due.sweep():
        pass
    assert at_places() == [("withdrawn", 3)]
    separate(one=identity(CARE, "MA1").id, other=identity(CARE, "MB2").id, because="Two women", by=actor("amir"))
    while due.sweep():
        pass
    assert at_places() == [("", 3)]


def test_time_alone_ends_it(house):
    send(there(JAY, 9), there(KIT, 5), there(LEO, 2))
    (row,) = Standing.objects.exclude(place="")
    look = Look.objects.get(place=row.place)
    assert look.at <= row.until or row.tells_at == look.at
    with pretend(row.until):
        while due.sweep():
            pass
        assert at_places() == [("over", 3)]
        assert "ended" in set(Happened.objects.filter(signal=row.id).values_list("what", flat=True))
    assert now()


# --- the pages --------------------------------------------------------------------------------------------------------


def signed_in(username):
    client = Client()
    client.force_login(worker(username), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(client, address, **posted):
    made = client.post(address, posted) if posted else client.get(address)
    return made, made.content.decode()


def test_whoever_looks_after_places_sees_when_and_how_often_and_no_child(house):
    lead()
    send(there(JAY, 9), there(KIT, 5), there(LEO, 2))
    row = Standing.objects.exclude(place="").get()
    client = signed_in("lena")
    _, listed = page(client, "/places/")
    assert "The stairs at Carr Court" in listed and str(row.id) in listed
    _, one = page(client, f"/places/{row.id}/")
    assert "In all 3 families" in one and "Mostly in the evening" in one and "Police incident, hurt" in one
    for hidden in ("Jay", "Marsh", "Kit", "Hale", "Leo", "Poole", str(person()), *row.cited):
        assert hidden not in listed + one, "no child stands on a place's page"
    assert page(client, f"/signs/{row.id}/")[0].status_code in (200, 403, 404)


def test_a_sign_about_a_place_is_answered_by_whoever_looks_after_it(house):
    lead()
    send(there(JAY, 9), there(KIT, 5), there(LEO, 2))
    row = Standing.objects.exclude(place="").get()
    address = f"/places/{row.id}/"
    client = signed_in("lena")
    short, text = page(client, address, answer="acted", because="")
    assert short.status_code == 422 and "Say what is done" in text
    done, _ = page(client, address, answer="acted", because="Lighting by Friday; youth workers sit there twice a week")
    assert done.status_code == 302
    _, after = page(client, address)
    assert "Lighting by Friday" in after and "Acted on" in after
    assert page(client, address, answer="acted", because="Once more, by somebody who came later")[0].status_code == 302
    row.refresh_from_db()
    assert row.answered == "acted"


def test_nobody_else_opens_it(house):
    lead()
    send(there(JAY, 9), there(KIT, 5), there(LEO, 2))
    row = Standing.objects.exclude(place="").get()
    for who in ("sam", "gwen"):
        client = signed_in(who)
        assert [page(client, address)[0].status_code for address in ("/places/", f"/places/{row.id}/")] == [403, 403]
    assert page(signed_in("lena"), "/places/00000000-0000-4000-8000-000000000000/")[0].status_code == 404


def test_a_place_that_many_are_told_of_is_looked_at_once(house, monkeypatch):
    """However many children a load told of: a place is asked after all of them, and again only when something new is told."""
    asked = []
    whole = at_places_.recompute
    monkeypatch.setattr(at_places_, "recompute", lambda opened, some: asked.append(list(some)) or whole(opened, some))
    monkeypatch.setattr("sightline.jobs.receive.MANY", 1)
    send(there(JAY, 9), there(KIT, 5), there(LEO, 2))
    (some,) = asked
    assert at_places() == [("", 3)] and len(some) == 1
    due.sweep()
    assert len(asked) == 1
    monkeypatch.setattr(at_places_, "recompute", broken)
    send(there(JAY, 1, message="m-again"))
    assert Look.objects.get(identity=None, tries=1), "what failed is tried again"


def test_what_is_told_while_a_place_is_looked_at_is_looked_at_again(house, monkeypatch):
    send(there(JAY, 9), there(KIT, 5))
    whole, (place,) = at_places_.places.worlds, {spot.place for spot in Spot.objects.all()}

    def meanwhile(*asked, **how):
        found = whole(*asked, **how)
        looking.soon([place])
        return found

    monkeypatch.setattr(at_places_.places, "worlds", meanwhile)
    looking.soon([place])
    due.signalling.look_at_places(10)
    assert Look.objects.filter(place=place, at__lte=now()).count() == 1


def broken(*_):
    raise RuntimeError


def test_what_is_named_by_its_kind_alone_is_no_place(house):
    for name in ("Home", "outside the shop", "Near a bus"):
        send(*(there(who, days, name=name, message=f"{name} {days}") for who, days in ((JAY, 9), (KIT, 5), (LEO, 2))))
    assert at_places() == [] and not Look.objects.filter(identity=None).exists()
