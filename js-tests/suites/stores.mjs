// What every store must do: the contract of EventStore.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

let last = 0;
const fresh = () => `evt_${Date.now()}_${(last += 1)}`;

/** `make` opens the store anew, as another process would; `atomic` is false for KV, which cannot be. */
export function contract(make, { atomic = true } = {}) {
  return [
    ["an event is claimed once, and done once it is complete", async () => {
      const [store, other, id] = [make(), make(), fresh()];
      assert.equal(await store.claim(id, 5000), "claimed");
      assert.equal(await store.claim(id, 5000), "in_progress");
      assert.equal(await other.claim(id, 5000), "in_progress");
      await store.complete(id);
      assert.deepEqual([await store.claim(id, 5000), await other.claim(id, 5000)], ["done", "done"]);
      assert.equal(await store.claim(fresh(), 5000), "claimed");
    }],
    ["an event that was released can be claimed again", async () => {
      const [store, id] = [make(), fresh()];
      await store.claim(id, 5000);
      await store.release(id);
      assert.equal(await make().claim(id, 5000), "claimed");
    }],
    ["a claim whose handler died is free when its lease ends", async () => {
      const id = fresh();
      assert.equal(await make().claim(id, 150), "claimed");
      assert.equal(await make().claim(id, 150), "in_progress");
      await sleep(250);
      assert.equal(await make().claim(id, 5000), "claimed");
    }],
    ["a late release does not take the claim of another, in this process or in another", async () => {
      const one = make();
      for (const [late, next] of [[one, one], [make(), make()]]) {
        const id = fresh();
        await late.claim(id, 100);
        await sleep(200);
        assert.equal(await next.claim(id, 5000), "claimed");
        await late.release(id);
        assert.equal(await make().claim(id, 5000), "in_progress");
        await next.release(id);
        assert.equal(await make().claim(id, 5000), "claimed");
      }
    }],
    ["a late release does not undo what another has done", async () => {
      const one = make();
      for (const [late, next] of [[one, one], [make(), make()]]) {
        const id = fresh();
        await late.claim(id, 100);
        await sleep(200);
        await next.claim(id, 5000);
        await next.complete(id);
        await late.release(id);
        assert.equal(await make().claim(id, 5000), "done");
      }
    }],
    ["a release of what nobody claimed changes nothing", async () => {
      const [store, id] = [make(), fresh()];
      await store.release(id);
      assert.equal(await store.claim(id, 5000), "claimed");
      await make().release(fresh());
      assert.equal(await store.claim(id, 5000), "in_progress");
    }],
    ...(atomic
      ? [
          ["fifty deliveries at once over four connections: one claims", async () => {
            const [stores, id] = [[make(), make(), make(), make()], fresh()];
            const states = await Promise.all(Array.from({ length: 50 }, (_, index) => stores[index % 4].claim(id, 5000)));
            assert.deepEqual(states.filter((state) => state !== "in_progress"), ["claimed"]);
          }],
        ]
      : []),
    ["a lease that is no time is refused", async () => {
      for (const wrong of [0, -1, Number.NaN, "", "100", undefined]) await assert.rejects(async () => make().claim(fresh(), wrong), TypeError);
    }],
    ["odd ids are ids like others", async () => {
      for (const odd of ["__proto__", "a'b\"c;--", "多", " ", "x".repeat(300)]) {
        const [store, id] = [make(), `${odd}${fresh()}`];
        assert.equal(await store.claim(id, 5000), "claimed");
        await store.complete(id);
        assert.equal(await make().claim(id, 5000), "done");
      }
    }],
  ];
}
