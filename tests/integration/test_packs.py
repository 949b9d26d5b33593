"""Packs for somebody outside: what is in each, who lets it go, and that nothing taken out is anywhere in what left."""

import argparse
import csv
import io
import json
import re
import zlib
from hashlib import sha256
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import actor_by_id, machine
from sightline.chronology.collecting import collect
from sightline.clocks import queries as clocks
from sightline.commands import pack as command
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.disclosure.actions import mark, prepare_pack, reject_pack, release_pack, unmark, withdraw_pack
from sightline.disclosure.models import Pack as PackRow
from sightline.disclosure.models import PackFile
from sightline.disclosure.queries import file, pack, packs
from sightline.disclosure.types import REDACTED, SHOWN, WITHHELD, To
from sightline.identity.protected import protect
from sightline.identity.queries import identities_of
from sightline.jobs import disclosing
from sightline.jobs.correct import correct_record
from sightline.jobs.due import sweep
from sightline.ledger.models import Record
from sightline.messages.queries import inbox
from sightline.sharing.actions import tie
from sightline.sharing.reading import reading
from sightline.sharing.release import Value
from sightline.timescales.moment import now
from tests.support.partnership import CARE, SCHOOL, child, identities, person_on, send, settle_in

CHECKS = ("identity", "authority", "child-asked", "safe-to-send", "originators-told", "harm-considered")
REFUGE = "3 Juniper Yard"


@pytest.fixture(scope="module")
def house(shared_database):
    who = settle_in()
    by = machine("story-runner")
    for name, agency, role, team in (
        ("paul", CARE, "front-door-manager", "front-door"),
        ("ines", "business-unit", "information-governance", ""),
        ("tess", CARE, "team-manager", "east-area-team"),
    ):
        made = add_worker(username=name, name=name.capitalize(), agency=agency, role=role, team=team, by=by)
        who[name] = actor_by_id(made.id)
    return who


_numbers = count(500_000)


def nhs_number():
    """A valid number of the range kept for testing, by which two agencies' records are one child's."""
    while True:
        digits = f"999{next(_numbers):06d}"
        check = 11 - sum(int(d) * (10 - n) for n, d in enumerate(digits)) % 11
        if check != 10:
            return digits + str(check % 11)


class Family:
    """Jay, his mother Dana, his father Leroy, his half-sister Karolina; what four agencies told; Sara has the case."""

    def __init__(self, house):
        self.jay = child("Jay", nhs_number=nhs_number())
        self.dana = child(
            "Danuta",
            family="Okonjo-Price",
            nhs_number=nhs_number(),
            phone="07700 900321",
            lines=(REFUGE,),
            postcode="LS1 4DT",
        )
        self.leroy = child("Leroy", family="Fairweather", born="1984-02-11", nhs_number=nhs_number())
        self.karolina = child("Karolina", family="Fairweather", nhs_number=nhs_number())
        self.ppn = send(
            "ppn", ("child", self.jay), ("parent", self.dana), ("person-causing-harm", self.leroy),
            relations=(("p2", "parent", "p1"), ("p3", "parent", "p1")),
            says=f"Danuta left for {REFUGE}, LS1 4DT. Leroy Fairweather rang 07700 900321 all night. Jay hid. "
            "He goes to Little Wrens Nursery.",
            voice_of_child="I was scared of dad", grade="amber",
        )  # fmt: skip
        self.school = send(
            "school-concern", ("child", self.jay), ("child", self.karolina), agency=SCHOOL, category="neglect",
            says="Karolina brought Jay his lunch.",
        )  # fmt: skip
        self.plain = send("suspension", ("pupil", self.jay), agency=SCHOOL, says="Two days.", **{"from": "2025-01-13"})
        self.secret = send("police-intelligence", ("subject", self.jay), says="A source says he holds for others.")
        self.health = send("sexual-health-need", ("child", self.jay), agency="leeds-community-healthcare")
        self.person = person_on(self.ppn)
        for first in (self.ppn, self.school, self.plain, self.secret, self.health):
            ids = identities(first)
            tie([(f"worker:{house['sara'].id}", "allocated", i, now(), None, None) for i in ids])
        self.father, self.mother = person_on(self.ppn, 2), person_on(self.ppn, 1)


@pytest.fixture(scope="module")
def family(house):
    return Family(house)


def prepared(house, family, recipient="solicitor-of-an-adult", purpose="court", **how):
    given = {
        "kind": "disclosure",
        "about": family.person,
        "to": To(recipient, "Quill and Co, for Leroy Fairweather", (family.father,)),
        "purpose": purpose,
        "checks": [c for c in CHECKS if c in _checks(recipient)],
        "by": house["sara"],
    }
    return prepare_pack(**{**given, **how})


