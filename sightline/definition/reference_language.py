"""The reference page of phrases: what blames or hides, what to write instead, and why."""

from __future__ import annotations

from sightline.definition.types import Partnership, Phrase

WHOM = {
    "child": "a child", "parent": "a parent", "adult": "another adult", "worker": "a professional",
    "someone": "somebody by name or pronoun", "nobody": "nobody in particular",
}  # fmt: skip


def language(p: Partnership) -> list[str]:
    """Every phrase, in the order of the list from which it comes; then our own."""
    out = [
        f"# Words in {p.info.title}",
        "",
        "What blames a child or hides who did what, and what to write instead. A hint is shown to whoever writes, and to "
        "nobody else: nothing is counted, and nothing waits for it. Somebody’s own words are left alone: what stands in "
        "quotation marks, fields that hold a quotation, and the names of laws and services.",
        "",
        f"{len(p.phrase)} phrases. Each is found in every inflection and in words of the same kind; of whom it is said decides.",
        "",
    ]
    for phrase in sorted(p.phrase.values(), key=lambda one: (int(one.handbook or 999), one.id)):
        out += _phrase(phrase)
    return out


def _phrase(phrase: Phrase) -> list[str]:
    out = [f"## {phrase.title}", "", f"`{phrase.id}` · Source: {phrase.source}", ""]
    out += [f"- **Instead**: {phrase.instead}", f"- **Why**: {phrase.why}"]
    if phrase.of:
        out.append(f"- **Said of** {' or '.join(WHOM[one] for one in phrase.of)}")
    for key, words in (("hits", "Is hinted at"), ("passes", "Is not")):
        said = [f"“{str(example[key]).strip('“”')}”" for example in phrase.examples if key in example]
        if said:
            out.append(f"- **{words}**: {' '.join(said)}")
    return [*out, ""]
