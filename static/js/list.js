// The list of conversations: a row opens beside the list, rows are ticked, and what came since is told in a line.
// Everything works without: rows are links, ticked rows are a form, and the page can be loaded again.

import { showTimes } from "./times.js";

const ARRIVALS_MS = 20_000;
const frame = document.getElementById("list-and-panel");
const panel = document.getElementById("panel");

// Beside the list

const findLink = (row) => row?.querySelector("a[data-peek]");
const findPeeked = () => document.querySelector("[data-row].peeked");

const keepAddress = (id) => {
  const address = new URL(location.href);
  if (id === null) address.searchParams.delete("peek");
  else address.searchParams.set("peek", id);
  history.replaceState(history.state, "", address);
};

const markPeeked = (row) => {
  findPeeked()?.classList.remove("peeked");
  row?.classList.add("peeked");
};

let asked = 0;

const showPanel = async (row, { focuses }) => {
  const link = findLink(row);
  if (!link) return;
  const mine = ++asked;
  markPeeked(row);
  frame.classList.add("with-panel");
  panel.hidden = false;
  panel.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(link.dataset.peek + location.search, { headers: { "HX-Request": "true" } });
    if (!answer.ok && answer.status !== 404) throw new Error(answer.status);
    const html = await answer.text();
    if (mine !== asked) return;
    panel.innerHTML = html;
    showTimes(panel);
    window.htmx?.process(panel);
    panel.scrollTop = 0;
    keepAddress(row.dataset.id);
    if (focuses) panel.querySelector("#panel-title")?.focus({ preventScroll: true });
  } catch {
    location.assign(link.href);
  } finally {
    if (mine === asked) panel.removeAttribute("aria-busy");
  }
};

const closePanel = () => {
  asked++;
  const row = findPeeked();
  markPeeked(null);
  panel.hidden = true;
  panel.replaceChildren();
  frame.classList.remove("with-panel");
  keepAddress(null);
  findLink(row)?.focus({ preventScroll: true });
};

const isPlain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

frame?.addEventListener("click", (event) => {
  if (!isPlain(event)) return;
  if (event.target.closest("a[data-close-panel]")) {
    event.preventDefault();
    closePanel();
    return;
  }
  const row = event.target.closest("[data-row]");
  const link = event.target.closest("a[data-peek]");
  if (!link || row.classList.contains("peeked")) return; // the second time it opens whole
  event.preventDefault();
  showPanel(row, { focuses: event.detail === 0 });
});

document.addEventListener("tacit:row", (event) => {
  if (panel && !panel.hidden && frame.contains(event.target)) showPanel(event.target, { focuses: false });
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !panel || panel.hidden || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, details[open]")) return;
  event.preventDefault();
  closePanel();
}, true);

const shown = new URLSearchParams(location.search).get("peek");
if (shown && panel) markPeeked([...document.querySelectorAll("[data-row]")].find((row) => row.dataset.id === shown));

// Ticked rows

const form = document.getElementById("picks");
const listPicks = () => [...document.querySelectorAll("input[data-pick]")];
const all = document.querySelector("input[data-pick-all]");
let last = null;

const tell = () => {
  const picks = listPicks();
  const ticked = picks.filter((pick) => pick.checked).length;
  const option = form?.querySelector("option[data-ticked]");
  if (option) option.textContent = `${ticked} ticked`;
  if (!all) return;
  all.checked = ticked === picks.length && ticked > 0;
  all.indeterminate = ticked > 0 && !all.checked;
};

document.addEventListener("click", (event) => {
  const pick = event.target.closest("input[data-pick]");
  if (!pick) return;
  const picks = listPicks();
  if (event.shiftKey && last && picks.includes(last)) {
    const [from, to] = [picks.indexOf(last), picks.indexOf(pick)].sort((a, b) => a - b);
    for (const each of picks.slice(from, to + 1)) each.checked = pick.checked;
  }
  last = pick;
  tell();
});

if (all) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const pick of listPicks()) pick.checked = all.checked;
    tell();
  });
}

form?.addEventListener("reset", () => setTimeout(tell));
addEventListener("pageshow", tell);
tell();

const copier = form?.querySelector("[data-copy-links]");
if (copier && navigator.clipboard) {
  copier.hidden = false;
  copier.addEventListener("click", async () => {
    const rows = listPicks().filter((pick) => pick.checked).map((pick) => pick.closest("[data-row]"));
    const links = rows.map((row) => { const link = new URL(findLink(row).href); link.search = ""; return link.href; });
    const words = copier.textContent;
    try {
      await navigator.clipboard.writeText(links.join("\n"));
      copier.textContent = "Copied";
    } catch {
      copier.textContent = "Not copied";
    }
    setTimeout(() => { copier.textContent = words; }, 1500);
  });
}

// Menus close where somebody looks elsewhere.

const listOpen = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of listOpen()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of listOpen()) {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.preventDefault();
  }
});

// What came since

const arrivals = document.getElementById("arrivals");

const lookForArrivals = async () => {
  if (document.hidden) return;
  const address = new URL(arrivals.dataset.address, location.href);
  address.searchParams.set("since", arrivals.dataset.since);
  try {
    const answer = await fetch(address);
    if (answer.status === 200 && !answer.redirected) {
      const html = await answer.text();
      if (arrivals.innerHTML !== html) arrivals.innerHTML = html;
    }
  } catch {
    // The next look may find it.
  }
};

if (arrivals?.dataset.since) setInterval(lookForArrivals, ARRIVALS_MS);
