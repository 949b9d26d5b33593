"""The page of what stories prove is current, and names every row."""

from pathlib import Path

from sightline.stories.coverage import page, rows

ROOT = Path(__file__).resolve().parents[3]


def test_every_row_has_a_title():
    titles = {row for group in rows().values() for row in group}
    assert titles == {f"S{n:02d}" for n in range(1, 85)}


def test_the_page_is_current():
    made = (ROOT / "docs/reference/coverage.md").read_text(encoding="utf-8")
    assert made == page(ROOT), "run `sightline story coverage`"
