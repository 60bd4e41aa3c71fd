// What htmx asks for: a bar while it takes long, and words where it fails, with a way to try again. A page that says so
// itself has data-own-errors.

const SLOW_MS = 250;
const bar = document.querySelector("[data-loading]");
const toasts = document.querySelector("[data-toasts]");
const open = new Set();
let timer = 0;

const WORDS = {
  403: "Your role does not let you do this.",
  404: "This is no longer here; open the page again.",
  409: "Somebody else changed this meanwhile; open the page again.",
  413: "That is more than the server takes at once.",
  429: "That was often in a short time; wait a moment.",
  503: "The store does not answer; nothing is lost.",
};

const update = () => {
  clearTimeout(timer);
  if (open.size === 0) bar.hidden = true;
  else timer = setTimeout(() => { bar.hidden = false; }, SLOW_MS);
};

/** Says something at the edge of the page until it is closed, or is out of date. */
export const tell = (words, again) => {
  const toast = document.createElement("div");
  toast.className = "toast";
  const text = document.createElement("p");
  text.textContent = words;
  toast.append(text);
  for (const [label, act] of [["Try again", again], ["Close", () => {}]]) {
    if (!act) continue;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: label });
    button.addEventListener("click", () => {
      toast.remove();
      act();
    });
    toast.append(button);
  }
  toasts.replaceChildren(toast);
};

const askAgain = ({ elt, requestConfig }) => () => {
  if (!elt.isConnected) location.reload();
  else htmx.ajax(requestConfig.verb, requestConfig.path, { source: elt, values: requestConfig.parameters, target: requestConfig.target });
};

const isLogin = (address) => Boolean(address) && new URL(address, location.href).pathname === "/login";

/** Leads to the login and back here. */
export const logIn = () => location.assign(`/login?${new URLSearchParams({ next: location.pathname + location.search })}`);

const fail = (event, words) => {
  if (document.querySelector("[data-own-errors]")) return;
  tell(words, askAgain(event.detail));
};

if (bar && toasts) {
  document.addEventListener("htmx:beforeRequest", (event) => {
    open.add(event.detail.xhr);
    event.detail.target?.setAttribute("aria-busy", "true");
    update();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    open.delete(event.detail.xhr);
    event.detail.target?.removeAttribute("aria-busy");
    if (event.detail.successful) toasts.replaceChildren();
    update();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!isLogin(event.detail.xhr.responseURL) || document.querySelector("[data-own-errors]")) return;
    event.detail.shouldSwap = false;
    logIn();
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    fail(event, WORDS[status] ?? (status >= 500 ? "Something broke in the server; its log says what." : "The server did not take this."));
  });
  document.addEventListener("htmx:sendError", (event) => fail(event, "The server does not answer."));
  document.addEventListener("htmx:timeout", (event) => fail(event, "The server takes too long."));
}
