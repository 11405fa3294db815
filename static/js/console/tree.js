// Shows JSON as a tree of lines. Only lines in sight are in the page, so its size does not matter.
// https://www.w3.org/WAI/ARIA/apg/patterns/treeview/

import { copy, el, say } from "./dom.js";
import { isBranch, pretty, written } from "./json.js";
import { bracketsOf, everyBranch, firstOpen, linesOf } from "./lines.js";

const HEIGHT = 24; // of a line, as in console.css
const BEYOND = 20; // lines kept above and below those in sight
const LONGEST = 300; // characters of a value that are shown

const countOf = (node) => (node.kind === "array" ? node.items : node.members).length;
const textOf = (node) =>
  node.kind === "string" ? node.value : isBranch(node) ? pretty(node) : written(node);

export class Tree {
  // ``link(key, value)``: the address that a value leads to, or null. ``follow(address)`` goes there.
  constructor(root, { link, follow, label }) {
    this.root = root;
    this.link = link;
    this.follow = follow;
    this.open = firstOpen(root);
    this.current = 0;
    this.drawn = new Map();
    this.space = el("div", { class: "tree-space", role: "none" });
    this.element = el("div", { class: "tree", role: "tree", tabindex: "0", "aria-label": label }, this.space);
    this.element.addEventListener("scroll", () => this.draw());
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("click", (event) => this.click(event));
    this.element.addEventListener("focus", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.element);
    this.renew();
  }

  renew() {
    const kept = this.lines?.[this.current];
    this.lines = linesOf(this.root, this.open);
    if (kept) {
      const found = this.lines.findIndex((each) => each.node === kept.node && !each.isClose);
      this.current = found < 0 ? Math.min(this.current, this.lines.length - 1) : found;
    }
    this.space.style.height = `${this.lines.length * HEIGHT}px`;
    this.forgetDrawn();
    this.draw();
  }

  forgetDrawn() {
    this.drawn.clear();
    this.space.replaceChildren();
  }

  draw() {
    const first = Math.max(0, Math.floor(this.element.scrollTop / HEIGHT) - BEYOND);
    const seen = Math.ceil((this.element.clientHeight || 600) / HEIGHT);
    const last = Math.min(this.lines.length - 1, first + seen + 2 * BEYOND);
    for (const [at, row] of this.drawn) {
      if ((at < first || at > last) && at !== this.current) {
        row.remove();
        this.drawn.delete(at);
      }
    }
    const wanted = [this.current];
    for (let at = first; at <= last; at += 1) wanted.push(at);
    const missing = wanted.filter((at) => !this.drawn.has(at));
    for (const at of missing) this.drawn.set(at, this.row(at));
    if (missing.length) this.space.replaceChildren(...this.inOrder());
    this.mark();
  }

  // As they are read, whatever was drawn first.
  inOrder() {
    return [...this.drawn].sort(([one], [other]) => one - other).map(([, row]) => row);
  }

  mark() {
    for (const [at, row] of this.drawn) row.classList.toggle("current", at === this.current);
    this.element.setAttribute("aria-activedescendant", `line-${this.current}`);
  }

  row(at) {
    const line = this.lines[at];
    const { node, key, depth } = line;
    const branch = isBranch(node);
    const row = el("div", { class: "line", id: `line-${at}` });
    row.dataset.at = at;
    row.style.top = `${at * HEIGHT}px`;
    row.style.paddingInlineStart = `${1.5 + depth * 1.25}rem`;
    if (line.isClose) {
      row.setAttribute("aria-hidden", "true");
      row.append(bracketsOf(node)[1] + this.comma(line));
      return row;
    }
    row.setAttribute("role", "treeitem");
    row.setAttribute("aria-level", depth + 1);
    row.setAttribute("aria-posinset", line.place);
    row.setAttribute("aria-setsize", line.count);
    if (branch) row.setAttribute("aria-expanded", line.isOpen);
    if (branch) row.append(el("span", { class: "fold", "aria-hidden": "true" }, line.isOpen ? "▾" : "▸"));
    if (key !== null) row.append(el("span", { class: "j-key" }, JSON.stringify(key)), ": ");
    row.append(...this.value(line));
    return row;
  }

  comma(line) {
    return line.place < line.count ? "," : "";
  }

  value(line) {
    const { node, key, isOpen } = line;
    if (isBranch(node)) {
      const [open, close] = bracketsOf(node);
      if (isOpen) return [open];
      const told = this.summary(node);
      return [`${open} `, el("span", { class: "j-told" }, told), ` ${close}${this.comma(line)}`];
    }
    const address = node.kind === "string" ? this.link(key, node.value) : null;
    const text = written(node);
    const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
    const kind = `j-${node.kind}`;
    const piece =
      address === null
        ? el("span", { class: kind }, shown)
        : el(
            "button",
            { type: "button", class: `${kind} j-link`, tabindex: "-1", "data-address": address },
            shown,
          );
    const more =
      text.length > LONGEST
        ? [el("span", { class: "j-told" }, ` ${say("characters", { n: text.length })}`)]
        : [];
    return [piece, ...more, this.comma(line)];
  }

