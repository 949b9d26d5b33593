"""What the policy makes of rules that allow, restrict, keep a floor, look at age; and what it says is missing."""

from datetime import UTC, datetime

import pytest

from sightline.agencies.types import Actor
from sightline.definition.loader import load
from sightline.definition.types import SharingRule
from sightline.sharing.rules import Policy, before, strictest, widest
from sightline.sharing.types import Label, Level

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
WORKER = Actor("w", "W", "own", "social-care", "east", "social-worker")


def rule(id="give", *, who=None, see=None, **more):
    return SharingRule.model_validate(
        {
            "id": id,
            "title": id,
            "source": "local",
            "says": f"Because of {id}.",
            "who": who or {},
            "may-see": see or {},
            **more,
        }
    )


def policy(*rules, actor=WORKER, purpose="safeguarding", moment=NOW):
    england = load("england")
    made = england.model_copy(update={"rule": {r.id: r for r in rules}, "hash": repr(rules)})
    return Policy(made, actor, purpose, moment)


def label(record="ppn", handling="ordinary", **more):
    return Label(record, more.pop("agency", "other"), "police", handling, (), **more)


def seen(p, asked=None, *ties):
    return p.decide(asked or label(), ties).level


def test_who_is_asked_for_must_be_all_of_it():
    for who in ({"role": "social-worker"}, {"agency-kind": "social-care"}, {"agency": "own"}, {"team": "east"}):
        assert seen(policy(rule(who=who))) is Level.FULL
    for who in ({"role": "gp"}, {"agency-kind": "gp"}, {"agency": "another"}, {"team": "west"}, {"machine": "yes"}):
        assert seen(policy(rule(who=who))) is Level.HIDDEN
        assert seen(policy(rule(who={"role": "social-worker", **who}))) is Level.HIDDEN


def test_a_restriction_only_narrows():
    give, narrow = rule(), rule("narrow", effect="restrict", see={"level": "pointer"}, **{"for": "any"})
    assert seen(policy(give)) is Level.FULL
    assert seen(policy(give, narrow)) is Level.POINTER
    assert policy(give, narrow).decide(label(), ()).decision.reason_code == "narrow"
    assert seen(policy(narrow)) is Level.HIDDEN  # it gives nothing by itself
    at_most_a_headline = rule("narrow", effect="restrict", see={"level": "headline"}, **{"for": "any"})
    assert seen(policy(rule(see={"level": "pointer"}), at_most_a_headline)) is Level.POINTER


def test_of_several_restrictions_the_strictest_holds_and_deny_wins():
    give = rule()
    some = [
        rule(level, effect="restrict", see={"level": level}, **{"for": "any"})
        for level in ("headline", "hidden", "pointer")
    ]
    assert seen(policy(give, *some)) is Level.HIDDEN
    assert seen(policy(give, *some[::2])) is Level.POINTER


def test_a_restriction_is_for_whom_it_says_and_leaves_alone_whom_it_says():
    give = rule()

    def narrowed(*ties, **who):
        narrow = rule("narrow", effect="restrict", who=who, see={"level": "hidden"}, **{"for": "any"})
        return seen(policy(give, narrow), None, *ties) is Level.HIDDEN

    assert narrowed() and narrowed(role="social-worker") and not narrowed(role="gp")
    assert narrowed("network", **{"unless-tie": "allocated"}) and not narrowed(
        "allocated", **{"unless-tie": "allocated"}
    )
    assert narrowed("network", tie="network") and not narrowed("allocated", tie="network")
    assert narrowed(sender="no") and not narrowed(sender="yes")


def test_a_restriction_is_for_the_purposes_it_names():
    narrow = rule("narrow", effect="restrict", see={"level": "hidden"}, **{"for": "court"})
    both = rule(**{"for": ["court", "safeguarding"]})
    assert seen(policy(both, narrow)) is Level.FULL
    assert seen(policy(both, narrow, purpose="court")) is Level.HIDDEN


def test_a_floor_is_kept_against_a_restriction_and_names_itself():
    floor = rule("floor", see={"level": "pointer"}, floor="yes")
    narrow = rule("narrow", effect="restrict", see={"level": "hidden"}, **{"for": "any"})
    sight = policy(rule(), floor, narrow).decide(label(), ())
    assert (sight.level, sight.decision.reason_code) == (Level.POINTER, "floor")
    assert not policy(rule(), narrow).decide(label(), ())  # without it, nothing


def test_a_floor_is_no_way_to_what_is_sealed():
    floor = rule("floor", see={"level": "pointer", "handling": ["ordinary", "sealed"]}, floor="yes")
    assert seen(policy(floor), label()) is Level.POINTER
    assert seen(policy(floor), label(handling="sealed")) is Level.HIDDEN
    assert seen(policy(floor), label(sealed=True)) is Level.HIDDEN


