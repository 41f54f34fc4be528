import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { modulesIn } from "../bundle.mjs";
import { execute } from "../consumer.mjs";
import { node, program } from "../runtimes.mjs";

const serve = async (folder, ...args) => JSON.parse(await execute(node(24), ["serve.mjs", ...args], { cwd: folder }));

async function bundled(folder, packed, ...flags) {
  return wrangler(folder, packed, "worker.mjs", ...flags);
}

/** With the entries that have no wasm in them, and modules that the Worker imports by itself. */
async function slim(folder, packed) {
  const exercise = readFileSync(join(folder, "exercise.mjs"), "utf8");
  writeFileSync(
    join(folder, "exercise.mjs"),
    exercise.replaceAll(/from "itpay(\/\w+)?"/g, (_, name = "/client") => `from "itpay/slim${name}"`),
  );
  return wrangler(folder, packed, "slim.mjs");
}

async function wrangler(folder, packed, main, ...flags) {
  const args = [
    "deploy",
    main,
    "--dry-run",
    "--outdir",
    "dist",
    ...flags.flatMap((flag) => ["--compatibility-flag", flag]),
  ];
  await execute(node(24), [program(folder, "wrangler"), ...args], {
    cwd: folder,
    env: { WRANGLER_SEND_METRICS: "false", HOME: folder },
  });
  assert.deepEqual(modulesIn(join(folder, "dist"), packed), ["client", "qr", "webhooks"]);
  return serve(folder, join(folder, "dist"), main.replace(".mjs", ".js"), ...flags);
}

/** Without a build step: the package's files beside the Worker's, imported by their paths. */
async function plain(folder, packed, ...flags) {
  const modules = join(folder, "modules");
  cpSync(join(packed.installed, "dist"), join(modules, "itpay"), {
    recursive: true,
    filter: (path) => !/\/(cjs|node|bin)$/.test(path),
  });
  cpSync(join(folder, "worker.mjs"), join(modules, "worker.mjs"));
  const path = (_, name) => `from "./itpay/esm/workerd/${name?.slice(1) ?? "index"}.js"`;
  writeFileSync(
    join(modules, "exercise.mjs"),
    readFileSync(join(folder, "exercise.mjs"), "utf8").replaceAll(/from "itpay(\/\w+)?"/g, path),
  );
  return serve(folder, modules, "worker.mjs", ...flags);
}

export default {
  title: "Cloudflare Workers",
  summary: "wrangler and plain modules, with and without `nodejs_compat`",
  place: 5,
  cells: [
    { how: "wrangler", short: true, run: (folder, packed) => bundled(folder, packed) },
    { how: "wrangler, nodejs_compat", short: true, run: (folder, packed) => bundled(folder, packed, "nodejs_compat") },
    { how: "wrangler, itpay/slim", short: true, run: slim },
    { how: "plain modules", short: true, run: (folder, packed) => plain(folder, packed) },
    {
      how: "plain modules, nodejs_compat",
      short: true,
      run: (folder, packed) => plain(folder, packed, "nodejs_compat"),
    },
  ],
};
