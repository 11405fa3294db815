// Shows an answer: status, time, size, headers, what an error means, and its content.

import { linkOf, relationsOf } from "./links.js";
import { announce, byId, copyButton, el, say, setup, size } from "./dom.js";
import { parse, plain, pretty } from "./json.js";
import { Tree } from "./tree.js";

const RAW_MOST = 300_000; // characters that are shown raw

const isJson = (type) => /[/+]json\b/.test(type);
const isText = (type) => /^text\/|xml|ndjson|x-www-form-urlencoded/.test(type);

export class Answer {
  // ``follow(address)`` sends the request that a link stands for.
  constructor({ follow, types, refresh }) {
    this.follow = follow;
    this.types = types;
    this.refresh = refresh;
    this.tree = null;
    this.element = byId("answer-content");
  }

  waiting() {
    byId("answer").setAttribute("aria-busy", "true");
    byId("answer").classList.add("waiting");
  }

  failed(text) {
    this.done();
    this.tree = null;
    this.element.replaceChildren(el("p", { class: "note error" }, text));
    announce(text);
  }

  done() {
    byId("answer").removeAttribute("aria-busy");
    byId("answer").classList.remove("waiting");
  }

  clear() {
    this.done();
    this.tree = null;
    this.element.replaceChildren(el("p", { class: "muted" }, say("nothingSent")));
  }

  show(answer) {
    this.done();
    this.answer = answer;
    this.tree = null;
    const root = this.parsed(answer);
    const resource =
      root && answer.text.length < 200_000
        ? plain(root)
        : root && { resourceType: "", link: this.linksOf(root) };
    this.element.replaceChildren(
      this.head(answer),
      ...this.explained(answer, resource),
      ...this.relations(answer, resource),
      this.headers(answer),
      ...this.content(answer, root),
    );
    announce(this.told(answer));
  }

  parsed(answer) {
    if (!isJson(answer.type) || !answer.text) return null;
    try {
      return parse(answer.text);
    } catch {
      return null;
    }
  }

  linksOf(root) {
    const found = root.members?.find(([key]) => key === "link")?.[1];
    return found ? plain(found) : [];
  }

  told({ status, phrase, total, bytes }) {
    return say("answered", { status: `${status} ${phrase}`, ms: Math.round(total), size: size(bytes) });
  }

  head({ status, phrase, total, first, bytes, timings, at, request }) {
    const kind = status < 300 ? "good" : status < 400 ? "" : "bad";
    const facts = [
      say("milliseconds", { ms: Math.round(total) }),
      size(bytes),
      ...timings.map(({ name, duration }) => `${name} ${duration} ms`),
    ];
    return el(
      "div",
      { class: "answer-head" },
      el("strong", { class: `badge ${kind}`, id: "answer-status" }, `${status} ${phrase}`),
      el("span", { class: "muted", title: say("firstByte", { ms: Math.round(first) }) }, facts.join(" · ")),
      el("code", { class: "value answer-of" }, `${request.method} ${request.address}`),
      el("time", { class: "muted", datetime: new Date(at).toISOString() }, new Date(at).toLocaleTimeString()),
    );
  }

  // An OperationOutcome in words, or RFC 6749's error, each with what to do about it.
  explained(answer, resource) {
    if (answer.status < 400) return [];
    const issues = resource?.resourceType === "OperationOutcome" ? (resource.issue ?? []) : [];
    const rows = issues.map((issue) => this.issue(issue));
    if (resource?.error)
      rows.push(this.issue({ code: resource.error, diagnostics: resource.error_description }));
    if (!rows.length) return [];
    const again = answer.status === 401 && this.refresh();
    return [
      el("div", { class: "note error", id: "answer-problem" }, el("ul", { class: "issues" }, ...rows), again),
    ];
  }

