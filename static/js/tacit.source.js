// Tells Tacit what visitors of a page do with answers: docs/browser.md. Pages load /tacit.js, which is this made shorter
// (tests/browser/squeeze.py). What could not be sent is kept and sent later; nothing is thrown into the page, and nothing
// written into its cookies or storage.
(() => {
  // The key of a page is public; in the address it needs no preflight, for which a page that closes has no time.
  const script = document.currentScript,
    url = new URL("api/v1/feedback?key=" + script.dataset.key, script.src),
    queue = new Map,
    streams = new Set;
  let busy, timer, wait;

  const later = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(flush, ms);
  };

  // Sends the latest, at most 20 items and 16 kB; when the page closes, beside what is under way.
  const flush = async (closing) => {
    if (!queue.size || busy && !closing) return;
    let items = [...queue.values()].slice(-20), body, failed;
    while (new Blob([body = JSON.stringify(items)]).size > 16384 && items[1]) items.shift();
    if (closing && !("keepalive" in Request.prototype)) return navigator.sendBeacon(url, body);
    busy = 1;
    try {
      const answer = await fetch(url, {method: "POST", body, keepalive: true, credentials: "omit", signal: AbortSignal.timeout(2e4)});
      failed = answer.status == 429 || answer.status > 499;
      body = await answer.text();
      if (!body.endsWith("[]}")) console.warn(body);
    } catch {
      failed = 1;
    }
    // Without a time it is now; what comes late must say when it was. What was told anew meanwhile stays.
    items.map((item) => {
      if (failed) item.name && (item.time ||= new Date);
      else queue.get(item.identifier) == item && queue.delete(item.identifier);
    });
    busy = 0;
    later(wait = failed ? Math.min(wait * 2, 6e4) || 1e3 : 0);
  };

  // Of one name and target the last holds; null takes it back.
  const send = (name, target, fields) => {
    try {
      if (Object(target) !== target) target = {message_id: "" + target};
      const identifier = target.identifier || name + Object.entries(target).sort();
      queue.delete(identifier);
      if (queue.size < 200) queue.set(identifier, JSON.parse(JSON.stringify(fields === null ? {identifier, withdrawn: true} : {name, ...target, ...fields, identifier})));
      later(50);
    } catch {}
  };

  const on = addEventListener,
    nearest = (element, name) => element?.closest?.(`[data-tacit-${name}]`);

  on("copy", () => {
    const part = getSelection(), box = nearest(part.anchorNode?.parentElement, "message"), characters = (part + "").length;
    if (box && characters) tacit.copy(box.dataset.tacitMessage, {characters, of: box.innerText.length});
  });
  on("click", (event) => {
    const button = nearest(event.target, "thumb"), box = nearest(button, "message");
    if (!box) return;
    const given = button.ariaPressed != "true";
    box.querySelectorAll("[data-tacit-thumb]").forEach((each) => each.ariaPressed = given && each == button);
    tacit.thumbs(box.dataset.tacitMessage, given ? button.dataset.tacitThumb : null);
  });
  on("online", () => later(0));
  on("pagehide", () => {
    streams.forEach((target) => send("stop", target, {label: "page_closed"}));
    streams.clear();
    flush(1);
  });

  tacit = {
    send: send,
    thumbs: (target, label) => send("thumbs", target, label && {label}),
    rating: (target, score, max) => send("rating", target, score == null ? null : {score, metadata: {max}}),
    comment: (target, explanation) => send("comment", target, explanation && {explanation}),
    copy: (target, metadata) => send("copy", target, {metadata}),
    edit: (target, before, correction) => send("edit", target, {correction, metadata: {before}}),
    stop: (target) => {
      streams.delete(target);
      send("stop", target);
    },
    streaming: (target) => {
      streams.add(target);
      return () => streams.delete(target);
    },
  };
})();