def test_what_is_kept_to_named_people_shows_to_them_to_floors_and_to_machines_alone():
    named = rule("named", who={"tie": "named"})
    floor = rule("floor", see={"level": "pointer", "restricted": "yes"}, floor="yes")
    kept = label(restricted=True)
    assert seen(policy(rule(), named), kept) is Level.HIDDEN
    assert seen(policy(rule(), named), kept, "allocated", "emergency") is Level.HIDDEN
    assert seen(policy(rule(), named), kept, "named") is Level.FULL
    assert seen(policy(rule(), named, floor), kept) is Level.POINTER
    machine = Actor("m", "M", "", "partnership", "", "clock-machine", frozenset(), True)
    of_machine = rule("machine", who={"machine": "yes"}, see={"restricted": "yes"})
    assert seen(policy(of_machine, actor=machine), kept) is Level.FULL
    assert seen(policy(rule("machine", who={"machine": "yes"}), actor=machine), kept) is Level.HIDDEN


@pytest.mark.parametrize(
    ("age", "shown"), [({"within": "5 years"}, (True, True, False)), ({"over": "5 years"}, (False, False, True))]
)
def test_age_is_counted_from_when_it_happened(age, shown):
    days = [datetime(2026, 5, 1, tzinfo=UTC), before(NOW, "5 years"), datetime(2021, 5, 31, tzinfo=UTC)]
    gives, narrows = (
        rule(age=age),
        rule("narrow", effect="restrict", age=age, see={"level": "hidden"}, **{"for": "any"}),
    )
    assert tuple(bool(seen(policy(gives), label(happened=day))) for day in days) == shown
    assert tuple(not seen(policy(rule(), narrows), label(happened=day)) for day in days) == shown


def test_what_is_not_known_to_be_young_or_old_gives_nothing_and_is_narrowed():
    gives = rule(age={"over": "1 day"})
    narrows = rule("narrow", effect="restrict", age={"over": "1 day"}, see={"level": "hidden"}, **{"for": "any"})
    old = datetime(2020, 1, 1, tzinfo=UTC)
    assert seen(policy(gives), label(happened=old)) is Level.FULL
    assert seen(policy(gives), label()) is Level.HIDDEN
    assert seen(policy(gives, moment=None), label(happened=old)) is Level.HIDDEN
    assert seen(policy(rule(), narrows), label()) is Level.HIDDEN
    assert seen(policy(rule(), narrows, moment=None), label(happened=NOW)) is Level.HIDDEN


def test_classes_of_fields_are_those_of_the_best_rule_less_what_restrictions_take():
    plain, wide = rule("a"), rule("z", see={"fields": ["ordinary", "sensitive", "protected"]})
    assert policy(plain).decide(label(), ()).fields == {"ordinary", "sensitive"}
    assert policy(plain, wide).decide(label(), ()).fields == {"ordinary", "sensitive", "protected"}
    narrow = rule("narrow", effect="restrict", see={"level": "full", "fields": "ordinary"}, **{"for": "any"})
    assert policy(plain, wide, narrow).decide(label(), ()).fields == {"ordinary"}
    headline = rule(see={"level": "headline", "fields": ["ordinary", "sensitive", "protected"]})
    assert "protected" not in policy(headline).decide(label(), ()).fields
    assert policy(rule(see={"level": "pointer"})).decide(label(), ()).fields == frozenset()


def test_of_two_headlines_the_one_that_names_more_is_taken():
    plain = rule("a", see={"level": "headline"})
    more = rule("z", see={"level": "headline", "parts": ["grade"]})
    assert policy(plain, more).decide(label(), ()).parts == ("grade",)


# --- what is missing --------------------------------------------------------------------------------------------------


def missing(p, *ties, asked=None):
    return p.decide(asked or label(), ties).missing


def test_the_nearest_step_up_is_said_in_a_sentence():
    pointer = rule("pointer", see={"level": "pointer"})
    headline = rule("headline", who={"tie": ["network", "allocated"]}, see={"level": "headline"})
    full = rule("full", who={"tie": "allocated"})
    p = policy(pointer, headline, full)
    assert missing(p) == "You would see the headline if the child were allocated to you or your team."
    assert missing(p, "network") == "You would see it in full if the child were allocated to you or your team."
    assert missing(p, "allocated") == ""
    only = policy(pointer, rule("headline", who={"tie": "agenda"}, see={"level": "headline"}))
    assert missing(only) == "You would see the headline if the child were on the agenda of a meeting that you sit in."


def test_another_purpose_is_said_only_where_no_tie_would_help():
    p = policy(rule("pointer", see={"level": "pointer"}), rule("court", **{"for": "court"}))
    assert missing(p) == "You would see it in full if you looked for another purpose: court proceedings."