  issue({ code, diagnostics, details, expression }) {
    const remedy = setup.remedies[code];
    const heading = `code-${code.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
    return el(
      "li",
      {},
      el("p", {}, el("strong", {}, code), ` ${diagnostics ?? details?.text ?? remedy?.what ?? ""}`),
      expression && el("p", {}, say("where"), " ", el("code", {}, expression.join(", "))),
      remedy && el("p", {}, remedy.todo),
      el(
        "p",
        {},
        el("a", { href: `${setup.errors}#${heading}` }, say("moreAbout", { code })),
      ),
    );
  }

  // Pages, and the addresses that headers name, as buttons that ask for them.
  relations({ headers }, resource) {
    const named = headers
      .filter(([name]) => ["content-location", "location"].includes(name))
      .map(([name, value]) => [name, linkOf("url", value, setup.base, this.types)])
      .filter(([, address]) => address);
    const found = [...relationsOf(resource, setup.base), ...named];
    if (!found.length) return [];
    return [
      el(
        "div",
        { class: "buttons relations", role: "group", "aria-label": say("leadsOn") },
        ...found.map(([name, address]) =>
          el(
            "button",
            {
              type: "button",
              class: "button secondary small",
              "data-relation": name,
              onclick: () => this.follow(address),
            },
            name,
          ),
        ),
      ),
    ];
  }

  headers({ headers }) {
    const rows = headers.map(([name, value]) =>
      el("tr", {}, el("th", { scope: "row" }, name), el("td", { class: "value" }, value)),
    );
    return el(
      "details",
      { class: "headers" },
      el("summary", {}, say("headers", { n: headers.length })),
      el(
        "div",
        { class: "table-frame", tabindex: "0", role: "region", "aria-label": say("headersOf") },
        el("table", {}, el("tbody", {}, ...rows)),
      ),
    );
  }

  content(answer, root) {
    if (!answer.bytes) return [el("p", { class: "muted" }, say("noContent"))];
    if (!root && !isText(answer.type) && !isJson(answer.type))
      return [this.tools(answer), el("p", { class: "muted" }, say("binary", { type: answer.type || "?" }))];
    const body = el("div", { class: "answer-body" });
    const raw = () => body.replaceChildren(...this.raw(answer));
    if (!root) {
      raw();
      return [this.tools(answer), body];
    }
    this.tree = new Tree(root, {
      label: say("answerTree"),
      link: (key, value) => linkOf(key, value, setup.base, this.types),
      follow: this.follow,
    });
    body.append(this.tree.element);
    const swap = (isRaw) => (isRaw ? raw() : body.replaceChildren(this.tree.element));
    return [this.tools(answer, root, swap), body];
  }

  raw(answer) {
    const text = answer.text.slice(0, RAW_MOST);
    const cut = answer.text.length > RAW_MOST ? [el("p", { class: "muted" }, say("cut"))] : [];
    return [
      el("pre", { class: "code raw", tabindex: "0", role: "region", "aria-label": say("raw") }, text),
      ...cut,
    ];
  }

  tools(answer, root = null, swap = null) {
    const row = el("div", { class: "buttons tools" });
    if (root) row.append(...this.treeTools(swap));
    if (answer.text) row.append(copyButton(say("answer"), () => (root ? pretty(root) : answer.text)));
    row.append(
      el(
        "button",
        { type: "button", class: "button secondary small", onclick: () => this.download(answer, root) },
        say("download"),
      ),
    );
    return row;
  }

  treeTools(swap) {
    const button = (words, does) =>
      el("button", { type: "button", class: "button secondary small", onclick: does }, words);
    const view = button(say("raw"), () => {
      const isRaw = view.getAttribute("aria-pressed") !== "true";
      view.setAttribute("aria-pressed", isRaw);
      swap(isRaw);
    });
    view.setAttribute("aria-pressed", "false");
    const find = el("input", {
      type: "search",
      id: "answer-find",
      placeholder: say("findInAnswer"),
      "aria-label": say("findInAnswer"),
      autocomplete: "off",
    });
    find.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !find.value) return;
      event.preventDefault();
      const { count, place } = this.tree.find(find.value, find.value === this.found);
      this.found = find.value;
      announce(count ? say("foundAt", { place, count }) : say("notFound"));
    });
    return [
      find,
      button(say("foldAll"), () => this.tree.foldAll()),
      button(say("unfoldAll"), () => this.tree.unfoldAll()),
      view,
    ];
  }

  download(answer, root) {
    const { type, content } = answer;
    const blob = new Blob([content], { type });
    const link = el("a", {
      href: URL.createObjectURL(blob),
      download: `answer.${root ? "json" : isText(type) ? "txt" : "bin"}`,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}
