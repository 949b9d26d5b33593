"""Telephone numbers in a text can be rung from the page; nothing else becomes a link, and nothing is let through unescaped."""

import pytest

from sightline.web.templatetags.sightline import rung


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0113 496 0140", ["01134960140"]),
        ("0113 496 0101; day and night 0113 496 0901", ["01134960101", "01134960901"]),
        ("+44 113 496 0140", ["+441134960140"]),
        ("07700 900123 or 999", ["07700900123", "999"]),
        ("born 4 March 2010, NHS 999 000 0018", []),
        ("number not recorded", []),
        ("", []),
        (None, []),
    ],
)
def test_each_number_is_a_link_that_rings(text, numbers):
    shown = rung(text)
    assert [part.split('"')[0] for part in shown.split('href="tel:')[1:]] == numbers


def test_what_stands_around_a_number_is_escaped():
    assert rung("<b>0113 496 0140</b> & more") == (
        '&lt;b&gt;<a class="govuk-link sl-tel" href="tel:01134960140">0113 496 0140</a>&lt;/b&gt; &amp; more'
    )
