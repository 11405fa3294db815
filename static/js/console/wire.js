// A request as it is edited (method, address, lines of headers, body) and as it is sent.

import { absolute } from "./address.js";

export const FHIR = "application/fhir+json";
const FORM = "application/x-www-form-urlencoded";
export const METHODS = ["GET", "SEARCH", "POST", "PUT", "PATCH", "DELETE"];
// SEARCH is a search by POST: its query travels in the body. https://hl7.org/fhir/R4/http.html#search
export const hasBody = (method) => ["POST", "PUT", "PATCH"].includes(method);
export const changes = (method, address) =>
  ["PUT", "PATCH", "DELETE"].includes(method) ||
  (method === "POST" && !/(?:^|\/)(?:\$(?!import)[\w-]+|_search)(?:\?|$)/.test(address));

const headersOf = (text) =>
  text
    .split("\n")
    .map((line) => /^\s*([\w-]+)\s*:\s*(.*?)\s*$/.exec(line))
    .filter(Boolean)
    .map(([, name, value]) => [name, value])
    .filter(([name]) => name.toLowerCase() !== "authorization");

const withType = (headers, type) =>
  headers.some(([name]) => name.toLowerCase() === "content-type")
    ? headers
    : [...headers, ["Content-Type", type]];

// Null: the address leads out of the API, where the token must not go.
export const wired = ({ method, address, headers, body }, base) => {
  const given = headersOf(headers);
  if (method === "SEARCH") {
    const [path, query = ""] = address.split("?");
    const target = path.endsWith("/_search") ? path : `${path.replace(/\/$/, "")}/_search`;
    const url = absolute(target, base);
    return (
      url && {
        method: "POST",
        url,
        headers: withType(given, FORM),
        body: absolute(`x?${query}`, base).split("?")[1] ?? "",
      }
    );
  }
  const url = absolute(address, base);
  if (!url) return null;
  if (!hasBody(method) || !body) return { method, url, headers: given, body: "" };
  const type = method === "PATCH" && body.trim().startsWith("[") ? "application/json-patch+json" : FHIR;
  return { method, url, headers: withType(given, type), body };
};
