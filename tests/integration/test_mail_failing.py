"""E-mail that cannot leave is given up by nobody: it is tried for ever, a person is told, and the message goes another way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from sightline.agencies.models import Worker
from sightline.agencies.queries import actor_by_id
from sightline.jobs.worker import turn
from sightline.messages.actions import send
from sightline.messages.mailing import failing
from sightline.messages.models import Delivered, Mailed, Outgoing, ToMail
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import pretend
from tests.support.house import POLICE, open_house

SAYS = {"agency": POLICE, "at": "2025-01-14T12:00:00+00:00", "until": "2025-01-14T16:00:00+00:00"}
LATER = "mail-failing"


@pytest.fixture
def house(database, settings):
    settings.SIGHTLINE_MAIL_FROM = "sightline@partnership.example"
    settings.SIGHTLINE_ADDRESS = "https://sightline.example/"
    settings.EMAIL_BACKEND = "tests.support.mail.Refusing"
    open_house()
    Worker.objects.update(email="")
    Worker.objects.filter(username="sam").update(email="somebody@agency.example")
    return {one.username: actor_by_id(str(one.id)) for one in Worker.objects.all()}


def turns(since: str, hours: float, minutes: int = 5) -> None:
    moment = parse_moment(since)
    for _ in range(int(hours * 60 / minutes)):
        moment += timedelta(minutes=minutes)
        with pretend(moment):
            while turn():
                pass


def told(house, name: str):
    with pretend(parse_moment("2025-01-14 12:00")):
        (one,) = send("break-glass-alert", to=f"worker:{house[name].id}", says=SAYS, by=house["omar"])
        turn()
    return one


def test_it_is_tried_for_ever_and_leaves_when_it_can(house, settings):
    told(house, "sam")
    turns("2025-01-14 12:00", 30, minutes=30)
    (row,) = ToMail.objects.all()
    assert row.tries > 20 and failing() == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    turns("2025-01-15 18:00", 2)
    assert len(mail.outbox) == 1 and not ToMail.objects.exists() and not failing()


def test_a_person_is_told_once_and_the_message_goes_to_whoever_is_next(house):
    one = told(house, "sam")
    before = set(Delivered.objects.filter(message=one).values_list("holder", flat=True))
    turns("2025-01-14 12:00", 0.5)
    assert not Outgoing.objects.filter(kind=LATER).exists()
    assert set(Delivered.objects.filter(message=one).values_list("holder", flat=True)) == before
    turns("2025-01-14 12:30", 1)
    (sent,) = Outgoing.objects.filter(kind=LATER)
    assert sent.to == "role:system-administrator" and sent.says == {"count": 1}
    assert set(Delivered.objects.filter(message=one).values_list("holder", flat=True)) > before
    turns("2025-01-14 13:30", 2)
    assert Outgoing.objects.filter(kind=LATER).count() == 1


def test_where_another_reader_was_told_by_email_it_waits_for_them(house):
    one = told(house, "sam")
    Mailed.objects.create(worker=house["paul"].id, at=parse_moment("2025-01-14 12:00"), messages=[str(one)])
    before = Delivered.objects.filter(message=one).count()
    turns("2025-01-14 12:00", 1.2)
    assert Outgoing.objects.filter(kind=LATER).count() == 1
    assert Delivered.objects.filter(message=one).count() == before
