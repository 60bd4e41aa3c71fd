// Keys of a single letter: walk a list, open what is chosen, go to a page. They never count while somebody types, with a
// modifier, in a dialog, or where they were switched off. A page with keys of its own says so by data-own-keys.

const TEXT = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button], [type=submit])";
const WAIT_MS = 1500;
let goesUntil = 0;

export const areKeysOn = () => document.documentElement.dataset.keys !== "off";

/** The key, in small letters; empty where it is not one that counts. */
export const readKey = (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat) return "";
  if (event.ctrlKey || event.metaKey || event.altKey) return "";
  if (event.target.closest(TEXT) || document.querySelector("dialog[open]")) return "";
  if (event.shiftKey && event.key !== "?") return "";
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
};

// Dialogs

/** Opens a dialog of the page as a modal one, with only what this page has. */
export const openDialog = (id) => {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  for (const part of dialog.querySelectorAll("[data-keys-of]")) {
    part.hidden = document.querySelector(part.dataset.keysOf) === null;
  }
  dialog.showModal();
  dialog.dispatchEvent(new CustomEvent("tacit:open"));
};

for (const button of document.querySelectorAll("button[data-opens]")) button.hidden = false;

document.addEventListener("click", (event) => {
  if (event.target.matches("dialog")) return event.target.close(); // beside it
  const closer = event.target.closest("[data-closes]");
  if (closer) return closer.closest("dialog").close();
  const opener = event.target.closest("[data-opens]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  document.querySelector("#menu:popover-open")?.hidePopover();
  openDialog(opener.dataset.opens);
});

// Lists

const listRows = () => [...document.querySelectorAll("[data-rows] [data-row]")].filter((row) => row.checkVisibility());
const findCurrent = () => document.querySelector("[data-row][data-current]");

const choose = (row) => {
  findCurrent()?.removeAttribute("data-current");
  if (!row) return;
  row.dataset.current = "";
  row.querySelector("a[data-open]")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  row.dispatchEvent(new CustomEvent("tacit:row", { bubbles: true }));
};

const walk = (step) => {
  const rows = listRows();
  const at = rows.indexOf(findCurrent());
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step;
  if (rows[next]) choose(rows[next]);
  return rows.length > 0;
};

const leave = () => {
  const row = findCurrent();
  if (!row) return;
  choose(null);
  if (row.contains(document.activeElement)) document.activeElement.blur();
};

// Where the focus goes, the list follows; so J and K go on from what was clicked.
document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-rows] [data-row]");
  if (!row || row.hasAttribute("data-current")) return;
  findCurrent()?.removeAttribute("data-current");
  row.dataset.current = "";
});

const press = (selector) => {
  const found = document.querySelector(selector);
  found?.click();
  return found !== null;
};

const ACTIONS = {
  j: () => walk(1) || press('a[data-key="next"]'),
  k: () => walk(-1) || press('a[data-key="previous"]'),
  x: () => { findCurrent()?.querySelector("input[data-pick]")?.click(); },
  g: () => { goesUntil = performance.now() + WAIT_MS; },
};

const go = (key) => {
  goesUntil = 0;
  if (/^[a-z,]$/.test(key)) press(`[data-go="${key}"]`);
};

const answer = (key) => {
  if (key === "?") openDialog("key-help");
  else if (key === "/") openDialog("find");
  else if (document.querySelector("[data-own-keys]")) return false;
  else if (performance.now() < goesUntil) go(key);
  else if (Object.hasOwn(ACTIONS, key)) ACTIONS[key]();
  else return false;
  return true;
};

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    if (!document.getElementById("find") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    openDialog("find");
    return;
  }
  const key = readKey(event);
  if (key === "Escape") leave();
  if (key === "Enter" && !event.target.closest("a, button, summary, input")) findCurrent()?.querySelector("a[data-open]")?.click();
  if (key.length === 1 && areKeysOn() && answer(key)) event.preventDefault();
});

for (const link of document.querySelectorAll("[data-go]")) {
  link.setAttribute("aria-keyshortcuts", `G ${link.dataset.go.toUpperCase()}`);
}
