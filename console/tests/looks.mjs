// What can be said of a page by looking at it in the browser: each function runs there and returns what is wrong, as text.

/** What reaches over the right edge of the window, or has its text cut off where no ellipsis says so. */
export function widths() {
  const wrong = [];
  const over = document.documentElement.scrollWidth - window.innerWidth;
  if (over > 0) wrong.push(`${over} px wider than the window`);
  const named = (element) => `${element.tagName.toLowerCase()}.${element.className?.baseVal ?? element.className}`;
  // Frames that scroll to the side may hold what is wider than they.
  const scrolls = (element) => {
    for (let at = element.parentElement; at; at = at.parentElement) {
      if (["auto", "scroll", "hidden"].includes(getComputedStyle(at).overflowX)) return true;
    }
    return false;
  };
  for (const element of document.querySelectorAll("main *, dialog[open] *, header *")) {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const box = element.getBoundingClientRect();
    const clipped = element.closest(".visually-hidden, .table thead, [popover]:not(:popover-open)");
    if (box.width < 2 || clipped) continue;
    if (box.right > window.innerWidth + 1 && !scrolls(element)) wrong.push(`${named(element)} leaves the window`);
    const style = getComputedStyle(element);
    const cuts = ["hidden", "clip"].includes(style.overflowX) && element.scrollWidth > element.clientWidth + 1;
    if (cuts && style.textOverflow !== "ellipsis" && !element.matches(".main, svg, .input"))
      wrong.push(`${named(element)} is cut off`);
  }
  for (const icon of document.querySelectorAll(".icon")) {
    if (icon.getBoundingClientRect().width > 32) wrong.push(`an icon of ${named(icon.parentElement)} is huge`);
  }
  return [...new Set(wrong)].slice(0, 6);
}

/** Texts that lie on each other, and controls that something else covers. */
export function overlaps() {
  const wrong = [];
  const root = document.querySelector("dialog[open]") ?? document.querySelector("main") ?? document.body;
  const shown = [];
  // What frames around it show of a box.
  const clipped = (box, from) => {
    const seen = { left: box.left, right: box.right, top: box.top, bottom: box.bottom };
    for (let at = from; at && at !== document.body; at = at.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(at);
      if (overflowX === "visible" && overflowY === "visible") continue;
      const frame = at.getBoundingClientRect();
      seen.left = Math.max(seen.left, frame.left);
      seen.right = Math.min(seen.right, frame.right);
      seen.top = Math.max(seen.top, frame.top);
      seen.bottom = Math.min(seen.bottom, frame.bottom);
    }
    return seen;
  };
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest(".visually-hidden, title, option, [popover], .table-scroll thead"))
      continue;
    if (!parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      const seen = clipped(box, parent);
      if (seen.right - seen.left > 1 && seen.bottom - seen.top > 1)
        shown.push({ box: seen, text: node.data.trim(), parent });
    }
  }
  shown.sort((a, b) => a.box.top - b.box.top);
  shown.forEach((one, index) => {
    for (const other of shown.slice(index + 1)) {
      if (other.box.top > one.box.bottom - 3) break;
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      if (across > 2 && down > 3 && one.parent !== other.parent)
        wrong.push(`“${one.text.slice(0, 30)}” lies on “${other.text.slice(0, 30)}”`);
    }
  });
  for (const control of root.querySelectorAll("button, a[href], input, select, textarea")) {
    if (!control.checkVisibility() || control.closest("[popover]")) continue;
    const box = (control.labels?.[0] ?? control).getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const inSight = x > 0 && y > 56 && x < window.innerWidth && y < window.innerHeight;
    const at = inSight && box.width > 2 ? document.elementFromPoint(x, y) : control;
    const frame = control.closest(".table-scroll, .figure-table, .dialog-body")?.getBoundingClientRect();
    if (frame && (y > frame.bottom || x > frame.right || y < frame.top + 36)) continue;
    const related =
      at === control || control.contains(at) || at?.contains(control) || control.labels?.[0]?.contains(at);
    if (!related)
      wrong.push(`${control.textContent || control.name || control.ariaLabel} is covered by ${at?.className}`);
  }
  return [...new Set(wrong)].slice(0, 6);
}

