// A span that is chosen is put beside the tree, which stays as it is folded. Without it, the page is loaded anew.

document.addEventListener("htmx:afterSettle", (event) => {
  const details = event.target;
  if (details.id !== "span") return;
  const chosen = details.dataset.span;
  for (const row of document.querySelectorAll("[data-waterfall] [aria-selected]")) {
    const isChosen = new URL(row.querySelector(".cover").href).searchParams.get("span") === chosen;
    row.setAttribute("aria-selected", String(isChosen));
    row.classList.toggle("selected", isChosen);
  }
  for (const button of details.querySelectorAll("button[data-copy]")) button.hidden = false;
  if (details.getBoundingClientRect().top > innerHeight * 0.7) details.scrollIntoView();
});
