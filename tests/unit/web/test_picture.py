"""The picture: every fact is drawn once, in its lane, in order of time, and nothing covers anything."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.web.picture import APART, LETTER, MOST_CAPTIONS, MOST_ROWS, SHAPES, WIDTH, Band, Frame, Mark, draw

TODAY = date(2025, 3, 14)
NOW = datetime(2025, 3, 14, 9, tzinfo=UTC)
LANES = [("police", "Police"), ("school", "School"), ("health", "Health & care")]
PLACES = re.compile(r'<a class="m (\w+)" href="([^"]+)" transform="translate\(([\d.-]+) ([\d.-]+)\)">')


def mark(days: float, lane: str = "police", shape: str = "event", n: int = 0) -> Mark:
    return Mark(lane, shape, NOW - timedelta(days=days), f"Mark {n} & <more>", f"#e-{n}")


def places(drawn):
    return [(shape, href, float(x), float(y)) for shape, href, x, y in PLACES.findall(drawn.svg)]


marks = st.lists(
    st.builds(
        mark,
        st.floats(0, 3650),
        st.sampled_from([lane for lane, _ in LANES]),
        st.sampled_from(sorted(SHAPES)),
        st.integers(0, 10**6),
    ),
    min_size=1,
    max_size=120,
)


@settings(max_examples=60, deadline=None)
@given(marks)
def test_every_mark_is_drawn_once_in_order_of_time_within_the_drawing(some):
    drawn = draw(some, LANES, today=TODAY)
    found = places(drawn)
    assert [href for _, href, _, _ in found] == [m.href for m in sorted(some, key=lambda m: m.at)]
    assert [x for _, _, x, _ in found] == sorted(x for _, _, x, _ in found)
    assert all(0 <= x <= WIDTH for _, _, x, _ in found)
    ElementTree.fromstring(drawn.svg)  # well formed, whatever the words


@settings(max_examples=60, deadline=None)
@given(marks)
def test_marks_of_a_row_do_not_touch_while_rows_are_left(some):
    drawn = draw(some, LANES, today=TODAY)
    rows = dict(drawn.lanes)
    by_row: dict[float, list[float]] = {}
    for _, _, x, y in places(drawn):
        by_row.setdefault(y, []).append(x)
    if all(count < MOST_ROWS for count in rows.values()):
        for xs in by_row.values():
            assert all(b - a >= APART - 0.11 for a, b in zip(xs, xs[1:], strict=False))


def test_five_hundred_marks_over_seven_years_stand_apart():
    kinds = sorted(SHAPES)
    some = [mark(n * 5.1, LANES[n % 3][0], kinds[n % 5], n) for n in range(500)]
    drawn = draw(some, LANES, today=TODAY)
    assert len(places(drawn)) == 500
    assert len({(x, y) for _, _, x, y in places(drawn)}) == 500
    assert drawn.summary == "500 entries in 3 lanes, March 2018 to March 2025."
    assert len(drawn.svg) < 150_000


def test_the_words_of_the_axis_do_not_overlap():
    for days in (1, 40, 200, 400, 1000, 3000, 9000):
        drawn = draw([mark(days), mark(0)], LANES, today=TODAY)
        xs = [float(x) for x in re.findall(r'class="pic-when" x="([\d.]+)"', drawn.svg)]
        assert xs, days
        assert all(b - a > 40 for a, b in zip(xs, xs[1:], strict=False)), (days, xs)


def test_only_lanes_with_marks_are_drawn_in_their_own_order():
    drawn = draw([mark(1, "health"), mark(2, "police")], LANES, today=TODAY)
    assert [title for title, _ in drawn.lanes] == ["Police", "Health & care"]


def test_marks_differ_in_shape_and_the_legend_says_how_many_of_each():
    drawn = draw([mark(n, shape=shape, n=n) for n, shape in enumerate(sorted(SHAPES))], LANES, today=TODAY)
    assert len({svg for _, svg, _, _ in drawn.legend}) == len(SHAPES)
    assert {count for _, _, count, _ in drawn.legend} == {1}


def test_what_is_open_is_a_band_in_its_lane_until_today():
    drawn = draw([mark(90)], LANES, today=TODAY, bands=[Band("police", NOW - timedelta(days=30), None, "Plan & more")])
    assert drawn.bands
    assert 'class="pic-band"' in drawn.svg
    assert "Plan &amp; more" in drawn.svg


def test_nothing_inline_that_the_content_security_policy_forbids():
    drawn = draw([mark(5)], LANES, today=TODAY)
    assert "style=" not in drawn.svg
    assert "on" not in re.findall(r"\s(on)\w+=", drawn.svg)


def test_no_marks_at_all():
    drawn = draw([], LANES, today=TODAY)
    assert drawn.lanes == ()
    assert drawn.summary == "Nothing to draw yet."


# --- what a warning sign rests on ------------------------------------------------------------------------

RECT = re.compile(r'<rect class="pic-frame" x="([\d.-]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)">')
SAYS = re.compile(r'<text class="pic-says" x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)">([^<]*)</text>')


def frame(since: float, until: float, says: str = "5 events in 60 days") -> Frame:
    return Frame(NOW - timedelta(days=since), NOW - timedelta(days=until), says)


def test_a_frame_stands_behind_its_marks_and_holds_all_of_them():
    some = [mark(60), mark(30, "school"), mark(2, "health"), mark(300)]
    drawn = draw(some, LANES, today=TODAY, frames=[frame(60, 2)])
    ((left, top, wide, high),) = [tuple(map(float, found)) for found in RECT.findall(drawn.svg)]
    inside = [(x, y) for _, _, x, y in places(drawn) if left < x < left + wide]
    assert len(inside) == 3
    assert all(top < y < top + high for _, y in inside)
    assert drawn.svg.index("pic-frame") < drawn.svg.index('<a class="m')
    assert (drawn.captions, drawn.frames) == (1, ("5 events in 60 days",))
    ElementTree.fromstring(drawn.svg)


def test_without_a_sign_there_is_no_frame_and_no_room_for_one():
    drawn = draw([mark(1)], LANES, today=TODAY)
    assert (drawn.captions, drawn.frames, "pic-frame" in drawn.svg) == (0, (), False)


windows = st.lists(
    st.builds(
        lambda since, long, says: frame(since, max(since - long, 0), says),
        st.floats(0, 900),
        st.floats(0, 90),
        st.text("abcdef <&", min_size=1, max_size=160),
    ),
    min_size=1,
    max_size=9,
)


@settings(max_examples=80, deadline=None)
@given(windows)
def test_captions_cover_neither_one_another_nor_the_edge(some):
    drawn = draw([mark(0), mark(900)], LANES, today=TODAY, frames=some)
    assert drawn.captions <= MOST_CAPTIONS
    assert drawn.frames == tuple(one.says for one in some)
    rows: dict[str, list[tuple[float, float]]] = {}
    for x, y, anchor, words in SAYS.findall(drawn.svg):
        wide = len(unescape(words)) * LETTER
        left = float(x) - (wide if anchor == "end" else 0)
        assert left >= -0.1
        assert left + wide <= WIDTH
        rows.setdefault(y, []).append((left, left + wide))
    for there in rows.values():
        ordered = sorted(there)
        assert all(b[0] > a[1] for a, b in zip(ordered, ordered[1:], strict=False))
    ElementTree.fromstring(drawn.svg)
