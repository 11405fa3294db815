// The panel beside the request: examples of a type, and what was sent before.

import { byId, el, option, roving, say, size } from "./dom.js";
import { ofSystem, ofType } from "./examples.js";

// https://www.w3.org/WAI/ARIA/apg/patterns/tabs/
export const tabs = (list, onChoose) => {
  const all = [...list.querySelectorAll("[role=tab]")];
  const choose = (tab, isFocused = true) => {
    for (const each of all) {
      const isChosen = each === tab;
      each.setAttribute("aria-selected", isChosen);
      each.tabIndex = isChosen ? 0 : -1;
      byId(each.getAttribute("aria-controls")).hidden = !isChosen;
    }
    if (isFocused) tab.focus();
    onChoose(tab.id);
  };
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) choose(tab);
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    choose(all[(all.indexOf(event.target) + step + all.length) % all.length]);
  });
  return (id, isFocused) => choose(byId(id), isFocused);
};

// What all examples of the group have in common steps back.
const split = (text, parameter) => {
  const at = parameter ? text.lastIndexOf(`${parameter}=`) : 0;
  return [el("span", { class: "said-above" }, text.slice(0, at)), text.slice(at)];
};

export class Examples {
  // ``sample(type)``: a promise of resources; ``take(request, isComplete)``.
  constructor({ definitions, chosen, sample, text, token, mayWrite, take }) {
    Object.assign(this, { definitions, sample, text, token, mayWrite, take });
    this.type = byId("example-type");
    this.type.append(
      ...definitions.types.map((each) =>
        option(each.name, `${each.name} · ${each.words}`, each.name === chosen),
      ),
    );
    this.type.addEventListener("change", () => this.draw());
    this.groups = byId("example-groups");
    this.renewRoving = roving(this.groups, ".example");
  }

  async draw() {
    const type = this.definitions.types.find((each) => each.name === this.type.value);
    const asked = (this.asked = {});
    const samples = await this.sample(type);
    if (asked !== this.asked) return; // another type was chosen meanwhile
    const patient = this.token()?.patient ?? "";
    const groups = [
      ...ofType(type, this.definitions, samples, patient, this.mayWrite(), this.text),
      ["system", ofSystem(this.definitions)],
    ];
    this.groups.replaceChildren(
      ...groups.map(([name, requests]) =>
        el(
          "details",
          { "data-group": name, ...(name === "reading" || name === "parameters" ? { open: "" } : {}) },
          el(
            "summary",
            {},
            say(`group.${name}`),
            " ",
            el("span", { class: "count" }, String(requests.length)),
          ),
          el("ul", { class: "examples" }, ...requests.map((each) => this.item(each))),
        ),
      ),
    );
    byId("example-from").textContent = this.token()
      ? say(samples.length ? "samplesFrom" : "noSamples", { n: samples.length, type: type.name })
      : say("samplesNeedToken");
    this.renewRoving();
  }

  item(request) {
    const method = request.method === "GET" ? "" : `${request.method} `;
    const words = request.isOpen ? say("noValue") : (request.kind ?? "");
    return el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "example", onclick: () => this.take(request) },
        el("code", {}, ...split(`${method}${request.address}`, request.parameter)),
        words && el("span", { class: "muted" }, ` ${words}`),
      ),
    );
  }
}

export class History {
  constructor({ entries, onTake }) {
    this.entries = entries;
    this.onTake = onTake;
    this.at = -1;
    this.list = byId("history-list");
    this.renewRoving = roving(this.list, ".example");
    this.draw();
  }

  add(request, { status, total, bytes, at }) {
    const { method, address, headers, body } = request;
    this.entries.unshift({ method, address, headers, body, status, total, bytes, at });
    this.entries.length = Math.min(this.entries.length, 50);
    this.at = 0;
    this.draw();
  }

  // Null where there is none further.
  move(by) {
    const at = this.at + by;
    if (!this.entries[at]) return null;
    this.at = at;
    return this.entries[at];
  }

  clear() {
    this.entries.length = 0;
    this.at = -1;
    this.draw();
  }

  draw() {
    byId("history-none").hidden = this.entries.length > 0;
    byId("history-clear").hidden = !this.entries.length;
    this.list.replaceChildren(
      ...this.entries.map((each, at) =>
        el(
          "li",
          {},
          el(
            "button",
            {
              type: "button",
              class: "example",
              onclick: () => {
                this.at = at;
                this.onTake(each);
              },
            },
            el("span", { class: each.status < 400 ? "status" : "status bad" }, String(each.status)),
            el("code", {}, ` ${each.method === "GET" ? "" : `${each.method} `}${each.address}`),
            el(
              "span",
              { class: "muted" },
              ` ${Math.round(each.total)} ms · ${size(each.bytes)} · ${new Date(each.at).toLocaleTimeString()}`,
            ),
          ),
        ),
      ),
    );
    this.renewRoving();
  }
}
