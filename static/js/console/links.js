// Which values of an answer lead to another request, as addresses below the FHIR base.

const REFERENCE = /^([A-Z][A-Za-z]+)\/[A-Za-z0-9.-]{1,64}(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;

// ``types``: names of those that this server has.
export const linkOf = (key, value, base, types) => {
  if (typeof value !== "string") return null;
  if (value.startsWith(`${base}/`)) return value.slice(base.length + 1);
  if (key !== "reference" && key !== "url") return null;
  const found = REFERENCE.exec(value);
  return found && types.has(found[1]) ? value : null;
};

// Pages of a result, and where the answer to a bulk request is.
export const relationsOf = (resource, base) =>
  (resource?.link ?? [])
    .filter((each) => each.relation !== "self" && String(each.url).startsWith(`${base}/`))
    .map((each) => [each.relation, each.url.slice(base.length + 1)]);
