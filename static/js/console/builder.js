// Builds a search in rows: parameter, how it is compared, value. Rows and address follow each other.

import { format, parse, waysOf } from "./address.js";
import { announce, byId, el, option, say } from "./dom.js";
import { valueOf } from "./values.js";

const OTHER = "…";
const MOST_SUGGESTED = 12;

export class Builder {
  // ``samples(type)``: resources known already; ``onChange(address)``.
  constructor({ definitions, samples, onChange }) {
    this.definitions = definitions;
    this.samples = samples;
    this.onChange = onChange;
    this.rows = [];
    this.type = byId("build-type");
    this.type.append(
      option("", say("chooseType")),
      ...definitions.types.map((each) => option(each.name, `${each.name} · ${each.words}`)),
    );
    this.type.addEventListener("change", () => this.choose(this.type.value));
    byId("build-add").addEventListener("click", () => this.add());
  }

  get chosen() {
    return this.definitions.types.find((each) => each.name === this.type.value);
  }

  // The address was edited by hand, or an example was taken.
  read(address) {
    const found = parse(address ?? "", this.definitions);
    const isSame =
      found.isSearch &&
      this.type.value === found.type &&
      JSON.stringify(found.rows) === JSON.stringify(this.rows) &&
      this.path === found.path;
    if (isSame) return;
    byId("build-other").hidden = found.isSearch;
    this.type.value = found.isSearch ? found.type : "";
    this.path = found.isSearch ? found.path : "";
    this.rows = found.isSearch ? found.rows : [];
    this.draw();
  }

  choose(name) {
    this.path = name;
    this.rows = this.rows.filter(
      (row) => row.isOther || this.chosen?.search.some((each) => each.code === row.code),
    );
    this.draw();
    this.changed();
  }

  add(code = "") {
    if (!this.chosen) {
      this.type.focus();
      return;
    }
    const used = this.rows.map((row) => row.code);
    const next = code || this.chosen.search.find((each) => !used.includes(each.code)).code;
    this.rows.push({ code: next, modifier: "", prefix: "", value: "" });
    this.draw();
    this.changed();
    byId("build-rows").lastElementChild.querySelector("select").focus();
  }

  remove(row) {
    const at = this.rows.indexOf(row);
    this.rows.splice(at, 1);
    this.draw();
    this.changed();
    announce(say("rowRemoved"));
    (byId("build-rows").children[Math.max(0, at - 1)]?.querySelector("select") ?? byId("build-add")).focus();
  }

  changed() {
    byId("build-other").hidden = true;
    this.onChange(this.chosen ? format({ path: this.path || this.chosen.name, rows: this.rows }) : "");
  }

  draw() {
    byId("build-rows").replaceChildren(...this.rows.map((row, at) => this.row(row, at)));
  }

  row(row, at) {
    const parameter = this.chosen?.search.find((each) => each.code === row.code);
    const remove = el(
      "button",
      { type: "button", class: "button secondary small", onclick: () => this.remove(row) },
      "×",
      el("span", { class: "visually-hidden" }, ` ${say("removeRow", { n: at + 1 })}`),
    );
    return el(
      "li",
      { class: "build-row" },
      this.name(row, at),
      parameter && this.way(row, parameter, at),
      this.value(row, parameter, at),
      remove,
    );
  }

  name(row, at) {
    const results = Object.keys(this.definitions.results);
    const isResult = row.isOther && results.includes(row.name.split(":")[0]);
    const current = row.isOther ? row.name : row.code;
    const select = el(
      "select",
      { "aria-label": say("parameter", { n: at + 1 }) },
      el(
        "optgroup",
        { label: say("which") },
        ...(this.chosen?.search ?? []).map((each) => option(each.code, each.code, each.code === current)),
      ),
      el("optgroup", { label: say("how") }, ...results.map((each) => option(each, each, each === current))),
    );
    const isKnown = [...select.options].some((each) => each.value === current);
    if (!isKnown) select.append(option(current, current || OTHER, true));
    select.addEventListener("change", () => {
      const name = select.value;
      const made = results.includes(name)
        ? { name, value: "", isOther: true }
        : { code: name, modifier: "", prefix: "", value: "" };
      this.rows[at] = made;
      this.draw();
      this.changed();
      byId("build-rows").children[at].querySelector("select").focus();
    });
    select.classList.toggle("result", isResult);
    return select;
  }

  way(row, parameter, at) {
    const ways = waysOf(parameter, this.definitions.prefixes);
    const words = ([modifier, prefix]) => {
      const kind = parameter.type === "date" ? "date" : "number";
      if (prefix) return say(`${kind}.${prefix}`);
      if (modifier && /^[A-Z]/.test(modifier)) return say("isA", { type: modifier });
      return say(modifier ? `modifier.${modifier}` : `plain.${parameter.type}`);
    };
    const select = el(
      "select",
      { "aria-label": say("way", { n: at + 1 }) },
      ...ways.map((each, index) =>
        option(index, words(each), each[0] === row.modifier && each[1] === row.prefix),
      ),
    );
    select.addEventListener("change", () => {
      [row.modifier, row.prefix] = ways[select.value];
      if (row.modifier === "missing" && !/^(true|false)$/.test(row.value)) row.value = "true";
      this.draw();
      this.changed();
      byId("build-rows").children[at].querySelectorAll("select")[1].focus();
    });
    return select;
  }

  value(row, parameter, at) {
    const id = `suggested-${at}`;
    const field = el("input", {
      type: "text",
      value: row.value,
      "aria-label": say("rowValue", { n: at + 1 }),
      list: id,
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
    });
    field.addEventListener("input", () => {
      row.value = field.value;
      this.changed();
    });
    const told = this.suggested(row, parameter);
    return el(
      "span",
      { class: "build-value" },
      field,
      el("datalist", { id }, ...told.map((each) => option(each, ""))),
    );
  }

  suggested(row, parameter) {
    const type = this.chosen;
    if (row.modifier === "missing") return ["true", "false"];
    if (row.isOther) return this.suggestedResult(row.name.split(":")[0], type);
    if (!type || !parameter) return [];
    const found = this.samples(type.name).map((each) => valueOf(type, parameter, each));
    const written = found
      .filter(Boolean)
      .map((each) => (row.prefix ? each.replace(/^[a-z]{2}(?=\d)/, "") : each));
    return [...new Set(written)].slice(0, MOST_SUGGESTED);
  }

  suggestedResult(name, type) {
    const of = (source) => source.search.filter((each) => each.type === "reference");
    switch (name) {
      case "_sort":
        return (type?.search ?? []).filter((each) => each.sorts).flatMap(({ code }) => [code, `-${code}`]);
      case "_include":
        return type ? of(type).map(({ code }) => `${type.name}:${code}`) : [];
      case "_revinclude":
        return this.definitions.types.flatMap((source) =>
          of(source)
            .filter((each) => each.targets?.includes(type?.name))
            .map(({ code }) => `${source.name}:${code}`),
        );
      default:
        return this.definitions.results[name] ?? [];
    }
  }
}
