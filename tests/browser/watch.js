// Runs before anything of a page: what it did that a page may not do ends in `window.watched`.
(() => {
  const watched = { refused: [], ran: [], shift: 0, shifted: [] };
  Object.defineProperty(window, "watched", { value: watched });
  addEventListener("securitypolicyviolation", (event) => {
    watched.refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
  });
  for (const name of ["alert", "confirm", "prompt", "print", "hostile"]) {
    window[name] = (...said) => { watched.ran.push(`${name}(${said.join()})`); };
  }
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      watched.shift += entry.value;
      for (const source of entry.sources) watched.shifted.push(source.node?.outerHTML?.slice(0, 90) ?? "?");
    }
  }).observe({ type: "layout-shift", buffered: true });
})();
