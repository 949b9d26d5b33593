/* The queue page hears of changes while it is open, and asks for the lines that changed. Without this script, or without a
   connection, the page works as it is and says when it was made. Nothing is kept here. */
(() => {
  "use strict";
  const status = document.getElementById("queue-live");
  const body = document.getElementById("queue-rows");
  if (!status || !body || !window.EventSource) return;
  const table = body.closest("table");
  const heading = document.title;
  let waiting = new Set(), timer = 0, busy = false, poll = 0, unseen = 0;

  const rows = () => [...body.querySelectorAll("tr")];
  const at = () => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" }).format(new Date());
  const say = (words) => { status.textContent = words; };
  const current = () => document.activeElement?.closest?.("#queue-rows tr");

  // Puts lines where they belong. The focus stays on the line on which it was; what came new is marked, and said once.
  const place = (html, asked) => {
    const made = new DOMParser().parseFromString(`<table><tbody>${html}</tbody></table>`, "text/html");
    const lines = new Map([...made.querySelectorAll("tr[id]")].map((line) => [line.id, line]));
    const had = current(), onLink = had && document.activeElement.closest("th");
    let fresh = 0, grave = 0;
    for (const id of asked ?? rows().map((line) => line.id)) if (!lines.has(id)) document.getElementById(id)?.remove();
    const all = rows(), last = all[all.length - 1]?.dataset.order ?? "";
    for (const [id, line] of lines) {
      const old = document.getElementById(id);
      if (!old && "part" in status.dataset) continue; // a later page of the list: what is new belongs on the first
      if (!old && asked && all.length >= 40 && line.dataset.order > last) continue; // it stands on the next page
      const made = document.importNode(line, true);
      if (!old) {
        made.classList.add("sl-fresh");
        fresh += 1;
        grave += line.dataset.level === "now" ? 1 : 0;
      }
      old?.remove();
      const next = rows().find((other) => other.dataset.order > made.dataset.order);
      body.insertBefore(made, next ?? null);
      if (had && had.id === id) (onLink ? made.querySelector("th a") : made.querySelector("button, th a"))?.focus({ preventScroll: true });
    }
    if (table.hidden && rows().length) { table.hidden = false; document.getElementById("queue-none")?.remove(); }
    document.body.dispatchEvent(new Event("sl-queue-changed"));
    if (fresh) {
      unseen += document.hidden ? fresh : 0;
      document.title = unseen ? `(${unseen}) ${heading}` : heading;
      say(`${fresh} new at ${at()}${grave ? `; ${grave} cannot wait` : ""}. This page changes by itself.`);
    } else say(`As it stands at ${at()}. This page changes by itself.`);
  };

  const ask = async () => {
    timer = 0;
    if (busy) return void (timer = setTimeout(ask, 50));
    const ids = waiting; waiting = new Set(); busy = true;
    try {
      const address = new URL(status.dataset.lines, location.href);
      if (ids.size && ids.size <= 60) address.searchParams.set("ids", [...ids].join(","));
      const answer = await fetch(address, { headers: { "X-Live": "1", "HX-Request": "true" }, credentials: "same-origin" });
      if (answer.status === 401) return location.reload(); // which leads to sign-in, and back here
      if (!answer.ok) throw new Error("no answer");
      place(await answer.text(), ids.size && ids.size <= 60 ? [...ids].map((id) => `i-${id}`) : null);
    } catch { say("No answer. This page stands as it was; it tries again."); }
    busy = false;
  };
  const soon = (wait) => { timer ||= setTimeout(ask, wait); };

  // Where too many pages are open, or the way is blocked, it asks every ten seconds instead.
  const ask_now_and_then = () => { poll ||= setInterval(() => document.hidden || soon(0), 10000); };

  const listen = () => {
    const source = new EventSource(status.dataset.live);
    source.addEventListener("here", () => {
      clearInterval(poll); poll = 0;
      say(`As it stands at ${at()}. This page changes by itself.`);
    });
    source.addEventListener("change", (event) => {
      for (const id of event.data.split(",")) if (id) waiting.add(id);
      soon(20);
    });
    source.addEventListener("full", () => { source.close(); ask_now_and_then(); });
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) ask_now_and_then(); };
    return source;
  };
  const source = listen();
  addEventListener("pagehide", () => source.close());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { unseen = 0; document.title = heading; } });

  // c claims the line that one is on, n goes to the first that nobody has, o opens: where single keys are on.
  const keys = document.querySelector("[data-keys=on]");
  if (keys) document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("textarea, select, input")) return;
    const key = event.key.toLowerCase(), line = current();
    if (key === "c" && line) line.querySelector("button[value=claim]")?.click();
    else if (key === "o" && line) line.querySelector("th a")?.click();
    else if (key === "n") rows().find((other) => other.querySelector("button[value=claim]"))?.querySelector("th a")?.focus();
    else return;
    event.preventDefault();
  });
})();
