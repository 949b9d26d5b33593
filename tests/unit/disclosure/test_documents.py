"""The files that leave: flat, escaped, the same for the same pack, and nothing in them of what was withheld."""

import csv
import io
import re
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import pytest

from sightline.definition.loader import load
from sightline.disclosure import documents
from sightline.disclosure.types import Line, Pack, Part, To
from sightline.sharing.release import Artefact, Scanner, Value

LEEDS = load("leeds")
AT = datetime(2026, 3, 1, 10, tzinfo=UTC)


def line(n, state="shown", because=(), **given):
    parts = given.pop("parts", (Part("What was said", f"Line {n}."),))
    told = {"title": "Public protection notice", "agency": "West Yorkshire Police", **given}
    return Line(UUID(int=n), UUID(int=n), "ppn", told["title"], AT, "minute", told["agency"], state, because, (), parts)


def pack(*lines, kind="data-subject", name="Jay Marsh"):
    return Pack(
        UUID(int=5), UUID(int=5), 1, "subject-access", UUID(int=1), "Jay Marsh", To(kind, name), "subject-access", "x", "Sam",
        "childrens-social-work", AT, AT, "prepared", tuple(lines),
    )  # fmt: skip


def page(one):
    return documents.html(LEEDS, one, released_by="Tess", at=AT)


def rows(one):
    return list(csv.reader(io.StringIO(documents.as_csv(LEEDS, one).decode("utf-8-sig"))))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "  =", "|", "%", "\u200b="])
def test_a_cell_is_never_a_formula(start):
    said = f"{start}HYPERLINK(1)"
    cells = [cell for row in rows(pack(line(1, parts=(Part("Place", said),)))) for cell in row]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "\t", "|", "%")) for cell in cells)


def test_what_people_wrote_is_words_and_never_markup():
    one = pack(line(1, parts=(Part("What was said", "<script>x</script><a href='http://x'>y</a> & <!-- z -->"),)))
    told = page(one)
    assert "<script" not in told and "<a " not in told and "<!--" not in told and "&lt;script&gt;" in told


def test_characters_that_nobody_sees_are_in_no_file():
    one = pack(line(1, parts=(Part("What was said", "Da\u200bna \u202eesrever\u0000"),)))
    assert not set("\u200b\u202e\u0000") & set(page(one))
    assert not set("\u200b\u202e\u0000") & set(documents.as_csv(LEEDS, one).decode("utf-8-sig"))


def test_of_what_is_withheld_not_even_that_it_is_there():
    one = pack(
        line(1),
        line(2, "withheld", ("crime",), title="Police intelligence", parts=()),
        line(3, "withheld", ("third-party",), title="School concern", agency="Elmfield Academy", parts=()),
    )
    told = page(one) + str(rows(one))
    assert "intelligence" not in told.lower() and "crime" not in told and "Elmfield" not in told
    assert "Somebody else&#x27;s details" in told  # of this reason the data subject is told; without number or date
    assert len(rows(one)) == 2


def test_that_something_is_protected_is_not_said():
    one = pack(line(1, "redacted", ("protected",), parts=(Part("Place", "[taken out]", ("protected",)),)))
    told = page(one) + str(rows(one))
    assert "protected" not in told.lower() and "Addresses, telephone numbers and places" in told


def test_two_recipients_never_share_a_reference_and_one_keeps_theirs():
    one, again, other = pack(line(1)), pack(line(1), line(2)), pack(line(1), name="Leila Haddad")
    assert documents.reference(one) == documents.reference(again) != documents.reference(other)


def whole(content):
    """All of a PDF, its streams unpacked."""
    found = [content]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        with suppress(zlib.error):
            found.append(zlib.decompress(stream))
    return b"\n".join(found)


def test_the_pdf_is_tagged_and_the_same_twice():
    one = pack(line(1))
    first = documents.pdf(LEEDS, one, released_by="Tess", at=AT)
    assert first == documents.pdf(LEEDS, one, released_by="Tess", at=AT)
    told = whole(first)
    assert first.startswith(b"%PDF-1.7") and b"/StructTreeRoot" in told and b"pdfuaid" in told and b"/Lang" in told
    for gone in (b"/JavaScript", b"/EmbeddedFile", b"/Annots", b"/AcroForm", b"/Author", b"/CreationDate"):
        assert gone not in told


def test_the_release_gate_reads_the_very_pdf():
    """What the scanner cannot look into it stops: so it must be able to look into what we make."""
    one = pack(line(1, parts=(Part("What was said", "They are at 3 Juniper Yard now."),)))
    content = documents.pdf(LEEDS, one, released_by="Tess", at=AT)
    kept = Artefact(content, name="pack.pdf")
    assert [
        hit.how for hit in Scanner([Value("address", lines=("3 Juniper Yard",), postcode="LS1 4DT")]).scan(kept)
    ] == ["exact"]
    assert Scanner([Value("address", lines=("9 Elder Court",), postcode="LS2 4DT")]).scan(kept) == []
