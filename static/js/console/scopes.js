// What the scopes of a token let a page offer. The server decides; this saves asking in vain.
// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html

const SCOPE = /^(?:patient|user|system)\/(?:\*|[A-Za-z]+)\.(read|write|\*|c?r?u?d?s?)(?:\?|$)/;
const OLD = { read: "rs", write: "cud", "*": "cruds" };
const LETTERS = { POST: "c", PUT: "u", PATCH: "u", DELETE: "d" };

const lettersOf = (scope) => {
  const found = SCOPE.exec(scope);
  return found ? (OLD[found[1]] ?? found[1]) : "";
};

export const mayUse = (method, scopes) => {
  const letter = LETTERS[method];
  return (
    !letter ||
    scopes.split(" ").some((each) => !each.startsWith("patient/") && lettersOf(each).includes(letter))
  );
};
