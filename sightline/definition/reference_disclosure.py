"""The reference page of what leaves: recipients of packs, why something is withheld, what stands beside a decision to share."""

from __future__ import annotations

from sightline.definition.types import Partnership

REDACTS = {
    "third-party": "names, numbers and addresses of everybody else",
    "address": "addresses, places, postcodes, telephone numbers and mail, whosever they are",
    "source": "who told us",
    "child-words": "the child's own words",
    "protected": "protected fields, and every protected value",
    "free-text": "everything in free words",
}
BESIDE = {"required": "refused without", "flagged": "flagged where missing", "not-asked": "not asked"}


def disclosure(p: Partnership) -> list[str]:
    out = [f"# What leaves {p.info.title}", ""]
    out += ["Who outside may be given what, why the rest is withheld, and what stands beside a decision to share.", ""]
    for recipient in p.recipient.values():
        out += [f"## {recipient.title}", "", f"`{recipient.id}` · Source: {recipient.source}", ""]
        out += [recipient.note, ""] if recipient.note else []
        out.append(f"- **For** {_titles(p, 'purpose', recipient.for_)}")
        out.append(f"- **Basis**: {_titles(p, 'lawful-basis', recipient.basis)}")
        records = "all records" if "any" in recipient.gives.records else ", ".join(recipient.gives.records)
        out.append(f"- **Gives** {records} handled as: {_titles(p, 'handling', recipient.gives.handling)}")
        for one in recipient.withholds:
            what = [_titles(p, "handling", one.handling)] if one.handling else []
            what += [", ".join(f"`{r}`" for r in one.records)] if one.records else []
            out.append(f"- **Withholds** {'; '.join(what)}: {_titles(p, 'withheld', (one.because,))}")
        out.append(f"- **Takes out** {'; '.join(REDACTS[code] for code in recipient.redacts)}")
        if recipient.tells:
            out.append(f"- **Tells** that records were withheld for: {_titles(p, 'withheld', recipient.tells)}")
        if recipient.checks:
            out.append(f"- **Checked before it leaves**: {_titles(p, 'pack-check', recipient.checks)}")
        if recipient.within:
            out.append(f"- **Within** {recipient.within} of the day on which it was asked for")
        out.append("")
    out += ["## Decisions to share", "", "| for | agreement | family told | why | basis |", "|---|---|---|---|---|"]
    for share in p.share.values():
        beside = [BESIDE[x] for x in (share.agreement, share.family, share.because, share.law)]
        out.append(f"| **{share.title}**: {_titles(p, 'purpose', share.for_)} | {' | '.join(beside)} |")
    return [*out, ""]


def _titles(p: Partnership, codes: str, which: tuple[str, ...]) -> str:
    known = p.codes[codes].codes if codes in p.codes else {}
    return "; ".join(known[code].title if code in known else code for code in which)
