// Applies what somebody chose on this device (colours, times, the keys of a letter) before the page is painted, and keeps
// it; what works by a script alone is shown from the start. It stands in the head as a plain script: a module would come
// after the first paint.
"use strict";
(() => {
  const root = document.documentElement;
  const read = (key, usual) => {
    try { return localStorage.getItem(key) ?? usual; } catch { return usual; }
  };
  const keep = (key, value) => {
    try { localStorage.setItem(key, value); } catch { /* private windows may refuse; the choice then ends with the page */ }
  };
  const applyTheme = (theme) => {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
  };
  root.dataset.script = "on";
  applyTheme(read("tacit-theme", "system"));
  root.dataset.keys = read("tacit-keys", "on");
  root.dataset.times = read("tacit-times", "utc");
  const offer = (selector, value, choose) => {
    const group = document.querySelector(selector);
    if (!group) return;
    const press = (chosen) => {
      for (const button of group.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === chosen));
    };
    press(value);
    group.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      choose(button.value);
      press(button.value);
    });
  };
  document.addEventListener("DOMContentLoaded", () => {
    offer("[data-theme-switch]", read("tacit-theme", "system"), (theme) => {
      keep("tacit-theme", theme);
      applyTheme(theme);
    });
    offer("[data-time-switch]", root.dataset.times, (times) => {
      keep("tacit-times", times);
      root.dataset.times = times;
      document.dispatchEvent(new CustomEvent("tacit:times"));
    });
    const keys = document.querySelector("[data-key-switch]");
    if (!keys) return;
    keys.checked = root.dataset.keys !== "off";
    keys.addEventListener("change", () => {
      root.dataset.keys = keys.checked ? "on" : "off";
      keep("tacit-keys", root.dataset.keys);
    });
  });
})();
