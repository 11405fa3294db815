// node run.cjs <node_modules> <collection.json> <environment.json> [folder ...]
// Prints what was sent, what failed and the environment as JSON.
"use strict";
const fs = require("fs");
const path = require("path");
const [modules, collectionFile, environmentFile, ...folders] = process.argv.slice(2);
const { Runner } = require(path.join(modules, "postman-runtime"));
const { Collection, VariableScope } = require(path.join(modules, "postman-collection"));
const read = (file) => JSON.parse(fs.readFileSync(file, "utf8"));

const told = { requests: [], skipped: [], failures: [], environment: {} };
const environment = new VariableScope(read(environmentFile));
const fail = (item, what) => told.failures.push(`${item ? item.name : "run"}: ${what}`);
const options = { environment, timeout: { request: 30000, script: 10000 } };
if (folders.length) {
  options.entrypoint = { execute: folders, lookupStrategy: "multipleIdOrName" };
}

new Runner().run(new Collection(read(collectionFile)), options, (error, run) => {
  if (error) throw error;
  run.start({
    assertion: (cursor, assertions) => {
      for (const each of assertions) {
        if (each.error) fail(run.state.items.find((i) => i.id === cursor.ref) || null,
          `${each.name}: ${each.error.message}`);
      }
    },
    exception: (cursor, problem) => fail(null, problem.message),
    item: (problem, cursor, item, visualizer, result) => {
      if (result && result.isSkipped) told.skipped.push(item.name);
    },
    response: (problem, cursor, response, request, item) => {
      if (problem) fail(item, problem.message);
      else told.requests.push([item.name, response.code]);
    },
    done: (problem, summary) => {
      if (problem) fail(null, problem.message);
      environment.syncVariablesTo(told.environment);
      for (const each of environment.values.all()) told.environment[each.key] = each.value;
      process.stdout.write(JSON.stringify(told));
    },
  });
});
