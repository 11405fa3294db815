// The console: puts its parts together.

import { Answer } from "./answer.js";
import { Builder } from "./builder.js";
import { announce, byId, el, say, setup } from "./dom.js";
import { sampling } from "./examples.js";
import { member, parse, plain, pretty } from "./json.js";
import { keys } from "./keys.js";
import { Examples, History, tabs } from "./panels.js";
import { EMPTY, RequestBar, confirmed } from "./request.js";
import { mayUse } from "./scopes.js";
import { send } from "./sending.js";
import * as store from "./store.js";
import { TokenBar } from "./token.js";
import { wired } from "./wire.js";

const KEPT_ANSWER = 1_000_000; // characters
const LONGEST_CONSENT = 600_000; // milliseconds
const { whose } = byId("console").dataset;

store.open(whose);
// It may hold a secret: whoever left the consent page and comes here did not go on.
if (Date.now() - (store.read("waits")?.began ?? Date.now()) > LONGEST_CONSENT) store.remove("waits");

// What is kept over a reload: of a real record no body.
const written = (request) => (setup.isSandbox ? request : { ...request, body: "" });

class Console {
  constructor(definitions) {
    this.definitions = definitions;
    this.types = new Set(definitions.types.map(({ name }) => name));
    this.samples = new Map();
    this.texts = new WeakMap(); // of samples, with their digits as they came
    this.tokenBar = new TokenBar({ onChange: () => this.tokenChanged() });
    this.request = new RequestBar({
      request: store.read("request", EMPTY),
      token: () => this.token,
      onEdit: (request) => this.edited(request),
      onSend: () => this.send(),
    });
    this.request.onTake = () => this.takeBody();
    this.answer = new Answer({
      follow: (address) => this.follow(address),
      types: this.types,
      refresh: () => this.refreshButton(),
    });
    this.builder = new Builder({
      definitions,
      samples: (name) => this.samples.get(name) ?? [],
      onChange: (address) => this.built(address),
    });
    this.examples = new Examples({
      definitions,
      chosen: store.read("example type", "Patient"),
      sample: (type) => this.sample(type),
      text: (sample) => this.texts.get(sample),
      token: () => this.token,
      mayWrite: () => mayUse("PUT", this.token?.scope ?? ""),
      take: (request) => this.take(request),
    });
    this.history = new History({ entries: store.read("history", []), onTake: (entry) => this.rerun(entry) });
    this.start();
  }

  get token() {
    return this.tokenBar.token;
  }

  start() {
    byId("example-type").addEventListener("change", () =>
      store.keep("example type", byId("example-type").value),
    );
    byId("history-clear").addEventListener("click", () => {
      this.history.clear();
      store.remove("history");
      store.remove("answer");
      this.answer.clear();
    });
    this.choosePanel = tabs(byId("panels"), (id) => {
      store.keep("panel", id);
      if (id === "tab-build") this.builder.read(this.request.get().address);
    });
    this.choosePanel(store.read("panel", "tab-examples"), false);
    this.builder.read(this.request.get().address);
    this.examples.draw();
    const kept = store.read("answer");
    const { method, address } = this.request.get();
    const [last] = this.history.entries;
    if (last?.method === method && last.address === address) this.history.at = 0;
    if (kept) this.answer.show({ ...kept, content: new TextEncoder().encode(kept.text) });
    else this.answer.clear();
    byId("help-open").addEventListener("click", () => byId("help").showModal());
    keys(this.keys());
    byId("console").dataset.ready = "";
  }

  keys() {
    const panel = (id) => () => this.choosePanel(id);
    const tree = (does) => () => this.answer.tree && does(this.answer.tree);
    const toLink = (by) =>
      tree((found) => {
        found.element.focus();
        if (!found.goToLink(by)) announce(say("noLink"));
      });
    return {
      send: () => this.send(),
      Escape: () => this.isWaiting && this.abort.abort(),
      "/": () => {
        byId("address").focus();
        byId("address").select();
      },
      "?": () => byId("help").showModal(),
      e: panel("tab-examples"),
      b: panel("tab-build"),
      h: panel("tab-history"),
      a: () => (this.answer.tree?.element ?? byId("answer")).focus(),
      t: () => (this.token ? byId("token-new") : byId("token-app")).focus(),
      s: () => {
        byId("code-part").open = true;
        byId("code-language").focus();
      },
      "[": () => this.move(1),
      "]": () => this.move(-1),
      r: () => this.send(),
      f: tree((found) => found.foldAll()),
      u: tree((found) => found.unfoldAll()),
      l: toLink(1),
      L: toLink(-1),
      n: () => byId("answer").querySelector("[data-relation=next]")?.click(),
      p: () => byId("answer").querySelector("[data-relation=previous]")?.click(),
    };
  }

  // --- The request -------------------------------------------------------------------------
  // By hand: from here the request before is the one that was sent last.
  edited(request) {
    this.history.at = -1;
    this.remember(request);
  }

