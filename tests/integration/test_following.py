"""Being told of what is new about one's children: once, never more than one may see; e-mail that names nobody; the week's
number, the digest, and who stands in for somebody who is away."""

import pytest
from django.core import mail

from sightline.agencies.models import Worker
from sightline.agencies.queries import partnership, workers
from sightline.jobs.worker import turn
from sightline.ledger.models import Record
from sightline.messages import following
from sightline.messages.actions import acknowledge, send
from sightline.messages.measuring import by_role, percentile
from sightline.messages.models import Mailed, Outgoing, ToMail, Waiting
from sightline.messages.queries import inbox
from sightline.sharing.actions import tie
from sightline.sharing.models import Tie
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import pretend
from tests.support.house import CARE, JAY, MIA, POLICE, actor, as_, identity, live, open_house
from tests.support.house import told as tell
from tests.support.partnership import inside

NOON = "2025-01-14 12:00"  # a Tuesday


@pytest.fixture
def house(database, settings):
    settings.SIGHTLINE_MAIL_FROM = "sightline@partnership.example"
    settings.SIGHTLINE_ADDRESS = "https://sightline.example/"
    open_house()
    for username in ("sam", "ruth", "paul", "amir"):
        Worker.objects.filter(username=username).update(email=f"{username}@agency.example")
    live(
        tell(at="2025-01-10 09:00", message="first"),
        tell(
            "involvement",
            "child",
            agency=CARE,
            at="2025-01-10 10:00",
            worker_role="social-worker",
            team="east-area-team",
            _from="2025-01-10",
        ),
    )


def new(username="sam", at=NOON):
    with pretend(parse_moment(at)), as_(username) as opened:
        return [line for line in inbox(opened).items if line.kind == "new-on-your-child"]


def choose(username, **settings):
    row = Worker.objects.get(username=username)
    row.settings = {**row.settings, **settings}
    row.save()


def test_whoever_works_with_a_child_is_told_once_of_what_is_new(house):
    live(
        tell(
            agency="leeds-york-mental-health",
            record="camhs-referral",
            role="child",
            at="2025-01-14 09:00",
            message="c1",
        )
    )
    (line,) = new()
    assert line.children and "camhs" in line.says.lower() and line.because
    live(
        tell(
            agency="leeds-york-mental-health",
            record="camhs-referral",
            role="child",
            at="2025-01-14 09:00",
            message="c1",
        )
    )
    live(
        tell(
            agency="leeds-york-mental-health",
            record="camhs-referral",
            role="child",
            at="2025-01-14 09:00",
            message="c1",
            version="2",
            says="Corrected.",
            sent="2025-01-14 10:00",
        )
    )
    assert len(new()) == 1
    assert not new("bob") and not new("ruth") and not new("amir")


def test_nobody_is_told_of_what_their_own_agency_sent_nor_of_history_nor_of_a_child_of_others(house):
    live(
        tell("voice-of-child", "child", agency=CARE, at="2025-01-14 09:00", words="I like maths", message="v1"),
        tell(who=MIA, at="2025-01-14 09:10", message="m1"),
        tell(at="2025-01-09 08:00", sent="2025-01-09 08:00", message="old"),
    )
    assert not [line for line in new() if line.at > parse_moment("2025-01-14 00:00")]


def test_nobody_is_told_of_what_the_gate_hides_from_them(house):
    live(
        tell(
            "police-intelligence",
            "subject",
            at="2025-01-14 09:00",
            message="i1",
            source_grade="2",
            information_grade="C",
            handling="C",
        )
    )
    assert not new("bob")
    with pretend(parse_moment(NOON)), as_("sam") as opened:
        for line in inbox(opened).items:
            assert "intelligence" not in line.says.lower() or line.says == ""


def test_after_the_end_of_an_allocation_nobody_is_told(house):
    live(
        tell(
            "involvement",
            "child",
            agency=CARE,
            at="2025-01-12 10:00",
            worker_role="social-worker",
            team="east-area-team",
            _from="2025-01-12",
            to="2025-01-13",
            message="inv2",
        ),
    )
    before = len(new())
    live(tell("camhs-referral", "child", agency="leeds-york-mental-health", at="2025-01-14 09:00", message="c9"))
    assert len(new()) >= before  # the first involvement, without an end, still stands


