"""Which kept signal an episode is: the one that rests on the same entries, whatever happened to them since."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sightline.signals.same import Found, Kept, into, same

NOW = datetime(2025, 3, 3, tzinfo=UTC)


def kept(n, cited, *, whose="a", gone=False, weight=0, days=0, rule="r"):
    return Kept(UUID(int=n), rule, whose, frozenset(cited), NOW + timedelta(days=days), gone, weight)


def found(cited, *, whose="a", days=0, rule="r"):
    return Found(rule, whose, frozenset(cited), NOW + timedelta(days=days))


def test_it_grows_shrinks_and_stays_itself():
    assert same([kept(1, "abc")], [found("abcd")]) == {0: UUID(int=1)}
    assert same([kept(1, "abc")], [found("ab")]) == {0: UUID(int=1)}
    assert same([kept(1, "abc")], [found("xyz")]) == {}
    assert same([kept(1, "abc", rule="other")], [found("abc")]) == {}


def test_each_is_one_and_the_likeliest_goes_first():
    assert same([kept(1, "abc"), kept(2, "cde")], [found("cdef"), found("abc")]) == {0: UUID(int=2), 1: UUID(int=1)}
    assert same([kept(1, "abcdef")], [found("abc"), found("def", days=2)]) == {0: UUID(int=1)}


def test_two_who_are_told_apart_have_each_their_own_again():
    """The joined one grew to all six; the other was withdrawn when they were joined."""
    rows = [kept(1, "abcxyz", weight=3), kept(2, "xyz", gone=True)]
    assert same(rows, [found("abc"), found("xyz", whose="b")]) == {0: UUID(int=1), 1: UUID(int=2)}


def test_of_two_that_fit_as_well_what_was_answered_stays():
    assert same([kept(1, "abc"), kept(2, "abc", weight=2)], [found("abc")]) == {0: UUID(int=2)}
    assert same([kept(1, "abc", gone=True, weight=3), kept(2, "abc")], [found("abc")]) == {0: UUID(int=2)}


def test_what_cites_nothing_is_the_same_of_the_same_person():
    assert same([kept(1, ""), kept(2, "", whose="b")], [found("", whose="b", days=9)]) == {0: UUID(int=2)}
    assert same([kept(1, "abc")], [found("")]) == {}


def test_where_what_follows_no_more_has_gone():
    gone = kept(2, "xyz")
    assert into(gone, [kept(1, "abcxyz"), kept(3, "z")]) == UUID(int=1)
    assert into(gone, [kept(1, "abc"), kept(3, "xyz", rule="other")]) is None
