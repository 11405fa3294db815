// Sends a request with the tab's token and takes the answer with its times.

import { setup } from "./dom.js";

const textual = (type) => !type || /json|xml|^text\/|urlencoded/.test(type);

const timingsOf = (header) =>
  (header ? header.split(",") : [])
    .map((part) => {
      const [name, ...more] = part.trim().split(";");
      const duration = more.map((each) => /^\s*dur=(.+)$/.exec(each)?.[1]).find(Boolean);
      return duration ? { name, duration } : null;
    })
    .filter(Boolean);

// Rejects with an AbortError or a TypeError, as fetch does.
export const send = async (wire, token, signal) => {
  const headers = new Headers(wire.headers);
  if (token) headers.set("Authorization", `Bearer ${token}`);
  const began = performance.now();
  const answer = await fetch(wire.url, {
    method: wire.method,
    headers,
    body: wire.body || undefined,
    credentials: "omit",
    cache: "no-store",
    signal,
  });
  const first = performance.now() - began;
  const content = await answer.arrayBuffer();
  const type = answer.headers.get("Content-Type") ?? "";
  return {
    status: answer.status,
    phrase: answer.statusText || setup.phrases[answer.status] || "",
    headers: [...answer.headers],
    type,
    first,
    total: performance.now() - began,
    bytes: content.byteLength,
    timings: timingsOf(answer.headers.get("Server-Timing")),
    text: textual(type) ? new TextDecoder().decode(content) : "",
    content,
    at: Date.now(),
  };
};
