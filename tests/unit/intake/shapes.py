"""Files and feeds that these tests share. Feeds are made here, so that no edit of Leeds breaks a reader."""

from __future__ import annotations

from functools import cache

from sightline.definition.loader import load
from sightline.definition.types import Feed, Partnership

POLICE = {
    "id": "police",
    "title": "Police",
    "source": "local",
    "agency": "west-yorkshire-police",
    "format": "csv",
    "recognised-by": ["REF", "TYPE", "WHEN"],
    "file-names": ["police-*.csv"],
    "mapping": {
        "record": {"from": "TYPE", "codes": {"INC": "police-incident", "PPN": "ppn"}},
        "message-id": "REF",
        "version": "REV",
        "happened": {"from": "WHEN", "date": "%d/%m/%Y %H:%M | %d/%m/%Y"},
        "says": "TEXT",
        "people": [
            {
                "role": {"from": "ROLE", "codes": {"S": "suspect", "V": "victim", "C": "child"}},
                "local-id": "ID",
                "given": "FIRST",
                "family": "LAST",
                "born": {"from": "DOB", "date": "%d/%m/%Y"},
                "sex": "SEX",
                "ethnicity": "ETH",
                "nhs-number": "NHS",
                "school": "SCHOOL",
                "address": {"from": ["A1", "A2"], "join": ", "},
            },
            {"role": {"is": "parent"}, "when": "MUM", "family": "MUM"},
        ],
        "relations": [{"subject": "parent", "relation": "parent", "object": "child"}],
        "fields": {
            "offence": {"from": "OFF", "codes": {"ROB": "robbery"}},
            "child-at-risk": {"from": "RISK", "codes": {"Y": "yes", "N": "no"}},
            "grade": {"from": "GRADE", "codes": {"A": "amber"}},
            "reason": ["REASON", "OTHER REASON"],
        },
    },
}
CENSUS = {
    "id": "cin",
    "title": "Census",
    "source": "local",
    "agency": "childrens-social-work",
    "format": "cin-census",
    "recognised-by": ["Message"],
    "whole-state": "yes",
}
HEADER = "REF,TYPE,WHEN,ROLE,ID,FIRST,LAST,DOB,OFF,TEXT"


@cache
def leeds() -> Partnership:
    return load("leeds")


def feed(base: dict = POLICE, *, mapping: dict | None = None, **changes: object) -> Feed:
    made = {**base, **{key.replace("_", "-"): value for key, value in changes.items()}}
    if mapping:
        made["mapping"] = {**made["mapping"], **{key.replace("_", "-"): value for key, value in mapping.items()}}
    return Feed.model_validate(made)


def with_feeds(*feeds: Feed) -> Partnership:
    return leeds().model_copy(update={"feed": {one.id: one for one in feeds}})


def row(number: int, text: str = "Seen", **changes: str) -> str:
    values = {
        "REF": f"R{number}",
        "TYPE": "INC",
        "WHEN": "10/01/2025 21:40",
        "ROLE": "S",
        "ID": f"N{number}",
        "FIRST": "Jay",
        "LAST": "Marsh",
        "DOB": "04/03/2010",
        "OFF": "ROB",
        "TEXT": text,
        **changes,
    }
    return ",".join(values[name] for name in HEADER.split(","))


def table(*rows: str, end: str = "\n") -> bytes:
    return ("\n".join((HEADER, *rows)) + end).encode()


WHO = "<PersonBirthDate>2010-03-04</PersonBirthDate><Sex>M</Sex>"


def child(number: str = "C1", inside: str = "", who: str = WHO) -> str:
    return (
        f"<Child><ChildIdentifiers><LAchildID>{number}</LAchildID>{who}</ChildIdentifiers><ChildCharacteristics>"
        f"<Ethnicity>MWBC</Ethnicity></ChildCharacteristics><CINdetails><CINreferralDate>2025-05-01</CINreferralDate>"
        f"<ReferralSource>6</ReferralSource>{inside}<ReferralNFA>0</ReferralNFA></CINdetails></Child>"
    )


def census(
    *children: str, year: str = "2026", collection: str = "CIN", root: str = "Message", before: str = ""
) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<{root}><Header><CollectionDetails><Collection>{collection}'
        f"</Collection><Year>{year}</Year><ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails><Source><LEA>383"
        f"</LEA><DateTime>{year}-06-01T10:00:00</DateTime></Source></Header><Children>\n"
        + "\n".join(children)
        + f"\n</Children></{root}>"
    ).encode()
