// The first webhook of a process: import, compile and verify, each time in a fresh Node.
//
//   make bench-webhooks

import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { generateTestHeader } from "itpay/webhooks";

const SECRET = "whsec_test_secret";
const body = JSON.stringify({ id: "evt_1", type: "x", data: "y".repeat(250) });
const folder = fileURLToPath(new URL("..", import.meta.url));

const programs = {
  "itpay, import": 'const { constructEvent } = await import("itpay/webhooks"); constructEvent(body, header, secret);',
  "itpay, require": 'const { constructEvent } = require("itpay/webhooks"); constructEvent(body, header, secret);',
  "stripe, require":
    'const Stripe = require("stripe"); new Stripe("sk_test_x").webhooks.constructEvent(body, header, secret);',
  "standardwebhooks, import":
    'const { Webhook } = await import("standardwebhooks"); new Webhook("c2VjcmV0").sign("id", new Date(), body);',
  "standardwebhooks, require":
    'const { Webhook } = require("standardwebhooks"); new Webhook("c2VjcmV0").sign("id", new Date(), body);',
  // Node's own time for any package with `exports`: the lower limit.
  "(empty package, import)": 'await import("empty-package");',
  "(empty package, require)": 'require("empty-package");',
};
const empty = new URL("../node_modules/empty-package/", import.meta.url);

/** Milliseconds to the first event: the median of so many processes, each contender in turn. */
export function measure(times, only = Object.keys(programs)) {
  const all = Object.fromEntries(only.map((name) => [name, []]));
  mkdirSync(empty, { recursive: true });
  writeFileSync(new URL("package.json", empty), '{ "exports": { "import": "./empty.mjs", "require": "./empty.cjs" } }');
  for (const file of ["empty.mjs", "empty.cjs"]) writeFileSync(new URL(file, empty), "");
  for (let time = 0; time < times; time += 1) {
    for (const name of only) {
      const header = generateTestHeader({ payload: body, secret: SECRET });
      const setup = `const [body, header, secret] = ${JSON.stringify([body, header, SECRET])};`;
      // Node's own loader of ES modules is there already in a program that has any.
      const program = `(async () => { ${setup} await import("node:path"); const start = performance.now(); ${programs[name]} console.log(performance.now() - start); })();`;
      all[name].push(Number(execFileSync(process.execPath, ["-e", program], { cwd: folder, encoding: "utf8" })));
    }
  }
  rmSync(empty, { recursive: true });
  return Object.fromEntries(
    Object.entries(all).map(([name, taken]) => [
      name,
      { median: taken.sort((a, b) => a - b)[times >> 1], least: taken[0] },
    ]),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const times = 31;
  console.log(
    `\nms from nothing to the first event in a fresh Node ${process.versions.node}: ${times} processes each, in turns\n`,
  );
  for (const [name, { median, least }] of Object.entries(measure(times)))
    console.log(`${name.padEnd(27)} median ${median.toFixed(1).padStart(6)}   least ${least.toFixed(1).padStart(6)}`);
  console.log();
}