def test_an_email_says_that_something_waits_and_names_nobody(house):
    live(tell("camhs-referral", "child", agency="leeds-york-mental-health", at="2025-01-14 10:00", message="c1"))
    with pretend(parse_moment("2025-01-14 10:05")):
        turn()
    (one,) = mail.outbox
    assert one.to == ["sam@agency.example"] and one.subject == "Sightline: 1 message for you"
    assert one.extra_headers["Auto-Submitted"] == "auto-generated"
    whole = (one.subject + one.body).lower()
    held = identity(POLICE, "J1")
    for secret in (JAY.given, JAY.family, JAY.postcode, "camhs", "mental", str(held.person), str(held.id)):
        assert secret.lower() not in whole
    assert "https://sightline.example/" in one.body
    assert not ToMail.objects.exists() and Mailed.objects.count() == 1
    assert Record.objects.filter(verb="send-mail").count() == 1
    with pretend(parse_moment("2025-01-14 10:06")):
        turn()
    assert len(mail.outbox) == 1


def test_at_night_only_what_cannot_wait_is_mailed_and_the_rest_comes_together_in_the_morning(house):
    alert = {"agency": POLICE, "at": "2025-01-14T20:00:00+00:00", "until": "2025-01-15T00:00:00+00:00"}
    for n in range(3):
        live(
            tell(
                "camhs-referral", "child", agency="leeds-york-mental-health", at=f"2025-01-14 2{n}:00", message=f"n{n}"
            )
        )
    with pretend(parse_moment("2025-01-14 22:30")):
        send("break-glass-alert", to=f"worker:{actor('paul').id}", says=alert, by=actor("omar"))
        turn()
    assert [(m.to[0], m.subject) for m in mail.outbox] == [("paul@agency.example", "Sightline: something cannot wait")]
    with pretend(parse_moment("2025-01-15 07:59")):
        turn()
    assert len(mail.outbox) == 1
    with pretend(parse_moment("2025-01-15 08:00")):
        turn()
    assert [m.subject for m in mail.outbox[1:]] == ["Sightline: 3 messages for you"]


def test_what_was_read_meanwhile_is_mailed_to_nobody(house):
    live(tell("camhs-referral", "child", agency="leeds-york-mental-health", at="2025-01-14 21:00", message="n1"))
    (line,) = new(at="2025-01-14 21:10")
    with pretend(parse_moment("2025-01-14 21:20")):
        acknowledge(message=line.id, by=actor("sam"))
    with pretend(parse_moment("2025-01-15 09:00")):
        turn()
    assert not mail.outbox and not ToMail.objects.exists()


def test_a_server_that_takes_no_mail_is_tried_again_and_holds_up_nobody(house, settings):
    settings.EMAIL_BACKEND = "tests.support.mail.Refusing"
    live(tell("camhs-referral", "child", agency="leeds-york-mental-health", at="2025-01-14 10:00", message="c1"))
    with pretend(parse_moment("2025-01-14 10:05")):
        turn()
    (row,) = ToMail.objects.all()
    assert row.tries == 1 and row.run_at > parse_moment("2025-01-14 10:05") and not Mailed.objects.exists()
    assert new()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with pretend(parse_moment("2025-01-14 10:30")):
        turn()
    assert len(mail.outbox) == 1


def test_beyond_the_weeks_number_the_digest_takes_the_rest_but_never_what_cannot_wait(house):
    sam = f"worker:{actor('sam').id}"
    says = {"record": "ppn", "agency": POLICE}
    with pretend(parse_moment(NOON)):
        for _ in range(12):
            send("new-on-your-child", to=sam, says=says, by=actor("omar"))
        send(
            "break-glass-alert",
            to=sam,
            says={"agency": POLICE, "at": "2025-01-14T12:00:00+00:00", "until": "2025-01-14T16:00:00+00:00"},
            by=actor("omar"),
        )
        with as_("sam") as opened:
            lines = inbox(opened).items
    of_kind = [line.why for line in lines if line.kind == "new-on-your-child"]
    assert of_kind.count("told") == 10 and of_kind.count("digest") == 2
    assert [line.why for line in lines if line.presses] == ["told"]


