// Small helpers for the page: elements, words in the reader's language, announcements.

const setup = JSON.parse(document.getElementById("console-setup").textContent);

export { setup };

export const byId = (id) => document.getElementById(id);

// Functions among the attributes become listeners; null and false leave an attribute away.
export const el = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((each) => each ?? false));
  return made;
};

// ``{name}`` in the words is replaced.
export const say = (name, values = {}) =>
  (setup.words[name] ?? name).replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);

let timer = 0;

// For screen readers; later news take the place of those not told yet.
export const announce = (text) => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    byId("announcer").textContent = text;
  }, 60);
};

export const copy = async (text, what) => {
  try {
    await navigator.clipboard.writeText(text);
    announce(say("copied", { what }));
    return true;
  } catch {
    announce(say("notCopied", { what }));
    return false;
  }
};

// A copy button says for a moment that it has worked.
export const copyButton = (what, text) => {
  const label = say("copy");
  const button = el(
    "button",
    { type: "button", class: "button secondary small" },
    label,
    el("span", { class: "visually-hidden" }, ` ${what}`),
  );
  button.addEventListener("click", async () => {
    if (!(await copy(text(), what))) return;
    button.firstChild.textContent = say("isCopied");
    setTimeout(() => {
      button.firstChild.textContent = label;
    }, 1500);
  });
  return button;
};

export const option = (value, words, isChosen = false) => {
  const made = el("option", { value }, words);
  made.selected = isChosen;
  return made;
};

// One stop of the Tab key for a list of buttons; arrows walk within it.
export const roving = (container, selector) => {
  const items = () => [...container.querySelectorAll(selector)].filter((each) => each.checkVisibility());
  const renew = () => {
    const found = items();
    const current = found.find((each) => each.tabIndex === 0) ?? found[0];
    container.querySelectorAll(selector).forEach((each) => {
      each.tabIndex = each === current ? 0 : -1;
    });
  };
  container.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.matches(selector)) return;
    event.preventDefault();
    const found = items();
    found[found.indexOf(event.target) + step]?.focus();
  });
  container.addEventListener("focusin", (event) => {
    if (!event.target.matches(selector)) return;
    container.querySelectorAll(selector).forEach((each) => {
      each.tabIndex = each === event.target ? 0 : -1;
    });
  });
  container.addEventListener("toggle", renew, true);
  return renew;
};

export const size = (bytes) =>
  bytes < 1000
    ? `${bytes} B`
    : bytes < 1e6
      ? `${(bytes / 1000).toFixed(1)} kB`
      : `${(bytes / 1e6).toFixed(1)} MB`;
