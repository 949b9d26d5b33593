"""The children in need census, 2024 to 2026: read with tolerance, and never to be used against us."""

import resource
import time
from contextlib import nullcontext

import pytest

from sightline.intake.notes import Notes
from sightline.intake.readers import Unreadable, read, reread
from sightline.intake.readers.source import Part
from sightline.intake.types import Notification, Unread
from tests.unit.intake.shapes import CENSUS, census, child, feed, leeds

INSIDE = (
    "<PrimaryNeedCode>N1</PrimaryNeedCode>"
    "<Assessments><AssessmentActualStartDate>2025-05-02</AssessmentActualStartDate><AssessmentAuthorisationDate>2025-06-10"
    "</AssessmentAuthorisationDate><FactorsIdentifiedAtAssessment><AssessmentFactors>3A</AssessmentFactors>"
    "<AssessmentFactors>4B</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments>"
    "<CINPlanDates><CINPlanStartDate>2025-06-11</CINPlanStartDate></CINPlanDates>"
    "<Section47><S47ActualStartDate>2025-07-01</S47ActualStartDate><InitialCPCtarget>2025-07-22</InitialCPCtarget>"
    "<DateOfInitialCPC>2025-07-18</DateOfInitialCPC><ICPCnotRequired>false</ICPCnotRequired></Section47>"
    "<ChildProtectionPlans><CPPstartDate>2025-07-18</CPPstartDate><InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse>"
    "<LatestCategoryOfAbuse>EMO</LatestCategoryOfAbuse><NumberOfPreviousCPP>0</NumberOfPreviousCPP></ChildProtectionPlans>"
)


def found(source, notes=None):
    return list(read(source, feed(CENSUS), leeds(), notes))


def reasons(source):
    return [one.reason for one in found(source) if isinstance(one, Unread)]


def test_each_part_of_an_episode_is_a_record():
    by_record = {one.record: one for one in found(census(child(inside=INSIDE)))}
    assert list(by_record) == [
        "referral",
        "assessment",
        "child-in-need-plan",
        "section-47",
        "conference",
        "child-protection-plan",
    ]
    referral, conference = by_record["referral"], by_record["conference"]
    assert referral.message_id == "cin/referral/C1/2025-05-01"
    assert (referral.agency, referral.happened) == ("childrens-social-work", "2025-05-01")
    assert (referral.version, referral.sent) == ("2026-03-31 2026-06-01T10:00:00", "2026-06-01T10:00:00")
    assert referral.fields["source-code"] == "6" and referral.fields["no-further-action"] == "no"
    details = referral.people[0].details
    assert (details.local_id, details.born, details.sex, details.ethnicity) == ("C1", "2010-03-04", "male", "MWBC")
    assert by_record["assessment"].fields["factors"] == "3A; 4B"
    assert by_record["child-in-need-plan"].fields == {"started": "2025-06-11", "category": "N1"}
    assert by_record["section-47"].fields["conference-not-needed"] == "no"
    assert conference.fields == {"held-at": "2025-07-18", "target": "2025-07-22", "kind": "initial"}
    assert by_record["child-protection-plan"].fields["category"] == "EMO"


def test_a_record_keeps_its_own_element_and_not_the_others():
    section = next(one for one in found(census(child(inside=INSIDE))) if one.record == "section-47")
    assert b"<S47ActualStartDate>" in section.raw and b"<CPPstartDate>" not in section.raw and b"C1" in section.raw


@pytest.mark.parametrize(
    ("element", "sex"),
    [
        ("<GenderCurrent>1</GenderCurrent>", "male"),
        ("<GenderCurrent>2</GenderCurrent>", "female"),
        ("<Sex>U</Sex>", "unknown"),
        ("<GenderCurrent>9</GenderCurrent>", "unknown"),
        ("<Sex>F</Sex>", "female"),
        ("<GenderCurrent>0</GenderCurrent>", "unknown"),
    ],
)
def test_sex_in_the_shapes_of_all_years(element, sex):
    (one,) = found(census(child(who=f"<PersonBirthDate>2010-03-04</PersonBirthDate>{element}")))
    assert one.people[0].details.sex == sex