def test_who_stands_in_is_told_while_somebody_is_away_and_not_after(house):
    choose("paul", **{"deputy": str(actor("amir").id), "away-from": "2025-01-14", "away-until": "2025-01-15"})
    alert = {"agency": POLICE, "at": "2025-01-14T12:00:00+00:00", "until": "2025-01-14T16:00:00+00:00"}
    for at in (NOON, "2025-01-15 12:00", "2025-01-16 12:00"):
        with pretend(parse_moment(at)):
            send("break-glass-alert", to=f"worker:{actor('paul').id}", says=alert, by=actor("omar"))
    with pretend(parse_moment("2025-01-16 13:00")):
        with as_("amir") as opened:
            assert [line.why for line in inbox(opened).items] == ["deputy", "deputy"]
        with as_("paul") as opened:
            assert len(inbox(opened).items) == 3


def test_how_much_is_told_is_measured_by_role_and_never_of_few_people(house):
    assert [percentile(list(range(1, n + 1)), 0.9) for n in (1, 9, 10, 11, 20)] == [1, 9, 9, 10, 18]
    from sightline.agencies.actions import add_worker
    from sightline.agencies.queries import machine

    for n in range(9):
        add_worker(username=f"sw{n}", name=f"SW{n}", agency=CARE, role="social-worker", by=machine("set-up-machine"))
    ids = {w.username: w.id for w in workers()}
    with pretend(parse_moment(NOON)):
        for n in range(9):
            for _ in range(n + 4):
                send(
                    "new-on-your-child",
                    to=f"worker:{ids[f'sw{n}']}",
                    says={"record": "ppn", "agency": POLICE},
                    by=actor("omar"),
                )
        rows = {(r.role, r.week.isoformat()): r for r in by_role(parse_moment(NOON))}
    row = rows["social-worker", "2025-01-13"]
    assert (row.people, row.high, row.limit, row.over) == (10, 11, 10, True)
    assert row.digest == 1 + 2  # the eleventh of one, the eleventh and twelfth of another
    assert rows["gp", "2025-01-13"].high is None


def test_a_message_and_what_is_mailed_of_it_are_kept_or_lost_together(house):
    before = Outgoing.objects.count(), Waiting.objects.count(), ToMail.objects.count()
    from django.db import transaction

    with pytest.raises(RuntimeError), pretend(parse_moment(NOON)), transaction.atomic():
        send(
            "new-on-your-child",
            to=f"worker:{actor('sam').id}",
            says={"record": "ppn", "agency": POLICE},
            by=actor("omar"),
        )
        raise RuntimeError
    assert before == (Outgoing.objects.count(), Waiting.objects.count(), ToMail.objects.count())


def test_the_page_of_how_much_is_told_and_ones_own_choices(house):
    from sightline.agencies.actions import add_worker
    from sightline.agencies.queries import machine

    for n in range(3):
        add_worker(username=f"sw{n}", name=f"SW{n}", agency=CARE, role="social-worker", by=machine("set-up-machine"))
    add_worker(username="ana", name="Ana", agency="business-unit", role="partnership-analyst", by=machine("set-up-machine"))
    for _ in range(2):
        send("new-on-your-child", to=f"worker:{actor('sw0').id}", says={"record": "ppn", "agency": POLICE}, by=actor("omar"))
    text = inside("ana").get("/messages/measured/").content.decode()
    assert "Social worker" in text and "2 (middle 0)" in text and "School nurse" not in text
    assert inside("ruth").get("/messages/measured/").status_code == 403
    paul, amir = inside("paul"), actor("amir")
    assert paul.post("/messages/settings/", {"mail": "digest", "deputy": str(amir.id)}).status_code == 422  # from when?
    given = {"mail": "urgent-only", "deputy": str(amir.id), "away_from": "2026-12-21", "away_until": "2026-12-24"}
    assert paul.post("/messages/settings/", given).status_code == 302
    kept = Worker.objects.get(username="paul").settings
    assert (kept["mail"], kept["deputy"], kept["away-from"]) == ("urgent-only", str(amir.id), "2026-12-21")
    assert paul.post("/messages/settings/", {**given, "deputy": str(actor("ruth").id)}).status_code == 422  # of another agency


