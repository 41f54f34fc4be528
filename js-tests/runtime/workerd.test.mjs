// The cases of every runtime, inside real workerd.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { misbehavingServer } from "../misbehaving-server.mjs";
import { startWorker } from "../workerd.mjs";

const server = await misbehavingServer();
const worker = await startWorker(fileURLToPath(new URL("worker.mjs", import.meta.url)), {
  compatibilityFlags: ["nodejs_compat"], // for node:assert in the cases; the package needs none
  bindings: { SERVER_URL: server.url },
});
after(async () => {
  await worker.dispose();
  await server.close();
});

const names = await (await worker.dispatchFetch("http://worker/")).json();
assert.ok(names.length > 70);
for (const name of names) {
  test(`workerd: ${name}`, async () => {
    const response = await worker.dispatchFetch(`http://worker/?case=${encodeURIComponent(name)}`);
    assert.equal(await response.text(), "passed");
  });
}
