// What a resource says for a search parameter, written as one would ask for it.
// The paths are those of the definitions (fhirapi/searchparams/paths.py has the same subset).

const STEP = /([A-Za-z]\w*)(\[x\])?(?:\('([^']+)'\)|\.where\((\w+)='([^']+)'\))?(?:\.|$)/y;

const stepsOf = (path) => {
  const steps = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const found = STEP.exec(path);
    if (!found) return [];
    const [, name, choice, url, element, value] = found;
    steps.push({ name, isChoice: Boolean(choice), where: url ? ["url", url] : element && [element, value] });
  }
  return steps;
};

const childOf = (node, { name, isChoice }) => {
  if (!isChoice) return node[name];
  const key = Object.keys(node).find(
    (each) => each.startsWith(name) && /^[A-Z]/.test(each.slice(name.length)),
  );
  return node[key];
};

export const follow = (resource, path) => {
  let nodes = [resource];
  for (const step of stepsOf(path)) {
    nodes = nodes
      .filter((each) => each && typeof each === "object")
      .flatMap((each) => childOf(each, step) ?? [])
      .filter((each) => each !== null);
    if (step.where) nodes = nodes.filter((each) => each[step.where[0]] === step.where[1]);
  }
  return nodes;
};

// https://hl7.org/fhir/R4/search.html#escaping
const escape = (text) => String(text).replace(/[,$|\\]/g, "\\$&");

const token = (value) => {
  if (typeof value !== "object") return escape(value);
  const coding = value.coding ? value.coding.find((each) => each.code) : value;
  const code = coding?.code ?? coding?.value;
  if (!code) return null;
  return coding.system && !/^\w+$/.test(coding.system)
    ? `${escape(coding.system)}|${escape(code)}`
    : escape(code);
};

// From that day on: a period is not within one day.
const date = (value) => {
  const start =
    typeof value === "string"
      ? value
      : (value.start ?? value.event?.[0] ?? value.repeat?.boundsPeriod?.start);
  return start ? `ge${start.slice(0, 10)}` : null;
};

const string = (value) => {
  if (typeof value === "string") return escape(value.slice(0, 40));
  const found = value.family ?? value.city ?? value.given?.[0] ?? value.line?.[0] ?? value.text;
  return found ? escape(found) : null;
};

const quantity = (value) => {
  const { value: number, system, code, unit } = value.low ?? value;
  if (typeof number !== "number") return null;
  if (code && system) return `${number}|${escape(system)}|${escape(code)}`;
  return unit ? `${number}||${escape(unit)}` : String(number);
};

// Of the types that the parameter is about: others at the same path are other parameters' values.
const reference = (value, { targets = [] }) => {
  const found = typeof value === "string" ? value : value.reference;
  if (!found || found.startsWith("#")) return null;
  return !targets.length || targets.includes(found.split("/")[0]) ? escape(found) : null;
};

const WRITERS = {
  token,
  date,
  string,
  quantity,
  reference,
  uri: (value) => (typeof value === "string" ? escape(value.split("|")[0]) : null),
  number: (value) => (typeof value === "number" ? String(value) : null),
};

const ofParts = (type, parameter, resource) => {
  const values = parameter.parts.map((code) =>
    valueOf(
      type,
      type.search.find((each) => each.code === code),
      resource,
    ),
  );
  return values.every(Boolean) ? values.join("$") : null;
};

// Null: the resource says nothing for it.
export const valueOf = (type, parameter, resource) => {
  if (parameter.parts) return ofParts(type, parameter, resource);
  for (const path of parameter.paths ?? []) {
    for (const value of follow(resource, path)) {
      const found = WRITERS[parameter.type](value, parameter);
      if (found) return found;
    }
  }
  return null;
};
