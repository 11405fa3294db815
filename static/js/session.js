// Warns before the session ends, and leads to the sign-in page when it has: a record must not stay
// on the screen. What was typed waits in this tab for the same person to come back.

(() => {
  "use strict";

  const WARN = 120; // seconds before the end
  const dialog = document.getElementById("session-warning");
  if (!dialog) return;
  const form = dialog.querySelector("form");
  const draft = `draft ${dialog.dataset.whose} ${location.pathname}`;
  const SECRET = "[type=password], [type=hidden], [type=file], [autocomplete=one-time-code]";

  const fields = () => [...document.querySelectorAll("main form :is(input, select, textarea)")]
    .filter((field) => (field.name || field.id) && !field.matches(SECRET));

  const nameOf = (field) => `${field.name || field.id} ${field.type === "radio" || field.type === "checkbox" ? field.value : ""}`;

  const isChanged = (field) => {
    if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.options) return [...field.options].some((each) => each.selected !== each.defaultSelected);
    return field.value !== field.defaultValue;
  };

  const keep = () => {
    const typed = fields().filter(isChanged)
      .map((field) => [nameOf(field), field.type === "radio" || field.type === "checkbox" ? field.checked : field.value]);
    if (typed.length) sessionStorage.setItem(draft, JSON.stringify(typed));
  };

  const putBack = () => {
    const typed = new Map(JSON.parse(sessionStorage.getItem(draft) ?? "[]"));
    sessionStorage.removeItem(draft);
    for (const field of fields()) {
      const value = typed.get(nameOf(field));
      if (value === undefined) continue;
      if (typeof value === "boolean") field.checked = value;
      else field.value = value;
    }
  };

  // Who comes back may go on; what opens records does not lie in the tab meanwhile.
  const close = () => {
    for (const name of ["token", "waits", "answer"]) sessionStorage.removeItem(`console ${name}`);
  };

  const leave = () => {
    keep();
    close();
    const here = location.pathname + location.search;
    location.replace(`${dialog.dataset.door}?ended&next=${encodeURIComponent(here)}`);
  };

  // Another tab may have prolonged the session since: the server knows.
  const look = async () => {
    let left = (ends - Date.now()) / 1000; // what we know ourselves, without a network
    try {
      left = (await (await fetch(dialog.dataset.ask)).json()).seconds;
    } catch { /* offline, or the server is being looked after */ }
    if (left <= 0) leave();
    else wait(left);
  };

  let timer = 0;
  let ends = 0;
  const wait = (left) => {
    clearTimeout(timer);
    ends = Date.now() + left * 1000;
    if (left > WARN) {
      if (dialog.open) dialog.close();
      timer = setTimeout(look, (left - WARN) * 1000);
      return;
    }
    if (!dialog.open) dialog.showModal();
    timer = setTimeout(look, (left + 1) * 1000);
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (!answer.ok) return leave();
    const left = (await answer.json()).seconds;
    if (left <= 0) return leave();
    dialog.close();
    return wait(left);
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    form.requestSubmit();
  });
  // A sleeping computer's clock stands still; so do its timers.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });

  // Whoever signs out leaves nothing of theirs in the tab.
  document.querySelector(".who form")?.addEventListener("submit", () => sessionStorage.clear());

  putBack();
  wait(Number(dialog.dataset.seconds));
})();
