"""Files in which something is carried away: each maker takes lines of text, and the value where it is to be hidden."""

from __future__ import annotations

import base64
import csv
import io
import json
import struct
import unicodedata
import zipfile
import zlib
from xml.sax.saxutils import escape


def letter(lines, value):
    return ("letter.txt", "\n".join([*lines[: len(lines) // 2], value, *lines[len(lines) // 2 :]]))


def windows_letter(lines, value):
    return ("letter.txt", "\r\n".join([*lines, value]).encode("utf-16"))


def page(lines, value):
    shown = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return ("page.html", f"<!doctype html><html><body>{shown}<p>Now at <b>{escape(value)}</b>.</p></body></html>")


def page_attribute(lines, value):
    return ("page.html", f'<html><body><p>{escape(lines[0])}</p><img src="/a.png" alt="{escape(value)}"></body></html>')


def page_comment(lines, value):
    return ("page.html", f"<html><body><!-- {escape(value)} --><p>{escape(lines[0])}</p></body></html>")


def table(lines, value):
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["When", "What", "Note"])
    for n, line in enumerate(lines):
        rows.writerow([f"{n + 1} May 2025", line, value if n == 1 else ""])
    return ("extract.csv", out.getvalue())


def message(lines, value):
    return {"to": "partner", "title": lines[0], "body": " ".join(lines[1:]), "more": {"note": value}}


def answer(lines, value):
    return ("answer.json", json.dumps({"items": [{"says": line} for line in lines] + [{"detail": {"x": value}}]}))


def mail(lines, value):
    inner = base64.encodebytes(("\n".join(lines) + "\n" + value).encode()).decode()
    head = "From: a@example.org\nTo: b@example.org\nSubject: Papers\nMIME-Version: 1.0\n"
    part = "Content-Type: text/plain; name=n.txt\nContent-Disposition: attachment; filename=n.txt\n"
    body = f"--x\nContent-Type: text/plain\n\nSee attached.\n--x\n{part}Content-Transfer-Encoding: base64\n\n{inner}\n--x--\n"
    return ("mail.eml", head + "Content-Type: multipart/mixed; boundary=x\n\n" + body)


# --- workbooks and documents --------------------------------------------------------------------------


def _workbook(lines, *, cell="", hidden="", comment="", prop="", formula="", defined=""):
    def sheet(rows):
        said = "".join(
            f'<row r="{n}">'
            + "".join(
                f'<c r="{chr(65 + m)}{n}" t="inlineStr"><is><t>{escape(v)}</t></is></c>' for m, v in enumerate(row)
            )
            + "</row>"
            for n, row in enumerate(rows, 1)
        )
        return f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{said}</sheetData></worksheet>'

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        names = f'<definedNames><definedName name="x">{escape(defined)}</definedName></definedNames>' if defined else ""
        made.writestr(
            "xl/workbook.xml",
            f'<workbook><sheets><sheet name="A"/><sheet name="B" state="hidden"/></sheets>{names}</workbook>',
        )
        made.writestr(
            "xl/worksheets/sheet1.xml", sheet([[line, str(n)] for n, line in enumerate(lines)] + [[cell, ""]])
        )
        if formula:
            made.writestr(
                "xl/worksheets/sheet3.xml",
                f'<worksheet><sheetData><row r="1"><c r="A1" t="str"><f>IF(1,"{escape(formula)}","")</f><v>-</v></c></row>'
                "</sheetData></worksheet>",
            )
        made.writestr("xl/worksheets/sheet2.xml", sheet([["Old", hidden]]))
        if comment:
            made.writestr(
                "xl/comments1.xml",
                f"<comments><commentList><comment ref='A1'><text><r><t>{escape(comment)}</t></r></text></comment>"
                "</commentList></comments>",
            )
        made.writestr(
            "docProps/core.xml",
            f"<cp:coreProperties xmlns:cp='http://x/cp' xmlns:dc='http://x/dc'><dc:description>{escape(prop)}</dc:description></cp:coreProperties>",
        )
        made.writestr("xl/printerSettings/printerSettings1.bin", bytes(range(256)))
    return out.getvalue()


def hidden_sheet(lines, value):
    return ("figures.xlsx", _workbook(lines, hidden=value))


def sheet_cell(lines, value):
    return ("figures.xlsx", _workbook(lines, cell=value))


def sheet_comment(lines, value):
    return ("figures.xlsx", _workbook(lines, comment=value))


def sheet_property(lines, value):
    return ("figures.xlsx", _workbook(lines, prop=value))


def sheet_formula(lines, value):
    return ("figures.xlsx", _workbook(lines, formula=value, defined=""))


def _document(paragraphs, footer="", prop=""):
    def runs(text):  # as an editor leaves them: one word in several runs
        parts = [text[n : n + 5] for n in range(0, len(text), 5)]
        return "".join(f'<w:r><w:t xml:space="preserve">{escape(p)}</w:t></w:r>' for p in parts)

    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        body = "".join(f"<w:p>{runs(text)}</w:p>" for text in paragraphs)
        made.writestr("word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>")
        made.writestr("word/footer1.xml", f"<w:ftr {space}><w:p>{runs(footer)}</w:p></w:ftr>")
        made.writestr("docProps/app.xml", f"<Properties><Company>{escape(prop)}</Company></Properties>")
    return out.getvalue()


def document(lines, value):
    return ("report.docx", _document([*lines, value]))


def document_footer(lines, value):
    return ("report.docx", _document(lines, footer=value))


# --- PDF ----------------------------------------------------------------------------------------------


def _literal(text):
    plain = unicodedata.normalize("NFKC", text)  # such a font has no full-width letters: a question mark is no address
    return plain.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _pdf(lines, *, info="", packed=True, kerned=False, remark="", xmp=""):
    def shown(text):
        if not kerned:
            return b"(" + _literal(text) + b") Tj"
        parts = [_literal(text[n : n + 3]) for n in range(0, len(text), 3)]
        return b"[" + b" -12 ".join(b"(" + part + b")" for part in parts) + b"] TJ"

    content = b"BT /F1 11 Tf 50 780 Td " + b" 0 -14 Td ".join(shown(line) for line in lines) + b" ET"
    head = b"/Filter /FlateDecode " if packed else b""
    content = zlib.compress(content) if packed else content
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R /Metadata 7 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> /Annots [8 0 R] >>",
        b"<< " + head + b"/Length " + str(len(content)).encode() + b" >>\nstream\n" + content + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title (Report) /Subject <" + (b"\xfe\xff" + info.encode("utf-16-be")).hex().encode() + b"> >>",
        b"<< /Type /Metadata /Subtype /XML /Length 1 >>\nstream\n<x><d>"
        + escape(xmp).encode()
        + b"</d></x>\nendstream",
        b"<< /Type /Annot /Subtype /Text /Contents (" + _literal(remark) + b") >>",
    ]
    out = b"%PDF-1.7\n"
    for n, part in enumerate(parts, 1):
        out += str(n).encode() + b" 0 obj\n" + part + b"\nendobj\n"
    return out + b"trailer << /Root 1 0 R /Info 6 0 R >>\nstartxref\n0\n%%EOF\n"


def pdf_text(lines, value):
    return ("bundle.pdf", _pdf([*lines, value]))


def pdf_kerned(lines, value):
    return ("bundle.pdf", _pdf([*lines, value], kerned=True, packed=False))


def pdf_property(lines, value):
    return ("bundle.pdf", _pdf(lines, info=value))


def pdf_remark(lines, value):
    return ("bundle.pdf", _pdf(lines, remark=value))


def pdf_xmp(lines, value):
    return ("bundle.pdf", _pdf(lines, xmp=value))


# --- pictures -----------------------------------------------------------------------------------------


def _exif(text, wide=False):
    value = text.encode("utf-16-le") + b"\0\0" if wide else text.encode() + b"\0"
    tag, kind = (0x9C9C, 1) if wide else (0x010E, 2)
    start = 8 + 2 + 12 + 4
    return b"II*\0" + struct.pack("<IHHHIII", 8, 1, tag, kind, len(value), start, 0) + value.ljust(4, b"\0")


def _jpeg(body=b"", remark=b""):
    def segment(mark, raw):
        return b"\xff" + bytes([mark]) + struct.pack(">H", len(raw) + 2) + raw

    made = (
        b"\xff\xd8" + (segment(0xE1, b"Exif\0\0" + body) if body else b"") + (segment(0xFE, remark) if remark else b"")
    )
    return made + segment(0xDA, b"\0" * 10) + bytes(n % 251 for n in range(400)) + b"\xff\xd9"


def photo(lines, value):
    return ("photo.jpg", _jpeg(_exif(value)))


def photo_wide(lines, value):
    return ("photo.jpg", _jpeg(_exif(value, wide=True)))


def photo_remark(lines, value):
    return ("photo.jpg", _jpeg(remark=value.encode()))


def scan(lines, value):
    def chunk(kind, raw):
        return struct.pack(">I", len(raw)) + kind + raw + struct.pack(">I", zlib.crc32(kind + raw))

    text = b"Comment\0\0" + zlib.compress(value.encode())
    return ("scan.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0" * 13) + chunk(b"zTXt", text) + chunk(b"IEND", b""))


def archive(lines, value):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("one.txt", "\n".join(lines))
        made.writestr("two.csv", f"a,b\n1,{json.dumps(value)}\n")
    return ("all.zip", out.getvalue())


CARRIERS = (
    letter, windows_letter, page, page_attribute, page_comment, table, message, answer, mail, hidden_sheet, sheet_cell,
    sheet_comment, sheet_property, sheet_formula, document, document_footer, pdf_text, pdf_kerned, pdf_property, pdf_remark,
    pdf_xmp, photo, photo_wide, photo_remark, scan, archive,
)  # fmt: skip
