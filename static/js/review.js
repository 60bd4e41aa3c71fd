// Review by keyboard: a key presses what stands on the page for it. What is chosen and written is kept in this tab until
// it was submitted. Everything works without: choices are a form, and every key has its button.

import { areKeysOn } from "./keys.js";

const MOST_KEPT = 200_000;
const find = (selector) => document.querySelector(`#review ${selector}`);
const failed = document.getElementById("failed");
let isSending = false;
let shownAt = performance.now();

// Drafts

const read = (form) => ({
  choices: [...form.querySelectorAll("[name=choice]:checked")].map((input) => input.value),
  better_answer: form.elements.better_answer.value,
  note: form.elements.note.value,
});

const keepDraft = (form) => {
  const draft = JSON.stringify(read(form));
  try { if (draft.length < MOST_KEPT) sessionStorage.setItem(`review:${form.dataset.draft}`, draft); } catch { /* full */ }
};

const dropDraft = (form) => {
  try { sessionStorage.removeItem(`review:${form.dataset.draft}`); } catch { /* private windows may refuse */ }
};

const readDraft = (form) => {
  try { return JSON.parse(sessionStorage.getItem(`review:${form.dataset.draft}`)); } catch { return null; }
};

const restoreDraft = (form) => {
  const draft = readDraft(form);
  if (!draft) return;
  for (const input of form.querySelectorAll("[name=choice]")) input.checked = draft.choices.includes(input.value);
  for (const name of ["better_answer", "note"]) {
    const field = form.elements[name];
    field.value = draft[name];
    if (draft[name]) field.closest("details").open = true;
  }
};

// A screen arrives

const say = (words) => { document.getElementById("told").textContent = words; };

const showJudged = (pane) => {
  const judged = pane.querySelector("[data-judged]");
  if (!judged) return;
  const share = judged.dataset.judged === "message" ? 0.5 : 0.2;
  pane.scrollTop += judged.getBoundingClientRect().top - pane.getBoundingClientRect().top - share * pane.clientHeight;
};

const arrive = () => {
  const form = find("form[data-draft]");
  const pane = find("#pane");
  for (const button of document.querySelectorAll("[data-needs-script]")) button.hidden = false;
  if (form) restoreDraft(form);
  if (pane) showJudged(pane);
  (pane ?? find(".front .button"))?.focus({ preventScroll: true });
  shownAt = performance.now();
};

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "pane") find("#pane").focus({ preventScroll: true });
  if (event.detail.target.id !== "review") return;
  const review = document.getElementById("review");
  document.title = review.dataset.title;
  failed.hidden = true;
  arrive();
  if (review.getBoundingClientRect().top < 0) review.scrollIntoView();
  say(review.dataset.done);
});

// One thing is sent at a time

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.dataset.draft) event.detail.parameters.seconds = ((performance.now() - shownAt) / 1000).toFixed(1);
});

// Whoever is no longer logged in gets another page than this one.
const isScreen = (request) => request.responseText.includes('id="review"');

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.shouldSwap || isScreen(event.detail.xhr)) return;
  event.detail.shouldSwap = false;
  failed.hidden = false;
});

document.addEventListener("htmx:beforeRequest", () => { isSending = true; });

document.addEventListener("htmx:afterRequest", (event) => {
  isSending = false;
  const { requestConfig, successful, xhr } = event.detail;
  if (successful && isScreen(xhr) && requestConfig.elt.dataset.draft) dropDraft(requestConfig.elt);
});

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => { failed.hidden = false; });
}

// Choosing and writing

document.addEventListener("change", (event) => {
  const input = event.target;
  const form = input.closest("form[data-draft]");
  if (!form) return;
  if (input.type === "checkbox" && input.checked) {
    for (const other of form.querySelectorAll("[name=choice]:checked")) {
      if (other !== input && ("alone" in input.dataset || "alone" in other.dataset)) other.checked = false;
    }
  }
  keepDraft(form);
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-draft]");
  if (form) keepDraft(form);
});

const press = (input) => {
  if (input.type === "radio" && input.checked) input.checked = false;
  else if (input.type === "radio") input.checked = true;
  else input.checked = !input.checked;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  say(`${input.closest("label").querySelector("b").textContent}: ${input.checked ? "chosen" : "not chosen"}`);
};

const write = (field) => {
  field.closest("details").open = true;
  field.focus();
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("#review button");
  if (!button?.dataset.fill) return;
  const source = document.getElementById(button.dataset.fill);
  const field = document.getElementById("better");
  field.value = source.value ?? source.textContent;
  write(field);
  keepDraft(field.form);
});

// Keys

const TEXT = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])";

const pressEnter = (event) => {
  const isWithKey = event.ctrlKey || event.metaKey;
  const isOwn = event.target.closest("button, a, summary");
  if (event.target.closest(TEXT) && !isWithKey) return;
  if (!isOwn || isWithKey || event.repeat) event.preventDefault();
  if (event.repeat || event.altKey || event.shiftKey || (isOwn && !isWithKey)) return;
  if (!isSending) find("[data-key=enter]")?.click();
};

const pressKey = (key) => {
  const choice = find(`[data-digit="${key}"]`);
  const field = find(`[data-write="${key}"]`);
  if (choice) press(choice);
  else if (field?.matches("details")) field.open = !field.open;
  else if (field) write(field);
  else find(`[data-key="${key}"]`)?.click();
};

// Digits count where the keyboard has them, whatever else stands on their keys.
const readKey = (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TEXT)) return "";
  if (!areKeysOn()) return "";
  if (/^[1-9]$/.test(event.key)) return event.key;
  if (event.shiftKey) return "";
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  return digit ?? (/^[ensujkg]$/i.test(event.key) ? event.key.toLowerCase() : "");
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.key === "Enter") pressEnter(event);
  if (event.key === "Escape" && event.target.closest("#review textarea")) find("#pane").focus({ preventScroll: true });
  const key = readKey(event);
  if (!key) return;
  event.preventDefault();
  if (!isSending) pressKey(key);
});

arrive();
