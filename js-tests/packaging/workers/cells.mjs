import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { modulesIn } from "../bundle.mjs";
import { execute } from "../consumer.mjs";
import { node, program } from "../runtimes.mjs";

const serve = async (folder, ...args) => JSON.parse(await execute(node(24), ["serve.mjs", ...args], { cwd: folder }));

async function bundled(folder, packed, ...flags) {
  const args = ["deploy", "--dry-run", "--outdir", "dist", ...flags.flatMap((flag) => ["--compatibility-flag", flag])];
  await execute(node(24), [program(folder, "wrangler"), ...args], { cwd: folder, env: { WRANGLER_SEND_METRICS: "false", HOME: folder } });
  assert.deepEqual(modulesIn(join(folder, "dist"), packed), ["client", "qr", "webhooks"]);
  return serve(folder, join(folder, "dist"), "worker.js", ...flags);
}

/** Without a build step: the package's files beside the Worker's, imported by their paths. */
async function plain(folder, packed, ...flags) {
  const modules = join(folder, "modules");
  cpSync(join(packed.installed, "dist"), join(modules, "itpay"), { recursive: true, filter: (path) => !/\/(cjs|node|bin)$/.test(path) });
  cpSync(join(folder, "worker.mjs"), join(modules, "worker.mjs"));
  const path = (_, name) => `from "./itpay/esm/workerd/${name?.slice(1) ?? "index"}.js"`;
  writeFileSync(join(modules, "exercise.mjs"), readFileSync(join(folder, "exercise.mjs"), "utf8").replaceAll(/from "itpay(\/\w+)?"/g, path));
  return serve(folder, modules, "worker.mjs", ...flags);
}

export default {
  title: "Cloudflare Workers",
  place: 5,
  cells: [
    { how: "wrangler", short: true, run: (folder, packed) => bundled(folder, packed) },
    { how: "wrangler, nodejs_compat", short: true, run: (folder, packed) => bundled(folder, packed, "nodejs_compat") },
    { how: "plain modules", short: true, run: (folder, packed) => plain(folder, packed) },
    { how: "plain modules, nodejs_compat", short: true, run: (folder, packed) => plain(folder, packed, "nodejs_compat") },
  ],
};
