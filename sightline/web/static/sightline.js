/* Only what makes a page that already works work better. No framework, no data, nothing kept. */
(() => {
  "use strict";

  // On a phone the menu is folded to where one is and what waits; the style sheet shows the button there alone.
  const menu = document.querySelector("[data-folds]");
  const opens = menu?.querySelector("button");
  if (opens && CSS.supports("selector(:has(*))")) {
    opens.hidden = false;
    menu.classList.add("sl-folds");
    opens.addEventListener("click", () => opens.setAttribute("aria-expanded", menu.classList.toggle("sl-open")));
  }

  // A fault takes the focus, so that it is heard and seen first.
  document.querySelector("[data-errors]")?.focus();

  // The picture: one stop for the Tab key; arrows walk its marks in order of time; Home and End go to the ends.
  for (const picture of document.querySelectorAll("[data-picture]")) {
    const marks = [...picture.querySelectorAll("a.m")];
    if (!marks.length) continue;
    const choose = (mark) => marks.forEach((m) => m.setAttribute("tabindex", m === mark ? "0" : "-1"));
    choose(marks[marks.length - 1]);
    picture.removeAttribute("tabindex"); // its marks scroll it into view
    picture.addEventListener("keydown", (event) => {
      const at = marks.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: marks.length - 1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      const mark = marks[Math.min(Math.max(to, 0), marks.length - 1)];
      choose(mark);
      mark.focus();
      mark.scrollIntoView({ block: "nearest", inline: "center" });
    });
  }

  // A mark, or a date in the list, leads to an entry: the focus goes there too.
  const follow = () => {
    const entry = location.hash.startsWith("#e-") && document.getElementById(location.hash.slice(1));
    if (entry) entry.focus({ preventScroll: true });
  };
  addEventListener("hashchange", follow);
  follow();

  // Single keys: only where the page announces them and its reader has not switched them off (WCAG 2.1.4), and never while
  // somebody types. A digit chooses; j and k walk the lines of a list, o opens one; other letters are on what they do.
  const keys = document.querySelector("[data-keys=on]");
  const typing = (at) => at.closest?.("textarea, select, input:not([type=radio], [type=checkbox])");
  if (keys) document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    const key = event.key.toLowerCase();
    const chosen = /^[1-9]$/.test(key) && document.querySelectorAll("[data-submit] input[type=radio]")[key - 1];
    const lines = [...document.querySelectorAll("[data-rows] tbody th a")];
    const step = { j: 1, k: -1 }[key];
    if (chosen) {
      chosen.checked = true;
      chosen.dispatchEvent(new Event("input", { bubbles: true }));
      const asks = chosen.value === "ask" && document.getElementById("id_agency");
      (asks || document.getElementById("id_because") || document.querySelector("[data-submit] button")).focus();
    } else if (step && lines.length) {
      const at = lines.indexOf(document.activeElement);
      lines[Math.min(Math.max(at + step, 0), lines.length - 1)].focus();
    } else {
      const does = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
      if (!does) return;
      does.click();
    }
    event.preventDefault();
  });

  // Within a form that decides, Ctrl and Enter send it, from the words too.
  document.querySelector("[data-submit]")?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.currentTarget.requestSubmit(event.currentTarget.querySelector("button[value=decide]"));
  });

  // Where keeping what is typed fails, say so; the words are still on the page.
  const failed = (event) => {
    const form = event.target.closest?.("[data-draft]");
    const status = form?.querySelector("[role=status]");
    const out = event.detail?.xhr?.status === 401;
    if (status) status.textContent = `Not saved: ${out ? "you were signed out" : "no answer"}. Your words are still on this page.`;
    else if (out) location.reload(); // which leads to sign-in, and back here
  };
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.body.addEventListener(name, failed);

  // What was typed before the page's scripts had come (a slow phone) is kept too, and not only with the next stroke. Not where
  // the browser itself filled the form again, on the way back or on reload: that may be older than what we keep.
  const changed = (field) => field.type === "radio" || field.type === "checkbox" ? field.checked !== field.defaultChecked
    : field.type === "select-one" ? field.selectedIndex > 0 && !field.options[field.selectedIndex].defaultSelected
    : field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue;
  addEventListener("DOMContentLoaded", () => {
    if (performance.getEntriesByType("navigation")[0]?.type !== "navigate") return;
    for (const form of document.querySelectorAll("[data-draft]")) {
      const field = [...form.elements].find(changed);
      for (const name of field ? ["input", "change"] : []) field.dispatchEvent(new Event(name, { bubbles: true }));
    }
  });

  // The form itself is sent as a plain form: htmx keeps the draft and leaves the buttons alone.
})();
