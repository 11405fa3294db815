// Copies a value to the clipboard and says so, to the eye and to a screen reader.

(() => {
  "use strict";

  // Its attributes hold the texts, in the language of the page.
  const region = () => document.getElementById("announcer");

  const announce = (text, name) => {
    region().textContent = region().dataset[text].replace("{name}", name);
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
    announce("copiedName", name);
    const copied = region().dataset.copied;
    const label = button?.firstChild;
    if (!label || label.textContent === copied) return;
    const before = label.textContent;
    label.textContent = copied;
    setTimeout(() => { label.textContent = before; }, 2000);
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const value = document.getElementById(button.dataset.copy)?.textContent.trim() ?? "";
    const name = button.dataset.name ?? "";
    if (await copy(value)) report(button, name);
    else announce("noCopying", name);
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
    announce("noCopying", name);
  };

  const copyWaiting = () => document.querySelectorAll("[data-copy-now]").forEach(copyNow);
  document.addEventListener("htmx:afterSettle", copyWaiting);
  document.addEventListener("DOMContentLoaded", copyWaiting);

  // The Back button must not bring a shown secret back.
  window.addEventListener("pagehide", () => {
    document.querySelectorAll("[data-forget]").forEach((element) => { element.textContent = "••••••••••••"; });
  });
})();
