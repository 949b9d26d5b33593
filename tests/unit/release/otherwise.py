"""Another hand: other values, other ways of writing and misspelling, other layouts. The scanner was made without these in
view; what it missed on their first run stands in the test, and was learnt from afterwards."""

from __future__ import annotations

import json
from ast import literal_eval

from sightline.sharing.release import Artefact, Value
from tests.unit.release.corpus import NAMES, PLACES, SHORT, TYPES, Bundle, Maker

BUILDINGS = "Rowan House,Lime Court,The Old Chapel,Flat 3,Flat 12B,Mill View House".split(",")
SCHOOLS = "Elmfield Academy,St Oswin's Primary School,Airebridge High School,Thorncliffe Infant School".split(",")
NEIGHBOURS = {
    "a": "sq",
    "e": "wr",
    "i": "uo",
    "o": "ip",
    "n": "bm",
    "r": "et",
    "t": "ry",
    "l": "k",
    "s": "ad",
    "d": "sf",
    "h": "gj",
}
LOOKS = (("rn", "m"), ("m", "rn"), ("l", "1"), ("o", "0"), ("i", "l"), ("w", "vv"), ("cl", "d"))
HEARD = (
    ("ie", "ei"),
    ("ll", "l"),
    ("nn", "n"),
    ("e", "i"),
    ("ck", "k"),
    ("y", "ie"),
    ("ch", "tch"),
    ("a", "e"),
    ("er", "ar"),
)
ONES = "zero one two three four five six seven eight nine".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
MINUTES = (
    "Present: the chair, health, education, police. Apologies: housing.", "Item 4. The chair thanked everybody.",
    "Action 7: the school to write by 21/06/2025.", "The panel noted 3 earlier episodes, in 2022 and 2024.",
    "Cllr Wood asked about transport; the answer was 11 minutes on foot.", "Page 6 of 19. Version 2.1.",
    "She has a dog called Park and a cat called Mill.", "The father told the court that he has changed.",
    "Mum’s birthday is 3rd May. Dad’s is the 21st.", "Case no. LS-2025-00418 was listed for 1 October at 10.00 a.m.",
)  # fmt: skip


