// What a foreign page can try against the server at `plan.target`. Whatever it could read ends in `window.result.read`.
// Where `plan.thorough` is set, each address is tried in every way, else in one way of reading and one of writing, which
// take turns from address to address.
const plan = /*PLAN*/ {};
const read = [];
const note = (how, address, text) => { if (text) read.push([how, address, String(text)]); };

const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });
const settle = (promise) => Promise.race([Promise.resolve(promise).catch(() => {}), pause(8000)]);

// A few at a time, as a browser opens six connections to a host anyway.
async function inTurns(tries) {
  const queue = [...tries];
  const take = async () => { while (queue.length) await settle(queue.shift()()); };
  await Promise.all(Array.from({ length: 12 }, take));
}

async function ask(method, path, mode, type, body) {
  const options = { method, mode, credentials: "include", redirect: "follow", body };
  if (type) options.headers = { "Content-Type": type };
  const answer = await fetch(plan.target + path, options);
  if (answer.type !== "opaque" && answer.ok) note(`fetch ${method}`, path, await answer.text());
}

const makeForm = () => new URLSearchParams(plan.fields);

function submit(path, enctype, fields) {
  const frame = document.createElement("iframe");
  frame.name = `frame-${Math.random()}`;
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: plan.target + path, target: frame.name, enctype });
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  }
  document.body.append(frame, form);
  const loaded = new Promise((done) => { frame.addEventListener("load", done); });
  HTMLFormElement.prototype.submit.call(form);
  return loaded.finally(() => { frame.remove(); form.remove(); });
}

function load(name, path) {
  const element = document.createElement(name);
  const loaded = new Promise((done) => { element.onload = element.onerror = done; });
  element.src = plan.target + path;
  document.body.append(element);
  return loaded.then(() => {
    if (name === "iframe") {
      try { note("iframe", path, element.contentDocument?.body?.innerText); } catch { /* as it should be */ }
    }
    element.remove();
  });
}

async function open(path) {
  const opened = window.open(plan.target + path);
  await pause(1500);
  try { note("window", path, opened?.document?.body?.innerText); } catch { /* as it should be */ }
  try { opened?.close(); } catch { /* not ours to close */ }
}

function connect(path) {
  return new Promise((done) => {
    const socket = new WebSocket(plan.target.replace("http", "ws") + path);
    socket.onopen = () => { note("websocket", path, "opened"); socket.close(); done(); };
    socket.onerror = done;
  });
}

// A page that can read another one has its token, too.
async function takeToken() {
  try {
    const answer = await fetch(`${plan.target}/p/default/settings/prices`, { credentials: "include" });
    const [, token] = /name="csrfmiddlewaretoken" value="(\w+)"/.exec(await answer.text()) ?? [];
    if (token) plan.fields.csrfmiddlewaretoken = token;
  } catch { /* as it should be */ }
}

async function attack() {
  await takeToken();
  const json = JSON.stringify(plan.json);
  const spans = JSON.stringify(plan.spans);
  const tries = [];
  const take = (turn, ways) => { tries.push(...(plan.thorough ? ways : [ways[turn % ways.length]])); };
  plan.paths.forEach((path, turn) => {
    const isRest = path.startsWith("/api/");
    take(turn, [
      () => ask("GET", path, "cors"),
      () => load("img", path),
      () => load(isRest ? "script" : "iframe", path),
    ]);
    if (isRest) {
      take(turn, [
        () => ask("POST", path, "no-cors", "text/plain", json),
        () => submit(path, "text/plain", { [json.slice(0, -1) + ',"a":"']: '"}' }),
      ]);
      for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
        tries.push(() => ask(method, path, "cors", "application/json", method === "DELETE" ? undefined : json));
      }
    } else {
      take(turn, [
        () => ask("POST", path, "no-cors", undefined, makeForm()),
        () => submit(path, "application/x-www-form-urlencoded", plan.fields),
      ]);
    }
  });
  for (const path of plan.otlp) {
    tries.push(() => ask("POST", path, "no-cors", "text/plain", spans));
    tries.push(() => ask("POST", path, "cors", "application/json", spans));
    tries.push(async () => navigator.sendBeacon(plan.target + path, spans));
    tries.push(async () => navigator.sendBeacon(plan.target + path, new Blob([spans], { type: "application/json" })));
    tries.push(() => submit(path, "text/plain", { [spans.slice(0, -1) + ',"a":"']: '"}' }));
  }
  for (const path of plan.opened) tries.push(() => open(path), () => connect(path));
  await inTurns(tries);
  window.result = { read, tries: tries.length };
  window.parent.postMessage(window.result, "*");
}

addEventListener("message", (event) => { window.result ??= event.data; });
if (plan.target) attack();
