"""What every page's template owes to whoever meets it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "sightline" / "web" / "templates"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if '{% extends "base.html" %}' in path.read_text("utf-8"))
TITLE = re.compile(r"{% block title %}(.*?){% endblock %}", re.S)
SHOWS_FAULTS = re.compile(r"parts/errors\.html|feeds/errors\.html|registry/fault\.html|data-errors")
FORM = re.compile(r"<form\b[^>]*method=\"post\".*?</form>", re.S)


def named(path):
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_that_shows_faults_says_so_in_its_title(page):
    text = page.read_text("utf-8")
    if SHOWS_FAULTS.search(text):
        assert "Error: " in TITLE.search(text)[1], "who hears the page hears its title first"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_form_that_keeps_a_draft_keeps_it_while_one_types_and_says_so(page):
    text = page.read_text("utf-8")
    for form in FORM.findall(text):
        start = form[: form.index("csrf_token")] if "csrf_token" in form else form
        if "data-draft" not in start and "{% kept_at" not in start:
            continue
        assert "{% kept_at" in start or "hx-post=" in start, "it is kept on sending alone"
        if 'hx-target="#' not in start:
            assert 'role="status"' in form, "nothing says that it is kept"


def test_a_number_to_ring_can_be_rung_from_the_page():
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"{{ *ring\.[01] *}}|{{ *info\.phone *}}|<b>[^<]*Ring 999", text), named(path)


def test_no_telephone_number_stands_where_it_cannot_be_rung():
    for path in TEMPLATES.rglob("*.html"):
        for line in path.read_text("utf-8").splitlines():
            found = re.search(r"(?<!tel:){{ *[\w.]+\.(?:phone|out_of_hours)(?!\|(?:default:\"[^\"]*\"\|)?rung)[^}]*}}", line)
            assert found is None, (named(path), found[0])
