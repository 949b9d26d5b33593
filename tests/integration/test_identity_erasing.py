"""Whoever is erased is known, found and matched by nothing any more; not by the family of others either."""

import pytest

from sightline.identity import indexing
from sightline.identity.actions import decide_match
from sightline.identity.erasing import erase
from sightline.identity.models import Alike, Key, Possible
from sightline.identity.tracing import waiting_between
from sightline.intake.types import Details, Named
from sightline.vault.actions import CannotOpen, Keyring
from tests.support.house import POLICE, SCHOOL, actor, identity, open_house, send, told

IDA = Details(given="Ida", family="Quillfeather", born="2012-05-06", sex="female", postcode="LS14 6AA", local_id="I1")
MUM = Details(given="Rosamund", family="Quillfeather", born="1985-01-02", local_id="R1")


@pytest.fixture
def family(database):
    open_house()
    mother = Named("m", ("parent",), MUM)
    send(told("ppn", "child", IDA, grade="amber", also=(mother,), relations=(("m", "parent", "p1"),)))
    there = Details(given="Ida", family="Quillfeather", born="2012-05-06", sex="female", local_id="S1")
    send(told("school-concern", "child", there, agency=SCHOOL))
    return identity(POLICE, "I1"), identity(SCHOOL, "S1"), identity(POLICE, "R1")


def place(row):
    keyring = Keyring()
    return indexing.read([row.id], keyring).get(row.id)


def test_likeness_keys_and_reasons_go_and_what_is_left_of_others_stays(family):
    ida, at_school, mother = family
    [(match, _, _)] = waiting_between([ida.id], [at_school.id])
    decide_match(possible=match, decision="unsure", because="Her aunt said so.", by=actor("amir"))
    before, hers = place(ida), Alike.objects.get(identity=ida)
    other = place(at_school)
    assert "ida|quillfeather|2012-05-06" in place(mother).likeness.kin
    assert Key.objects.filter(alike=before.alike).exists() and before.likeness.given == ("ida",)
    assert erase([ida.id]) == 1
    assert place(ida) is None and not Key.objects.filter(alike=before.alike).exists()
    with pytest.raises(CannotOpen):
        indexing.opened(Keyring(), ida.id, bytes(hers.body))  # a copy of the row opens with nothing any more
    pair = Possible.objects.get(id=match)
    assert (pair.state, pair.because, pair.parts, pair.agree) == ("unsure", None, [], [])
    assert place(mother).likeness.kin == ()  # nor is she named among the family of others
    assert place(at_school) == other and indexing.missing() == 0
    assert indexing.rebuild() == 2 and place(ida) is None  # nor does making the index anew bring her back


def test_whoever_was_erased_is_matched_with_nobody_and_a_new_notice_is_somebody_new(family):
    ida, at_school, _ = family
    erase([ida.id, at_school.id])
    send(told("school-concern", "child", Details(given="Ida", family="Quillfeather", born="2012-05-06"), agency=SCHOOL))
    assert not Possible.objects.filter(one__in=[ida.id, at_school.id], state="waiting").exclude(
        other__in=[ida.id, at_school.id]
    )
    assert not Possible.objects.filter(other__in=[ida.id, at_school.id], state="waiting").exclude(
        one__in=[ida.id, at_school.id]
    )


def test_a_relative_is_found_and_matched_as_before(family):
    _, _, mother = family
    ida = identity(POLICE, "I1")
    erase([ida.id])
    again = Details(given="Rosamund", family="Quillfeather", born="1985-01-02", local_id="R9")
    send(
        told("ppn", "parent", again, agency=SCHOOL, grade="amber", also=(Named("c", ("child",), Details(given="Bo")),))
    )
    assert waiting_between([mother.id], [identity(SCHOOL, "R9").id])
