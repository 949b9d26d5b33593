"""A model as a page of the reference: what each level is worth, and how that was found. Pure, and the same bytes for one model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sightline.identity.linkage.comparing import COMPARISONS
from sightline.identity.linkage.model import Model

NOTE = "<!-- Generated from `definitions/england/matching/model.json` by `sightline reference`. -->"
HOW = "../how-to/train-the-matcher.md"


def page(path: Path) -> str:
    """Markdown of the model that ships. Raises Untrained."""
    return "\n".join([NOTE, *_lines(Model.from_dict(json.loads(path.read_text(encoding="utf-8"))))]).rstrip() + "\n"


def _lines(model: Model) -> list[str]:
    on = model.trained_on
    prior: dict[str, Any] = on.get("prior", {})
    out = [
        "# The model of matching that ships",
        "",
        f"What agreement between two senders' details is worth, until a partnership has [trained a model of its own]({HOW}).",
        "It was learnt from an invented city; nobody in it is real.",
        "",
        "| | |",
        "|---|---|",
        f"| Model | `{model.id}` |",
        f"| Made | {model.made} |",
        f"| Learnt from | {on['rows']:,} source identities of about {on['people']:,} invented people, {on['engine']}, "
        f"{on['pairs']:,} random pairs, seed {on['seed']}, in {on['seconds']:,.0f} s |",
        f"| Meant for | {on['meant-for']:,} people |",
        f"| Two records drawn at random are one person | once in {1 / model.prior:,.0f} ({model.prior_bits:+.2f} bits) |",
        f"| Names that it does not know | a given name counts as borne by 1 of {1 / model.tf_rare['given-name']:,.0f}, a family "
        f"name by 1 of {1 / model.tf_rare['family-name']:,.0f}. A name that fewer than five people bear is never kept |",
        "",
        "A weight is in bits: +1 doubles the odds that two are one person, -1 halves them. A pair's weight is the bits of the",
        "prior and of each comparison's level. The more often a name is borne, the less its agreement weighs: where a level says",
        "so, `log2(u of the same name) - log2(share of people who bear the more common of the two)` is added, times what it says.",
        "",
        "## Thresholds, and how often it is wrong from there on",
        "",
        "By weight alone, on the invented city, whose truth is known and was not used in training. What joins by itself asks for",
        "more than weight: an identifier that agrees, details that confirm it, and nothing that contradicts",
        "(`definitions/england/matching/same-person.yaml`).",
        "",
        "| Threshold | Bits | Pairs | Wrong | Precision | Recall | Precision by the model's own estimate |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    measured, own = model.errors.get("measured", {}), model.errors.get("estimated", {})
    for name, bits in sorted(model.thresholds.items(), key=lambda item: -item[1]):
        at = measured.get(name)
        said = f"{at['pairs']:,} | {at['wrong']:,} | {at['precision']:.5f} | {at['recall']:.4f}" if at else " | | | "
        out.append(
            f"| {name} | {bits:g} | {said} | {own[name]['precision']:.5f} |"
            if name in own
            else f"| {name} | {bits:g} | {said} | |"
        )
    if prior:
        out += [
            "",
            "## How many pairs are one person",
            "",
            "Two rules that know no weights find pairs: one NHS number; one given name, family name and birth date. What each",
            "misses of what the other finds says how many there are (capture and recapture).",
            "",
            "| | |",
            "|---|---:|",
            f"| Pairs with one NHS number | {prior['same-number']:,} |",
            f"| Pairs with one name and birth date | {prior['same-details']:,} |",
            f"| … in which both have an NHS number | {prior['both-could']:,} |",
            f"| … and it is the same | {prior['both']:,} |",
            f"| Of the pairs that are one person, name and birth date find | {prior['recall']:.1%} |",
            f"| Of the pairs that name and birth date find, one person are | {prior['precision']:.1%} |",
            f"| Pairs that are one person, in all | {prior['pairs-of-one-person']:,} |",
            "",
            "## What taught it",
            "",
            "| Pairs that agree in | Pairs | One person, by its own estimate |",
            "|---|---:|---:|",
        ]
        out += [f"| {one['says']} | {one['pairs']:,} | {one['one-person']:.1%} |" for one in on["taught-by"]]
        out += [
            "",
            f"An expert's expectation counts as {on['expert-counts-as']} pairs beside them, so that nothing is impossible.",
        ]
    for one in COMPARISONS:
        out += [
            "",
            f"## {one.title}",
            "",
            f"`{one.id}`",
            "",
            "| Level | m: of one person | u: of two | Bits | |",
            "|---|---:|---:|---:|---|",
        ]
        for level in one.levels[1:]:
            m, u = model.m[one.id][level.id], model.u[one.id][level.id]
            notes = [f"adjusted by how common the name is, times {level.tf:g}"] if level.tf else []
            notes += ["expected, not learnt"] if f"{one.id}/{level.id}" in model.by_hand else []
            out.append(
                f"| {level.says} (`{level.id}`) | {m:.4g} | {u:.4g} | {model.bits(one.id, level.id):+.2f} | {'; '.join(notes)} |"
            )
        out += ["", f"{one.levels[0].says}: it says nothing, 0 bits."]
    return out
