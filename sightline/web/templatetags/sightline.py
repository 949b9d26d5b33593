"""The few filters that the templates share."""

import re
from collections.abc import Sequence
from itertools import groupby

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import mark_safe

from sightline.web.words import iso_words, moment_words

register = template.Library()
register.filter("iso", iso_words)
register.filter("moment", moment_words)


NUMBER = re.compile(r"(?<![\d+])(?:\+44 ?|0)\d(?: ?\d){8,9}(?!\d)|(?<!\d)(?<!\d )(?:999|101|111)(?! ?\d)")


@register.filter
def rung(text: str) -> str:
    """A text in which each telephone number can be rung from the page: on a phone, at night, with one hand."""
    parts, end = [], 0
    for found in NUMBER.finditer(str(text or "")):
        parts.append(conditional_escape(str(text)[end : found.start()]))
        parts.append(
            format_html('<a class="govuk-link sl-tel" href="tel:{}">{}</a>', found[0].replace(" ", ""), found[0])
        )
        end = found.end()
    return mark_safe("".join([*parts, conditional_escape(str(text or "")[end:])]))  # every part is escaped


@register.filter
def at(values: Sequence[object], place: int) -> object:
    """The value at a place: for tables whose columns are things and whose lines are their values."""
    return values[place]


@register.filter
def dictkey(values: dict[str, str], name: str) -> str:
    """What a mapping holds under a name that a template cannot spell (`happened-day`); empty where it holds nothing."""
    return values.get(name, "")


@register.filter
def first_id(fields: dict[str, object]) -> str:
    """Where a fault of the whole form leads: its first field."""
    return f"id_{next(iter(fields), '')}"


@register.filter
def with_lists(text: str) -> str:
    """A text of several lines, those that begin with a dash as a list: as whoever hears the page expects it."""
    parts = []
    for dashed, lines in groupby(text.splitlines(), key=lambda line: line.startswith("- ")):
        if dashed:
            items = format_html_join("", "<li>{}</li>", ((line.removeprefix("- "),) for line in lines))
            parts.append(format_html('<ul class="govuk-list govuk-list--bullet">{}</ul>', items))
        else:
            parts.append(format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines)))
    return mark_safe("".join(parts))


@register.filter
def svg_only(markup: str) -> str:
    """The QR code that allauth drew, without its XML heading; the style sheet gives its size."""
    start = markup.find("<svg")
    return mark_safe(markup[start:]) if start >= 0 else ""


@register.simple_tag
def kept_at(form: str, about: object) -> str:
    """The attributes of a form whose words are kept while they are typed (`web/drafts.py`). The form says where: in its own
    `[role=status]`."""
    return format_html(
        'hx-post="{}" hx-trigger="input delay:2s, input throttle:2s" hx-target="find [role=status]" hx-swap="innerHTML" '
        'hx-sync="this:replace" data-draft',
        reverse("draft", args=[form, about]),
    )
