/* Only what makes a page that already works work better. No framework, no data, nothing kept. */
(() => {
  "use strict";

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

  // Where keeping what is typed fails, say so; the words are still on the page.
  const failed = (event) => {
    const form = event.target.closest?.("[data-draft]");
    const status = form?.querySelector("[role=status]");
    const out = event.detail?.xhr?.status === 401;
    if (status) status.textContent = `Not saved: ${out ? "you were signed out" : "no answer"}. Your words are still on this page.`;
    else if (out) location.reload(); // which leads to sign-in, and back here
  };
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.body.addEventListener(name, failed);

  // The form itself is sent as a plain form: htmx keeps the draft and leaves the buttons alone.
})();