  // What a folded branch is: a resource by its type and id, anything else by how much is in it.
  summary(node) {
    if (node.kind === "array") return say("items", { n: countOf(node) });
    const named = (name) => node.members.find(([key]) => key === name)?.[1];
    const resource = named("resource") ?? node;
    const within = (name) => resource.members?.find(([key]) => key === name)?.[1]?.value;
    const what = [within("resourceType"), within("id")].filter((each) => typeof each === "string");
    return what.length && within("resourceType") ? what.join("/") : say("members", { n: countOf(node) });
  }

  go(at) {
    this.current = Math.max(0, Math.min(this.lines.length - 1, at));
    const top = this.current * HEIGHT;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + 2 * HEIGHT > scrollTop + clientHeight)
      this.element.scrollTop = top + 2 * HEIGHT - clientHeight;
    this.draw();
  }

  // The next line in a direction that is no closing bracket.
  step(by) {
    let at = this.current + by;
    while (this.lines[at]?.isClose) at += by;
    if (this.lines[at]) this.go(at);
  }

  toggle(at, isOpen) {
    const { node } = this.lines[at];
    if (!isBranch(node) || this.open.has(node) === isOpen) return;
    if (isOpen) this.open.add(node);
    else this.open.delete(node);
    this.current = at;
    this.renew();
    this.go(at);
  }

  foldAll() {
    this.open = new Set(isBranch(this.root) ? [this.root] : []);
    this.current = 0;
    this.renew();
    this.go(0);
  }

  unfoldAll() {
    everyBranch(this.root, (node) => this.open.add(node));
    this.renew();
    this.go(this.current);
  }

  linkAt(at) {
    const { node, key, isClose } = this.lines[at];
    return !isClose && node.kind === "string" ? this.link(key, node.value) : null;
  }

  // To the next or the one before; false if there is none.
  goToLink(by) {
    for (let at = this.current + by; this.lines[at]; at += by) {
      if (this.linkAt(at) !== null) {
        this.go(at);
        return true;
      }
    }
    return false;
  }

  // Unfolds what is above the next place that has the text, and goes there.
  find(text, isAgain) {
    const wanted = text.toLowerCase();
    const way = [];
    const places = [];
    const look = (node, key) => {
      const told = `${key ?? ""}\n${isBranch(node) ? "" : textOf(node)}`.toLowerCase();
      if (told.includes(wanted)) places.push({ node, above: [...way] });
      way.push(node);
      if (node.kind === "array") node.items.forEach((each) => look(each, null));
      if (node.kind === "object") node.members.forEach(([name, each]) => look(each, name));
      way.pop();
    };
    look(this.root, null);
    if (!places.length) return { count: 0, place: 0 };
    this.place = isAgain ? ((this.place ?? -1) + 1) % places.length : 0;
    const { node, above } = places[this.place];
    above.forEach((each) => this.open.add(each));
    this.renew();
    this.go(this.lines.findIndex((each) => each.node === node && !each.isClose));
    return { count: places.length, place: this.place + 1 };
  }

  click(event) {
    const link = event.target.closest("[data-address]");
    const row = event.target.closest(".line");
    if (!row) return;
    const at = Number(row.dataset.at);
    this.current = at;
    this.mark();
    if (link) this.follow(link.dataset.address);
    else if (!this.lines[at].isClose && event.target.closest(".fold, .j-told, .j-key"))
      this.toggle(at, !this.lines[at].isOpen);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const line = this.lines[this.current];
    const page = Math.max(1, Math.floor(this.element.clientHeight / HEIGHT) - 1);
    const does = {
      ArrowDown: () => this.step(1),
      ArrowUp: () => this.step(-1),
      PageDown: () => this.go(this.current + page),
      PageUp: () => this.go(this.current - page),
      Home: () => this.go(0),
      End: () => this.go(this.lines.length - 1),
      ArrowRight: () =>
        isBranch(line.node) && !line.isOpen ? this.toggle(this.current, true) : this.step(1),
      ArrowLeft: () =>
        line.isOpen && !line.isClose ? this.toggle(this.current, false) : this.go(line.parent),
      Enter: () => this.enter(),
      " ": () => this.toggle(this.current, !line.isOpen),
      c: () => copy(textOf(line.node), line.key ?? say("value")),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  }

  enter() {
    const address = this.linkAt(this.current);
    if (address !== null) this.follow(address);
    else this.toggle(this.current, !this.lines[this.current].isOpen);
  }
}
