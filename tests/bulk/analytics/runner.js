// Runs views with a library that is not ours: asked on standard input, told on standard output.
const [library] = process.argv.slice(2);
const { evalSqlOnFhir } = require(library);
let asked = "";
process.stdin.on("data", (piece) => (asked += piece));
process.stdin.on("end", () => {
  const rows = JSON.parse(asked).map(([view, resources]) => evalSqlOnFhir(view, resources));
  process.stdout.write(JSON.stringify(rows));
});
