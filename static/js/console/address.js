// The address of a request below the FHIR base, as text and as the parts it is built from.
// https://hl7.org/fhir/R4/http.html and https://hl7.org/fhir/R4/search.html

const COMPARED = ["date", "number", "quantity"];
const PLAIN_SIGNS = /%(?:2C|2F|3A|40|24|7C|3B)/g; // , / : @ $ | ; need no escape to be understood

export const encode = (text) => encodeURIComponent(text).replace(PLAIN_SIGNS, decodeURIComponent);

export const decode = (text) => {
  const spaced = text.replace(/\+/g, " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced; // half an escape: somebody is still typing
  }
};

// What was typed or pasted, relative to the base. Null: it leads somewhere else.
export const relative = (typed, base) => {
  const text = typed.trim();
  if (text === base || text.startsWith(`${base}/`)) return text.slice(base.length + 1);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return null;
  const path = new URL(base).pathname;
  if (text === path || text.startsWith(`${path}/`)) return text.slice(path.length + 1);
  return text.replace(/^\/+/, "");
};

// The whole address, as it may stand on the wire. Null: it would leave the base.
export const absolute = (address, base) => {
  const spelt = encodeURI(address.split("#")[0]).replace(/%25([0-9A-Fa-f]{2})/g, "%$1");
  const found = new URL(spelt ? `${base}/${spelt}` : base);
  return found.href === base || found.href.startsWith(`${base}/`) ? found.href : null;
};

export const pairsOf = (query) =>
  query
    .split("&")
    .filter(Boolean)
    .map((pair) => {
      const at = pair.indexOf("=");
      return at < 0 ? [decode(pair), ""] : [decode(pair.slice(0, at)), decode(pair.slice(at + 1))];
    });

export const queryOf = (pairs) => pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");

const parameterOf = (type, code) => type?.search.find((each) => each.code === code);

const rowOf = (type, prefixes, [name, value]) => {
  const at = name.indexOf(":");
  const code = at < 0 ? name : name.slice(0, at);
  const modifier = at < 0 ? "" : name.slice(at + 1);
  const parameter = parameterOf(type, code);
  if (!parameter) return { name, value, isOther: true };
  const row = { code, modifier, prefix: "", value };
  if (modifier || !COMPARED.includes(parameter.type)) return row;
  const prefix = prefixes.find((each) => value.startsWith(each) && /^[-+.\d]/.test(value.slice(2)));
  return prefix ? { ...row, prefix, value: value.slice(2) } : row;
};

const pairOf = (row) => {
  if (row.isOther) return [row.name, row.value];
  return [row.modifier ? `${row.code}:${row.modifier}` : row.code, `${row.prefix}${row.value}`];
};

// A search by its type and rows; what is no search has only a path and, for others, its query.
export const parse = (address, definitions) => {
  const text = address.split("#")[0];
  const at = text.indexOf("?");
  const path = at < 0 ? text : text.slice(0, at);
  const pairs = at < 0 ? [] : pairsOf(text.slice(at + 1));
  const [name, last, ...more] = path.replace(/\/$/, "").split("/");
  const type = definitions.types.find((each) => each.name === name);
  const isSearch = Boolean(type) && more.length === 0 && (last === undefined || last === "_search");
  const rows = pairs.map((pair) => rowOf(isSearch ? type : null, definitions.prefixes, pair));
  return { path, type: type?.name ?? "", isSearch, rows };
};

export const format = ({ path, rows }) => {
  const query = queryOf(rows.map(pairOf));
  return query ? `${path}?${query}` : path;
};

// What of a parameter can be chosen: [modifier, prefix] in the order in which people want them.
export const waysOf = (parameter, prefixes) => {
  const modifiers = [...(parameter.modifiers ?? [])];
  const targets = parameter.targets?.length > 1 && parameter.targets.length < 20 ? parameter.targets : [];
  const compared = COMPARED.includes(parameter.type) ? prefixes : [];
  return [
    ["", ""],
    ...compared.map((each) => ["", each]),
    ...modifiers.map((each) => [each, ""]),
    ...targets.map((each) => [each, ""]),
  ];
};
