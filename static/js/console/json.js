// Reads JSON into a tree that keeps numbers as they are written: 1.50 is not 1.5 in FHIR.
// https://hl7.org/fhir/R4/json.html#primitive

const BLANK = /[\s]*/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  skip() {
    BLANK.lastIndex = this.at;
    BLANK.test(this.text);
    this.at = BLANK.lastIndex;
  }

  value() {
    this.skip();
    const sign = this.text[this.at];
    if (sign === "{") return this.object();
    if (sign === "[") return this.array();
    if (sign === '"') return { kind: "string", value: this.string() };
    if (sign === "-" || (sign >= "0" && sign <= "9")) return this.number();
    return this.literal();
  }

  string() {
    const start = this.at;
    let end = start + 1;
    for (;;) {
      end = this.text.indexOf('"', end);
      let slashes = 0;
      while (this.text[end - 1 - slashes] === "\\") slashes += 1;
      if (slashes % 2 === 0) break;
      end += 1;
    }
    this.at = end + 1;
    const inside = this.text.slice(start + 1, end);
    return inside.includes("\\") ? JSON.parse(`"${inside}"`) : inside;
  }

  number() {
    NUMBER.lastIndex = this.at;
    const [written] = NUMBER.exec(this.text);
    this.at += written.length;
    return { kind: "number", text: written };
  }

  literal() {
    const text = ["true", "false", "null"].find((each) => this.text.startsWith(each, this.at));
    this.at += text.length;
    return { kind: "literal", text };
  }

  // Each part of it ends with a comma or with the sign that closes it.
  list(close, part) {
    this.at += 1;
    this.skip();
    if (this.text[this.at] === close) {
      this.at += 1;
      return [];
    }
    const parts = [];
    for (;;) {
      parts.push(part());
      this.skip();
      this.at += 1;
      if (this.text[this.at - 1] === close) return parts;
    }
  }

  object() {
    const member = () => {
      this.skip();
      const key = this.string();
      this.skip();
      this.at += 1;
      return [key, this.value()];
    };
    return { kind: "object", members: this.list("}", member) };
  }

  array() {
    return { kind: "array", items: this.list("]", () => this.value()) };
  }
}

// Throws SyntaxError, in the browser's words, for what is no JSON.
export const parse = (text) => {
  JSON.parse(text);
  return new Reader(text).value();
};

// Of an object or a list: its parts as [key or null, node].
export const partsOf = (node) => {
  if (node.kind === "object") return node.members;
  if (node.kind === "array") return node.items.map((each) => [null, each]);
  return [];
};

export const isBranch = (node) => partsOf(node).length > 0;

// How a value without parts is written.
export const written = (node) => {
  if (node.kind === "string") return JSON.stringify(node.value);
  if (node.kind === "object") return "{}";
  return node.kind === "array" ? "[]" : node.text;
};

export const member = (node, name) => node?.members?.find(([key]) => key === name)?.[1];

export const pretty = (node, indent = "") => {
  if (!isBranch(node)) return written(node);
  const within = `${indent}  `;
  const [open, close] = node.kind === "object" ? "{}" : "[]";
  const lines = partsOf(node).map(([key, part]) => {
    const name = key === null ? "" : `${JSON.stringify(key)}: `;
    return `${within}${name}${pretty(part, within)}`;
  });
  return `${open}\n${lines.join(",\n")}\n${indent}${close}`;
};

// As JavaScript's own values, for those who only look something up in it.
export const plain = (node) => {
  switch (node.kind) {
    case "object":
      return Object.fromEntries(node.members.map(([key, part]) => [key, plain(part)]));
    case "array":
      return node.items.map(plain);
    case "string":
      return node.value;
    case "number":
      return Number(node.text);
    default:
      return JSON.parse(node.text);
  }
};