/** With the system's colours forced: what is a control, chosen, a state or a series can be told without ours. */
export function forcedColours() {
  const wrong = [];
  const probe = document.createElement("i");
  probe.style.forcedColorAdjust = "none";
  document.body.append(probe);
  const kNames = ["Canvas", "CanvasText", "Highlight", "HighlightText", "GrayText", "LinkText", "ButtonText"];
  const system = Object.fromEntries(
    kNames.map((name) => {
      probe.style.color = name;
      return [name, getComputedStyle(probe).color];
    }),
  );
  probe.remove();
  const seen = (element) =>
    element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().width > 1;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  const named = (element) =>
    (element.textContent || element.ariaLabel || element.name || element.className).slice(0, 40);
  const hasLine = (element) => {
    const style = getComputedStyle(element);
    const width = Number.parseFloat(style.borderBottomWidth);
    return width >= 1 && style.borderBottomStyle !== "none" && style.borderBottomColor !== system.Canvas;
  };
  const kNative = ["checkbox", "radio", "file"];
  for (const control of all(".button, .input, .badge, .chip, .notice, .panel, .choices .check:has(:checked)")) {
    if (!kNative.includes(control.type) && !hasLine(control))
      wrong.push(`no line around ${control.className} ${named(control)}`);
  }
  for (const badge of all(".badge")) {
    if (!badge.querySelector("svg") || !badge.textContent.trim()) wrong.push(`${named(badge)} is not icon and text`);
  }
  // What is chosen differs from its neighbours by more than a shadow.
  const look = (element) => {
    const style = getComputedStyle(element);
    return [
      style.color,
      style.backgroundColor,
      style.borderBottomColor,
      style.borderTopWidth,
      style.outlineStyle,
    ].join();
  };
  const kChosen = ['[aria-current="page"]', '[aria-selected="true"]', '[aria-pressed="true"]'];
  for (const chosen of all(
    kChosen.map((one) => `:is(.nav, .tabs, .segmented, .palette-list, tbody) ${one}`).join(", "),
  )) {
    const kind = chosen.tagName;
    const others = [...chosen.closest(".nav, .tabs, .segmented, .palette-list, tbody").querySelectorAll(kind)];
    const other = others.find((one) => one !== chosen && !one.matches(kChosen.join(", ")) && seen(one));
    if (other && look(other) === look(chosen)) wrong.push(`${named(chosen)} does not look chosen`);
  }
  // Series of a picture are of the system's colours, and no two of a legend are alike.
  const fillOf = (element) => {
    const style = getComputedStyle(element);
    const fill = element instanceof SVGElement ? style.fill : style.backgroundColor;
    const pattern = fill.startsWith("url(");
    if (!pattern && !Object.values(system).includes(fill))
      wrong.push(`${element.className.baseVal ?? element.className} is ${fill}`);
    return [fill, element instanceof SVGElement ? style.strokeDasharray : style.borderStyle].join();
  };
  for (const legend of all(".legend, .big-numbers")) {
    const fills = [...legend.querySelectorAll(".swatch")].map(fillOf);
    if (new Set(fills).size !== fills.length) wrong.push(`series look alike: ${fills.join(" | ")}`);
  }
  for (const mark of all('svg [class*="fill-"]')) {
    fillOf(mark);
    const { stroke } = getComputedStyle(mark);
    if (stroke !== system.CanvasText) wrong.push(`a mark has no outline: ${stroke}`);
  }
  for (const icon of all(".icon")) {
    const { stroke } = getComputedStyle(icon);
    if (stroke === system.Canvas && !icon.closest('.avatar, [aria-selected="true"]'))
      wrong.push(`an icon is not seen: ${icon.parentElement.className}`);
  }
  return [...new Set(wrong)].slice(0, 8);
}

/** The element with the focus shows it by a line of at least two pixels, of its own or of the field around it. */
export function focusShown() {
  const element = document.activeElement;
  if (!element || element === document.body) return "";
  for (const one of [element, element.parentElement]) {
    const style = getComputedStyle(one);
    if (style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2) return "";
    if (one.matches(".palette-input") && Number.parseFloat(style.borderBottomWidth) >= 2) return "";
  }
  return `no ring around ${element.tagName} ${element.className} ${element.ariaLabel ?? element.textContent.slice(0, 30)}`;
}
