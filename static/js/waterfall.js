// Spans as a tree grid: parents fold, the arrow keys walk as ARIA's pattern says (rows first). Without it every span
// stands there, and each opens by itself.

const rowsOf = (grid) => [...grid.querySelectorAll('[role="row"]')];
const levelOf = (row) => Number(row.getAttribute("aria-level"));
const isOpen = (row) => row.getAttribute("aria-expanded") === "true";
const seen = (grid) => rowsOf(grid).filter((row) => !row.hidden);

function fold(grid, row, open) {
  row.setAttribute("aria-expanded", String(open));
  row.querySelector("[data-fold]").dataset.open = String(open);
  const rows = rowsOf(grid);
  let shutBelow = Infinity; // rows deeper than this stand in something that is folded
  for (const each of rows.slice(rows.indexOf(row))) {
    if (each !== row && levelOf(each) <= levelOf(row)) break;
    if (levelOf(each) <= shutBelow) shutBelow = Infinity;
    if (each !== row) each.hidden = shutBelow < levelOf(each);
    if (each.hasAttribute("aria-expanded") && !isOpen(each)) shutBelow = Math.min(shutBelow, levelOf(each));
  }
}

function stand(grid, row) {
  if (!row) return;
  for (const each of grid.querySelectorAll('[role="row"][tabindex="0"]')) each.tabIndex = -1;
  row.tabIndex = 0;
  row.focus();
}

function parentOf(grid, row) {
  const rows = rowsOf(grid);
  return rows.slice(0, rows.indexOf(row)).reverse().find((each) => levelOf(each) < levelOf(row));
}

function walk(grid, row, key) {
  const rows = seen(grid);
  const at = rows.indexOf(row);
  switch (key) {
    case "ArrowDown": return stand(grid, rows[at + 1]);
    case "ArrowUp": return stand(grid, rows[at - 1]);
    case "Home": return stand(grid, rows[0]);
    case "End": return stand(grid, rows.at(-1));
    case "ArrowRight":
      if (row.hasAttribute("data-parent") && !isOpen(row)) return fold(grid, row, true);
      return row.hasAttribute("data-parent") ? stand(grid, rows[at + 1]) : undefined;
    case "ArrowLeft":
      if (row.hasAttribute("data-parent") && isOpen(row)) return fold(grid, row, false);
      return stand(grid, parentOf(grid, row));
    case "Enter":
    case " ": return row.querySelector(".cover").click();
  }
}

const KEYS = new Set(["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End", "Enter", " "]);

export function makeTrees(within = document) {
  for (const grid of within.querySelectorAll("[data-waterfall]:not([data-ready])")) {
    grid.dataset.ready = "";
    const rows = rowsOf(grid);
    rows.forEach((row, at) => {
      row.tabIndex = at ? -1 : 0;
      row.querySelector(".cover").tabIndex = -1;
      if (!row.hasAttribute("data-parent")) return;
      row.setAttribute("aria-expanded", "true");
      row.querySelector("[data-fold]").dataset.open = "true";
    });
    const selected = grid.querySelector('[aria-selected="true"]');
    if (selected) for (const row of rows) row.tabIndex = row === selected ? 0 : -1;
    grid.addEventListener("click", (event) => {
      const arrow = event.target.closest("[data-fold][data-open]");
      if (arrow) fold(grid, arrow.closest('[role="row"]'), arrow.dataset.open !== "true");
    });
    grid.addEventListener("keydown", (event) => {
      if (event.target.getAttribute("role") !== "row" || event.ctrlKey || event.metaKey || event.altKey || !KEYS.has(event.key)) return;
      event.preventDefault();
      walk(grid, event.target, event.key);
    });
  }
}

makeTrees();
document.addEventListener("htmx:afterSettle", (event) => makeTrees(event.target));