  remember(request) {
    store.keep("request", written(request));
    this.builder.read(request.address);
  }

  built(address) {
    this.history.at = -1;
    const { method, headers, body } = this.request.get();
    const isSearch = ["GET", "SEARCH"].includes(method);
    this.request.set({ method: isSearch ? method : "GET", headers, body, address });
    store.keep("request", written(this.request.get()));
  }

  // Reads are sent at once; what changes something, or lacks a value, is looked at first.
  take(request) {
    this.request.set({ ...EMPTY, ...request });
    store.keep("request", written(this.request.get()));
    this.builder.read(request.address);
    if (request.isOpen) {
      this.choosePanel("tab-build");
      [...byId("build-rows").querySelectorAll(".build-value input")].pop()?.focus();
    } else if ((request.method ?? "GET") === "GET") this.send();
    else byId("body").focus();
  }

  follow(address) {
    this.take({ ...EMPTY, address });
  }

  rerun({ method, address, headers, body }) {
    this.request.set({ method, address, headers, body });
    this.remember(this.request.get());
    this.send();
  }

  move(by) {
    const entry = this.history.move(by);
    if (!entry) {
      announce(say("noFurther"));
      return;
    }
    this.request.set(entry);
    this.remember(this.request.get());
    announce(say("fromHistory", { what: `${entry.method} ${entry.address}` }));
  }

  takeBody() {
    const { answer } = this.answer;
    if (!answer?.text) return;
    try {
      this.request.take(pretty(parse(answer.text)));
    } catch {
      this.request.take(answer.text);
    }
  }

  // --- The answer --------------------------------------------------------------------------
  async send() {
    const request = this.request.get();
    const wire = this.request.wire();
    if (!wire) {
      this.answer.failed(say("elsewhere"));
      return;
    }
    if (this.request.changesSomething() && !(await confirmed(request, this.token, setup.isSandbox))) return;
    this.abort?.abort();
    const abort = (this.abort = new AbortController());
    this.isWaiting = true;
    this.answer.waiting();
    try {
      const answer = await send(wire, this.token?.access, abort.signal);
      this.took({ ...answer, request });
    } catch (error) {
      if (this.abort === abort)
        this.answer.failed(say(error.name === "AbortError" ? "stopped" : "notReached"));
    }
    if (this.abort === abort) this.isWaiting = false;
  }

  took(answer) {
    const isOnPhone = !matchMedia("(min-width: 62rem)").matches;
    const wasInTree = byId("answer").contains(document.activeElement);
    this.answer.show(answer);
    this.history.add(answer.request, answer);
    store.keep("history", this.history.entries.map(written));
    this.keepAnswer(answer);
    if (wasInTree) (this.answer.tree?.element ?? byId("answer")).focus({ preventScroll: true });
    if (isOnPhone)
      byId("answer").scrollIntoView({
        behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
      });
  }

  // So that a reload loses nothing; a real record is not written down anywhere.
  keepAnswer({ content, ...answer }) {
    if (setup.isSandbox && answer.text.length <= KEPT_ANSWER) store.keep("answer", answer);
    else store.remove("answer");
  }

  refreshButton() {
    if (!this.token?.refresh) return null;
    return el(
      "button",
      { type: "button", class: "button small", onclick: () => this.tokenBar.refresh() },
      say("refreshToken"),
    );
  }

  // --- The token ---------------------------------------------------------------------------
  tokenChanged() {
    this.samples.clear();
    this.request.methods();
    this.request.code();
    this.examples.draw();
    if (!this.token) {
      store.remove("answer");
      this.answer.clear();
    }
  }

  // The newest few of a type that the token opens: values for examples. Asked once, as the token.
  async sample(type) {
    const { token } = this;
    if (!token || token.expires <= Date.now()) return [];
    if (this.samples.has(type.name)) return this.samples.get(type.name);
    try {
      const request = { ...EMPTY, address: sampling(type, token.patient) };
      const answer = await send(wired(request, setup.base), token.access);
      const found = answer.status === 200 ? this.sampled(parse(answer.text)) : [];
      if (this.token === token) this.samples.set(type.name, found);
      return found;
    } catch {
      return [];
    }
  }

  sampled(bundle) {
    const entries = member(bundle, "entry")?.items ?? [];
    const matches = entries.filter((each) => member(member(each, "search"), "mode")?.value === "match");
    return matches.map((each) => {
      const node = member(each, "resource");
      const sample = plain(node);
      this.texts.set(sample, pretty(node));
      return sample;
    });
  }
}

byId("without-script").hidden = true; // for browsers that do not know (scripting: enabled)
if (location.origin !== new URL(setup.base).origin) byId("other-origin").hidden = false;

try {
  const answer = await fetch(setup.definitions);
  new Console(await answer.json());
} catch (error) {
  byId("console-problem").hidden = false;
  throw error;
}
