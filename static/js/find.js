// The search over every page: what is typed is asked for a moment later, and what comes back is chosen from by arrows.
// Without a script its button is a link to a page that finds the same.

const WAIT_MS = 130;
const dialog = document.getElementById("find");
const form = dialog?.querySelector("[data-finder]");
const input = form?.elements.q;
const list = dialog?.querySelector("[data-found]");
const said = dialog?.querySelector("[data-found-said]");
let asking = new AbortController();
let timer = 0;
let shown = null;

const listOptions = () => [...list.querySelectorAll("[role=option]")];

const choose = (option) => {
  for (const each of listOptions()) each.setAttribute("aria-selected", String(each === option));
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
};

const show = (html, question) => {
  list.innerHTML = html;
  const options = listOptions();
  options.forEach((option, index) => { option.id = `found-${index}`; });
  input.setAttribute("aria-expanded", String(options.length > 0));
  choose(options[0]);
  shown = question;
  said.textContent = options.length ? `${options.length} found` : "Nothing was found";
};

const ask = async () => {
  const question = input.value.trim();
  if (question === shown) return;
  asking.abort();
  asking = new AbortController();
  list.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`${form.dataset.finder}?${new URLSearchParams({ q: question })}`, { signal: asking.signal });
    if (answer.redirected) return location.reload(); // no longer logged in
    if (!answer.ok) throw new Error(answer.status);
    show(await answer.text(), question);
  } catch (error) {
    if (error.name === "AbortError") return;
    shown = null;
    said.textContent = "The server does not answer; Enter asks again.";
  }
  list.removeAttribute("aria-busy");
};

const move = (step) => {
  const options = listOptions();
  if (!options.length) return;
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  choose(options[(at + step + options.length) % options.length]);
};

const open = async () => {
  clearTimeout(timer);
  await ask();
  const chosen = list.querySelector('[aria-selected="true"]');
  if (chosen && shown !== null) location.assign(chosen.href);
};

if (dialog) {
  dialog.addEventListener("tacit:open", () => {
    input.select();
    ask();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) move(step);
    else if (event.key === "Enter") open();
    else return;
    event.preventDefault();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  list.addEventListener("pointermove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && option.getAttribute("aria-selected") !== "true") choose(option);
  });
}
