"""A little town for the journeys, planted through the same door that agencies use."""

from __future__ import annotations

from contextlib import ExitStack
from unittest.mock import patch
from uuid import UUID

from sightline.agencies.actions import add_worker, take_from_definition
from sightline.agencies.queries import actor_for, machine, worker
from sightline.identity.match_queries import waiting
from sightline.identity.models import SourceIdentity
from sightline.intake.types import Notification, Unread
from sightline.jobs import signalling
from sightline.jobs.linking import decide_match
from sightline.jobs.receive import close_delivery, open_delivery, receive
from sightline.sharing.reading import Reading
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import allow_pretending, now, pretend
from tests.journeys.story import crowd, moved, story

PASSWORD = "a long phrase for the tests"
WORKERS = (  # username, name, agency, role, team
    ("amir", "Amir Khan", "childrens-social-work", "duty-social-worker", "front-door"),
    ("ruth", "Ruth Okafor", "elmfield-academy", "designated-safeguarding-lead", ""),
    ("omar", "Omar Hussain", "west-yorkshire-police", "police-hub-officer", "police-hub"),
    ("dee", "Dee Ward", "business-unit", "data-officer", ""),
    ("gwen", "Gwen Price", "general-practice", "gp", ""),
    ("paul", "Paul Lister", "childrens-social-work", "front-door-manager", "front-door"),
    ("mel", "Mel Archer", "business-unit", "business-manager", ""),
    ("iona", "Iona Firth", "business-unit", "information-governance", ""),
)


def plant(*, crowded: int = 0) -> None:
    """Agencies, workers and the sketch's story, with everything that a page can show."""
    allow_pretending()
    by = machine("story-runner")
    take_from_definition(by=by)
    for username, name, agency, role, team in WORKERS:
        add_worker(username=username, name=name, agency=agency, role=role, team=team, password=PASSWORD, by=by)
    for feed, things in story().items():
        deliver(feed, things)
    know_jaye()
    everybody = SourceIdentity.objects.values_list("person", flat=True).distinct()
    signalling.bring_up_to_date(list(everybody))
    if crowded:
        deliver("crowd-csv", crowd(crowded), lived=False)


def know_jaye() -> None:
    """The police spell Jay's name otherwise. His number agrees, and so short a name may be a twin's: a person decided, the
    day after the police first told of him, that he is the one."""
    amir = actor_for(worker("amir"))
    waits = waiting(Reading(amir, "safeguarding", recorded=False)).items
    two = next(view for view in waits if "nhs" in view.why)
    # What was known then is less than now: what the town adds up to is asked as of today, in `plant`.
    with pretend(parse_moment(moved("2024-11-19 10:00"))), patch.object(signalling, "bring_up_to_date", return_value=[]):
        decide_match(possible=two.id, decision="same", because="His school rang: one boy, spelt by ear.", by=amir)


def deliver(feed: str, things: list[Notification | Unread], *, lived: bool = True) -> UUID:
    """A file from an agency. `lived`: each row arrives at the moment at which it was sent."""
    by = machine("feed-machine")
    delivery = open_delivery(feed=feed, agency=things[0].agency, kind="file", name=f"{feed}.csv", by=by)
    if not lived:
        counts = receive(things, delivery=delivery, by=by)
    else:
        counts = None
        for thing in sorted(things, key=lambda t: getattr(t, "sent", "") or "9"):
            with ExitStack() as stack:
                if sent := getattr(thing, "sent", ""):
                    stack.enter_context(pretend(min(parse_moment(sent), now())))
                got = receive([thing], delivery=delivery, by=by)
            counts = got if counts is None else (counts.add(got) or counts)
    close_delivery(delivery, counts, ["Column “Beat” is not used"] if feed == "leeds-police-csv" else [], by=by)
    return delivery
