// A request as curl, Python and JavaScript. The token is a variable of the surroundings unless it
// is asked for. Headers come as [name, value]; the address is the whole one.

const shell = (text) => `'${text.replace(/'/g, "'\\''")}'`;

const curl = ({ method, url, headers, body }, token) => {
  const parts = [`curl${method === "GET" ? "" : ` -X ${method}`} ${shell(url)}`];
  if (token !== null)
    parts.push(`-H ${token ? shell(`Authorization: Bearer ${token}`) : '"Authorization: Bearer $TOKEN"'}`);
  for (const [name, value] of headers) parts.push(`-H ${shell(`${name}: ${value}`)}`);
  if (body) parts.push(`--data-raw ${shell(body)}`);
  return parts.join(" \\\n  ");
};

const quoted = (text) => JSON.stringify(text);

const longPython = (text) =>
  text.includes("\n")
    ? `"""${text.replace(/\\/g, "\\\\").replace(/"""/g, '\\"\\"\\"').replace(/"$/, '\\"')}"""`
    : quoted(text);

const python = ({ method, url, headers, body }, token) => {
  const given = [
    ...(token === null
      ? []
      : [`    "Authorization": ${token ? quoted(`Bearer ${token}`) : '"Bearer " + os.environ["TOKEN"]'},`]),
    ...headers.map(([name, value]) => `    ${quoted(name)}: ${quoted(value)},`),
  ];
  const lines = [
    ...(token === "" ? ["import os", ""] : []),
    "import requests",
    "",
    `url = ${quoted(url)}`,
    ...(given.length ? ["headers = {", ...given, "}"] : ["headers = {}"]),
    ...(body ? [`body = ${longPython(body)}`] : []),
    `response = requests.request(${quoted(method)}, url, headers=headers${body ? ", data=body.encode()" : ""})`,
    "print(response.status_code)",
    "print(response.text)",
  ];
  return lines.join("\n");
};

const longJavaScript = (text) =>
  text.includes("\n") ? `\`${text.replace(/[\\`]|\$\{/g, "\\$&")}\`` : quoted(text);

const javascript = ({ method, url, headers, body }, token) => {
  const given = [
    ...(token === null
      ? []
      : [`    Authorization: ${token ? quoted(`Bearer ${token}`) : "`Bearer ${process.env.TOKEN}`"},`]),
    ...headers.map(([name, value]) => `    ${quoted(name)}: ${quoted(value)},`),
  ];
  return [
    `const response = await fetch(${quoted(url)}, {`,
    `  method: ${quoted(method)},`,
    ...(given.length ? ["  headers: {", ...given, "  },"] : []),
    ...(body ? [`  body: ${longJavaScript(body)},`] : []),
    "});",
    "console.log(response.status);",
    "console.log(await response.text());",
  ].join("\n");
};

const WRITERS = { curl, python, javascript };

// ``token``: "" for the variable, the token itself, or null for a request that sends none.
export const snippet = (language, request, token = "") => WRITERS[language](request, token);
