// Texts of the page that stand out too little from what is behind them (WCAG 1.4.3), each with its contrast.
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  function paint(layers) {
    canvas.clearRect(0, 0, 1, 1);
    for (const layer of layers) {
      canvas.fillStyle = layer;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  }

  const linear = (part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const measure = ([red, green, blue]) =>
    0.2126 * linear(red / 255) + 0.7152 * linear(green / 255) + 0.0722 * linear(blue / 255);

  function listGrounds(element) {
    const grounds = [];
    for (let each = element; each; each = each.parentElement) grounds.unshift(getComputedStyle(each).backgroundColor);
    return grounds;
  }

  const hasWords = (element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());

  const faint = [];
  for (const element of document.querySelectorAll("main *")) {
    if (!hasWords(element) || !element.checkVisibility()) continue;
    if (element.closest("svg, option, select, .hidden-words")) continue;
    const ground = paint(listGrounds(element));
    const ink = paint([`rgb(${ground})`, getComputedStyle(element).color]);
    const [low, high] = [measure(ground), measure(ink)].sort((one, other) => one - other);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < 4.5) faint.push(`${element.outerHTML.slice(0, 90)} ${contrast.toFixed(2)}`);
  }
  return faint;
}
