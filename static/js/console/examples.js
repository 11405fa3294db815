// Requests to begin with, made from the definitions and from what a patient's record holds.

import { format, queryOf } from "./address.js";
import { FHIR } from "./wire.js";
import { valueOf } from "./values.js";

const ASYNC = `Accept: ${FHIR}\nPrefer: respond-async`;

const get = (address, more = {}) => ({ method: "GET", address, ...more });

// A search is about the token's patient where its type belongs to patients at all.
const ofPatient = (type, patient) => (type.patient && patient ? [[type.patient, patient]] : []);

const search = (type, pairs) => get(pairs.length ? `${type.name}?${queryOf(pairs)}` : type.name);

const firstValue = (type, parameter, samples) => {
  for (const sample of samples) {
    const found = valueOf(type, parameter, sample);
    if (found) return found;
  }
  return null;
};

// Those for which the record has a value come first.
const byParameter = (type, samples, patient) =>
  type.search
    .filter((each) => each.code !== type.patient)
    .map((parameter) => {
      const value = firstValue(type, parameter, samples);
      const pairs = [
        ...ofPatient(type, parameter.code === "_id" ? "" : patient),
        [parameter.code, value ?? ""],
      ];
      return {
        ...search(type, pairs),
        parameter: parameter.code,
        kind: parameter.type,
        isOpen: value === null,
      };
    })
    .sort((one, other) => one.isOpen - other.isOpen);

const references = (type) => type.search.filter((each) => each.type === "reference" && each.targets?.length);

const includes = (type, patient) =>
  references(type).map(({ code }) =>
    search(type, [...ofPatient(type, patient), ["_include", `${type.name}:${code}`]]),
  );

const reverseIncludes = (type, types, patient) =>
  types.flatMap((other) =>
    references(other)
      .filter((each) => each.targets.includes(type.name) && each.targets.length < 20)
      .map(({ code }) =>
        search(type, [...ofPatient(type, patient), ["_revinclude", `${other.name}:${code}`]]),
      ),
  );

const reading = (type, samples, patient) => {
  const [first] = samples;
  const id = first?.id ?? (type.name === "Patient" ? patient : "");
  return [
    ...(id ? [get(`${type.name}/${id}`)] : []),
    search(type, ofPatient(type, patient)),
    search(type, [...ofPatient(type, patient), ["_summary", "count"]]),
  ];
};

const histories = (type, samples) => [
  ...(samples[0] ? [get(`${type.name}/${samples[0].id}/_history`)] : []),
  get(`${type.name}/_history`),
];

const operation = (type, name, samples, patient, text) => {
  const id = samples[0]?.id ?? (type.name === "Patient" ? patient : "");
  switch (name) {
    case "everything":
      return id ? get(`${type.name}/${id}/$everything`) : get(`${type.name}/$everything`);
    case "export":
      return type.name === "Patient"
        ? get("Patient/$export", { headers: ASYNC })
        : id && get(`${type.name}/${id}/$export`, { headers: ASYNC });
    case "validate":
      return (
        samples[0] && {
          method: "POST",
          address: `${type.name}/$validate`,
          body: text(samples[0]),
        }
      );
    default:
      return get(`${type.name}/$${name}${patient ? `?patient=${patient}` : ""}`);
  }
};

const operations = (type, told, samples, patient, text) =>
  [...(told.types[type.name] ?? []), ...told.every]
    .map((name) => operation(type, name, samples, patient, text))
    .filter(Boolean);

const asJson = (resource) => JSON.stringify(resource, null, 2);

const skeleton = (type, patient) => {
  const about =
    type.patient === "patient" && type.mandatory?.find((each) => each === "subject" || each === "patient");
  return {
    resourceType: type.name,
    ...(about && patient ? { [about]: { reference: `Patient/${patient}` } } : {}),
  };
};

const changing = (type, samples, patient, text) => {
  const [first] = samples;
  const create = {
    method: "POST",
    address: type.name,
    body: asJson(skeleton(type, patient)),
  };
  if (!first) return [create];
  const address = `${type.name}/${first.id}`;
  const version = first.meta?.versionId;
  const headers = version ? `Accept: ${FHIR}\nIf-Match: W/"${version}"` : `Accept: ${FHIR}`;
  return [
    create,
    { method: "PUT", address, headers, body: text(first) },
    {
      method: "PATCH",
      address,
      headers,
      body: '[\n  {"op": "test", "path": "/id", "value": "'.concat(first.id, '"}\n]'),
    },
    { method: "DELETE", address, headers },
  ];
};

// Of one type: groups of requests under the name of their heading. ``samples``: resources of the
// type that the token opens, the newest first. ``text``: how one of them is written, digit by digit.
export const ofType = (type, definitions, samples, patient, writes, text = asJson) =>
  [
    ["reading", reading(type, samples, patient)],
    ["parameters", byParameter(type, samples, patient)],
    ["include", includes(type, patient)],
    ["revinclude", reverseIncludes(type, definitions.types, patient)],
    ["history", histories(type, samples)],
    ["operations", operations(type, definitions.operations, samples, patient, text)],
    ["changing", writes ? changing(type, samples, patient, text) : []],
  ].filter(([, requests]) => requests.length);

// What is asked without a type.
export const ofSystem = (definitions) => [
  get("metadata"),
  get(".well-known/smart-configuration", { headers: "Accept: application/json" }),
  ...definitions.operations.system.map((name) => get(`$${name}`, { headers: ASYNC })),
];

// Where the samples of a type are found.
export const sampling = (type, patient) =>
  format({
    path: type.name,
    rows: [...ofPatient(type, patient), ["_count", "5"]].map(([name, value]) => ({
      name,
      value,
      isOther: true,
    })),
  });
