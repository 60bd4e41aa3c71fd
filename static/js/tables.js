// A table that is wider than its place scrolls; whoever has no mouse reaches it by Tab and moves it by the arrows.
const NEEDS_NO_STOP = "a[href], button, input, select, textarea, summary, [tabindex]";

function mark(place) {
  const scrolls = place.scrollWidth > place.clientWidth && !place.querySelector(NEEDS_NO_STOP);
  if (!scrolls) return;
  place.tabIndex = 0;
  place.setAttribute("role", "group");
  if (place.hasAttribute("aria-label") || place.hasAttribute("aria-labelledby")) return;
  const table = place.querySelector("table");
  const title = table?.getAttribute("aria-labelledby");
  if (title) place.setAttribute("aria-labelledby", title);
  else place.setAttribute("aria-label", table?.getAttribute("aria-label") ?? findTitle(place));
}

function findTitle(place) {
  const around = place.closest("details, section, figure");
  return around?.querySelector("summary, h2, h3, figcaption")?.textContent.trim() || "Table";
}

function markAll() {
  for (const place of document.querySelectorAll(".table-scroll:not([tabindex])")) mark(place);
}

markAll();
addEventListener("resize", markAll);
for (const event of ["toggle", "htmx:afterSettle", "tacit:updated"]) document.addEventListener(event, markAll, true);
