/* A connection that is lost while somebody types, on a visit say: what they typed stays on this device, sealed, and goes to us
   when the connection is back, even where the page was closed meanwhile. The key comes with the page and is never kept here: what
   stays behind can be opened only by the same worker, signed in, on the same form. After seven days it is thrown away. */
(() => {
  "use strict";
  const MOST_DAYS = 7, AGAIN = 10000, PREFIX = "sealed:";
  const store = (() => { try { return window.localStorage; } catch { return null; } })();
  if (!store) return;
  for (const name of Object.keys(store).filter((n) => n.startsWith(PREFIX))) {
    let at = 0;
    try { at = JSON.parse(store.getItem(name)).at; } catch { /* not ours to read: it goes */ }
    if (Date.now() - at > MOST_DAYS * 86400000) store.removeItem(name);
  }
  const form = document.querySelector("form[data-sealed-by]");
  if (!form || !window.crypto?.subtle) return; // without https there is no sealing, and so no keeping

  const place = PREFIX + location.pathname;
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const text = (found) => btoa(String.fromCharCode(...new Uint8Array(found)));
  const key = crypto.subtle.importKey("raw", bytes(form.dataset.sealedBy), "AES-GCM", false, ["encrypt", "decrypt"]);
  const about = new TextEncoder().encode(place);
  const clock = (at) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", day: "numeric", month: "long", timeZone: "Europe/London" }).format(at);
  const say = (words) => { const status = form.querySelector("[role=status]"); if (status) status.textContent = words; };
  const typed = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
  let lost = false, unsent = false, timer = 0, turn = 0, made = 0;

  const seal = async () => {
    const mine = ++made, iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(typed()));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: about }, await key, plain);
    if (mine !== made || !lost) return; // something newer was typed meanwhile, or it was saved
    const at = Date.now();
    try {
      store.setItem(place, JSON.stringify({ at, iv: text(iv), sealed: [...new Uint8Array(sealed)].map((b) => b.toString(16).padStart(2, "0")).join("") }));
      say(unsent
        ? "No connection: it was not sent. Your words are kept on this device, sealed. Send it when the connection is back; where it cannot wait, ring."
        : `No connection. Your words are kept on this device, sealed, since ${clock(at)}. They go to us when the connection is back.`);
    } catch {
      say("No connection, and this device has no room. Your words are still on this page: do not close it.");
    }
  };
  const open = async (kept) => {
    const sealed = Uint8Array.from(kept.sealed.match(/../g).map((h) => parseInt(h, 16)));
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(kept.iv), additionalData: about }, await key, sealed);
    return JSON.parse(new TextDecoder().decode(plain));
  };
  const send = async (values) => {
    const body = new URLSearchParams(values);
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    const answer = await fetch(form.getAttribute("hx-post"), { method: "POST", body, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
  };
  const back = async () => {
    clearTimeout(turn);
    if (!lost) return;
    try {
      await send(typed());
      say(`The connection is back. All that you typed is saved${unsent ? ", and not yet sent" : ""}.`);
      lost = unsent = false;
      store.removeItem(place);
    } catch {
      turn = setTimeout(back, AGAIN);
    }
  };
  const gone = () => { lost = true; seal(); clearTimeout(turn); turn = setTimeout(back, AGAIN); };

  document.body.addEventListener("htmx:sendError", gone);
  document.body.addEventListener("htmx:timeout", gone);
  document.body.addEventListener("htmx:responseError", (event) => { if (event.detail?.xhr?.status === 401 || event.detail?.xhr?.status >= 500) gone(); });
  document.body.addEventListener("htmx:afterOnLoad", (event) => { if (event.detail?.elt === form && lost) { lost = false; store.removeItem(place); } });
  addEventListener("offline", gone);
  addEventListener("online", back);
  form.addEventListener("input", () => { if (!lost) return; clearTimeout(timer); timer = setTimeout(seal, 400); });
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    unsent = true;
    gone();
  });

  // What was kept when the page was closed: offered, never put in by itself over what stands there.
  const kept = (() => { try { return JSON.parse(store.getItem(place)); } catch { return null; } })();
  if (kept) open(kept).then((values) => {
    const offer = document.getElementById("kept-here");
    if (!offer) return;
    offer.querySelector("[data-when]").textContent = clock(kept.at);
    offer.hidden = false;
    offer.querySelector("[data-take]").addEventListener("click", () =>
      send(values).then(() => { store.removeItem(place); location.reload(); }, () => say("No answer yet. Your words are still kept on this device.")));
    offer.querySelector("[data-drop]").addEventListener("click", () => { store.removeItem(place); offer.hidden = true; });
  }, () => { /* sealed by somebody else's sign-in: not ours to open, nor to throw away */ });
})();
