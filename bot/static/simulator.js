// The page's own small script. It comes before htmx, so that no event is missed.
"use strict";
(() => {
  const CODE = "*384*100#";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const submit = (form) => form && form.requestSubmit();

  // Whether the stream is open. `data-opened` counts openings, for those who wait for it.
  const live = () => document.getElementById("live");
  let opened = 0;
  const say = (state, words) => {
    live().dataset.state = state;
    live().querySelector(".word").textContent = words;
  };
  document.addEventListener("htmx:sse:after:connection", () => {
    opened += 1;
    live().dataset.opened = String(opened);
    say("live", "live");
  });
  for (const name of ["htmx:sse:error", "htmx:sse:close", "htmx:sse:before:connection"]) {
    document.addEventListener(name, () => say("waiting", "reconnecting"));
  }
  document.addEventListener("resync", () => location.reload());

  // Tabs of a phone, by click and by arrow keys.
  const choose = (tab, focus) => {
    for (const other of all("[role=tab]", tab.parentElement)) {
      const on = other === tab;
      other.setAttribute("aria-selected", String(on));
      other.tabIndex = on ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !on;
    }
    delete tab.dataset.news;
    if (focus) tab.focus();
    all(".thread", tab.closest(".phone")).forEach(toEnd);
  };
  const local = (time) => {
    const words = new Date(time.dateTime).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    if (time.textContent !== words) time.textContent = words;
  };
  const toEnd = (thread) => { thread.scrollTop = thread.scrollHeight; };

  const press = (form, key) => {
    const typed = form.querySelector(".typed");
    if (typed.value === CODE && key !== "#") typed.value = "";
    typed.value += key;
  };

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    const form = at("[data-keys]");
    if (at("[role=tab]")) choose(at("[role=tab]"), false);
    else if (at("[data-key]")) press(form, at("[data-key]").dataset.key);
    else if (at("[data-erase]")) form.querySelector(".typed").value = form.querySelector(".typed").value.slice(0, -1);
    else if (at("[data-hang-up]")) submit(at(".pane").querySelector("[data-hang-up-form]"));
    else if (at("[data-copy]")) navigator.clipboard?.writeText(at("li").querySelector("pre").textContent);
  });
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
      const tabs = all("[role=tab]", tab.parentElement);
      const step = event.key === "ArrowRight" ? 1 : tabs.length - 1;
      choose(tabs[(tabs.indexOf(tab) + step) % tabs.length], true);
    }
    // A real keyboard works on the handset wherever its focus is.
    const pane = event.target.closest(".pane.ussd");
    if (!pane || event.target.matches("input") || event.ctrlKey || event.metaKey) return;
    if (/^[0-9*#]$/.test(event.key)) press(pane.querySelector("[data-keys]"), event.key);
    else if (event.key === "Enter" && !event.target.matches("button")) submit(pane.querySelector("[data-keys]"));
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches(".typed") && event.target.value === CODE) event.target.select();
  });

  // What was sent leaves its field at once: on the keypad it may have been a PIN.
  document.addEventListener("htmx:before:request", (event) => {
    const slow = event.target.closest?.("[data-busy]");
    if (slow) {
      const button = slow.querySelector("button");
      button.disabled = true;
      button.textContent = slow.dataset.busy;
    }
    const form = event.target.closest?.("[data-clear], [data-keys]");
    const field = form?.querySelector(".typed, [name=text]");
    if (field) field.value = "";
  });

  // The handset: its call key answers while a session is open; its clock runs here.
  const clocks = new WeakMap();
  const dress = (lcd) => {
    const pane = lcd.closest(".pane");
    const open = lcd.querySelector(".words").dataset.open === "1";
    const typed = pane.querySelector(".typed");
    pane.querySelector(".call .label").textContent = open ? "Send" : "Call";
    if (!open && !typed.value && document.activeElement !== typed) typed.value = CODE;
    else if (!open && !typed.value) { typed.value = CODE; typed.select(); }
    else if (open && typed.value === CODE) typed.value = "";
    const timer = lcd.querySelector(".timer[data-left]");
    if (timer) clocks.set(timer, performance.now());
  };
  setInterval(() => {
    for (const timer of all(".timer[data-left]")) {
      const gone = (performance.now() - (clocks.get(timer) ?? performance.now())) / 1000;
      const left = Math.ceil(timer.dataset.left - gone);
      const idle = Math.ceil(timer.dataset.idle - gone);
      const least = Math.min(left, idle);
      timer.textContent = idle < 15 && idle < left ? `answer in ${Math.max(0, idle)} s` : `${Math.max(0, left)} s`;
      timer.classList.toggle("low", least <= 10);
      if (least < 0 && !timer.dataset.over) {
        timer.dataset.over = "1";
        submit(timer.closest(".pane").querySelector("[data-expire-form]"));
      }
    }
  }, 500);

  // Threads stay at their end; a tab that is not shown says that something came.
  const watch = new MutationObserver((changes) => {
    for (const place of new Set(changes.map((change) => change.target.closest?.(".thread, .lcd")).filter(Boolean))) {
      if (place.matches(".lcd")) dress(place);
      else {
        all("time", place).forEach(local);
        toEnd(place);
      }
    }
    for (const change of changes) {
      const thread = change.target;
      const came = [...change.addedNodes].some((node) => node.matches?.(".bubble.theirs"));
      if (!came || !thread.matches?.(".thread")) continue;
      const pane = thread.closest(".pane");
      if (pane.hidden) document.getElementById(pane.getAttribute("aria-labelledby")).dataset.news = "1";
    }
    const box = document.querySelector(".diagram");
    const now = box?.querySelector(".current");
    if (now) {
      const room = box.getBoundingClientRect();
      const spot = now.getBoundingClientRect();
      box.scrollTop += spot.top - room.top - (room.height - spot.height) / 2;
      box.scrollLeft += spot.left - room.left - (room.width - spot.width) / 2;
    }
  });
  document.addEventListener("DOMContentLoaded", () => {
    all(".thread, .lcd, #xray").forEach((place) => watch.observe(place, { childList: true, subtree: true }));
    all(".thread").forEach(toEnd);
    all(".thread time").forEach(local);
    all(".lcd").forEach(dress);
  });
})();
