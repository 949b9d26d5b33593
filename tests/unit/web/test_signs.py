"""A warning sign on the page: what it says, on which entries it rests, and the rule as one would say it."""

from datetime import timedelta

from sightline.definition.loader import load
from sightline.signals.types import RaisedSignal
from sightline.web.child import drawing, page
from sightline.web.child.page import Filters
from sightline.web.child.signs import signs
from tests.unit.web.test_child_page import NOW, entry, listing

LEEDS = load("leeds")


def raised(*entries, signal="pattern-of-incidents"):
    declared = LEEDS.signal[signal]
    return RaisedSignal(
        signal,
        declared.title,
        "3 events in 60 days",
        declared.may_mean,
        declared.does_not_mean,
        NOW - timedelta(days=2),
        tuple(str(e.first) for e in entries),
        declared.source,
    )


def told(some, on_page=()):
    entries = [entry(n) for n in range(60)]
    cited = [entries[n] for n in some]
    return entries, cited, signs([raised(*cited)], entries, LEEDS, lambda e: page.leads_to(e, Filters(), on_page))


def test_a_sign_lists_its_entries_newest_first_and_each_leads_to_where_it_stands():
    entries = [entry(n) for n in range(60)]
    cited = [entries[0], entries[55]]
    found = signs([raised(*cited)], entries, LEEDS, lambda e: page.leads_to(e, Filters(), {entries[0].id}))
    (sign,) = found
    assert [e.href for e in sign.entries] == [
        f"#e-{cited[0].id}",
        f"?from={cited[1].id}#e-{cited[1].id}",
    ]
    assert sign.number == "2 entries"
    assert sign.does_not_mean.startswith("that the child")
    assert sign.seen_from == "12 March 2025"


def test_the_rule_is_said_in_words():
    _, _, (sign,) = told([0, 1, 2])
    assert sign.rule.startswith("At least 3 separate") and "within 90 days" in sign.rule


def test_what_a_sign_rests_on_is_marked_in_the_list_and_in_the_names_of_the_marks():
    entries, cited, found = told([1, 3])
    rows = listing(entries, cited={first for sign in found for first in sign.firsts}).rows
    assert [row.id for row in rows if row.cited] == [e.id for e in cited]

    class Declared:
        lane = {}

    drawn = drawing.picture(entries, [], Declared(), Filters(), on_page=(), today=NOW.date(), signs=found)
    assert drawn.svg.count(", in the sign</title>") == 2
    assert drawn.frames == ("3 events in 60 days",)


def test_a_sign_whose_marks_the_picture_does_not_show_has_no_frame():
    old = [entry(900), entry(901)]
    found = signs([raised(*old)], old, LEEDS, lambda e: "#")
    filters = Filters(span="12")

    class Declared:
        lane = {}

    assert (
        drawing.picture([entry(1), *old], [], Declared(), filters, on_page=(), today=NOW.date(), signs=found).frames
        == ()
    )
