"""A pack as files: PDF/UA and CSV, built from nothing but its lines. What was taken out is in neither, nowhere.

No template of a word processor, no copied page, no attachment, no comment, no script, no hidden sheet, no formula. The
PDF is tagged, so that a screen reader reads it in order; its fonts are in it. Every page names for whom it is, under a
reference that is theirs alone: whoever finds a page knows whose copy it was.
"""

from __future__ import annotations

import csv
import hashlib
import io
import logging
import re
import unicodedata
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from sightline.definition.types import Partnership
from sightline.disclosure.types import WITHHELD, Line, Pack
from sightline.timescales.london import local, say
from sightline.vault.actions import digest

# Which reason the recipient reads, where the true one would say that there is something to look for.
TOLD_AS = {"protected": "address"}
FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")
COLUMNS = ("When", "Kind of record", "Held by", "What", "In words", "Taken out", "For", "Reference")
NO_PDF = (
    "PDF needs libpango on the machine that serves Sightline: apt-get install libpango-1.0-0 libpangoft2-1.0-0 "
    "fonts-liberation"
)

STYLE = """
@page { size: A4; margin: 24mm 18mm 22mm;
  @top-left { content: string(copy); font: 8pt 'Liberation Sans', Arial, sans-serif; }
  @top-right { content: 'OFFICIAL-SENSITIVE'; font: bold 8pt 'Liberation Sans', Arial, sans-serif; }
  @bottom-left { content: string(reference); font: 8pt 'Liberation Sans', Arial, sans-serif; }
  @bottom-right { content: 'Page ' counter(page) ' of ' counter(pages); font: 8pt 'Liberation Sans', Arial, sans-serif; } }
body { font: 10.5pt/1.45 'Liberation Sans', Arial, sans-serif; color: #0b0c0c; }
h1 { font-size: 20pt; line-height: 1.2; margin: 0 0 4mm; } h2 { font-size: 14pt; margin: 8mm 0 2mm; break-after: avoid; }
h3 { font-size: 11pt; margin: 6mm 0 1mm; break-after: avoid; }
.copy { string-set: copy content(); } .reference { string-set: reference content(); }
dl { margin: 0; } dt { font-weight: bold; margin-top: 1.5mm; } dd { margin: 0; white-space: pre-line; }
.why { color: #505a5f; font-size: 9.5pt; margin: 1mm 0 0; } ul { margin: 1mm 0; padding-left: 5mm; }
section { break-inside: auto; }
"""


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def reference(pack: Pack) -> str:
    """This recipient's own reference: of the pack and of who they are, so that two copies never share one."""
    own = digest("pack-copy", f"{pack.first}|{pack.to.kind}|{pack.to.name}")
    return f"{pack.first.hex[:8]}-{own[:8]}".upper()


def files(definition: Partnership, pack: Pack, *, released_by: str, at: datetime) -> dict[str, tuple[str, bytes]]:
    """The files that leave: format: (name, content). Names say nothing about anybody."""
    name = f"pack-{reference(pack).lower()}"
    return {
        "pdf": (f"{name}.pdf", pdf(definition, pack, released_by=released_by, at=at)),
        "csv": (f"{name}.csv", as_csv(definition, pack)),
    }


def texts(pack: Pack) -> list[dict[str, str]]:
    """What leaves, as records, for the release gate: it looks into the files too, and across the parts of a line."""
    return [
        {"title": line.title, **{f"{n}. {part.label}": part.words for n, part in enumerate(line.parts)}}
        for line in leaving(pack)
    ] + [{"about": pack.about, "to": pack.to.name}]


def leaving(pack: Pack) -> list[Line]:
    """The lines that are in the file at all: of what is withheld not even that it is there."""
    return [line for line in pack.lines if line.state != WITHHELD]


def reasons(definition: Partnership, codes: Any) -> list[str]:
    """Codes of `withheld` in words, as the recipient reads them, each once."""
    known = definition.codes["withheld"].codes
    told = dict.fromkeys(TOLD_AS.get(code, code) for code in codes)
    return [known[code].title if code in known else code for code in told]


def told_withheld(definition: Partnership, pack: Pack) -> list[str]:
    """The reasons for which records were withheld, of those that this recipient is told of. No number, no date."""
    tells = definition.recipient[pack.to.kind].tells
    codes = [code for line in pack.lines if line.state == WITHHELD for code in line.because if code in tells]
    return reasons(definition, codes)


def when(line: Line) -> str:
    moment = local(line.happened)
    if line.precision == "year":
        return f"{moment:%Y}"
    if line.precision == "month":
        return f"{moment:%B %Y}"
    return say(moment.date()) if line.precision == "day" else say(moment)


