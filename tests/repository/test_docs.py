"""The docs say what is: links lead somewhere, commands exist, generated pages are current, nothing stray is in them."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMMAND = Path(sys.executable).parent / "sightline"
OURS = ("*.md", "docs/**/*.md", "definitions/**/*.md", "stories/**/*.md", "benchmarks/**/*.md")
PAGES = sorted({page for pattern in OURS for page in ROOT.glob(pattern)})
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
GENERATED = ROOT / "docs" / "reference"

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
IN_LINE = re.compile(r"`([^`\n]+)`")
# What nobody should find: where something was fetched from, where we work, what is not finished.
FORBIDDEN = {
    "a workshop path": re.compile(r"/work/"),
    "something unfinished": re.compile(r"\b(TODO|FIXME|TBD|XXX)\b"),
    "a registry or forge": re.compile(
        r"\b(pypi|pythonhosted|npmjs|registry\.npm|github\.com|githubusercontent|gitlab|deb\.debian|crates\.io)\b", re.I
    ),
}
ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://([^\s/`\")\]:]+)", re.I)
OWN_HOST = re.compile(r"^(127\.0\.0\.1|localhost|(.+\.)?(example|internal)|.*@.*|user|sightline|host)$", re.I)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose(name: str) -> str:
    """The page without its code blocks."""
    return CODE.sub("", text(name))


def code(name: str) -> list[str]:
    """What a reader might type: lines of shell blocks, and code within sentences."""
    blocks = [block for language, block in CODE.findall(text(name)) if language in ("sh", "bash", "")]
    return [*(line for block in blocks for line in block.splitlines()), *IN_LINE.findall(prose(name))]


def heading_id(heading: str) -> str:
    """The anchor of a heading, as forges make it."""
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    content = CODE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#{1,6} +(.+)$", content, re.MULTILINE)
    return {heading_id(found) for found in headings} | set(re.findall(r'\bid="([^"]+)"', content))


@cache
def commands() -> dict[str, tuple[set[str], set[str]]]:
    """Every subcommand of the command line: its options (those of its verbs too), and the words that may come first."""
    from sightline.commands import COMMANDS

    found = {}
    for name, (module, _, _) in COMMANDS.items():
        subparsers = argparse.ArgumentParser().add_subparsers()
        importlib.import_module(module).add_parser(subparsers)
        options, verbs = set(), set()
        parsers = [subparsers.choices[name]]
        for parser in parsers:
            for action in parser._actions:
                options |= set(action.option_strings)
                if not action.option_strings and action.choices:
                    verbs |= set(action.choices)
                if isinstance(action, argparse._SubParsersAction):
                    parsers.extend(action.choices.values())
        found[name] = options, verbs
    return found


@cache
def targets() -> set[str]:
    return set(re.findall(r"^([a-z][\w-]*):", text("Makefile"), re.MULTILINE))


def test_there_are_pages():
    first = {"README.md", "GLOSSARY.md", "CONTRIBUTING.md", "SECURITY.md", "THREAT_MODEL.md", "docs/README.md"}
    assert first <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_links_and_pictures_lead_somewhere(name):
    page, dead = ROOT / name, []
    for link in LINK.findall(prose(name)):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        inside = target.is_relative_to(ROOT)
        if not inside or not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            dead.append(link)
    assert not dead


@pytest.mark.parametrize("name", NAMES)
def test_commands_exist(name):
    unknown = []
    for line in code(name):
        for given in re.finditer(r"(?:^|[\s/])sightline ([a-z][\w-]*)([^\n#|&]*)", line):
            command, words = given[1], given[2].split()
            options, verbs = commands().get(command, (set(), set()))
            wrong = command not in commands()
            wrong |= bool(verbs and words and re.fullmatch(r"[a-z]+", words[0]) and words[0] not in verbs)
            wrong |= any(re.match(r"--[a-z]", word) and word.partition("=")[0] not in options for word in words)
            if wrong:
                unknown.append(given[0].strip())
    assert not unknown


@pytest.mark.parametrize("name", NAMES)
def test_make_targets_exist(name):
    used = {target for line in code(name) for target in re.findall(r"(?:^|[;&] *)make ([a-z][\w-]*)", line)}
    assert used <= targets()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_in_it_that_should_not_be(name):
    content = text(name)
    found = [f"{what}: {hit[0]}" for what, pattern in FORBIDDEN.items() for hit in pattern.finditer(content)]
    found += [f"an address: {hit[0]}" for hit in ADDRESS.finditer(content) if not OWN_HOST.match(hit[1])]
    assert not found


def test_what_the_threat_model_calls_proof_is_a_test():
    named = re.findall(r"\[(test_\w+)\]\((tests/[\w/]+\.py)\)", text("THREAT_MODEL.md"))
    assert len(named) > 20
    missing = [test for test, file in named if test != Path(file).stem and f"def {test}(" not in text(file)]
    assert not missing


def test_the_settings_that_are_read_are_those_that_the_readme_lists():
    read = set()
    for file in [*ROOT.glob("config/*.py"), *ROOT.glob("sightline/**/*.py")]:
        content = file.read_text(encoding="utf-8")
        read |= set(re.findall(r"""(?:environ(?:ment)?(?:\.get)?[\[(]|env\.\w+\()["']([A-Z][A-Z_]+)["']""", content))
    table = text("README.md").partition("## Configuration")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`([A-Z][A-Z_]+)`", row)}
    assert listed == read - {"DJANGO_SETTINGS_MODULE"}


def test_each_page_of_the_docs_is_reached_from_the_readme():
    """A page to which nothing leads is a page that nobody reads."""
    reached, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in reached or not page.is_file():
            continue
        reached.add(page)
        for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
            path = link.partition("#")[0]
            if path.endswith(".md") and "://" not in path:
                todo.append((page.parent / path).resolve())
    lost = [str(page.relative_to(ROOT)) for page in PAGES if page not in reached and not page.is_relative_to(GENERATED)]
    assert lost == []


def test_each_picture_of_the_manual_is_used():
    images = {file.name for file in (ROOT / "docs" / "manual" / "images").glob("*.png")}
    used = {Path(link).name for name in NAMES for link in LINK.findall(text(name)) if link.endswith(".png")}
    assert images <= used


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "manual").glob("*.md")), ids=lambda page: page.stem)
def test_each_page_of_the_manual_shows_both_screens_and_its_finding(page):
    if page.stem == "README":
        return
    content = page.read_text(encoding="utf-8")
    assert f"images/{page.stem}-desktop.png" in content and f"images/{page.stem}-phone.png" in content
    assert len(re.findall(r"^\*\*What you see at once: .+\*\*$", content, re.MULTILINE)) == 1


@pytest.mark.parametrize("record", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda record: record.stem)
def test_decision_records_have_one_style(record):
    if record.stem == "README":
        return
    content = record.read_text(encoding="utf-8")
    assert re.match(r"# .+\n\n\d{1,2} [A-Z][a-z]+ \d{4} · (accepted|replaced by \[.+\]\(.+\))\n", content)
    assert re.findall(r"^## (.+)$", content, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert f"({record.name})" in text("docs/decisions/README.md")


@pytest.mark.parametrize("arguments", [("reference", "--check"), ("story", "coverage", "--check")], ids=" ".join)
def test_generated_pages_are_current(arguments):
    done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


# --- the examples in them ------------------------------------------------------------------------------------------


def examples(language: str) -> list[tuple[str, str]]:
    """Every block of this language: the page, and the block. The parts of one feed, told in turn, are one example."""
    found = []
    for name in NAMES:
        blocks = [block for each, block in CODE.findall(text(name)) if each == language]
        if name.endswith("write-a-feed-mapping.md"):
            blocks = ["".join(blocks)]
        found += [(name, block) for block in blocks]
    return found


def declared(block: str) -> list[dict[str, object]]:
    """The declarations of its kind and id that stand under definitions/."""
    from sightline.definition.loader import FIRST_KEYS
    from sightline.definition.types import KINDS

    given = yaml.load(block, yaml.BaseLoader)
    kind, thing = next(iter(given.items()))
    folder = KINDS.get(FIRST_KEYS.get(kind, kind), ("", None))[0]
    name = f"{folder}/{thing}.yaml" if folder else f"{thing}/partnership.yaml"
    files = (ROOT / "definitions").glob(f"*/{name}") if folder else [ROOT / "definitions" / name]
    return [yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader) for file in files if file.is_file()]


def is_part(some: object, whole: object) -> bool:
    if isinstance(some, dict) and isinstance(whole, dict):
        return all(key in whole and is_part(value, whole[key]) for key, value in some.items())
    return some == whole


YAML = examples("yaml")
FEEDS = [(name, block) for name, block in YAML if block.startswith("feed:") and not declared(block)]
STORIES = [(name, block) for name, block in YAML if block.startswith("story:")]
DECLARED = [example for example in YAML if example not in FEEDS and example not in STORIES]


@pytest.mark.parametrize(("name", "block"), DECLARED, ids=[block.splitlines()[0] for _, block in DECLARED])
def test_a_declaration_that_is_shown_is_as_it_stands(name, block):
    given = yaml.load(block, yaml.BaseLoader)
    assert any(is_part(given, whole) for whole in declared(block))


@pytest.fixture(scope="module")
def definitions(tmp_path_factory):
    """A copy of the definitions, with the feeds that the docs show."""
    folder = tmp_path_factory.mktemp("docs") / "definitions"
    shutil.copytree(ROOT / "definitions", folder)
    for _, block in FEEDS:
        named = re.match(r"feed: (\S+)", block)[1]
        (folder / "leeds" / "feeds" / f"{named}.yaml").write_text(block, encoding="utf-8")
    return {**os.environ, "SIGHTLINE_DEFINITIONS": str(folder)}


def test_the_feeds_that_are_shown_are_sound(definitions):
    assert len(FEEDS) == 2
    done = subprocess.run([COMMAND, "check", "leeds"], env=definitions, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_file_of_the_tutorial_is_read_as_the_tutorial_says(definitions, tmp_path):
    (rows,) = [block for name, block in examples("csv") if name.endswith("first-hour.md")]
    (tmp_path / "youth.csv").write_text(rows, encoding="utf-8")
    how = {
        **definitions,
        "SIGHTLINE_VAR": str(tmp_path),
        "SIGHTLINE_MODE": "test",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'tutorial.sqlite3'}",
    }

    def run(*arguments: str) -> dict[str, float]:
        done = subprocess.run([COMMAND, *arguments], env=how, capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout) if "--json" in arguments else {}

    run("init", "--partnership", "leeds")
    first, second = (run("load", "youth.csv", "--json") for _ in range(2))
    assert (first["read"], first["new"], first["quarantined"]) == (3, 2, 1)
    assert (second["new"], second["quarantined"]) == (0, 0)


def test_the_story_that_is_shown_holds(tmp_path):
    assert STORIES
    for number, (_, block) in enumerate(STORIES):
        (tmp_path / f"{number}.yaml").write_text(block, encoding="utf-8")
    done = subprocess.run([COMMAND, "story", "run", tmp_path], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_notification_that_is_shown_is_understood():
    from sightline.definition.loader import load
    from sightline.intake import bodies
    from sightline.intake.types import Notification

    sent = [block for _, block in examples("json") if '"message_id"' in block]
    assert sent
    for block in sent:
        raw = block.encode()
        read = bodies.read(raw, agency="west-yorkshire-police", partnership=load("leeds"))
        assert isinstance(read, Notification), read.faults
