"""A finished period's figures by group: right against an independent count, nothing small, counted once; what stops a rule."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random

import pytest

from sightline.agencies.queries import machine, partnership
from sightline.definition.outcomes import Invalid, Refused
from sightline.identity.models import SourceIdentity
from sightline.jobs import overseeing, ruling
from sightline.messages.models import Outgoing
from sightline.signals.governing import counting, in_force, judging
from sightline.signals.governing.groups import Known, group_of
from sightline.signals.governing.models import Explained, Fairness
from sightline.signals.models import Standing
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import pretend
from tests.integration.signals.test_governing import RULE, add_staff, page
from tests.support.house import JAY, actor, open_house, person, send, told

ETHNIC = {"WBRI": 60, "BCRB": 40, "APKN": 30, "MWAS": 2, "": 6}


NOW = "2026-08-15 12:00"  # the half year to 30 June is over, and settled
BECAUSE = "We read forty of these records: each was a child who was missing, and none was recorded twice."


@pytest.fixture(scope="module")
def many(shared_database):
    """A hundred and thirty-eight children with an open chronology, what a rule told of them in the half year, and how many rules
    stopped when that was counted."""
    lot, kept = Random(1), []
    open_house()
    add_staff()
    with pretend(parse_moment(NOW)):
        things, number = [], 0
        for ethnicity, children in ETHNIC.items():
            for _ in range(children):
                number += 1
                who = replace(
                    JAY,
                    local_id=f"C{number}",
                    nhs_number="",
                    upn="",
                    given=f"Child{number}",
                    family=f"Family{number}",
                    born=f"{lot.randint(2010, 2024)}-05-05",
                    sex=lot.choice(["male", "female"]),
                    ethnicity=ethnicity,
                    postcode="",
                )
                things.append(told("ppn", "child", who, at="2026-03-03 10:00", sent="2026-03-03 12:00"))
                kept.append(who)
        send(*things)
        identities = {one.person: one for one in SourceIdentity.objects.all()}
        rows = []
        by_local = {who.local_id: person(local=who.local_id) for who in kept}
        for who in kept:
            share = {"BCRB": 0.9, "WBRI": 0.3, "APKN": 0.4}.get(who.ethnicity, 0.5)
            if lot.random() < share:
                for _ in range(lot.randint(1, 2)):
                    rows.append(
                        dict(
                            who=who,
                            answered=lot.choice(["acted", "acted", "covered", "not-relevant", ""]),
                            identity=identities[by_local[who.local_id]],
                            since=f"2026-0{lot.randint(1, 6)}-1{lot.randint(0, 9)} 09:00",
                        )
                    )
        rows.append({**rows[0], "since": "2026-07-03 09:00"})  # of another period
        for row in rows:
            at = parse_moment(row["since"])
            Standing.objects.create(
                rule=RULE, version=1, identity=row["identity"], level="look", sort="sign", since=at, begins=at,
                count=3, days=3, agencies=1, answered=row["answered"], changed_at=at,
            )  # fmt: skip
        Standing.objects.filter(since__gte=parse_moment("2026-01-01 00:00")).update(cited=["x"])
        yield kept, rows[:-1], overseeing.count_fairness({})


def counted_apart(kept, rows, group) -> dict[str, Counter[str]]:
    """The same, counted from what was sent, in another way: child by child."""
    found: dict[str, Counter[str]] = {}
    for who in kept:
        answers = [row["answered"] for row in rows if row["who"] is who]
        for_this = next(
            (w for a, w in (("acted", "acted"), ("covered", "covered"), ("not-relevant", "dismissed")) if a in answers),
            "",
        )
        found.setdefault(group(who), Counter())[for_this or ("waiting" if answers else "none")] += 1
    return found


def test_the_table_is_right_against_an_independent_count_and_nothing_small_is_kept(many):
    kept, rows, _ = many
    oversight = partnership().oversight["signals"]
    on = date(2026, 6, 30)
    told_of = {
        by: Fairness.objects.get(rule=RULE, breakdown=by, begins=date(2026, 1, 1)).figures
        for by in ("ethnicity", "send")
    }
    groups = counted_apart(
        kept, rows, lambda who: group_of(oversight.by["ethnicity"], Known(ethnicity=who.ethnicity), on)
    )
    shown = {
        tuple(groups_): (children, fired, became)
        for groups_, children, fired, became, _ in told_of["ethnicity"]["rows"]
    }
    assert sum(children for children, _, _ in shown.values()) == sum(ETHNIC.values())
    for together, (children, fired, became) in shown.items():
        cell = sum((groups.get(group, Counter()) for group in together), Counter())
        assert (children, fired) == (cell.total(), cell.total() - cell["none"])
        assert min(children - fired, fired) >= oversight.fewest
        if became:
            assert became.get("acted") == cell["acted"]
    assert ("mixed",) not in shown and ("not-recorded",) not in shown  # two children, and six: put together with others
    assert told_of["send"] == {}  # nobody has special needs: of two groups one is empty, and nothing is kept
    whole = Fairness.objects.get(rule=RULE, breakdown="", begins=date(2026, 1, 1)).figures
    assert whole["children"] == sum(ETHNIC.values()) and whole["fired"] == len({row["who"].local_id for row in rows})


def test_a_period_is_counted_once_whatever_comes_later(many):
    before = list(Fairness.objects.order_by("id").values_list("id", "figures"))
    Standing.objects.filter(rule=RULE).update(answered="acted")  # late answers change nothing that was counted
    assert counting.settle(by=machine("signal-machine")) == []
    assert list(Fairness.objects.order_by("id").values_list("id", "figures")) == before
    spans = sorted(set(Fairness.objects.filter(rule=RULE, breakdown="ethnicity").values_list("begins", "ends")))
    assert all(one[1] <= other[0] for one, other in zip(spans, spans[1:], strict=False))  # none overlaps


def test_a_rate_that_nobody_explained_stops_the_rule_asks_its_owner_and_two_people_let_it_go_on(many):
    assert many[2] == 1
    assert RULE not in in_force(partnership())
    owner = partnership().signal[RULE].owner
    assert list(Outgoing.objects.filter(kind="signal-rule-stopped").values_list("to", flat=True)) == [f"role:{owner}"]
    message = Outgoing.objects.get(kind="signal-rule-stopped")
    assert page("moe").get(f"/signs/figures/{message.because}/")["Location"] == f"/signs/rules/{RULE}/"
    (one,) = [f for f in judging.findings(partnership(), RULE) if f.stops]
    assert one.breakdown == "ethnicity" and "black" in one.groups and one.rate.times > 1.5
    with pytest.raises(Refused) as refused:  # nobody simply switches it on again
        ruling.switch_on(rule=RULE, because="It must go on, it is needed.", by=actor("quinn"))
    assert refused.value.decision.reason_code == "second-person-needed"
    with pytest.raises(Invalid):
        judging.explain(rule=RULE, breakdown="ethnicity", group=one.group, because="Because.", by=actor("moe"))
    said = judging.explain(rule=RULE, breakdown="ethnicity", group=one.group, because=BECAUSE, by=actor("moe"))
    assert RULE not in in_force(partnership())
    with pytest.raises(Refused):
        ruling.agree(explanation=said, by=actor("moe"))
    assert ruling.agree(explanation=said, by=actor("quinn"))
    assert RULE in in_force(partnership())
    assert [f.explained for f in judging.findings(partnership(), RULE) if f.stops] == [BECAUSE]
    assert overseeing.count_fairness({}) == 0 and RULE in in_force(partnership())
    assert Explained.objects.count() == 2


def test_the_page_shows_what_may_be_shown_and_nothing_else(many):
    text = page("bea").get(f"/signs/rules/{RULE}/").content.decode()
    assert "Against all others" in text and "Black" in text and "far more often" in text
    assert "Mixed" in text and 'data-label="Children" class="sl-n">2<' not in text
    listed = page("ana").get("/signs/rules/").content.decode()
    assert "Missing three times" in listed
    assert page("amir").get("/signs/rules/").status_code == 403