@pytest.mark.parametrize(("text", "value"), [("0", "no"), ("1", "yes"), ("true", "yes"), ("false", "no")])
def test_yes_and_no_in_all_four_ways(text, value):
    source = census(child()).replace(b"<ReferralNFA>0", f"<ReferralNFA>{text}".encode())
    assert found(source)[0].fields["no-further-action"] == value


def test_an_unborn_child():
    (one,) = found(census(child(who="<ExpectedPersonBirthDate>2026-07-01</ExpectedPersonBirthDate><Sex>U</Sex>")))
    assert (one.people[0].details.expected, one.people[0].details.born) == ("2026-07-01", "")


def test_what_is_not_known_is_noted_and_stops_nothing():
    notes = Notes()
    assert len(found(census(child(inside="<Shoe>9</Shoe>"), child("C2", "<Shoe>8</Shoe>")), notes)) == 2
    assert "unknown element Shoe (2 times, first at child 1, line 2)" in notes.sentences()


def test_a_namespace_makes_no_difference():
    assert len(found(census(child()).replace(b"<Message>", b'<Message xmlns="urn:dfe">'))) == 1


def test_a_bad_date_is_that_record_alone():
    source = census(child(inside=INSIDE.replace("2025-05-02", "2025-02-30")), child("C2"))
    assert reasons(source) == ["not-a-date"]
    assert sum(isinstance(one, Notification) for one in found(source)) == 6


def test_a_child_without_its_number_is_told_record_by_record():
    source = census(child("", INSIDE), child("C2"))
    assert reasons(source) == ["needed"] * 6


def test_the_same_day_twice_is_two_records():
    twice = "<CINPlanDates><CINPlanStartDate>2025-06-11</CINPlanStartDate></CINPlanDates>" * 2
    ids = [one.message_id for one in found(census(child(inside=twice))) if one.record == "child-in-need-plan"]
    assert ids == ["cin/child-in-need-plan/C1/2025-06-11", "cin/child-in-need-plan/C1/2025-06-11/2"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (census(child(), collection="CLA"), "wrong-collection"),
        (census(child(), year="2019"), "wrong-year"),
        (census(child(), root="Census"), "wrong-collection"),
        (b"<Message><Children>" + child().encode() + b"</Children></Message>", "wrong-collection"),
    ],
)
def test_another_collection_is_told_clearly(source, reason):
    assert reasons(source) == [reason]
    assert len(found(source)) == 1


@pytest.mark.parametrize("year", ["2024", "2025", "2026", "2027"])
def test_the_years_that_are_read(year):
    assert reasons(census(child(), year=year)) == []


