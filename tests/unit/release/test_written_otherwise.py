"""What two more corpora, written by people who had not seen the scanner, carried past it on their first run; and what they
showed to be nothing. Each stands for a way of writing, packing or hiding, not for itself."""

import base64
import gzip
import io
import tarfile

import pytest
from PIL import Image

from sightline.sharing.release import Artefact, Scanner, Value

HOME = Value("address", lines=("Flat 2", "174 Kirkstall Hill", "Bramley", "Leeds"), postcode="LS9 4SZ", id="home")
PHONE = Value("phone", "07700 900128", id="phone")
LANDLINE = Value("phone", "0113 496 0117", id="landline")
MAIL = Value("email", "gannet.ireland76@example.org", id="mail")
CAR = Value("vehicle", "AB70 VXL", id="car")
SCHOOL = Value("name", "Gannet High School", id="school")
UPRN = Value("uprn", "100393248179", id="uprn")


def tar(text):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        inner = tarfile.TarInfo("a.txt")
        inner.size = len(text.encode())
        archive.addfile(inner, io.BytesIO(text.encode()))
    return Artefact(made.getvalue(), name="p.tar.gz")


def gzip_named(name):
    made = io.BytesIO()
    with gzip.GzipFile(filename=name, mode="wb", fileobj=made) as packed:
        packed.write(b"nothing")
    return Artefact(made.getvalue(), name="p.gz")


def webp(text):
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x9C9B] = text.encode("utf-16-le") + b"\0\0"
    Image.new("RGB", (4, 4)).save(made, "WEBP", exif=exif)
    return Artefact(made.getvalue(), name="p.webp")


def packed(text):
    return "Encoded:\n" + base64.encodebytes(f"Where she is now: {text}, as agreed.".encode()).decode()


def terms(**given):
    return Artefact(
        "<html><dl>" + "".join(f"<dt>{k}</dt><dd>{v}</dd>" for k, v in given.items()) + "</dl></html>", name="a.html"
    )


def form(**given):
    fields = "".join(f"<p><label>{k}</label> <b>{v}</b></p>" for k, v in given.items())
    return Artefact(f"<html>{fields}</html>", name="a.html")


@pytest.mark.parametrize(
    ("value", "leaves"),
    [
        (SCHOOL, tar("Gannet High School")),
        (SCHOOL, gzip_named("Gannet High School.txt")),
        (PHONE, webp("07700 900128")),
        (HOME, packed("174 Kirkstall Hill")),
        (SCHOOL, packed("𝐆𝐚𝐧𝐧𝐞𝐭 𝐇𝐢𝐠𝐡 𝐒𝐜𝐡𝐨𝐨𝐥")),
        (CAR, '<a href="data:text/plain;base64,QUI3MCBWWEw=">file</a>'),
        (PHONE, "Where: =30=37=37=30=30=20900128"),
        (HOME, "174=20Kirkstall=20Hill"),
        (SCHOOL, Artefact("{\\rtf1\\ansi Moved to {\\b Gannet\\par\nHigh School}\\par}", name="l.rtf")),
        (LANDLINE, Artefact("{\\rtf1\\ansi 0113\\'a0496\\'a00117\\par}", name="l.rtf")),
        (LANDLINE, Artefact("{\\rtf1\\ansi{\\info{\\title 0113 496 0117}{\\author 8 Hall}}Hello\\par}", name="l.rtf")),
        (HOME, "one hundred and seventy-four Kirkstall Hill"),
        (HOME, "one hundred and seventy-four Kirkstal Hill"),
        (HOME, "number one hundred and seventy-four, Kirkstall Hill"),
        (HOME, "0174 Kirkstall Hill"),
        (HOME, "174 K1rksta11 H1ll"),
        (HOME, "Lima Sierra nine four Sierra Zulu"),
        (HOME, "LS nine four S Z"),
        (HOME, {"note": "174%2520Kirkstall%2520Hill"}),
        (SCHOOL, r"\ud835\udc06\ud835\udc1a\ud835\udc27\ud835\udc27\ud835\udc1e\ud835\udc2d High School \ud835"),
        (CAR, "alfa bravo seven zero victor x-ray lima"),
        (LANDLINE, "oh double one three four nine six oh double one seven"),
        (PHONE, "07700 nine hundred, one two eight"),
        (PHONE, "٠٧٧٠٠ ٩٠٠١٢٨"),
        (MAIL, "gannet dot ireland76 at example dot org"),
        (MAIL, "She is now at gannet.irelamd76@example.org"),
        (MAIL, {"note": "gannet.ireland76&#64;example.org"}),
        (MAIL, "gannet.ireland76%2540example.org"),
        (MAIL, "gannet.ireland76+news@example.org"),
        (MAIL, terms(user="gannet.ireland76", domain="example.org")),
        (MAIL, "Mailbox: gannet.ireland76 Host: example.org"),
        (UPRN, Artefact("<s v='urn:uprn:100393248179'/>", name="a.xml")),
        (HOME, terms(premises="174", town="Leeds", thoroughfare="Kirkstall Hill")),
        (HOME, form(house="174a", area="Bramley", road="Kirkstall Hill")),
        (HOME, form(out="LS9", note="home", back="4SZ")),
        (HOME, "First half: LS9 second half: 4SZ"),
        (HOME, "Number: 174\nTown: Leeds\nStreet: Kirkstall Hill"),
        (PHONE, "Dialling code: 07700 Number: 900128"),
    ],
)
def test_it_is_found(value, leaves):
    assert {hit.kind for hit in Scanner([value]).scan(leaves)} & {value.kind, "postcode"}


@pytest.mark.parametrize(
    "leaves",
    [
        "172 Kirkstall Hill, LS16 1UJ",  # another house in another district's street
        "He scored 17 of 172. Kirkstall Hill is closed.",
        "Mike and Victor play golf at the hotel; one of the two won, seven to four.",
        "One hundred and seventy children live on a hill.",
        Artefact("aGVsbG8gdGhlcmUsIG5vdGhpbmcgdG8gc2VlIGhlcmUgYXQgYWxs", name="n.txt"),
    ],
)
def test_it_is_nothing(leaves):
    assert Scanner([HOME, PHONE, LANDLINE, CAR, MAIL]).scan(leaves) == []


def test_a_file_that_is_packed_for_ever_is_followed_no_further_than_the_deepest():
    text = "174 Kirkstall Hill"
    for _ in range(12):
        text = base64.b64encode(f"packed once more: {text}".encode()).decode()
    assert [hit.how for hit in Scanner([HOME]).scan(text)] == ["unreadable"]  # and for that it is stopped
