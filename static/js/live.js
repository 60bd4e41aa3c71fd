// What is marked with data-live="SECONDS" is fetched anew now and then and put in place piece by piece: what has the
// focus, is chosen, opened or scrolled stays. Nothing is asked for while nobody looks, types, or reads a dialog.

import { showTimes } from "./times.js";

const listLive = () => [...document.querySelectorAll("[data-live][id]")];
const readSeconds = () => Math.max(SHORTEST_S, Math.min(60, ...listLive().map((part) => Number(part.dataset.live) || 60)));
const pause = document.querySelector("[data-live-switch]");
const said = document.querySelector("[data-live-said]");
const SHORTEST_S = 2;
const MOST_WAITS = 8;
let updatedAt = new Date();
let failures = 0;
let isPaused = false;

const isBusy = () =>
  document.hidden || isPaused || document.querySelector("dialog[open], :popover-open, [data-live] [aria-busy=true]") !== null
  || document.activeElement?.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")
  || !document.getSelection().isCollapsed;

const writeClock = (date) => {
  const isLocal = document.documentElement.dataset.times === "local";
  return date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: isLocal ? undefined : "UTC" });
};

// What somebody did to the page is not the server's to undo.
const keep = {
  beforeAttributeUpdated: (name, node) => !(
    (name === "open" && node.matches("details, dialog")) || ["data-current", "checked", "aria-expanded", "data-kept"].includes(name)
  ),
  beforeNodeMorphed: (old, fresh) => !(old instanceof Element && old.matches("[data-kept]")) && !old.isEqualNode(fresh),
};

const fetchPage = async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (answer.redirected && new URL(answer.url).pathname === "/login") return location.reload();
  if (!answer.ok) throw new Error(answer.status);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
};

const update = async () => {
  const asked = location.href;
  const [{ Idiomorph }, page] = await Promise.all([import("./vendor/idiomorph.js"), fetchPage()]);
  if (!page || asked !== location.href || isBusy()) return;
  for (const part of listLive()) {
    const fresh = page.getElementById(part.id);
    if (!fresh) continue;
    showTimes(fresh);
    Idiomorph.morph(part, fresh, { callbacks: keep });
    if (window.htmx) htmx.process(part);
    part.dispatchEvent(new CustomEvent("tacit:updated", { bubbles: true }));
  }
};

const run = async () => {
  if (!isBusy()) {
    try {
      await update();
      [updatedAt, failures] = [new Date(), 0];
      said.textContent = "";
    } catch {
      failures += 1;
      said.textContent = `Not updated since ${writeClock(updatedAt)}`;
    }
  }
  setTimeout(run, 1000 * readSeconds() * Math.min(2 ** failures, MOST_WAITS));
};

if (listLive().length && pause) {
  pause.title = "New things appear by themselves; press to have the page stay as it is";
  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    pause.setAttribute("aria-pressed", String(isPaused));
    pause.textContent = isPaused ? "Paused" : "Live";
  });
  setTimeout(run, 1000 * readSeconds());
}
