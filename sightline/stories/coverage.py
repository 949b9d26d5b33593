"""Which stories prove which rows: the page `docs/reference/coverage.md`, made from the stories themselves."""

from __future__ import annotations

from pathlib import Path

from sightline.definition.yaml_lines import read
from sightline.stories.model import Story
from sightline.stories.reading import files_in, read_story

ROWS = Path(__file__).with_name("rows.yaml")
HEAD = """# What stories prove

Made by `sightline story coverage` from the stories' `covers`; do not edit it by hand. A story proves a row when every
expectation in it holds; `sightline story run stories/` says so. Rows without a story are not proven yet.

"""


class Unreadable(Exception):
    """A story on the way cannot be understood."""


def rows() -> dict[str, dict[str, str]]:
    """Titles of the rows, by group."""
    return read(ROWS.read_bytes(), ROWS.name).data


def page(root: Path) -> str:
    """The page for all stories of a repository."""
    stories = []
    for path in files_in([str(root / "stories")]):
        story, faults = read_story(path)
        if story is None:
            raise Unreadable("\n".join(map(str, faults)))
        stories.append((path.relative_to(root).as_posix(), story))
    return (
        HEAD + _counted(stories) + "\n" + "\n".join(_group(*item, stories) for item in rows().items()) + _all(stories)
    )


def _counted(stories: list[tuple[str, Story]]) -> str:
    proven = {row for _, story in stories for row in story.covers}
    titles = {row for group in rows().values() for row in group}
    return f"{len(proven & titles)} of {len(titles)} rows have a story; there are {len(stories)} stories.\n"


def _group(name: str, titles: dict[str, str], stories: list[tuple[str, Story]]) -> str:
    lines = [f"## {name}", "", "| row | what | stories |", "|---|---|---|"]
    for row, title in titles.items():
        proving = ", ".join(_link(file, story) for file, story in stories if row in story.covers)
        lines.append(f"| {row} | {title} | {proving or '–'} |")
    return "\n".join([*lines, ""])


def _all(stories: list[tuple[str, Story]]) -> str:
    lines = ["", "## All stories", "", "| story | partnership | expectations | rows |", "|---|---|---|---|"]
    for file, story in stories:
        lines.append(
            f"| {_link(file, story)} | {story.partnership} | {len(story.expect)} | {', '.join(story.covers) or '–'} |"
        )
    return "\n".join([*lines, ""])


def _link(file: str, story: Story) -> str:
    return f"[{story.title}](../../{file})"