def test_nothing_is_said_of_what_is_hidden_and_nothing_of_what_shows_in_full():
    assert missing(policy(rule(who={"tie": "allocated"}))) == ""
    assert missing(policy(rule())) == ""
    assert (
        missing(
            policy(rule("pointer", see={"level": "pointer"}), rule(who={"tie": "named"})),
            asked=label(pointer_only=True),
        )
        == ""
    )


def test_nothing_is_promised_that_a_restriction_would_take():
    p = policy(
        rule("pointer", see={"level": "pointer"}),
        rule(who={"tie": "allocated"}),
        rule("narrow", effect="restrict", see={"level": "pointer"}, **{"for": "any"}),
    )
    assert missing(p) == ""


def test_a_rule_for_somebody_else_is_never_named():
    p = policy(rule("pointer", see={"level": "pointer"}), rule("full", who={"role": "gp", "tie": "network"}))
    assert missing(p) == ""


# --- what is made of several ------------------------------------------------------------------------------------------


def test_what_is_made_of_several_records_is_given_only_by_who_gives_each():
    one, other = label(handling="police-only"), label("parent-health", handling="health-sensitive")
    made = strictest([one, other])
    police, health = ({"handling": h, "level": "full"} for h in ("police-only", "health-sensitive"))
    assert seen(policy(rule("a", see=police), rule("b", see=health)), made) is Level.HIDDEN
    assert seen(policy(rule("a", see={"handling": ["police-only", "health-sensitive"]})), made) is Level.FULL
    assert (
        seen(policy(rule("a", see={"handling": ["police-only", "health-sensitive"], "records": ["ppn"]})), made)
        is Level.HIDDEN
    )


def test_what_restricts_one_of_them_restricts_the_whole():
    made = strictest([label(), label("parent-health")])
    narrow = rule("narrow", effect="restrict", see={"level": "hidden", "records": ["parent-health"]}, **{"for": "any"})
    assert seen(policy(rule()), made) is Level.FULL
    assert seen(policy(rule(), narrow), made) is Level.HIDDEN


def test_the_strictest_of_everything_else():
    sealed, kept = label(sealed=True), label(restricted=True, pointer_only=True, happened=NOW)
    made = strictest([sealed, kept])
    assert made.sealed and made.restricted and made.pointer_only and made.happened is None
    assert strictest([label(agency="own"), label()]).agency == ""  # nobody sent the whole of it
    with pytest.raises(ValueError, match="no record"):
        strictest([])


ORDINARY = {"records": ["any"], "handling": ["ordinary"]}


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ({"see": ORDINARY, "who": {"tie": ["allocated"]}}, {"see": ORDINARY}),
        ({"see": ORDINARY, "who": {"sender": "yes"}}, {"see": {**ORDINARY, "handling": ["ordinary", "restricted"]}}),
        ({"see": {"records": ["ppn"]}}, {"see": {"records": ["any"]}}),
        ({"see": {"records": ["identity"]}}, {"see": {"records": ["identity", "place"]}}),
        ({"see": ORDINARY, "age": {"within": "1 year"}}, {"see": ORDINARY}),
    ],
)
def test_what_a_wider_rule_gives_is_not_asked_for_twice(narrow, wide):
    branches = policy(rule("narrow", **narrow), rule("wide", **wide)).branches
    assert [b.rule.id for b in widest(branches)] == ["wide"]
    own = [b for b in branches if b.rule.id == "narrow"]
    assert widest(own, besides=[b for b in branches if b.rule.id == "wide"]) == []
    assert widest(own) == own


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"see": {"records": ["identity"]}}, {"see": {"records": ["any"]}}),
        ({"see": {**ORDINARY, "handling": ["ordinary", "sealed"]}}, {"see": ORDINARY}),
        ({"see": ORDINARY}, {"see": ORDINARY, "who": {"tie": ["allocated"]}}),
        ({"see": ORDINARY}, {"see": ORDINARY, "who": {"unless-tie": ["allocated"]}}),
        ({"see": ORDINARY}, {"see": ORDINARY, "who": {"sender": "no"}}),
        ({"see": ORDINARY}, {"see": ORDINARY, "age": {"over": "1 year"}}),
        ({"see": {**ORDINARY, "restricted": "yes"}, "who": {"tie": ["allocated"]}}, {"see": ORDINARY}),
    ],
)
def test_a_rule_that_gives_something_of_its_own_stays(one, other):
    assert {b.rule.id for b in widest(policy(rule("one", **one), rule("other", **other)).branches)} >= {"one"}


def test_of_two_rules_that_give_the_same_one_stays():
    assert len(widest(policy(rule("one", see=ORDINARY), rule("two", see=ORDINARY)).branches)) == 1
