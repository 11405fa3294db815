// The request bar: method, address, headers, body, and the same as a command or program.

import { relative } from "./address.js";
import { announce, byId, copyButton, option, say, setup } from "./dom.js";
import { mayUse } from "./scopes.js";
import { snippet } from "./snippets.js";
import { FHIR, METHODS, changes, hasBody, wired } from "./wire.js";

const LANGUAGES = [
  ["curl", "curl"],
  ["python", "Python"],
  ["javascript", "JavaScript"],
];

export const EMPTY = { method: "GET", address: "metadata", headers: `Accept: ${FHIR}`, body: "" };

export class RequestBar {
  // ``onEdit(request)`` after every change by hand; ``onSend()`` when it shall be sent.
  constructor({ request, token, onEdit, onSend }) {
    this.token = token;
    this.onEdit = onEdit;
    [this.method, this.address, this.headers, this.body] = ["method", "address", "headers", "body"].map(byId);
    this.languages();
    this.set({ ...EMPTY, ...request });
    byId("request").addEventListener("submit", (event) => {
      event.preventDefault();
      onSend();
    });
    for (const field of [this.method, this.address, this.headers, this.body]) {
      field.addEventListener("input", () => this.edited());
    }
    byId("body-from-answer").addEventListener("click", () => this.onTake());
  }

  languages() {
    this.language = "curl";
    const choose = byId("code-language");
    choose.append(...LANGUAGES.map(([name, words]) => option(name, words)));
    choose.addEventListener("change", () => {
      this.language = choose.value;
      this.code();
    });
    byId("code-token").addEventListener("change", () => this.code());
    byId("code-tools").append(copyButton(say("code"), () => byId("code-text").textContent));
  }

  get() {
    const address = relative(this.address.value, setup.base);
    return {
      method: this.method.value,
      address,
      headers: this.headers.value,
      body: hasBody(this.method.value) ? this.body.value : "",
    };
  }

  set(request) {
    const all = { ...EMPTY, ...request };
    this.methods(all.method);
    this.address.value = all.address;
    this.headers.value = all.headers;
    this.body.value = all.body;
    this.renew();
  }

  // What the token may not do is offered nevertheless, and said to be refused.
  methods(chosen = this.method.value) {
    const scopes = this.token()?.scope ?? "";
    const words = { SEARCH: "POST _search" };
    this.method.replaceChildren(
      ...METHODS.map((each) =>
        option(
          each,
          `${words[each] ?? each}${mayUse(each, scopes) ? "" : ` (${say("notInScope")})`}`,
          each === chosen,
        ),
      ),
    );
  }

  edited() {
    this.renew();
    this.onEdit(this.get());
  }

  renew() {
    byId("body-part").hidden = !hasBody(this.method.value);
    if (hasBody(this.method.value)) byId("body-part").open = true;
    const problem = this.problem();
    byId("body-problem").textContent = problem;
    this.body.setAttribute("aria-invalid", Boolean(problem));
    this.code();
  }

  problem() {
    if (
      !hasBody(this.method.value) ||
      !this.body.value.trim() ||
      /x-www-form|xml|text/.test(this.headers.value)
    )
      return "";
    try {
      JSON.parse(this.body.value);
      return "";
    } catch (error) {
      return say("notJson", { why: error.message });
    }
  }

  wire() {
    const request = this.get();
    return request.address === null ? null : wired(request, setup.base);
  }

  changesSomething() {
    return changes(this.method.value, this.address.value);
  }

  code() {
    const wire = this.wire();
    const token = this.token();
    const shown = byId("code-token").checked && token ? token.access : "";
    byId("code-text").textContent = wire ? snippet(this.language, wire, shown) : say("elsewhere");
  }

  take(text) {
    this.body.value = text;
    this.edited();
    announce(say("taken"));
  }
}

// Asks before something is changed. Resolves to whether it shall be.
export const confirmed = (request, token, isSandbox) =>
  new Promise((resolve) => {
    const dialog = byId("confirm");
    byId("confirm-what").textContent = `${request.method} ${request.address}`;
    byId("confirm-whose").textContent = isSandbox ? say("changesSandbox") : say("changesReal");
    byId("confirm-whose").classList.toggle("warning", !isSandbox);
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "send"), { once: true });
  });
