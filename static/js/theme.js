// Applies the stored choice of light or dark before the page is painted, and keeps it. It stands in the head as a
// plain script: a module would come after the first paint.
"use strict";
(() => {
  const key = "tacit-theme";
  const read = () => {
    try { return localStorage.getItem(key) ?? "system"; } catch { return "system"; }
  };
  const keep = (theme) => {
    try { localStorage.setItem(key, theme); } catch { /* private windows may refuse; the choice then ends with the page */ }
  };
  const apply = (theme) => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };
  apply(read());
  document.addEventListener("DOMContentLoaded", () => {
    const group = document.querySelector("[data-theme-switch]");
    if (!group) return;
    const buttons = [...group.querySelectorAll("button")];
    const press = (theme) => {
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === theme));
    };
    group.hidden = false;
    press(read());
    group.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      keep(button.value);
      apply(button.value);
      press(button.value);
    });
  });
})();
