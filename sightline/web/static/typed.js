/* No word is lost, and nothing is sent twice. A form with a box for words that keeps no draft of its own is kept by its page, until
   it is sent: its words go to the address in `data-typed`, and stand in their boxes again when the page is opened again. Words that
   a field asks not to be remembered (`autocomplete="off"`) are not. */
(() => {
  "use strict";
  const PAUSE = 2000, TWICE = 3000, MOST = 600;
  const address = document.querySelector("main[data-typed]")?.dataset.typed;
  const posts = [...document.querySelectorAll("main form")].filter((form) => form.method === "post");
  const kept = address ? posts.filter((form) => !form.matches("[data-draft]") && form.querySelector("textarea")) : [];
  const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const unkept = (e) => !e.name || e.disabled || e.autocomplete === "off" || /^(hidden|password|file|submit|button|reset)$/.test(e.type);
  const fields = (form) => [...form.elements].filter((e) => /^(INPUT|SELECT|TEXTAREA)$/.test(e.tagName) && !unkept(e));
  const ticks = (e) => e.type === "radio" || e.type === "checkbox";
  const changed = (e) => ticks(e) ? e.checked !== e.defaultChecked
    : e.tagName === "SELECT" ? [...e.options].some((o) => o.selected !== o.defaultSelected) && e.value !== ""
    : e.value !== e.defaultValue;

  // Which of the page's forms: by what it carries along (whose line it is about) and what it asks. Never by its place on the page.
  const which = (form) => {
    const said = [...form.elements].filter((e) => e.name && !/^(csrfmiddlewaretoken|version|lock|typed-form)$/.test(e.name));
    const along = said.filter((e) => /^(hidden|submit)$/.test(e.type)).map((e) => `${e.name}=${e.value}`);
    return [...new Set([form.getAttribute("action") ?? "", ...along, ...said.map((e) => e.name)])].join("|").slice(0, MOST);
  };

  const status = (form) => {
    let says = form.querySelector("[role=status]");
    if (!says) {
      says = Object.assign(document.createElement("p"), { className: "sl-saved" });
      says.setAttribute("role", "status");
      const button = [...form.querySelectorAll("button")].at(-1);
      (button?.closest(".govuk-button-group, p") ?? button)?.before(says);
    }
    return says;
  };
  const signIn = () => Object.assign(document.createElement("a"), {
    href: "/sign-in/", target: "_blank", rel: "noopener", className: "govuk-link", textContent: "Sign in again (in another tab)",
  });
  const out = (form, sending) => {
    form.dataset.signedOut = "yes";
    const says = status(form);
    says.textContent = `${sending ? "Not sent" : "Not saved"}: you were signed out. Your words are still on this page: do not close it. `;
    says.append(signIn(), sending ? ", then send it from here." : ".");
  };
  const ask = (options) => fetch(address, { credentials: "same-origin", ...options, headers: { "HX-Request": "true", "X-CSRFToken": token(), ...options?.headers } });
  const back = async () => { // whether somebody is signed in; then this page's forms can be sent again
    const answer = await ask();
    if (!answer.ok) return null;
    const found = await answer.json();
    for (const e of document.querySelectorAll("[name=csrfmiddlewaretoken]")) e.value = found.token;
    return found;
  };

  const mark = (form) => { // sent, it says of which words it lets go
    let said = form.elements.namedItem("typed-form");
    if (!said) form.append(said = Object.assign(document.createElement("input"), { type: "hidden", name: "typed-form" }));
    said.value = which(form);
  };
  const saving = new WeakMap(), timers = new WeakMap();
  const save = async (form, again = true) => {
    const values = {};
    if (fields(form).some(changed)) for (const e of fields(form)) {
      values[e.name] ??= [];
      if (ticks(e) ? e.checked : e.tagName === "SELECT" ? e.value : true) values[e.name].push(e.value);
    }
    try {
      const body = new URLSearchParams({ form: which(form), fields: Object.keys(values).length ? JSON.stringify(values) : "" });
      const answer = await ask({ method: "POST", body });
      if (answer.status === 401) return out(form);
      if (answer.status === 403 && again && await back()) return save(form, false); // signed in anew, in another tab
      if (!answer.ok) throw new Error(answer.status);
      delete form.dataset.signedOut;
      status(form).textContent = (await answer.json()).saved;
      mark(form);
    } catch { status(form).textContent = "Not saved: no answer. Your words are still on this page."; }
  };
  const soon = (form) => {
    if (timers.get(form)) return;
    timers.set(form, setTimeout(() => { timers.delete(form); saving.set(form, save(form)); }, PAUSE));
  };

  const fill = (form, found) => {
    let filled = false;
    for (const e of fields(form)) {
      const values = found.fields[e.name];
      if (!values || changed(e)) continue; // what stands there already was typed since
      if (ticks(e)) e.checked = values.includes(e.value);
      else if (values.length) e.value = values[0];
      if (!changed(e)) continue;
      filled = true;
      for (let box = e.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    }
    if (!filled) return;
    const says = status(form), clear = Object.assign(document.createElement("button"), { type: "button", className: "sl-link", textContent: "Empty it" });
    says.textContent = `What you typed on ${found.at} and did not send stands here again. `;
    says.append(clear);
    clear.addEventListener("click", () => { form.reset(); saving.set(form, save(form)); says.textContent = "Emptied."; });
    mark(form);
  };

  for (const form of kept) for (const name of ["input", "change"]) form.addEventListener(name, () => soon(form));
  if (kept.length && !document.querySelector("[data-errors]")) {
    back().then((found) => { for (const form of kept) if (found?.forms[which(form)]) fill(form, found.forms[which(form)]); }, () => {});
  }
  document.body.addEventListener("htmx:responseError", (event) => {
    const form = event.target.closest?.("form[data-draft]");
    if (form && event.detail.xhr.status === 401) out(form);
  });

  // Sent: once, however often the button is pressed; after what is being kept is kept; and not by somebody who was signed out, as
  // long as that is known here.
  const at = new WeakMap();
  addEventListener("submit", async (event) => {
    const form = event.target, button = event.submitter;
    if (event.defaultPrevented || form.method !== "post") return;
    if (Date.now() - (at.get(form) ?? -TWICE) < TWICE) return event.preventDefault();
    const busy = saving.get(form);
    const again = () => setTimeout(() => { // once this sending is over: within it a browser begins no other
      at.delete(form);
      saving.delete(form);
      form.requestSubmit(button);
    });
    clearTimeout(timers.get(form));
    if (form.dataset.signedOut && address) {
      event.preventDefault();
      if (!await back().catch(() => null)) return out(form, true);
      delete form.dataset.signedOut;
      again();
    } else if (busy) {
      event.preventDefault();
      at.set(form, Date.now());
      await Promise.race([busy, new Promise((done) => setTimeout(done, TWICE))]);
      again();
    } else at.set(form, Date.now());
  });
  addEventListener("pageshow", (event) => { if (event.persisted) for (const form of posts) at.delete(form); });
})();
