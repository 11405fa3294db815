// Keys for the patient picker: Enter searches, arrows walk through the list, Escape closes it.

(() => {
  "use strict";

  const box = () => document.getElementById("picker-find");
  const found = () => [...document.querySelectorAll("#picker-found button")];

  const walk = (event, from) => {
    const buttons = found();
    const place = buttons.indexOf(from) + (event.key === "ArrowDown" ? 1 : -1);
    const next = place < 0 ? box() : buttons[Math.min(place, buttons.length - 1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  document.addEventListener("keydown", (event) => {
    const here = event.target;
    const isBox = here.id === "picker-find";
    if (!isBox && !here.closest?.("#picker-found")) return;
    if (event.key === "Enter" && isBox) {
      // Otherwise Enter would send the form.
      event.preventDefault();
      window.htmx.trigger(here, "find");
    } else if (event.key === "ArrowDown" || (event.key === "ArrowUp" && !isBox)) {
      walk(event, here);
    } else if (event.key === "Escape") {
      document.getElementById("picker-found").replaceChildren();
      box().focus();
    }
  });
})();