def test_a_file_cut_in_half_gives_the_children_before():
    whole = census(*(child(f"C{n}") for n in range(400)))
    for cut in range(len(whole) // 2, len(whole) // 2 + 400, 7):
        everything = found(whole[:cut])
        good = [one.people[0].details.local_id for one in everything if isinstance(one, Notification)]
        assert good == [f"C{n}" for n in range(len(good))]
        assert len(good) == whole[:cut].count(b"</Child>")
        assert [one.reason for one in everything if isinstance(one, Unread)] == ["cut-short"]


def test_a_fault_in_the_middle_gives_the_children_before():
    source = census(child("C1"), child("C2"), "<Child><oops</Child>", child("C3"))
    assert [getattr(one, "reason", "good") for one in found(source)] == ["good", "good", "not-xml"]


# --- hostile files ------------------------------------------------------------------------------------

BOMB = (
    "<!DOCTYPE Message [<!ENTITY a 'aaaaaaaaaa'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
    + "]>"
)
HOSTILE = {
    "bomb": census(child(inside="<Shoe>&j;</Shoe>"), before=BOMB),
    "quadratic": census(child(inside="&a;" * 1000), before=f"<!DOCTYPE m [<!ENTITY a '{'x' * 50_000}'>]>"),
    "file": census(child(inside="&x;"), before='<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "network": census(child(), before='<!DOCTYPE m SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "parameter": census(child(), before='<!DOCTYPE m [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>'),
    "plain doctype": census(child(), before="<!DOCTYPE Message>"),
    "utf-16 doctype": census(child(), before="<!DOCTYPE Message>").decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "utf-7": census(child()).replace(b"UTF-8", b"UTF-7"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_document_types_and_odd_encodings_are_refused_at_once(name):
    began = time.process_time()
    with pytest.raises(Unreadable):
        found(HOSTILE[name])
    assert time.process_time() - began < 1


def test_a_late_document_type_is_no_way_round():
    many = [child(f"C{n}") for n in range(400)]
    late = found(census(*many, "<!DOCTYPE x [<!ENTITY a 'b'>]>"))
    assert [one.reason for one in late if isinstance(one, Unread)] == ["not-xml"]
    with pytest.raises(Unreadable):
        found(census(child(inside="<Shoe>&j;</Shoe>"), before=f"<!--{'x' * 100_000}-->{BOMB}"))


def test_an_entity_that_nobody_declared():
    assert reasons(census(child(inside="<Shoe>&nbsp;</Shoe>"))) == ["not-xml"]


def test_depth_and_size_are_bounded():
    assert reasons(census("<Child>" + "<a>" * 5000)) == ["not-xml"]
    assert reasons(census("<Child>" + "<a>x</a>" * 400_000 + "</Child>")) == ["too-long"]
    assert reasons(census(child(inside=f"<Shoe>{'x' * 12_000_000}</Shoe>")))[0] in ("too-long", "not-xml")


def test_memory_stays_level_over_many_children():
    class Many:
        """A census that is never whole in memory."""

        def __init__(self):
            start, end = census("@").split(b"@")
            self.pieces = iter([start, *(child(f"C{n}", INSIDE).encode() for n in range(6_000)), end])

        def read(self, size=-1):
            return next(self.pieces, b"")

    source = Part("many.xml", lambda: nullcontext(Many()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(1 for _ in read(source, feed(CENSUS), leeds())) == 36_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 25_000  # kB


# --- repaired by a person -----------------------------------------------------------------------------


def test_a_repaired_record_is_read_again():
    source = census(child(inside="<Section47><S47ActualStartDate>2025-02-30</S47ActualStartDate></Section47>"))
    (kept,) = [one for one in found(source) if isinstance(one, Unread)]
    mended = kept.raw.decode().replace("2025-02-30", "2025-02-28")
    again = reread(mended, feed=feed(CENSUS), kind="file", agency="childrens-social-work", partnership=leeds())
    assert isinstance(again, Notification)
    assert (again.record, again.happened) == ("section-47", "2025-02-28")


def test_pre_proceedings_of_the_collection_of_2027():
    """What was announced for 2026 to 2027 is read; what is not settled is told as unknown, and stops nothing."""
    inside = (
        "<PreProceedingsandFGDM><PPStartDate>2026-07-01</PPStartDate><LBPSentDate>2026-07-02</LBPSentDate>"
        "<FGDMMeetingOffer>2026-07-03</FGDMMeetingOffer><InitialPPMeetingDate>2026-07-20</InitialPPMeetingDate>"
        "<ReviewMeetingsCount>2</ReviewMeetingsCount><PPOutcome>A</PPOutcome></PreProceedingsandFGDM>"
        "<PreProceedingsandFGDM><FGDMMeetingOffer>2026-08-03</FGDMMeetingOffer></PreProceedingsandFGDM>"
    )
    made = found(census(child(inside=inside), year="2027"))
    (told,) = (one for one in made if one.record == "pre-proceedings")
    assert (told.happened, told.fields) == (
        "2026-07-01",
        {"decided": "2026-07-01", "letter": "2026-07-02", "first-meeting": "2026-07-20", "meetings": "2", "outcome": "A"},
    )
    assert [one.record for one in made] == ["referral", "pre-proceedings"]