def in_words(number: int) -> str:
    if number < 20:
        return (ONES + TEENS)[number]
    return TENS[number // 10 - 2] + (f"-{ONES[number % 10]}" if number % 10 else "")


class Otherwise(Maker):
    def __init__(self, seed: int) -> None:
        super().__init__(seed, "other")

    def value(self) -> Value:
        kind = self.r.choice(("address",) * 4 + ("phone", "phone", "school", "vehicle"))
        if kind == "school":
            return Value("name", self.r.choice(SCHOOLS), id="school")
        if kind == "vehicle":
            a, b = ("".join(self.r.choice("ABCDEFGHKLMNOPRSTUVWXY") for _ in range(n)) for n in (2, 3))
            return Value("vehicle", f"{a}{self.r.randint(2, 74):02d} {b}", id="vehicle")
        if kind == "phone":
            return Value("phone", self.r.choice((self.mobile(), f"020 7946 0{self.r.randint(0, 999):03d}")), id="phone")
        line = f"{self.r.randint(2, 99)} {self.r.choice(NAMES)} {self.r.choice(TYPES)}"
        lines = (*([self.r.choice(BUILDINGS)] * (self.r.random() < 0.4)), line, self.r.choice(PLACES), "Leeds")
        return Value("address", lines=lines, postcode=self.postcode(), id="address")

    def written(self, value, how):
        if how == "exact":
            texts = [t for t in (value.text, value.postcode, self._line(value)) if t]
            return self.r.choice(texts), "as it is"
        return self._formed(value) if how == "normalised" else self._wrong(value)

    @staticmethod
    def _line(value):
        return next((line for line in value.lines if line.split()[0].isdigit()), "")

    def _formed(self, value):
        if value.kind == "address":
            number, rest = self._line(value).split(" ", 1)
            name, kind = rest.rsplit(" ", 1)
            return self.r.choice(
                (
                    (f"{in_words(int(number))} {name} {kind}", "number in words"),
                    (f"{number}\u00a0{name}\u00a0{kind}", "hard spaces"),
                    (f"{number} {name[:3]}\u00ad{name[3:]} {kind}", "soft hyphen"),
                    (f"{number} {name[:3]}-\n{name[3:]} {kind}", "broken word"),
                    (
                        "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in f"{number} {name} {kind}"),
                        "full width",
                    ),
                    (f"{number}{name}{kind}", "run together"),
                    (f"{number}_{name}_{SHORT[kind]}", "underscores"),
                    (f"{number} | {name} {SHORT[kind]}. | {value.lines[-2]}", "bars"),
                    (value.postcode.replace(" ", "\u2009"), "thin space"),
                    (" ".join(value.postcode.replace(" ", "")), "letter by letter"),
                    (f"https://example.org/map?q={number}+{name}+{kind}".replace(" ", "%20"), "in a link"),
                    (f"No {number}, {name.title()} {kind.lower()}", "No"),
                )
            )
        if value.kind == "phone":
            digits = value.text.replace(" ", "")
            return self.r.choice(
                (
                    (f"tel:+44-{digits[1:4]}-{digits[4:7]}-{digits[7:]}", "tel:"),
                    (f"{digits[:3]} {digits[3:5]} {digits[5:7]} {digits[7:9]} {digits[9:]}", "pairs"),
                    ("\u2011".join((digits[:5], digits[5:8], digits[8:])), "hard hyphens"),
                    (f"+44{digits[1:]}", "+44"),
                    ("/".join((digits[:5], digits[5:])), "slash"),
                    (f"{digits[:5]}\n{digits[5:]}", "two lines"),
                )
            )
        text = value.text
        return self.r.choice(
            (
                (text.upper(), "upper"),
                (text.replace(" ", "\n"), "lines"),
                (text.replace(" ", "").lower(), "together"),
                (text.replace(" ", "_"), "underscores"),
            )
        )

    def _slip(self, word: str) -> str:
        low = word.lower()
        for old, new in self.r.sample(LOOKS + HEARD, len(LOOKS + HEARD)):
            if old in low[1:]:
                at = low.index(old, 1)
                return word[:at] + new + word[at + len(old) :]
        at = self.r.randrange(1, len(word))
        near = NEIGHBOURS.get(low[at], "x")
        return word[:at] + self.r.choice(near) + word[at + 1 :]

    def _wrong(self, value):
        if value.kind == "address":
            number, rest = self._line(value).split(" ", 1)
            name, kind = rest.rsplit(" ", 1)
            code = value.postcode
            out, back = code.split()
            return self.r.choice(
                (
                    (f"{number} {self._slip(name)} {kind}", "slip"),
                    (
                        f"{number} {self._slip(name)} {kind}, {code[:-1]}{'A' if code[-1] != 'A' else 'B'}",
                        "slips in both",
                    ),
                    (f"{number} {name} {self._slip(kind)}", "slip in the kind"),
                    (f"{number} {name}{kind[:3]}{kind[3:].lower()}s", "run together and a slip"),
                    (f"{code[0]}5{code[2:]}", "5 for S"),
                    ((name, kind, number, code.split()[0]), "cells"),
                    ((number, f"{name} {SHORT[kind]}"), "two cells"),
                    ((back, "-", "-", out), "halves turned round"),
                )
            )
        if value.kind == "phone":
            digits = value.text.replace(" ", "")
            at = self.r.randrange(2, 11)
            return self.r.choice(
                (
                    (digits[:at] + digits[at] + digits[at:], "one twice"),
                    (digits.replace("1", "l").replace("0", "O"), "letters"),
                    (self._digit(digits, start=2), "one digit"),
                    ((digits[:3], digits[3:7], digits[7:]), "cells"),
                    (" ".join("oh" if d == "0" else ONES[int(d)] for d in digits), "spelt out"),
                )
            )
        first, _, rest = value.text.partition(" ")
        if value.kind == "vehicle":
            return self.r.choice(
                (
                    (
                        value.text.replace("0", "O").replace("1", "I")
                        if set(value.text) & set("01")
                        else f"{first[:2]}{self._digit(first[2:])} {rest}",
                        "letters",
                    ),
                    ((first, rest), "cells"),
                )
            )
        return self.r.choice(
            ((f"{self._slip(first)} {rest}", "slip"), (f"{first} {self._slip(rest)}", "slip in the rest"))
        )

    def around(self):
        lines = self.r.sample(MINUTES, 5)
        other = Maker(self.r.randint(0, 10**9)).address()
        return [
            *lines,
            f"Aunt: {', '.join(other.lines)} {other.postcode}; tel {self.landline() if self.r.random() < 0.5 else self.mobile()}",
        ]

    def bundle(self, planted: str) -> Bundle:
        made = super().bundle(planted)
        if planted and self.r.random() < 0.5 and "fields:" not in made.how:
            return made
        if not planted or "fields:" in made.how:
            return made
        value = literal_eval(made.how.rsplit(": ", 1)[-1])
        lines = self.around()
        escaped = value.replace(",", "\\,").replace("\n", "\\n")
        rich = "\\par ".join([*lines, value])
        rows = "\n".join(f"| {n} | {line} |" for n, line in enumerate([*lines, value.replace("|", "/")]))
        shapes = (
            Artefact(f"BEGIN:VCALENDAR\nSUMMARY:Visit\nLOCATION:{escaped}\nEND:VCALENDAR", name="visit.ics"),
            Artefact("{\\rtf1\\ansi " + rich + "}", name="note.rtf"),
            Artefact(json.dumps([{"a": lines, "b": {"c": [value]}}]), name="deep.json"),
            "| Item | Said |\n| --- | --- |\n" + rows,
            {"entries": [{"note": line} for line in lines], "attributes": {"x": value}},
            [*lines[:3], "Continued: " + value, *lines[3:]],
        )
        return Bundle(made.values, [self.r.choice(shapes)], planted, made.how)
