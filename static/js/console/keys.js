// Keys: those of one letter rest while somebody types, and can be switched off (WCAG 2.2 2.1.4).

import { byId } from "./dom.js";
import * as store from "./store.js";

const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

export const keys = (does) => {
  const single = byId("single-keys");
  single.checked = store.read("single keys", true);
  single.addEventListener("change", () => store.keep("single keys", single.checked));

  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const isCommand = (event.ctrlKey || event.metaKey) && event.key === "Enter";
    const isTyping = event.target.matches?.(TYPING);
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const name = isCommand ? "send" : event.key === "Escape" ? "Escape" : event.key;
    if (!isCommand && name !== "Escape" && (isTyping || !isPlain || !single.checked)) return;
    // False: there was nothing to do, and the key keeps its usual meaning.
    if (does[name] && does[name]() !== false) event.preventDefault();
  });
};
