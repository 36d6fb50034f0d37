// Puts the cases of cases.json to the emulator through Azure's JavaScript clients, and compares every answer.
//
// usage: NODE_EXTRA_CA_CERTS=CA node judge.mjs READY-LINE CASES     the emulator's line of JSON, the file of cases
// Prints a line per case and ends with status 1 if one failed. judge.py does the same through Azure's Python clients.

import { readFileSync } from "node:fs";
import { Clients } from "./clients.mjs";
import { difference, refusal } from "./facts.mjs";
import { Steps } from "./steps.mjs";

async function run({ steps }, clients, name) {
  const doing = new Steps(clients);
  for (const [place, template] of steps.entries()) {
    const step = JSON.parse(JSON.stringify(template).replaceAll("$", name));
    const seen = await doing[step.do](step).catch((error) => {
      if (error.name === "AuthenticationRequiredError" || error.name === "AuthenticationError") {
        return { error: "no token", says: error.message };
      }
      if (error.name === "RestError") return refusal(error);
      return { error: error.name, says: error.message };
    });
    const wrong = difference(step.javascript ?? step.expect, seen);
    if (wrong) return `step ${place + 1}, ${step.do}: ${wrong}`;
  }
  return undefined;
}

const [ready, file] = process.argv.slice(2);
const clients = new Clients(JSON.parse(ready));
await clients.prepare();
const cases = JSON.parse(readFileSync(file, "utf8"));
let failed = 0;
for (const [place, one] of cases.entries()) {
  const wrong = await run(one, clients, `case-${place + 1}`);
  if (wrong) failed += 1;
  console.log(wrong ? `FAILED  ${one.case}: ${wrong}` : `passed  ${one.case}`);
}
console.log(`${cases.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
