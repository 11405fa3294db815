// The documentation's search: "/" goes to the box, and hits appear while somebody types.

(() => {
  "use strict";

  const box = document.getElementById("docs-find");
  const hits = document.getElementById("docs-hits");
  if (!box || !hits) return;

  let waiting = 0;
  let asked = "";

  const ask = async () => {
    const query = box.value.trim();
    if (query === asked) return;
    asked = query;
    if (query.length < 2) return hits.replaceChildren();
    const address = `${box.form.action}?q=${encodeURIComponent(query)}`;
    const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.ok && query === asked) hits.innerHTML = await answer.text();
  };

  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  });

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      box.select();
    } else if (event.key === "Escape" && event.target.closest?.(".docs-search")) {
      hits.replaceChildren();
      asked = "";
      box.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const links = [box, ...hits.querySelectorAll("a")];
      const next = links[links.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
      if (!links.includes(event.target) || !next) return;
      event.preventDefault();
      next.focus();
    }
  });
})();