# --- CSV --------------------------------------------------------------------------------------------------------------


def cell(text: str) -> str:
    """One cell as plain text: no control characters, nothing that a spreadsheet takes for a formula (CWE-1236)."""
    plain = "".join(c for c in text if c in "\n" or unicodedata.category(c) not in ("Cc", "Cf"))
    return f"'{plain}" if plain.lstrip().startswith(FORMULA) else plain


def as_csv(definition: Partnership, pack: Pack) -> bytes:
    """One row for each thing that is said. UTF-8 with the mark that spreadsheets look for."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    copy = (cell(pack.to.name), reference(pack))
    for line in leaving(pack):
        for part in line.parts or (None,):
            said = (cell(part.label), cell(part.words)) if part else ("", "")
            why = "; ".join(reasons(definition, part.taken)) if part else ""
            writer.writerow([when(line), cell(line.title), cell(line.agency), *said, why, *copy])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


# --- PDF --------------------------------------------------------------------------------------------------------------


def html(definition: Partnership, pack: Pack, *, released_by: str, at: datetime) -> str:
    """The pack as one plain page: headings, paragraphs and lists, all escaped; no address leads out of it."""
    recipient = definition.recipient[pack.to.kind]
    agency = definition.agency[pack.agency].title if pack.agency in definition.agency else pack.agency
    purpose = definition.codes["purpose"].codes[pack.purpose].title
    kind = definition.codes["pack-kind"].codes[pack.kind].title
    facts = [
        ("About", pack.about),
        ("For", pack.to.name),
        ("What for", purpose),
        ("Held on", say(local(pack.as_of).date())),
        ("Prepared by", agency),
        ("Released", f"{say(local(at).date())}, by {released_by}"),
    ]
    if pack.asked_on:
        facts.append(("Asked for on", say(datetime.fromisoformat(pack.asked_on).date())))
    out = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        f"<title>{escape(kind)}, reference {reference(pack)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{escape(kind)}</h1>",
        f"<p class='copy'>For {escape(_plain(pack.to.name))} only</p>",
        f"<p class='reference'>Reference {reference(pack)}</p>",
        f"<p>{escape(recipient.says)}</p><dl>",
        *(f"<dt>{escape(k)}</dt><dd>{escape(_plain(v))}</dd>" for k, v in facts if v),
        "</dl>",
    ]
    if told := told_withheld(definition, pack):
        out += ["<h2>What is not here</h2><p>Records were withheld for these reasons:</p><ul>"]
        out += [f"<li>{escape(reason)}</li>" for reason in told] + ["</ul>"]
    out += ["<h2>What is held</h2>"]
    lines = leaving(pack)
    out += [] if lines else ["<p>Nothing is held that may be given to you.</p>"]
    for line in lines:
        out += [f"<section><h3>{escape(when(line))}: {escape(_plain(line.title))}</h3><p>{escape(line.agency)}</p>"]
        out += ["<dl>"] if line.parts else []
        out += [f"<dt>{escape(part.label)}</dt><dd>{escape(_plain(part.words))}</dd>" for part in line.parts]
        out += ["</dl>"] if line.parts else []
        if line.because:
            why = "; ".join(reasons(definition, line.because))
            out += [f"<p class='why'>Taken out here: {escape(why)}.</p>"]
        out += ["</section>"]
    return "".join([*out, "</body></html>"])


def _plain(text: str) -> str:
    """Without characters that nobody sees: they could hide something, or undo an order of reading."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs"))


@lru_cache(maxsize=1)
def _weasyprint() -> Any:
    """The library, loaded when the first file is made. Raises ImproperlyConfigured where the machine lacks its own."""
    for name in ("weasyprint", "weasyprint.progress", "fontTools"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what stands in a pack is nobody's log
    try:
        import weasyprint
    except OSError as error:
        raise ImproperlyConfigured(NO_PDF) from error
    return weasyprint


def ready() -> None:
    """Loads what makes PDFs, before somebody waits for one: once a process, about a second."""
    _weasyprint()


def pdf(definition: Partnership, pack: Pack, *, released_by: str, at: datetime) -> bytes:
    """PDF/UA-1: tagged, its language and title named, fonts in it. Equal packs give equal bytes."""
    page = html(definition, pack, released_by=released_by, at=at)
    made = _weasyprint().HTML(string=page, base_url="about:blank", url_fetcher=_nothing)
    content: bytes = made.write_pdf(
        pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=hashlib.sha256(page.encode()).digest()[:16]
    )
    return content


def _nothing(url: str, *_: Any, **__: Any) -> Any:
    """A pack loads nothing from anywhere."""
    raise ValueError(f"a pack has no address in it: {re.sub(r'[^a-z:]', '', url)[:8]}")
