// Code in answers can be copied, and the spans of another turn come without the page being loaded anew. Without it,
// code can be selected, and the link loads the page.

function addCopyButtons(within) {
  for (const block of within.querySelectorAll(".prose pre:not([data-ready])")) {
    block.dataset.ready = "";
    block.tabIndex = 0;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(block.textContent);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Select it by hand";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    const frame = document.createElement("div");
    frame.className = "copied";
    block.replaceWith(frame);
    frame.append(block, button);
  }
}

addCopyButtons(document);
for (const name of ["htmx:afterSettle", "tacit:updated"]) {
  document.addEventListener(name, (event) => addCopyButtons(event.target));
}
const turns = document.querySelector("ol.turns");
new MutationObserver(() => {
  addCopyButtons(turns);
  window.htmx?.process(turns);
}).observe(turns, { childList: true });

// The turn whose spans are shown is marked; where they stand below the chat, the page goes there.
document.addEventListener("htmx:afterSwap", (event) => {
  const link = event.detail.requestConfig?.elt?.closest?.("a[data-turn]");
  if (!link) return;
  for (const turn of document.querySelectorAll("ol.turns > .selected")) turn.classList.remove("selected");
  link.closest("li.turn")?.classList.add("selected");
  const aside = document.getElementById("aside");
  if (getComputedStyle(aside).position === "static") aside.querySelector("#spans")?.scrollIntoView();
});