def _checks(recipient):
    from sightline.agencies.queries import partnership

    return partnership().recipient[recipient].checks


def as_read(who, first):
    with reading(who, "safeguarding") as opened:
        return pack(opened, first)


def line(one, first):
    return next(line for line in one.lines if line.first == first)


def words(one, first):
    return " ".join(part.words for part in line(one, first).parts)


def pdf_text(content):
    """All that is in a PDF: its streams unpacked, glyphs turned back into letters by its own tables."""
    streams = []
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            streams.append(zlib.decompress(found.group(1)))
        except zlib.error:
            streams.append(found.group(1))
    tables = {}
    for stream in streams:
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.DOTALL):
            for code, to in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
                tables.setdefault(code.lower(), set()).add(bytes.fromhex(to.decode()).decode("utf-16-be"))
    return streams, tables


# --- what is in it ----------------------------------------------------------------------------------------------------


def test_the_abusers_solicitor_gets_a_pack_without_the_refuge_or_anybody_else(house, family):
    one = as_read(house["sara"], prepared(house, family))
    told = words(one, family.ppn)
    assert "Jay hid." in told and "Leroy Fairweather" in told  # it is his own: he stands on it
    for gone in ("Danuta", REFUGE, "LS1 4DT", "900321", "scared"):
        assert gone not in told
    assert line(one, family.ppn).state == REDACTED
    assert {"third-party", "child-words"} <= set(line(one, family.ppn).because)
    assert "Karolina" not in words(one, family.school)
    assert line(one, family.plain).state == SHOWN


def test_intelligence_and_what_the_preparer_may_not_open_is_withheld_with_its_reason(house, family):
    one = as_read(house["sara"], prepared(house, family))
    with reading(house["sara"], "safeguarding") as opened:
        seen = {c.view.first: c.view.level.word for c in collect(opened, family.person).entries}
    for first, because in ((family.secret, "crime"), (family.health, "serious-harm")):
        if first in seen:
            assert (line(one, first).state, line(one, first).because) == (WITHHELD, (because,))
            assert line(one, first).parts == ()
    assert {line.first for line in one.lines} <= set(seen)  # nothing that the gate hides from whoever prepares it


def test_two_ex_partners_get_two_different_letters(house, family):
    theirs = {}
    for who, name in ((family.mother, "Danuta Okonjo-Price"), (family.father, "Leroy Fairweather")):
        first = prepared(house, family, "parent", "court", to=To("parent", name, (who,)))
        theirs[who] = words(as_read(house["sara"], first), family.ppn)
    assert "Danuta" in theirs[family.mother] and "Leroy" not in theirs[family.mother]
    assert "Leroy" in theirs[family.father] and "Danuta" not in theirs[family.father]
    assert all(REFUGE not in told and "scared" not in told for told in theirs.values())


def test_the_data_subject_reads_their_own_words_and_nobody_elses_name(house, family):
    to = To("data-subject", "Jay", (family.person,))
    one = as_read(house["sara"], prepared(house, family, kind="subject-access", purpose="subject-access", to=to,
                                          checks=_checks("data-subject")))  # fmt: skip
    told = words(one, family.ppn)
    assert "I was scared of dad" in told and "Danuta" not in told and "Fairweather" not in told
    assert one.asked_on and one.due > one.asked_on


def test_a_protected_detail_is_taken_out_for_a_court_too_which_reads_everybody_elses_name(house, family):
    ids = identities(family.ppn)[1:2]
    protect(
        value=Value("address", lines=(REFUGE,), postcode="LS1 4DT"),
        kind="refuge",
        recipients=[f"worker:{house['sara'].id}"],
        because="He has found her twice before.",
        by=house["sara"],
        identities=ids,
    )
    first = prepared(house, family, "court", to=To("court", "The Family Court at Leeds"), checks=_checks("court"))
    told = words(as_read(house["sara"], first), family.ppn)
    assert "Leroy Fairweather" in told and "Juniper" not in told and "LS1" not in told


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_what_a_person_takes_out_is_gone_and_a_new_version_stands(house, family):
    first = prepared(house, family)
    mark(pack=first, entry=family.ppn, words="jay  HID.", because="third-party", why="It says where", by=house["sara"])
    mark(pack=first, entry=family.plain, because="not-needed", by=house["sara"])
    one = as_read(house["sara"], first)
    assert one.version == 3
    assert "hid" not in words(one, family.ppn)
    assert (line(one, family.plain).state, line(one, family.plain).because) == (WITHHELD, ("not-needed",))
    unmark(pack=first, entry=family.plain, by=house["sara"])
    assert line(as_read(house["sara"], first), family.plain).state == SHOWN


