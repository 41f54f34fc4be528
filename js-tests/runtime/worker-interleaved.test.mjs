// Many calls at the same time in one workerd isolate, a part of them aborted.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { startWorker } from "../workerd.mjs";

const REQUESTS = 4;
const CALLS = 200;

let worker;
before(async () => {
  worker = await startWorker(fileURLToPath(new URL("worker-interleaved.mjs", import.meta.url)));
});
after(() => worker?.dispose());

test("800 interleaved calls of four requests get their own results, and those that are aborted their own reasons", {
  timeout: 60_000,
}, async () => {
  const results = await Promise.all(
    Array.from({ length: REQUESTS }, async (_, index) =>
      (await worker.dispatchFetch(`http://worker/?seed=${index + 1}&count=${CALLS}`)).json(),
    ),
  );
  for (const { counts, wrong } of results) {
    assert.deepEqual(wrong, []);
    assert.equal(counts.right + counts.aborted, CALLS);
    assert.ok(counts.aborted > CALLS / 10 && counts.right > CALLS / 2, JSON.stringify(counts));
  }
});
