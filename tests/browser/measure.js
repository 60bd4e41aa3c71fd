// What of the page as it lies now cannot be hit or does not fit: targets under 24 px (WCAG 2.5.8; a field in a label is hit
// by its label), and what sticks out.
() => {
  const tell = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 110);
  const selector = "button, select, textarea, input:not([type=hidden]), summary, nav a, a.button";
  const small = [...document.querySelectorAll(selector)]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .map((element) => [element, (element.closest("label") ?? element).getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))
    .map(([element, box]) => `${box.width.toFixed(1)}x${box.height.toFixed(1)} ${tell(element)}`)
    .slice(0, 3);
  const width = document.documentElement.clientWidth;
  const isOver = document.documentElement.scrollWidth > width;
  const scrolls = (element) => {
    for (let each = element.parentElement; each && each !== document.body; each = each.parentElement) {
      if (/auto|scroll|hidden|clip/.test(getComputedStyle(each).overflowX)) return true;
    }
    return false;
  };
  const wide = isOver
    ? [...document.body.querySelectorAll("*")]
      .filter((element) => element.getBoundingClientRect().right > width + 1 && !scrolls(element))
      .map(tell).slice(-3)
    : [];
  return { small, over: isOver ? document.documentElement.scrollWidth - width : 0, wide };
}