def test_marking_is_refused_in_words_that_are_not_there_by_others_and_in_an_old_version(house, family):
    first = prepared(house, family)
    with pytest.raises(Invalid):
        mark(pack=first, entry=family.ppn, words="Danuta", because="third-party", by=house["sara"])
    with pytest.raises(Invalid):
        mark(pack=first, entry=family.ppn, because="no-such-code", by=house["sara"])
    with pytest.raises(Refused) as refused:
        mark(pack=first, entry=family.ppn, because="third-party", by=house["paul"])
    assert refused.value.decision.reason_code == "not-permitted"
    mark(pack=first, entry=family.ppn, because="third-party", by=house["sara"])
    with pytest.raises(Conflict):
        mark(pack=first, entry=family.ppn, because="third-party", by=house["sara"], at_version=1)


# --- letting it go ----------------------------------------------------------------------------------------------------


def test_a_second_person_lets_it_go_and_nothing_taken_out_is_anywhere_in_the_files(house, family):
    first = prepared(house, family)
    with pytest.raises(Refused) as refused:
        release_pack(pack=first, by=house["sara"])
    assert refused.value.decision.reason_code == "second-person-needed"
    one = as_read(house["paul"], first)
    digests = disclosing.release_pack(pack=first, by=house["paul"], seen=one.digest).files
    with reading(house["sara"], "safeguarding") as opened:
        content, digest = file(opened, first, "pdf")
        table, _ = file(opened, first, "csv")
    assert digest == digests["pdf"]
    assert content.startswith(b"%PDF-") and b"/MarkInfo" in b"".join([content, *pdf_text(content)[0]])
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    told = "\n".join(cell for row in rows for cell in row)
    assert "Jay hid." in told and rows[1][6].startswith("Quill")
    for gone in (
        "Danuta",
        "Okonjo",
        "Juniper",
        "LS1",
        "900321",
        "scared",
        "Karolina",
        "holds for others",
        "intelligence",
    ):
        assert gone.lower() not in told.lower()
        assert gone.encode() not in content and not any(gone.encode() in s for s in pdf_text(content)[0])
    record = Record.objects.filter(verb="release-pack").order_by("-at").first()
    assert record.detail["files"] == digests and str(first) in record.ids and "Quill" not in str(record.detail)
    with pytest.raises(Refused) as refused:
        release_pack(pack=first, by=house["tess"])
    assert refused.value.decision.reason_code == "already-decided"


def test_what_was_changed_since_it_was_read_is_not_let_go(house, family):
    first = prepared(house, family)
    seen = as_read(house["paul"], first).digest
    mark(pack=first, entry=family.plain, because="not-needed", by=house["sara"])
    with pytest.raises(Conflict):
        release_pack(pack=first, by=house["paul"], seen=seen)


def test_without_the_checks_it_stays(house, family):
    first = prepared(house, family, checks=("identity",))
    with pytest.raises(Refused) as refused:
        release_pack(pack=first, by=house["paul"])
    assert refused.value.decision.reason_code == "checks-outstanding"


