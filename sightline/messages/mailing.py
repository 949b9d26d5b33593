"""E-mail: that something waits, and where to sign in. Never what it is, nor about whom.

When a message is delivered, whoever reads that inbox and has an e-mail address is noted; when the moment comes (at once, or
with the digest) one e-mail tells of everything that still waits then. What was read in the meantime is told of to nobody.
An e-mail leaves at least once: where a server dies between its leaving and our noting it, it leaves again. Where it cannot
leave, it is tried for ever, at least each hour; after most of an hour a person is told, and what nobody else was told of by
e-mail goes on at once to whoever is told next (`passing_on`).
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from sightline.agencies.queries import actor_by_id, email_of, partnership, settings_of
from sightline.agencies.types import WorkerInfo
from sightline.clocks.rules import working_days
from sightline.definition.kinds.message_plans import MessagePlan
from sightline.definition.kinds.messages import NAMES, Message
from sightline.ledger.actions import write
from sightline.messages import pacing
from sightline.messages.models import Acknowledged, Delivered, Mailed, Outgoing, ToMail
from sightline.messages.rules import inboxes_of
from sightline.timescales.moment import now

log = logging.getLogger(__name__)
LONG = 5  # tries after which somebody is told: most of an hour
LONGEST = timedelta(hours=1)  # between two tries
MAIL = "mail"  # a worker's own setting: which e-mails they want


def configured() -> bool:
    """Whether this deployment sends e-mail at all."""
    return bool(settings.SIGHTLINE_MAIL_FROM)


def note(message: Outgoing, declared: Message | None, readers: Iterable[WorkerInfo], moment: datetime) -> None:
    """Notes, in the caller's transaction, whom an e-mail tells of a message that reached their inbox, and when."""
    if not configured():
        return
    definition, chosen = partnership(), list({one.id: one for one in readers if one.active}.values())
    addresses = email_of(one.id for one in chosen)
    if not addresses:
        return
    wishes = settings_of(one.id for one in chosen if addresses.get(one.id))
    counted = this_week([one for one in chosen if one.id in wishes], moment)
    days, presses = working_days(definition), bool(declared and declared.presses)
    rows = []
    for one in chosen:
        plan = pacing.plan_for(definition, one.role)
        if plan is None or one.id not in wishes:
            continue
        choice = str(wishes[one.id].get(MAIL, pacing.AT_ONCE))
        when = pacing.mailed_at(
            plan, moment, days, presses=presses, choice=choice, this_week=max(0, counted[one.id] - 1)
        )
        if when is not None:
            rows.append(ToMail(message=message, worker=one.id, run_at=when))
    ToMail.objects.bulk_create(rows, ignore_conflicts=True)


def this_week(readers: Iterable[WorkerInfo], moment: datetime) -> Mapping[str, int]:
    """How many messages reached each of these in the last seven days, in any of their inboxes, beyond what answers
    something they asked for and what cannot wait. Two queries."""
    definition, wanted = partnership(), list(readers)
    apart = [kind for kind, one in definition.message.items() if one.answers or one.presses]
    places = {one.id: inboxes_of(one) for one in wanted}
    every = sorted({place for some in places.values() for place in some})
    since = moment - pacing.WEEK
    rows = Delivered.objects.filter(holder__in=every, at__gt=since, at__lte=moment).exclude(message__kind__in=apart)
    at: dict[str, set[object]] = defaultdict(set)
    for holder, message in rows.values_list("holder", "message_id"):
        at[holder].add(message)
    return {one.id: len(set().union(*(at[place] for place in places[one.id]))) for one in wanted}


def mail(limit: int = 200, *, failed: Callable[[], object] = lambda: None) -> int:
    """Sends what is due: one e-mail a person for all of it. Returns how many left. Safe in several processes at once.
    `failed`: called once where any could not be sent.

    Run by the worker alone: nothing waits for a mail server, and no transaction is open while one is spoken to.
    """
    if not configured():
        return 0
    due = ToMail.objects.filter(run_at__lte=now()).order_by("run_at", "id")
    sent, wrong = 0, False
    for worker in dict.fromkeys(due.values_list("worker", flat=True)[:limit]):
        try:
            sent += _mail_to(worker)
        except Exception as error:  # what a mail server may answer has no end; it is tried again
            log.warning("an e-mail could not be sent", extra={"error": type(error).__name__})
            wrong = True
    if wrong:
        failed()
    return sent


def _mail_to(worker: str) -> int:
    rows = _taken(worker)
    if not rows:
        return 0  # another process was first
    ids = [row.message_id for row in rows]
    read = set(Acknowledged.objects.filter(message__in=ids).values_list("message_id", flat=True))
    waiting = list(Outgoing.objects.filter(id__in=[one for one in ids if one not in read]).order_by("at", "id"))
    definition = partnership()
    addressed = email_of([worker]).get(worker, "")
    plan = pacing.plan_for(definition, actor_by_id(worker).role) if addressed else None
    if waiting and plan is not None:
        presses = any(kind.presses for one in waiting if (kind := definition.message.get(one.kind)))
        subject, body = words(plan, len(waiting), presses=presses)
        EmailMessage(
            subject,
            body,
            settings.SIGHTLINE_MAIL_FROM,
            [addressed],
            headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
        ).send()
    with transaction.atomic():
        ToMail.objects.filter(id__in=[row.id for row in rows]).delete()
        if not waiting or plan is None:
            return 0
        Mailed.objects.create(worker=worker, at=now(), messages=[str(one.id) for one in waiting])
        write(
            kind="run",
            verb="send-mail",
            actor="clock-machine",
            acting_for="",
            purpose="scheduled-work",
            policy=definition.hash,
            ids=[one.id for one in waiting],
            detail={"to": f"worker:{worker}", "count": len(waiting)},
        )
    return 1


@transaction.atomic
def _taken(worker: str) -> list[ToMail]:
    """What is due for somebody, put off so that no other process takes it; it comes again where this one fails."""
    rows = list(ToMail.objects.select_for_update().filter(worker=worker, run_at__lte=now()))
    for row in rows:
        pause = min(LONGEST, timedelta(seconds=30 * 4 ** min(row.tries, LONG)))
        row.run_at, row.tries = now() + pause, row.tries + 1
    ToMail.objects.bulk_update(rows, ["run_at", "tries"])
    return rows


def failing() -> int:
    """How many people an e-mail has not reached for most of an hour."""
    return ToMail.objects.filter(tries__gte=LONG).values("worker").distinct().count()


def words(plan: MessagePlan, count: int, *, presses: bool) -> tuple[str, str]:
    """(subject, body) of an e-mail: a number and an address. Nothing else can stand in it."""
    parts = {
        "count": str(count),
        "messages": "1 message" if count == 1 else f"{count} messages",
        "address": settings.SIGHTLINE_ADDRESS,
    }

    def said(text: str) -> str:
        return NAMES.sub(lambda found: parts[found[1]], text)

    return said(plan.urgent if presses else plan.subject), said(plan.body)
