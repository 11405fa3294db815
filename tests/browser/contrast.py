"""Whether text can be read on what is behind it. WCAG 2.2 1.4.3

As axe's rule color-contrast, which takes three quarters of axe's time: axe looks at every page in
one look, this in the others. Text before a picture or gradient is left out, and single characters
are, as axe does.
"""

from playwright.sync_api import Page

_COMPLAINTS = """() => {
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const known = new Map();

  function luminance(layers) {  // of colours painted over each other, in whatever notation
    const name = layers.join("|");
    if (!known.has(name)) {
      for (const each of layers) { pen.fillStyle = each; pen.fillRect(0, 0, 1, 1); }
      const [red, green, blue] = [...pen.getImageData(0, 0, 1, 1).data].map((each) => each / 255)
        .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
      known.set(name, 0.2126 * red + 0.7152 * green + 0.0722 * blue);
    }
    return known.get(name);
  }

  function contrast(element, style) {
    const above = [];
    for (let each = element; each; each = each.parentElement) {
      const { backgroundColor, backgroundImage } = getComputedStyle(each);
      if (backgroundImage !== "none") return Infinity;
      above.unshift(backgroundColor);
    }
    const behind = ["white", ...above];
    const [dark, light] = [luminance(behind), luminance([...behind, style.color])]
      .sort((one, other) => one - other);
    return (light + 0.05) / (dark + 0.05);
  }

  const elements = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (walker.currentNode.data.trim().length > 1) elements.add(walker.currentNode.parentElement);
  }
  return [...elements].flatMap((element) => {
    const isSeen = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!isSeen || element.closest(":disabled, [aria-disabled=true], .visually-hidden")) return [];
    const style = getComputedStyle(element), size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const found = contrast(element, style);
    return found >= (isLarge ? 3 : 4.5) ? [] : [`${found.toFixed(2)}: ${element.outerHTML}`];
  });
}"""


def too_faint(page: Page) -> list[str]:
    return [f"contrast {each[:120]}" for each in page.evaluate(_COMPLAINTS)]