def test_a_protected_value_in_the_very_files_stops_it(house, family):
    """Protected after it was prepared: the gate looks into what is about to leave."""
    other = Family(house)
    first = prepared(house, other, "court", to=To("court", "The Family Court at Leeds"), checks=_checks("court"))
    assert "Jay hid" in words(as_read(house["sara"], first), other.ppn)
    row = PackRow.objects.get(id=first)
    protect(
        value=Value("name", text="Little Wrens Nursery"), kind="school", recipients=[f"worker:{house['sara'].id}"],
        because="He waits outside where the boy is left.", by=house["sara"], identities=identities(other.ppn)[1:2],
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        release_pack(pack=first, by=house["paul"])
    assert refused.value.decision.reason_code == "protected"
    assert as_read(house["sara"], first).state == "stopped"
    assert Record.objects.filter(verb="release-stopped", actor=house["paul"].id).exists()
    assert not PackFile.objects.filter(pack=row.first).exists()


def test_a_corrected_record_makes_it_out_of_date(house):
    other = Family(house)
    first = prepared(house, other)
    correct_record(entry=other.plain, by=house["ruth"], says="Three days.")
    with pytest.raises(Refused) as refused:
        release_pack(pack=first, by=house["paul"])
    assert refused.value.decision.reason_code == "out-of-date"


def test_it_is_turned_down_with_a_reason_or_taken_back(house, family):
    first = prepared(house, family)
    with pytest.raises(Invalid):
        reject_pack(pack=first, because="no", by=house["paul"])
    reject_pack(pack=first, because="The sister can be known from the lunch.", by=house["paul"])
    one = as_read(house["sara"], first)
    assert one.state == "rejected" and one.steps[-1].says.startswith("The sister")
    withdraw_pack(pack=first, by=house["sara"])
    with pytest.raises(Refused):
        release_pack(pack=first, by=house["paul"])


# --- who reads a pack -------------------------------------------------------------------------------------------------


def test_a_pack_is_hidden_from_whoever_has_no_part_in_it_and_missing_is_the_same(house, family):
    first = prepared(house, family)
    for who in ("ruth", "olive", "gwen", "dee"):
        with pytest.raises(Missing), reading(house[who], "safeguarding") as opened:
            pack(opened, first)
        with reading(house[who], "safeguarding") as opened:
            assert packs(opened) == []
    with pytest.raises(Missing), reading(house["sara"], "safeguarding") as opened:
        pack(opened, uuid4())
    for who in ("sara", "paul", "ines"):
        with reading(house[who], "safeguarding") as opened:
            assert first in {one.first for one in packs(opened)}


def test_a_pack_that_does_not_fit_its_recipient_is_told_whole(house, family):
    with pytest.raises(Invalid) as invalid:
        prepared(
            house, family, kind="review", purpose="assessment", to=To("court", ""), checks=["identity"], asked_on="soon"
        )
    assert {f.path for f in invalid.value.faults} == {"kind", "purpose", "name", "checks", "asked-on"}
    with pytest.raises(Refused):
        prepared(house, family, by=house["ruth"])


def test_a_request_starts_the_month_and_the_pack_that_answers_it_stops_it(house):
    other = Family(house)
    to = To("data-subject", "Jay", (other.person,))
    first = disclosing.prepare_pack(
        kind="subject-access", about=other.person, to=to, purpose="subject-access", by=house["sara"],
        checks=_checks("data-subject"), asked_on=now().date().isoformat(),
    )  # fmt: skip
    sweep()

    def running():
        with reading(house["sara"], "safeguarding") as opened:
            return [
                c.state
                for c in clocks.of_identities(opened, [row.id for row in identities_of(other.person)])
                if c.clock == "subject-access"
            ]

    assert running() == ["running"]
    disclosing.release_pack(pack=first, by=house["paul"])
    sweep()
    assert running() in (["met"], [])


def test_nothing_of_a_pack_stands_in_the_clear(house, family):
    prepared(house, family)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM disclosure_pack")
        everything = str([[bytes(c) if isinstance(c, memoryview) else c for c in row] for row in cursor.fetchall()])
    # words so long that what is sealed does not spell one by chance
    assert not [told for told in ("Quill and Co", "Fairweather", "Jay hid.") if told in everything]


def test_those_who_may_let_it_go_are_told_that_it_waits(house, family):
    to = To("solicitor-of-an-adult", "Quill and Co, for Leroy Fairweather", (family.father,))
    first = disclosing.prepare_pack(
        kind="disclosure", about=family.person, to=to, purpose="court", checks=_checks(to.kind), by=house["sara"]
    )
    sweep()
    for who, told in (("tess", True), ("paul", True), ("sara", False), ("ruth", False)):
        with reading(house[who], "safeguarding") as opened:
            assert (first in {line.because for line in inbox(opened).items}) is told, who


def test_the_command_line_prepares_shows_lets_go_and_saves(house, tmp_path, capsys):
    other = Family(house)

    def pack_(*words):
        parser = argparse.ArgumentParser()
        command.add_parser(parser.add_subparsers())
        code = command.run(parser.parse_args(["pack", *map(str, words)]))
        told = capsys.readouterr()
        return code, told.out or told.err

    def prepare(*more):
        return pack_("prepare", other.person, "--for", "court", "--name", "The Family Court", "--purpose", "court", "--by", "sara",
                     "--checked", "authority", "originators-told", "harm-considered", *more)  # fmt: skip

    assert "court" in {one["id"] for one in json.loads(pack_("kinds", "--json")[1])}
    code, said = prepare("--json")
    made = json.loads(said)["pack"]
    assert code == 0
    assert "Jay hid." in pack_("show", made, "--by", "paul")[1] and made in pack_("list", "--by", "paul")[1]
    assert pack_("show", made, "--by", "ruth") == (1, "Not there, or not for this worker to see.\n")
    code, said = pack_("release", made, "--by", "sara")
    assert code == 1 and said.startswith("second-person-needed")
    assert pack_("release", made, "--by", "paul")[0] == 0
    code, said = pack_("save", made, "--by", "sara", "--out", tmp_path, "--json")
    saved = json.loads(said)
    assert code == 0 and {path.rpartition(".")[2] for path in saved} == {"pdf", "csv"}
    assert all(sha256(Path(path).read_bytes()).hexdigest() == digest for path, digest in saved.items())
    code, said = prepare("--asked-on", "soon")
    assert code == 2 and "asked-on" in said
