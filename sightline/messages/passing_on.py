"""What e-mail tells nobody of is told in another way: whoever is told next hears at once, and a person mends the e-mail."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import machine, partnership
from sightline.messages.actions import CHASE, goes_to, send
from sightline.messages.mailing import LONG, failing
from sightline.messages.models import Mailed, Outgoing, ToMail, Waiting
from sightline.timescales.moment import now

KIND = "mail-failing"
AGAIN = timedelta(hours=4)  # before it is told again that further e-mails fail


@transaction.atomic
def pass_on() -> int:
    """What has failed for long, once for each: nobody who reads it may know that it waits for them, so whoever is told next
    where nobody answers is told now; and those who look after the system are told how many people e-mail does not reach.
    Returns how many messages went on. Safe in several processes at once; a process that dies before leaves it to the next try."""
    rows = list(ToMail.objects.select_for_update().filter(tries__gte=LONG, passed_on=False).order_by("id"))
    if not rows:
        return 0
    alone = {row.message_id for row in rows} - _told_to_another(rows)
    went = Waiting.objects.filter(message__in=alone, step=CHASE, run_at__gt=now()).update(run_at=now())
    ToMail.objects.filter(id__in=[row.id for row in rows]).update(passed_on=True)
    lately = Outgoing.objects.filter(kind=KIND, at__gt=now() - AGAIN)
    if KIND in partnership().message and not lately.exists():
        send(KIND, to=goes_to(KIND), says={"count": failing()}, by=machine("clock-machine"))
    return went


def _told_to_another(rows: list[ToMail]) -> set[UUID]:
    """Those of which an e-mail told somebody else who reads the same inbox, or still may in its time."""
    ids = {row.message_id for row in rows}
    since = min(Outgoing.objects.filter(id__in=ids).values_list("at", flat=True))
    mailed = {UUID(one) for some in Mailed.objects.filter(at__gte=since).values_list("messages", flat=True) for one in some}
    return (mailed & ids) | set(ToMail.objects.filter(message__in=ids, tries__lt=LONG).values_list("message", flat=True))
