// Copy buttons, selectors that answer at once, more of a long conversation.
// Everything works without: lines can be selected, forms have a button, the rest are links.

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy).textContent.trim();
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select it by hand";
  }
  setTimeout(() => { button.textContent = label; }, 1500);
});

for (const form of document.querySelectorAll("form[data-at-once]")) {
  for (const button of form.querySelectorAll("button")) button.hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
}

// Filters that narrow nothing stay out of the address.
document.addEventListener("formdata", (event) => {
  if (event.target.method !== "get") return;
  for (const [name, value] of [...event.formData]) {
    if (value === "") event.formData.delete(name);
  }
});

// More turns of a long conversation are put below those that are there; a link to a turn elsewhere leads to it.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-more]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  link.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const turns = [...page.querySelectorAll("ol.turns > li")];
    for (const turn of turns) turn.classList.remove("selected");
    document.querySelector("ol.turns").append(...turns);
    link.closest("nav").replaceWith(page.querySelector("nav.blocks:has(a[data-more])") ?? "");
    turns[0]?.setAttribute("tabindex", "-1");
    turns[0]?.focus();
  } catch {
    location.assign(link.href);
  }
});

const [, turnAsked] = /^#turn-(\d+)$/.exec(location.hash) ?? [];
if (turnAsked && document.querySelector("ol.turns") && !document.getElementById(`turn-${turnAsked}`)) {
  const address = new URL(location.href);
  if (address.searchParams.get("turn") !== turnAsked) {
    address.searchParams.set("turn", turnAsked);
    location.replace(address);
  }
}

// The address of what is shown, to be sent to somebody.
const share = document.querySelector("button[data-copy-address]");
if (share) {
  share.addEventListener("click", async () => {
    const label = share.textContent;
    try {
      await navigator.clipboard.writeText(location.href);
      share.textContent = "Copied";
    } catch {
      share.textContent = "It stands in the address bar";
    }
    setTimeout(() => { share.textContent = label; }, 1500);
  });
}

// A menu that was opened on a narrow screen stands in its place on a wide one.
matchMedia("(min-width: 52rem)").addEventListener("change", () => document.querySelector("#menu:popover-open")?.hidePopover());