def test_where_the_only_worker_has_left_the_nearest_who_may_see_it_is_told(house):
    """Their team, where somebody of it may see it; else whoever manages it; and else those of the front door."""
    help_, whom, since = "family-help", identity(POLICE, "J1").id, parse_moment("2025-01-10 10:00")
    for username, team, role in (
        ("fay", "family-help-east", "family-help-practitioner"),
        ("lena", "family-help-east", "family-help-practitioner"),
        ("tess", "", "team-manager"),
    ):
        add_team_mate(username, team, role, help_)
    Tie.objects.filter(holder="team:east-area-team").delete()
    for username, kind in (("fay", "allocated"), ("lena", "network"), ("tess", "agenda")):
        tie([(f"worker:{actor(username).id}", kind, whom, since, None, None)])
    fay = f"worker:{actor('fay').id}"
    Worker.objects.filter(username="fay").update(is_active=False)
    live(tell(at="2025-01-14 09:00", message="c1"))
    assert sent("new-on-your-child") == ["team:family-help-east"] and len(new("lena")) == 1
    Worker.objects.filter(username="lena").update(is_active=False)
    live(tell(at="2025-01-14 09:30", message="c2"))
    assert sent("new-on-your-child")[1:] == [f"role:team-manager@{help_}"] and len(new("tess")) == 1
    Tie.objects.filter(kind="agenda").delete()  # a manager who may not see that it is held is told nothing of it
    live(tell(at="2025-01-14 10:00", message="c3"))
    assert sent("new-on-your-child")[2:] == [f"role:front-door-manager@{CARE}"] and len(new("paul")) == 1
    Worker.objects.filter(username="fay").update(is_active=True)
    live(tell(at="2025-01-14 10:30", message="c4"))
    assert sent("new-on-your-child")[3:] == [fay]  # who is there is told, and nobody in their place


def sent(kind):
    return list(Outgoing.objects.filter(kind=kind).order_by("at", "id").values_list("to", flat=True))


def test_what_the_front_door_takes_down_is_told_to_whoever_of_the_agency_works_with_the_child(house):
    add_team_mate("fay", "front-door", "duty-social-worker")
    for username in ("sam", "fay"):
        holder = f"worker:{actor(username).id}"
        tie([(holder, "allocated", identity(POLICE, "J1").id, parse_moment("2025-01-10 10:00"), None, None)])
    live(tell("contact", "child", agency=CARE, at="2025-01-14 09:00", reason="A neighbour heard him scream", message="n1"))
    assert len(new()) == 1 and not new("fay")  # the front door's own know it


def test_who_writes_and_their_team_are_not_told_of_it_but_their_colleagues_are(house):
    omar = actor("omar")
    for username, team in (("una", "police-hub"), ("max", "")):
        add_team_mate(username, team, "police-hub-officer", POLICE)
    for username in ("omar", "una", "max"):
        holder = f"worker:{actor(username).id}"
        tie([(holder, "allocated", identity(POLICE, "J1").id, parse_moment("2025-01-10 10:00"), None, None)])
    before = [len(new(name)) for name in ("omar", "una", "max")]
    live(tell(at="2025-01-14 08:00", message="fed"))  # by the agency's system: nobody can say whose it is
    assert [len(new(name)) for name in ("omar", "una", "max")] == before
    for author, known in ((omar.id, {"omar", "una"}), (actor("max").id, {"max"}), ("feed-machine", {"omar", "una", "max"})):
        knows = following._knows(partnership(), workers(), agency=POLICE, author=author, queued=True)
        assert {one.username for one in workers() if knows(one)} == known


def add_team_mate(username, team, role, agency=CARE):
    from sightline.agencies.actions import add_worker
    from sightline.agencies.queries import machine

    add_worker(username=username, name=username, agency=agency, role=role, team=team, by=machine("set-up-machine"))
