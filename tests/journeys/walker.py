"""Somebody with a browser: goes places, by mouse or by keyboard alone, and looks at what is there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tests.journeys.town import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCREENSHOTS = ROOT / "var" / "screenshots"
MANUAL = ROOT / "docs" / "manual" / "images"
IN_MANUAL = set(
    "sign-in my-work queue send-a-concern find child entry loads feed-health map-a-file match match-quality registry "
    "sign rule-of-signs places who-has-seen unusual-reading hindsight packs share keep-and-erase decide asked-of-us "
    "emergency ring messages protected team".split()
)
DESKTOP, PHONE = {"width": 1240, "height": 900}, {"width": 320, "height": 700}
PATIENCE = 30_000  # milliseconds: a machine that does ten things at once is slow, not wrong
NAME_OF_FOCUS = """() => {
  const e = document.activeElement;
  const label = e.labels && e.labels[0] ? e.labels[0].textContent : "";
  const title = e.querySelector && e.querySelector("title");
  const name = e.getAttribute("aria-label") || label || (title && title.textContent) || e.textContent || "";
  return name.replace(/\\s+/g, " ").trim();
}"""


class Walker:
    def __init__(self, address: str, browser: Any, **options: Any) -> None:
        self.address = address
        self.context = browser.new_context(viewport=DESKTOP, locale="en-GB", timezone_id="Europe/London", **options)
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.faults: list[str] = []  # what the browser complained of: a broken policy, a failed script
        self.asked: list[str] = []  # every address that it asked for
        self.page.on("console", lambda message: message.type == "error" and self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("filechooser", lambda _: None)  # asked for from the start: a chooser that opens sooner is not seen
        self.page.on("request", lambda request: self.asked.append(request.url))

    def go(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.address + path)

    def sign_in(self, username: str) -> None:
        self.go("/")
        self.page.get_by_label("User name").fill(username)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("heading", name="My work").wait_for()

    def find(self, words: str) -> None:
        self.go("/find/")
        self.page.get_by_label("Name", exact=True).fill(words)
        self.page.get_by_role("button", name="Find").click()
        self.page.locator("#found-title").wait_for()

    def child(self, words: str = "jay marsh", number: str = "") -> None:
        """Opens the page of the child of whom most is held."""
        self.find(words)
        rows = self.page.locator("tbody tr").all()
        rows.sort(key=lambda row: -len(row.inner_text()))
        self.go(rows[0].locator("th a").get_attribute("href"))

    def stand_still(self) -> None:
        """Between tests: a plain window, and no memory of complaints."""
        self.page.set_viewport_size(DESKTOP)
        self.faults.clear()

    # --- the keyboard alone ----------------------------------------------------------------------------

    def tab_to(self, name: str, *, most: int = 80) -> None:
        """Presses Tab until what has the focus is called this."""
        passed = []
        for _ in range(most):
            self.page.keyboard.press("Tab")
            here = self.page.evaluate(NAME_OF_FOCUS)
            if here.startswith(name):
                return
            passed.append(here[:40])
        raise AssertionError(f"Tab never came to {name!r}; it came to {passed}")

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    # --- looking ---------------------------------------------------------------------------------------

    def axe(self) -> list[str]:
        """What axe finds wrong with the page, in a line each."""
        self.page.evaluate(AXE)
        found = self.page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
        return [
            f"{one['id']}: {one['help']} ({len(one['nodes'])}×, first {one['nodes'][0]['html'][:160]})"
            for one in found["violations"]
        ]

    def sideways(self) -> int:
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def picture(self, name: str, *, whole: bool = False) -> None:
        """A screenshot: kept in var/screenshots, and with MANUAL_IMAGES=1 in the manual.

        (SIGHTLINE_MANUAL=1 too, where tests/support/environment.py lets it through.)
        """
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)
        wanted = "1" in (os.environ.get("MANUAL_IMAGES"), os.environ.get("SIGHTLINE_MANUAL"))
        if wanted and name.rpartition("-")[0] in IN_MANUAL:
            MANUAL.mkdir(parents=True, exist_ok=True)
            before = self.page.viewport_size
            height = min(self.page.evaluate("document.documentElement.scrollHeight"), 1400)
            self.page.set_viewport_size({"width": before["width"], "height": height})
            self.page.screenshot(path=MANUAL / f"{name}.png")
            self.page.set_viewport_size(before)
