// The contract of EventStore. It runs on every store.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

let last = 0;
const newId = () => `evt_${Date.now()}_${Math.random()}_${(last += 1)}`;
const CLAIMED = /^[0-9a-f-]{36}$/;

/**
 * `open(options)` opens the store as another process would. `loseResponses(open)` opens one whose service runs every
 * step, and whose connection loses the response to it while `lost.now` is true. `atomic` is false for KV.
 */
export function contract(open, { atomic = true, lossy } = {}) {
  const claimed = (token) => ({ state: "claimed", token });
  const inProgress = { state: "in_progress" };
  const done = { state: "done" };
  const lost = { now: false };
  const openLossy = () => (lossy === undefined ? loseResponses(open(), lost) : lossy(lost));
  const losing = async (run) => {
    lost.now = true;
    await assert.rejects(run(), /lost/);
    lost.now = false;
  };

  return [
    [
      "an event is claimed once, and done once it is complete",
      async () => {
        const [store, other, id] = [open(), open(), newId()];
        assert.deepEqual(await store.claim(id, 5000, "a"), claimed("a"));
        assert.deepEqual(await store.claim(id, 5000, "b"), inProgress);
        assert.deepEqual(await other.claim(id, 5000, "c"), inProgress);
        await store.complete(id, "a");
        assert.deepEqual([await store.claim(id, 5000, "d"), await other.claim(id, 5000, "a")], [done, done]);
        assert.deepEqual(await store.claim(newId(), 5000, "a"), claimed("a"));
      },
    ],
    [
      "a store generates a token if none is passed",
      async () => {
        const [store, id] = [open(), newId()];
        const { state, token } = await store.claim(id, 5000);
        assert.equal(state, "claimed");
        assert.match(token, CLAIMED);
        assert.deepEqual(await store.claim(id, 5000), inProgress);
        await store.release(id, token);
        assert.equal((await store.claim(id, 5000)).state, "claimed");
      },
    ],
    [
      "a claim repeated with its own token is claimed, and renews the lease",
      async () => {
        const [store, id] = [open(), newId()];
        await store.claim(id, 300, "a");
        assert.deepEqual(await open().claim(id, 5000, "a"), claimed("a"));
        await sleep(400);
        assert.deepEqual(await open().claim(id, 5000, "b"), inProgress);
      },
    ],
    [
      "an event that was released can be claimed again",
      async () => {
        const [store, id] = [open(), newId()];
        await store.claim(id, 5000, "a");
        await store.release(id, "a");
        assert.deepEqual(await open().claim(id, 5000, "b"), claimed("b"));
      },
    ],
    [
      "an abandoned claim is free when its lease ends",
      async () => {
        const id = newId();
        const start = Date.now();
        assert.deepEqual(await open().claim(id, 150, "a"), claimed("a"));
        const second = await open().claim(id, 150, "b");
        // On a busy machine the lease may be over by now.
        if (Date.now() - start < 150) assert.deepEqual(second, inProgress);
        await sleep(250);
        assert.deepEqual(await open().claim(id, 5000, "c"), claimed("c"));
      },
    ],
    [
      "a release ends its own claim only, even a late one",
      async () => {
        for (const [late, next] of [[open(), open()], Array(2).fill(open())]) {
          const id = newId();
          await late.claim(id, 100, "late");
          await sleep(200);
          assert.deepEqual(await next.claim(id, 5000, "next"), claimed("next"));
          await late.release(id, "late");
          assert.deepEqual(await open().claim(id, 5000, "third"), inProgress);
          await next.release(id, "next");
          assert.deepEqual(await open().claim(id, 5000, "third"), claimed("third"));
        }
      },
    ],
    [
      "a first delivery hangs past its lease and the second fails: the third is handled at once",
      async () => {
        const [store, id] = [open(), newId()];
        await store.claim(id, 100, "first");
        await sleep(200);
        assert.deepEqual(await store.claim(id, 5000, "second"), claimed("second"));
        await store.release(id, "second");
        assert.deepEqual(await store.claim(id, 5000, "third"), claimed("third"));
      },
    ],
    [
      "a late complete marks the event as done, and a late release does not undo it",
      async () => {
        const [store, other, id] = [open(), open(), newId()];
        await store.claim(id, 100, "late");
        await sleep(200);
        await other.claim(id, 5000, "next");
        await store.complete(id, "late");
        assert.deepEqual(await open().claim(id, 5000, "third"), done);
        await other.release(id, "next");
        assert.deepEqual(await open().claim(id, 5000, "third"), done);
        await other.complete(id, "next");
        assert.deepEqual(await open().claim(id, 5000, "third"), done);
      },
    ],
    [
      "a release of an event that nobody claimed changes nothing",
      async () => {
        const [store, id] = [open(), newId()];
        await store.release(id, "a");
        assert.deepEqual(await store.claim(id, 5000, "a"), claimed("a"));
        await store.release(id, "b");
        assert.deepEqual(await store.claim(id, 5000, "b"), inProgress);
      },
    ],
    [
      "after a lost response, the same token can claim again or release",
      async () => {
        const [store, first, second] = [openLossy(), newId(), newId()];
        await losing(() => store.claim(first, 5000, "a"));
        assert.deepEqual(await store.claim(first, 5000, "b"), inProgress);
        assert.deepEqual(await store.claim(first, 5000, "a"), claimed("a"));
        await losing(() => store.claim(second, 5000, "a"));
        await store.release(second, "a");
        assert.deepEqual(await store.claim(second, 5000, "b"), claimed("b"));
      },
    ],
    [
      "the response to complete is lost: the event is done, also after it is repeated",
      async () => {
        const [store, id] = [openLossy(), newId()];
        await store.claim(id, 5000, "a");
        await losing(() => store.complete(id, "a"));
        assert.deepEqual(await store.claim(id, 5000, "b"), done);
        await store.complete(id, "a");
        assert.deepEqual(await store.claim(id, 5000, "b"), done);
      },
    ],
    [
      "the response to release is lost: the event is free, and repeating it ends no other claim",
      async () => {
        const [store, id] = [openLossy(), newId()];
        await store.claim(id, 5000, "a");
        await losing(() => store.release(id, "a"));
        assert.deepEqual(await store.claim(id, 5000, "b"), claimed("b"));
        await store.release(id, "a");
        assert.deepEqual(await store.claim(id, 5000, "c"), inProgress);
      },
    ],
    [
      "a claim is not evicted by many other events",
      async () => {
        const [store, id] = [open(), newId()];
        await store.claim(id, 60_000, "a");
        for (let count = 0; count < 120; count += 1) {
          const other = newId();
          await store.claim(other, 5000, "b");
          await store.complete(other, "b");
        }
        assert.deepEqual(await store.claim(id, 5000, "b"), inProgress);
      },
    ],
    ...(atomic
      ? [
          [
            "fifty deliveries at once over four connections: one claims",
            async () => {
              const [stores, id] = [[open(), open(), open(), open()], newId()];
              const claims = await Promise.all(
                Array.from({ length: 50 }, (_, index) => stores[index % 4].claim(id, 5000)),
              );
              assert.deepEqual(
                claims.map(({ state }) => state).filter((state) => state !== "in_progress"),
                ["claimed"],
              );
            },
          ],
        ]
      : []),
    [
      "a finished event is forgotten after its ttl",
      async () => {
        const [store, id] = [open({ ttl: 100 }), newId()];
        await store.claim(id, 5000, "a");
        const start = Date.now();
        await store.complete(id, "a");
        const second = await store.claim(id, 5000, "b");
        // On a busy machine the ttl may be over by now.
        if (Date.now() - start >= 100) return;
        assert.deepEqual(second, done);
        if (!atomic) return; // KV keeps a value for at least a minute
        await sleep(200);
        assert.deepEqual(await store.claim(id, 5000, "b"), claimed("b"));
      },
    ],
    [
      "an invalid lease and an invalid token are errors",
      async () => {
        for (const wrong of [0, -1, Number.NaN, "", "100", undefined, Infinity, 1e20])
          await assert.rejects(async () => open().claim(newId(), wrong, "a"), TypeError);
      },
    ],
    [
      "ids of 1 to 5,000 bytes, and odd ones, are ids like others",
      async () => {
        const long = ["y".repeat(5000), "支付".repeat(800), "x".repeat(500)].map((id) => newId() + id);
        for (const id of [
          ...long,
          `${long[0]}1`,
          ...["__proto__", "a'b\"c;--", "多", " ", "%00"].map((odd) => odd + newId()),
          String.fromCharCode(33 + Math.floor(Math.random() * 90)),
        ]) {
          const store = open();
          const { state } = await store.claim(id, 5000, "a");
          if (id.length === 1 && state !== "claimed") continue; // drawn before
          assert.equal(state, "claimed");
          assert.deepEqual(await store.claim(id, 5000, "b"), inProgress);
          await store.complete(id, "a");
          assert.deepEqual(await open().claim(id, 5000, "c"), done);
        }
      },
    ],
  ];
}

/** A store whose steps run, and whose responses are lost while `lost.now` is true. */
function loseResponses(store, lost) {
  const lossy =
    (step) =>
    async (...args) => {
      const result = await store[step](...args);
      if (lost.now) throw new Error("the response was lost");
      return result;
    };
  return { claim: lossy("claim"), complete: lossy("complete"), release: lossy("release") };
}
