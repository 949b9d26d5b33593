"""Bundles with a protected value planted in them, and bundles without: all invented, all from one seed.

This is the style that the scanner was made with; `otherwise` is another hand.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from sightline.sharing.release import Artefact, Value
from tests.unit.release.carriers import CARRIERS

NAMES = (
    "Alder Birch Cedar Dale Elder Fern Grange Hazel Ivy Jubilee Kestrel Larch Mallow Nether Otter Poplar Quarry Rowan "
    "Sorrel Thornhill Upland Vesper Willow Yarrow Ashfield Brackenwood Coppice Dunstan Eastgate Foxglove Greenacre "
    "Hawthorn Ingleby Juniper Kirkdale Lavender Moorland Norwood Oakwell Primrose Rosemount Silverdale Tannery Underhill "
    "Whinmoor Whitebridge Wyke Beechcroft Park Church Station Mill High Victoria"
).split()
TYPES = "Street Road Avenue Lane Close Court Crescent Drive Gardens Grove Place Terrace Mount Walk".split()
SHORT = dict(zip(TYPES, "St Rd Ave Ln Cl Ct Cres Dr Gdns Gr Pl Terr Mt Wk".split(), strict=True))
PLACES = "Seacroft Harehills Armley Beeston Bramley Gipton Halton Middleton Holbeck Wortley Chapeltown Pudsey".split()
REFUGES = (
    "Haven Harbour Lantern Kingfisher Larkspur Beacon Northlight Bluebell Tamarind Skylark Meridian Samphire".split()
)
SENTENCES = (
    "Jay was seen at school on Monday and was settled.", "The conference is on 14 May 2025 at 10:30 in room 6.",
    "Both parents were written to on 3 March 2025.", "The health visitor called twice in April.",
    "Reference 2025/118/CP; the file has 212 pages.", "The review will be held within three months.",
    "He said that he would like to see his sister more often.", "Attendance was 94.6 per cent over 38 weeks.",
    "The social worker will ring on Thursday after 4.", "Nothing further was reported between 2 and 9 June.",
    "A plan was agreed with the family and the school.", "The order was made at 11:20 and sealed the same day.",
    "Contact takes place every second Saturday.", "Mia told the nurse that she sleeps better now.",
)  # fmt: skip


@dataclass(frozen=True)
class Bundle:
    values: tuple[Value, ...]
    artefacts: list[Any]
    planted: str  # exact | normalised | fuzzy, or nothing
    how: str  # in words, for a miss


class Maker:
    """Makes bundles from one seed."""

    def __init__(self, seed: int, style: str = "plain") -> None:
        self.r = random.Random(f"{style}{seed}")
        self.style = style

    # --- values ---------------------------------------------------------------------------------------

    def street(self) -> tuple[str, str]:
        return f"{self.r.choice(NAMES)}", self.r.choice(TYPES)

    def postcode(self) -> str:
        last = "".join(self.r.choice("ABDEFGHJLNPQRSTUWXYZ") for _ in range(2))
        return f"LS{self.r.randint(1, 29)} {self.r.randint(1, 9)}{last}"

    def address(self) -> Value:
        name, kind = self.street()
        lines = (f"{self.r.randint(1, 180)} {name} {kind}", self.r.choice(PLACES), "Leeds")
        return Value("address", lines=lines, postcode=self.postcode(), id="address")

    def mobile(self) -> str:
        return f"07700 900{self.r.randint(0, 999):03d}"

    def landline(self) -> str:
        return f"0113 496 {self.r.randint(0, 999):04d}"

    def value(self) -> Value:
        kind = self.r.choice(("address",) * 4 + ("phone",) * 3 + ("name", "uprn", "email"))
        if kind == "address":
            return self.address()
        if kind == "phone":
            return Value("phone", self.r.choice((self.mobile, self.landline))(), id="phone")
        if kind == "name":
            return Value("name", f"{self.r.choice(REFUGES)} House Refuge", id="name")
        if kind == "uprn":
            return Value("uprn", str(self.r.randint(10_000_000_000, 100_999_999_999)), id="uprn")
        return Value(
            "email",
            f"{self.r.choice(NAMES).lower()}.{self.r.choice(REFUGES).lower()}{self.r.randint(1, 99)}@example.org",
            id="email",
        )

    # --- how it is written ----------------------------------------------------------------------------

    def written(self, value: Value, how: str) -> tuple[str | tuple[str, ...], str]:
        """The value as planted: a text, or several fields. And in words what was done."""
        if value.kind == "address":
            return self._address(value, how)
        text = value.text
        if how == "exact":
            return text, "as it is"
        if value.kind == "phone":
            return self._phone(text, how)
        if value.kind == "uprn":
            if how == "normalised":
                return self.r.choice(
                    (f"{text[:4]} {text[4:8]} {text[8:]}", f"UPRN-{text}", "-".join((text[:6], text[6:])))
                ), "grouped"
            return self._digit(text), "one digit"
        if value.kind == "email":
            if how == "normalised":
                return self.r.choice(
                    (
                        text.upper(),
                        text.replace("@", " @ "),
                        f"mailto:{text}",
                        text.replace("@", " [at] ").replace(".org", " [dot] org"),
                    )
                ), "mail"
            name, host = text.split("@")
            return f"{self._misspelt(name)}@{host}", "mail misspelt"
        if how == "normalised":
            return self.r.choice(
                (
                    text.upper(),
                    text.lower(),
                    text.replace("House", "Hse"),
                    text.replace(" ", "  "),
                    text.replace(" ", "-"),
                )
            ), "name"
        first, rest = text.split(" ", 1)
        return f"{self._misspelt(first)} {rest}", "name misspelt"

    def _address(self, value: Value, how: str) -> tuple[str | tuple[str, ...], str]:
        line, number, rest = value.lines[0], *value.lines[0].split(" ", 1)
        name, kind = rest.rsplit(" ", 1)
        code = value.postcode
        if how == "exact":
            return self.r.choice(((line, "line"), (code, "postcode"), (f"{', '.join(value.lines)}, {code}", "whole")))
        if how == "normalised":
            return self.r.choice(
                (
                    (f"{number} {name} {SHORT[kind]}", "short"),
                    (f"{number}, {name.upper()} {kind.upper()}", "upper"),
                    (f"no. {number} {name} {SHORT[kind]}.", "no."),
                    (f"{number}  {name}\n{kind}", "broken line"),
                    (code.replace(" ", ""), "postcode together"),
                    (code.lower(), "postcode lower"),
                    (f"{code[:2]} {code[2:]}", "postcode spaced"),
                    (f"{code.replace(' ', '-')}", "postcode hyphen"),
                    (f"{number}-{name}-{kind}".lower(), "slug"),
                    (f"{rest} {number}", "turned round"),
                )
            )
        kinds = ("misspelt", "fields", "turned fields", "cells", "postcode slip", "postcode halves")
        chosen = self.r.choice(kinds)
        if chosen == "misspelt":
            return f"{number} {self._misspelt(name)} {self.r.choice((kind, SHORT[kind]))}", chosen
        if chosen == "fields":
            return (number, f"{name} {kind}", "Leeds"), chosen
        if chosen == "turned fields":
            return (f"{name} {SHORT[kind]}", "none", number), chosen
        if chosen == "cells":
            return (number, name, kind), chosen
        if chosen == "postcode halves":
            return (code.split()[0], "x", code.split()[1]), chosen
        out, back = code.split()
        return self.r.choice(
            (
                (f"{out} {back[0]}{back[2]}{back[1]}" if back[1] != back[2] else f"{out} {back[1]}{back[0]}{back[2]}"),
                f"{number} {name}, {out} {self._digit(back[0])}{back[1:]}",
                f"{code}{back[-1]}",
            )
        ), chosen

    def _phone(self, text: str, how: str) -> tuple[str | tuple[str, ...], str]:
        digits = text.replace(" ", "")
        if how == "normalised":
            return self.r.choice(
                (
                    (digits, "together"),
                    (f"+44{digits[1:]}", "+44"),
                    (f"+44 (0){digits[1:5]} {digits[5:]}", "+44 (0)"),
                    (f"0044 {digits[1:]}", "0044"),
                    (f"{digits[:5]}-{digits[5:8]}-{digits[8:]}", "hyphens"),
                    (f"({digits[:5]}) {digits[5:]}", "brackets"),
                    (".".join((digits[:3], digits[3:7], digits[7:])), "dots"),
                    (digits[1:], "without nought"),
                    (" ".join(digits), "one by one"),
                )
            )
        return self.r.choice(
            (
                (self._digit(digits, start=3), "one digit"),
                (self._swapped(digits), "swapped"),
                (digits[:6] + digits[7:], "one missing"),
                ((digits[:5], digits[5:]), "fields"),
                ((digits[:4], "ext", digits[4:]), "far fields"),
                (digits.replace("0", "O"), "letters"),
            )
        )

    def _digit(self, digits: str, start: int = 0) -> str:
        at = self.r.randrange(start, len(digits))
        return digits[:at] + self.r.choice([d for d in "0123456789" if d != digits[at]]) + digits[at + 1 :]

    def _swapped(self, digits: str) -> str:
        places = [n for n in range(1, len(digits) - 1) if digits[n] != digits[n + 1]]
        at = self.r.choice(places)
        return digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]

    def _misspelt(self, word: str) -> str:
        at = self.r.randrange(1, len(word) - 1)
        slips = [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + self.r.choice("aeiourstln") + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
        return self.r.choice([one for one in slips if one.lower() != word.lower()] or [word + "e"])

    # --- bundles --------------------------------------------------------------------------------------

    def around(self) -> list[str]:
        """What else stands in a bundle: sentences, other people's addresses and numbers, an office's letterhead."""
        lines = self.r.sample(SENTENCES, 6)
        other = self.address()
        lines.insert(2, f"The grandmother lives at {other.lines[0]}, {other.lines[1]}, {other.postcode}.")
        lines.insert(4, f"Ring the office on 0113 496 {self.r.choice(('0100', '0250', '0777'))}.")
        if self.r.random() < 0.3:
            lines.append(f"His own number is {self.mobile()}.")
        return lines

    def bundle(self, planted: str) -> Bundle:
        values = tuple({v.kind: v for v in (self.value() for _ in range(self.r.randint(1, 4)))}.values())
        carrier = self.r.choice(CARRIERS)
        lines, value = self.around(), self.r.choice(values)
        if not planted:
            return Bundle(
                values, [self._artefact(carrier(lines, "Nothing to add.")), self._near(values)], "", carrier.__name__
            )
        text, how = self.written(value, planted)
        if isinstance(text, tuple):
            return Bundle(values, [self._fields(text, lines)], planted, f"{value.kind}, {how}, fields: {text}")
        return Bundle(
            values,
            [self._artefact(carrier(lines, text))],
            planted,
            f"{value.kind}, {how}, {carrier.__name__}: {text!r}",
        )

    def _artefact(self, made: Any) -> Any:
        return Artefact(made[1], name=made[0]) if isinstance(made, tuple) else made

    def _fields(self, parts: tuple[str, ...], lines: list[str]) -> Any:
        shape = self.r.randrange(3)
        if shape == 0:
            return {"kind": "contact", **{f"field{n}": part for n, part in enumerate(parts)}, "remark": lines[0]}
        if shape == 1:
            return Artefact("a,b,c,d,e\n" + ",".join((*parts, "", "")[:5]) + "\n", name="rows.csv")
        return [["When", "What", "a", "b", "c"], ["1 May 2025", lines[0], *parts], ["2 May 2025", lines[1], "", "", ""]]

    def _near(self, values: tuple[Value, ...]) -> str:
        """What is like a protected value and is none: another house in the street, another postcode of the district."""
        said = []
        for value in values:
            if value.kind == "address":
                line = next(line for line in value.lines if line.split()[0].isdigit())
                number, rest = line.split(" ", 1)
                other = str((int(number) + 37) * 3 % 190 + 1)
                far = abs(len(other) - len(number)) > 1 or sum(a != b for a, b in zip(other, number, strict=False)) > 1
                said.append(f"The shop is at {other if far else int(number) + 555} {rest}.")
                said.append(f"The clinic is in {value.postcode.split()[0]}, near {self.r.choice(PLACES)}.")
            if value.kind == "name":
                said.append(f"{value.text.split()[0]} is her favourite word; the House sat late.")
        return " ".join(said) or "Nothing else."
