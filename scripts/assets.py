"""Copy the styles and scripts that our pages use from node_modules to var/assets, made fit to use outside GOV.UK.

The fonts (GDS Transport), the crown and the crest are for GOV.UK alone, so they are left out. References to source maps
go too: the maps are not copied, and Django's manifest storage stops at a reference that leads nowhere.

Usage: python scripts/assets.py
"""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NPM = ROOT / "node_modules"
TARGET = ROOT / "var" / "assets"
GOVUK = NPM / "govuk-frontend" / "dist" / "govuk"
MOJ = NPM / "@ministryofjustice" / "frontend" / "moj"

COPIED = {
    "vendor/govuk-frontend.min.css": GOVUK / "govuk-frontend.min.css",
    "vendor/govuk-frontend.min.js": GOVUK / "govuk-frontend.min.js",
    "vendor/moj-frontend.min.css": MOJ / "moj-frontend.min.css",
    "vendor/moj-frontend.min.js": MOJ / "moj-frontend.min.js",
    "vendor/htmx.min.js": NPM / "htmx.org" / "dist" / "htmx.min.js",
}
IMAGES = MOJ / "assets" / "images"
BARRED_STYLE = re.compile(r"GDS Transport|govuk-crest|/assets/")

SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=\S+")
FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
FONT_STACK = re.compile(r"""["']?GDS Transport["']?\s*,\s*arial\s*,\s*sans-serif""", re.IGNORECASE)
RULE_WITH_CREST = re.compile(r"[^{}]*\{[^{}]*govuk-crest[^{}]*\}")
IMAGE = re.compile(r"url\(/assets/images/([^)]+)\)")


def made_fit(text: str, suffix: str) -> str:
    text = SOURCE_MAP.sub("", text).rstrip() + "\n"
    if suffix == ".css":
        text = FONT_FACE.sub("", text)
        text = FONT_STACK.sub("arial,helvetica,sans-serif", text)
        text = RULE_WITH_CREST.sub("", text)
        text = IMAGE.sub(r"url(images/\1)", text)
    return text


def main() -> None:
    TARGET.parent.mkdir(mode=0o700, exist_ok=True)  # the database will lie there too
    shutil.rmtree(TARGET, ignore_errors=True)
    images = TARGET / "vendor" / "images"
    images.mkdir(parents=True)
    for name, source in COPIED.items():
        text = made_fit(source.read_text(encoding="utf-8"), source.suffix)
        if source.suffix == ".css" and (left := BARRED_STYLE.search(text)):
            raise SystemExit(f"{source.name} still names {left.group()!r}: teach scripts/assets.py to take it out")
        (TARGET / name).write_text(text, encoding="utf-8")
    for image in sorted(IMAGES.glob("icon-*")):  # the rest are crowns and the ministry's own marks
        shutil.copyfile(image, images / image.name)


if __name__ == "__main__":
    main()
