// Copies a value to the clipboard and says so, to the eye and to a screen reader.

(() => {
  "use strict";

  const announce = (text) => {
    const region = document.getElementById("announcer");
    if (region) region.textContent = text;
  };

  // Outside a secure context there is no navigator.clipboard; the old command still works there.
  const copyBySelection = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    area.readOnly = true;
    area.className = "visually-hidden";
    const focused = document.activeElement;
    document.body.append(area);
    area.select();
    const worked = document.execCommand("copy");
    area.remove();
    focused?.focus();
    return worked;
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyBySelection(text);
    }
  };

  const report = (button, name) => {
    announce(`${name} copied.`);
    const label = button?.firstChild;
    if (!label || label.textContent === "Copied") return;
    const before = label.textContent;
    label.textContent = "Copied";
    setTimeout(() => { label.textContent = before; }, 2000);
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const value = document.getElementById(button.dataset.copy)?.textContent.trim() ?? "";
    const name = button.dataset.name ?? "Text";
    if (await copy(value)) report(button, name);
    else announce(`Your browser does not allow copying. Select the ${name} and copy it yourself.`);
  });

  // A secret asked for with Copy: to the clipboard, then out of the page again.
  const copyNow = async (holder) => {
    const secret = holder.value;
    const name = holder.dataset.name;
    delete holder.dataset.copyNow;
    const worked = await copy(secret);
    holder.removeAttribute("value");
    if (worked) {
      report(holder.closest("#secret").querySelector("[hx-get$='for=copy']"), name);
      return;
    }
    holder.textContent = secret;
    holder.classList.remove("masked");
    announce(`Your browser does not allow copying. The ${name} is shown: copy it yourself.`);
  };

  const copyWaiting = () => document.querySelectorAll("[data-copy-now]").forEach(copyNow);
  document.addEventListener("htmx:afterSettle", copyWaiting);
  document.addEventListener("DOMContentLoaded", copyWaiting);

  // The Back button must not bring a shown secret back.
  window.addEventListener("pagehide", () => {
    document.querySelectorAll("[data-forget]").forEach((element) => { element.textContent = "••••••••••••"; });
  });
})();
