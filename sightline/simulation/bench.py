"""Rows in bulk for benches: as plain as can be, made as fast as can be, in constant memory."""

# ruff: noqa: E501 (words, not code: a sentence stays on its line)

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sightline.simulation.numbers import local_id, nhs_number

FIRST = datetime(2023, 1, 2, 8, 0)
GIVEN = "Ada Ben Cora Dev Ella Finn Gita Hugo Isla Joel Kira Leo Mina Noah Orla Paul Rosa Sami Tess Umar".split()
FAMILY = "Alder Birch Cedar Drake Elder Finch Grove Heron Iris Jarrow Kestrel Lark Martin Nettle Otter Plover Quill Robin Swift Teal".split()
OFFENCES = ("THEFT", "VWOI", "VWI", "PO", "ASB", "DAM", "ROB", "WEAP")


def bench_rows(children: int, entries_per_child: int, *, first_child: int = 0) -> Iterator[Mapping[str, str]]:
    """Rows of the police's daily extract (feed `leeds-police-csv`): `children` times `entries_per_child` records, child by
    child. The same arguments give the same rows; `first_child` continues where another run ended."""
    for n in range(first_child, first_child + children):
        born = FIRST - timedelta(days=2000 + (n * 37) % 4200)
        child = {
            "PERSON_ID": local_id("N", n, 7_654_321),
            "FORENAMES": f"{GIVEN[n % 20]} {GIVEN[n // 20 % 20]}",
            "SURNAME": f"{FAMILY[n // 7 % 20]}-{FAMILY[n // 140 % 20]}",
            "DOB": f"{born:%d/%m/%Y}",
            "GENDER": "MF"[n % 2],
            "ETHNICITY": "W1",
            "NHS_NO": nhs_number(n * 11 % 1_000_000) if n < 90_000 else "",
            "ADDRESS": f"{n % 199 + 1} Marl Ings",
            "POSTCODE": f"LS{n % 28 + 1} {n % 9 + 1}VK",
        }
        for k in range(entries_per_child):
            at = FIRST + timedelta(minutes=(n * 7919 + k * 1_051_200 // max(1, entries_per_child)) % 1_100_000)
            sent = at + timedelta(hours=9)
            yield child | {
                "REPORT_NO": f"B/{n}/{k}",
                "REPORT_TYPE": "CRIME",
                "INCIDENT_NO": f"13{n:07}{k:03}",
                "OCC_DATE": f"{at:%d/%m/%Y %H:%M}",
                "SENT_DATE": f"{sent:%d/%m/%Y %H:%M}",
                "OFFENCE": OFFENCES[(n + k) % 8],
                "CHILD_AT_RISK": "NY"[k % 5 == 0],
                "PERSON_ROLE": ("VIC", "SUSP", "WIT")[k % 3],
                "SUMMARY": "An invented report, for measuring. A neighbour rang and an officer came.",
                "LOCATION": "Street",
            }
