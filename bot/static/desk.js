// The desk's own small script. It comes before htmx, so that no event is missed.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);

  // Whether the stream is open. `data-opened` counts openings, for those who wait for it.
  let opened = 0;
  const say = (state, words) => {
    const live = document.getElementById("live");
    if (!live) return;
    live.dataset.state = state;
    live.querySelector(".word").textContent = words;
  };
  document.addEventListener("htmx:sse:after:connection", () => {
    opened += 1;
    document.getElementById("live").dataset.opened = String(opened);
    say("live", "live");
  });
  for (const name of ["htmx:sse:error", "htmx:sse:close", "htmx:sse:before:connection"]) {
    document.addEventListener(name, () => say("waiting", "reconnecting"));
  }
  document.addEventListener("resync", () => all("[data-topic]").forEach(fetchAnew));

  // The stream brings topics alone. Whatever shows one fetches itself anew, once for many events: a busy
  // list says by `data-calm` (in milliseconds) how seldom is often enough.
  const due = new Map();
  const fetchAnew = (part) => {
    if (due.has(part)) return;
    const calm = Number(part.dataset.calm ?? 120);
    due.set(part, setTimeout(() => { due.delete(part); htmx.trigger(part, "fresh"); }, calm));
  };
  document.addEventListener("changed", (event) => {
    for (const topic of (event.detail?.data ?? "").split(" ")) {
      all(`[data-topic~="${CSS.escape(topic)}"]`).forEach(fetchAnew);
    }
  });

  // Times are told in the reader's own zone; what counts down is counted here.
  const DAY = 86400e3;
  const told = (time) => {
    const at = new Date(time.dateTime);
    const near = Math.abs(Date.now() - at) < DAY / 2 || at.toDateString() === new Date().toDateString();
    const how = near ? { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }
      : { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    const words = at.toLocaleString("en-GB", how);
    if (time.textContent !== words) time.textContent = words;
    time.title = at.toLocaleString("en-GB", { dateStyle: "full", timeStyle: "short" });
  };
  const span = (seconds) => {
    const minutes = Math.floor(Math.abs(seconds) / 60);
    if (minutes < 1) return "less than 1 min";
    if (minutes < 60) return `${minutes} min`;
    if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
    return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
  };
  const count = (place) => {
    const left = (new Date(place.dataset.until) - Date.now()) / 1000;
    const words = left >= 0 ? place.dataset.left : place.dataset.over;
    const text = words.replace("{}", span(left));
    if (place.textContent !== text) place.textContent = text;
  };
  const dress = (root = document) => {
    all("time", root).forEach(told);
    all("[data-until]", root).forEach(count);
  };
  setInterval(() => all("[data-until]").forEach(count), 10_000);

  // The thread stays at its end, unless somebody reads further up.
  const isAtEnd = (place) => place.scrollHeight - place.scrollTop - place.clientHeight < 60;
  const toEnd = (place) => { place.scrollTop = place.scrollHeight; };
  let followed = true;
  let size = "";
  const sizeOf = (place) => `${place.scrollHeight} ${place.clientHeight}`;
  const keepEnd = (place) => {
    size = sizeOf(place);
    if (followed) toEnd(place);
  };
  document.addEventListener("scroll", (event) => {
    const place = event.target;
    if (!place.matches?.(".thread")) return;
    // A page that changes its size scrolls by itself: only a thread that stayed as it was, was read.
    if (size === sizeOf(place)) followed = isAtEnd(place);
    else keepEnd(place);
  }, true);
  const resized = new ResizeObserver((seen) => seen.forEach((one) => keepEnd(one.target)));

  // Reply and internal note: one at a time, each with its own words.
  const turnTo = (mode, focus) => {
    const composer = one(".composer");
    if (!composer) return;
    for (const tab of all("[role=tab]", composer)) {
      const on = tab.dataset.mode === mode;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !on;
    }
    if (focus) composer.querySelector(`.pane.${mode} textarea`)?.focus();
  };

  // Keys. Single letters work outside of fields only, and can be switched off (WCAG 2.1.4).
  const KEYS_OFF = "desk-keys-off";
  const keysOn = () => { try { return !localStorage.getItem(KEYS_OFF); } catch { return true; } };
  const rows = () => all("[data-row]");
  const move = (step) => {
    const list = rows();
    if (!list.length) return;
    const next = Math.max(0, Math.min(list.length - 1, list.findIndex((row) => row.matches(".at")) + step));
    list.forEach((row) => row.classList.remove("at"));
    list[next].classList.add("at");
    list[next].querySelector("a")?.focus();
    list[next].scrollIntoView({ block: "nearest" });
  };
  const press = (name) => {
    const place = one(`[data-key="${name}"]`);
    if (!place) return false;
    const folded = place.closest("details:not([open])");
    if (folded) folded.open = true;
    // What a customer hears of is not done by one stray letter: its button waits for Enter.
    if (place.matches("button") && name !== "e") place.click();
    else place.focus();
    return true;
  };
  const acts = {
    j: () => move(1),
    k: () => move(-1),
    r: () => turnTo("reply", true),
    n: () => turnTo("note", true),
    m: () => press("m"),
    e: () => press("e"),
    x: () => press("x"),
    "/": () => one("#find")?.focus(),
    "?": () => one("#help")?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, textarea, select");
    if (event.target.matches("textarea") && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.target.form?.requestSubmit();
      return;
    }
    if (event.key === "Escape" && typing) event.target.blur();
    const tab = event.target.closest(".modes [role=tab]");
    if (tab && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      const other = all("[role=tab]", tab.parentElement).find((each) => each !== tab);
      turnTo(other.dataset.mode, false);
      other.focus();
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !keysOn() || one("dialog[open]")) return;
    if (acts[event.key]) {
      event.preventDefault();
      acts[event.key]();
    }
  });
  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    if (at(".modes [role=tab]")) turnTo(at(".modes [role=tab]").dataset.mode, true);
    else if (at("[data-help]")) one("#help").showModal();
    else if (at("[data-close]")) at("dialog").close();
    else if (at("[data-discard]")) discard();
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "keys") {
      try {
        if (event.target.checked) localStorage.removeItem(KEYS_OFF);
        else localStorage.setItem(KEYS_OFF, "1");
      } catch { /* a browser that keeps nothing forgets it with the page */ }
    }
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  // How far a message or a file has come is asked for while it is on its way: nobody is told of it.
  const AWAITED = 120e3;
  setInterval(() => {
    const awaited = all("[data-await]").some((tick) => Date.now() - new Date(tick.dataset.await) < AWAITED);
    if (awaited && !document.hidden) all("#fresh").forEach(fetchAnew);
  }, 2_500);

  // Who else is here: said every ten seconds, and while somebody types.
  const here = () => document.getElementById("presence");
  let typedAt = 0;
  let typedIn = "";
  const beat = () => {
    const place = here();
    if (!place || document.hidden) return;
    place.querySelector("[name=state]").value = Date.now() - typedAt < 6000 ? "typing" : "viewing";
    // Of a note no customer is shown that it is being written.
    place.querySelector("[name=mode]").value = typedIn;
    htmx.trigger(place, "beat");
  };
  setInterval(beat, 10_000);
  const keeping = new WeakMap();
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches(".composer textarea")) return;
    const first = Date.now() - typedAt > 3000;
    typedAt = Date.now();
    typedIn = field.id === "reply-words" ? "reply" : "note";
    if (first) beat();
    clearTimeout(keeping.get(field));
    keeping.set(field, setTimeout(() => htmx.trigger(field, "keep"), 700));
  });

  // A canned reply goes where one writes: picked from the list, or by its shortcut after a slash.
  const SHORTCUT = /(^|\s)\/([a-z0-9-]{2,30})\s$/;
  const insert = (field, words, from = field.selectionStart) => {
    field.setRangeText(words, from, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("click", (event) => {
    const picked = event.target.closest("[data-canned]");
    if (!picked) return;
    insert(one("#reply-words"), picked.dataset.words);
    picked.closest("details").open = false;
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-narrows]")) {
      const wanted = event.target.value.trim().toLowerCase();
      for (const item of all(`${event.target.dataset.narrows} > li`)) item.hidden = !item.dataset.found.includes(wanted);
    }
    if (!event.target.matches("#reply-words")) return;
    const before = event.target.value.slice(0, event.target.selectionStart);
    const typed = before.match(SHORTCUT);
    const canned = typed && one(`[data-canned="${CSS.escape(typed[2])}"]`);
    if (canned) insert(event.target, canned.dataset.words, before.length - typed[2].length - 2);
  });

  // A reply that crossed another's is sent all the same, or thrown away.
  const discard = () => {
    const form = one(".pane.reply");
    form.querySelector("textarea").value = "";
    htmx.trigger(form.querySelector("textarea"), "keep");
    one(".crossing").replaceChildren();
  };
  document.addEventListener("htmx:after:request", (event) => {
    if (event.target.matches?.(".pane")) all("#fresh").forEach(fetchAnew);
  });

  document.addEventListener("submit", (event) => {
    const wanted = event.target.dataset.sure;
    if (wanted && !window.confirm(wanted)) event.preventDefault();
  });

  const watch = new MutationObserver(() => {
    watch.disconnect();
    dress();
    const thread = document.getElementById("thread");
    if (thread) keepEnd(thread);
    follow();
  });
  const follow = () => watch.observe(document.body, { childList: true, subtree: true, characterData: true });
  document.addEventListener("DOMContentLoaded", () => {
    dress();
    for (const thread of all(".thread")) {
      keepEnd(thread);
      resized.observe(thread);
    }
    const box = document.getElementById("keys");
    if (box) box.checked = keysOn();
    // The secret of a letter's link leaves the address bar at once, and with it the browser's history.
    const token = one("[data-token]");
    const secret = new URLSearchParams(location.search).get("token") ?? decodeURIComponent(location.hash.slice(1));
    if (token && secret) {
      token.querySelector("input").value = secret;
      token.hidden = true;
      history.replaceState(null, "", location.pathname);
    }
    document.documentElement.dataset.ready = "1";
    follow();
  });
})();
