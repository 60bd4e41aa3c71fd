// Times in the zone of this device, where somebody chose that: the server writes every <time> in UTC, and what a drawing
// says of a time (`data-at`; of a longer text the part in `data-label`). What is swapped in later is rewritten too; the
// title of a <time> tells both.

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec";
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium", hourCycle: "h23" });
const NUMERIC = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short" });

// How the server writes a time, and the same of another zone from its parts.
const SHAPES = [
  [/^\d\d:\d\d:\d\d$/, (at) => `${at.hour}:${at.minute}:${at.second}`],
  [/^\d\d:\d\d$/, (at) => `${at.hour}:${at.minute}`],
  [/^[A-Z][a-z]{2} \d\d:\d\d$/, (at) => `${at.weekday} ${at.hour}:${at.minute}`],
  [new RegExp(`^\\d{1,2} (${MONTHS})$`), (at) => `${at.day} ${at.month}`],
  [new RegExp(`^\\d{1,2} (${MONTHS}) \\d{4}$`), (at) => `${at.day} ${at.month} ${at.year}`],
  [new RegExp(`^\\d{1,2} (${MONTHS}),? \\d\\d:\\d\\d$`), (at) => `${at.day} ${at.month} ${at.hour}:${at.minute}`],
  [/^\d{4}-\d\d-\d\d$/, (at) => at.date],
  [/^\d{4}-\d\d-\d\d \d\d:\d\d( UTC)?$/, (at) => `${at.date} ${at.hour}:${at.minute}`],
  [/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d( UTC)?$/, (at) => `${at.date} ${at.hour}:${at.minute}:${at.second}`],
];

const written = new WeakMap(); // what the server wrote, by element

const readParts = (date) => {
  const parts = Object.fromEntries(DATE.formatToParts(date).map(({ type, value }) => [type, value]));
  return { ...parts, month: parts.month.slice(0, 3), date: NUMERIC.format(date) };
};

const rewrite = (time, isLocal) => {
  const known = written.get(time);
  if (!isLocal && !known) return;
  const isNew = !known || (time.textContent !== known.shown && time.textContent !== known.text);
  const server = isNew ? { text: time.textContent, title: time.title } : known;
  const date = new Date(time.dateTime ?? time.dataset.at);
  const label = time.dataset.label ?? server.text.trim();
  const shape = SHAPES.find(([pattern]) => pattern.test(label));
  if (Number.isNaN(date.getTime()) || !shape) return;
  const shown = isLocal ? server.text.replace(label, shape[1](readParts(date))) : server.text;
  written.set(time, { ...server, shown });
  if (time.textContent !== shown) time.textContent = shown;
  if (time.dateTime) time.title = isLocal ? `${FULL.format(date)} (${ZONE}); ${server.title}` : server.title;
};

/** Rewrites the times within an element, also of one that is not in the page yet. */
export const showTimes = (root) => {
  const isLocal = document.documentElement.dataset.times === "local";
  for (const time of root.querySelectorAll("time[datetime], [data-at]")) rewrite(time, isLocal);
  for (const zone of root.querySelectorAll("[data-zone]")) zone.textContent = isLocal ? ZONE : "UTC";
};

document.addEventListener("tacit:times", () => showTimes(document));
new MutationObserver((changes) => {
  if (document.documentElement.dataset.times !== "local") return;
  for (const node of changes.flatMap((change) => [...change.addedNodes])) {
    if (node instanceof Element) showTimes(node.parentElement ?? node);
  }
}).observe(document.body, { childList: true, subtree: true });
showTimes(document);
