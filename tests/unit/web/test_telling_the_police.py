"""Telling the police: a birth date is read as it is written everywhere else."""

from __future__ import annotations

import pytest

from sightline.definition.loader import load
from sightline.web.intelligence.forms import SubmitForm

GIVEN = {"about_kind": "child", "urgency": "soon", "says": "A light at night."}


@pytest.mark.parametrize(
    ("typed", "told"),
    [("4 March 2010", "2010-03-04"), ("4/3/2010", "2010-03-04"), ("about 14", "about 14"), ("", "")],
)
def test_a_birth_date_is_told_as_a_date(typed, told):
    form = SubmitForm({**GIVEN, "born": typed}, definition=load("leeds"), joined=True)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["born"] == told
