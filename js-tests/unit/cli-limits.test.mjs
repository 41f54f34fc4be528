// `npx itpay sandbox` under load, against bad receivers, and killed.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { startCommand, startSandbox } from "../sandbox-command.mjs";

/** A receiver of webhooks on loopback. */
async function receiver(reply) {
  const server = createServer(reply).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/hook`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function textOf(request) {
  return Buffer.concat(await request.toArray()).toString();
}

/** Creates a payment with its code. */
async function payment({ client }) {
  const { id } = await client.paymentIntents.create({
    service_id: "svc_sandbox",
    type: "one_time",
    amount: { currency: "CNY", value: 699 },
    payer: { agent_id: "a" },
  });
  await client.qr.generate(id);
  return id;
}

/** A process's memory in MB. */
function memoryOf({ child }) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))[1]) / 1024;
}

function temporaryFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), "itpay-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("1,500 bodies of 1 MiB take less than 100 MB of memory, as many with a wrong key and the largest size less than 150", {
  timeout: 240_000,
}, async () => {
  const run = await startSandbox();
  await payment(run);
  const before = memoryOf(run);
  let most = before;
  const statuses = new Set();
  const send = async (path, body, headers) => {
    const response = await fetch(`${run.url}${path}`, { method: "POST", body, headers });
    await response.arrayBuffer();
    statuses.add(response.status);
    most = Math.max(most, memoryOf(run));
  };
  for (const [size, headers, limit] of [
    [2 ** 20, {}, 100],
    [2 ** 17, { Authorization: "Bearer wrong" }, 150],
  ]) {
    const body = "x".repeat(size);
    for (let sent = 0; sent < 1500; sent += 30) {
      await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          send(index % 2 === 0 ? "/v1/payment-intents" : "/gopay/api/payments/payment", body, headers),
        ),
      );
    }
    assert.ok(most - before < limit, `${most - before} MB more with ${size} bytes`);
  }
  assert.ok(
    [...statuses].every((status) => [401, 403, 413, 503].includes(status)),
    [...statuses].join(),
  );
  assert.equal(typeof (await payment(run)), "string");
  await run.stop();
});

test("a page of another site can use neither the API nor the controls", async () => {
  const run = await startSandbox();
  for (const headers of [{ Origin: "https://evil.example" }, { Origin: "null" }, { "Sec-Fetch-Site": "cross-site" }]) {
    for (const [path, method] of [
      ["/v1/payment-intents", "POST"],
      ["/v1/services", "GET"],
      ["/gopay/api/oauth2/token", "POST"],
      ["/sandbox/faults", "POST"],
      ["/sandbox/live", "GET"],
    ]) {
      const response = await fetch(run.url + path, { method, headers });
      assert.deepEqual(
        [response.status, (await response.json()).error.code],
        [403, "FOREIGN_ORIGIN"],
        `${method} ${path}`,
      );
    }
  }
  await run.stop();
});

test("of a response without an end 80 characters are read", { timeout: 60_000 }, async () => {
  const chunk = Buffer.alloc(64 * 1024, "x");
  let written = 0;
  let isClosed = false;
  const shop = await receiver(async (_request, response) => {
    response.once("close", () => (isClosed = true));
    while (!isClosed && written < 2 ** 30) {
      written += chunk.length;
      if (!response.write(chunk)) await Promise.race([once(response, "drain"), once(response, "close")]);
    }
  });
  const run = await startSandbox("--webhook", shop.url);
  const before = memoryOf(run);
  await run.press(`payment-intents/${await payment(run)}/pay`);
  await run.until(`: 200 ${"x".repeat(80)}\n`);
  assert.ok(written < 2 ** 26, `${written} bytes were sent`);
  assert.ok(memoryOf(run) - before < 100);
  await run.stop();
  shop.close();
});

test("a redirect is a failure, and is not followed", async () => {
  let followed = 0;
  const shop = await receiver((request, response) => {
    if (request.url === "/elsewhere") followed += 1;
    response.writeHead(request.url === "/elsewhere" ? 200 : nextStatus, { Location: "/elsewhere" }).end();
  });
  let nextStatus = 307;
  const run = await startSandbox("--webhook", shop.url);
  for (const status of [301, 303, 307]) {
    nextStatus = status;
    await run.press(`payment-intents/${await payment(run)}/pay`);
    await run.until(`/hook: ${status}`);
  }
  assert.equal(followed, 0);
  const page = await (await fetch(run.url)).text();
  assert.match(page, /<b id="delivered" data-live>0<\/b>/);
  await run.stop();
  shop.close();
});

test("the state is saved before the first delivery, and an event keeps its id after a kill", async (t) => {
  const state = join(temporaryFolder(t), "state.json");
  const events = [];
  const shop = await receiver(async (request, response) => {
    const event = JSON.parse(await textOf(request));
    events.push({ id: event.id, saved: JSON.parse(readFileSync(state, "utf8")) });
    if (events.length > 1) response.end();
  });
  const first = await startSandbox("--webhook", shop.url, "--state", state);
  const id = await payment(first);
  first.press(`payment-intents/${id}/pay`).catch(() => undefined);
  while (events.length === 0) await sleep(10);
  first.child.kill("SIGKILL");
  await first.exit;
  const [{ id: eventId, saved }] = events;
  assert.equal(saved.itpay.intents[0].status, "succeeded");
  assert.equal(saved.itpay.deliveries[0].id, eventId);
  const second = await startSandbox("--webhook", shop.url, "--state", state);
  assert.equal((await second.client.paymentIntents.retrieve(id)).status, "succeeded");
  await second.until(`${eventId} of ${id}`);
  assert.deepEqual(
    events.map((event) => event.id),
    [eventId, eventId],
  );
  await second.stop();
  shop.close();
});

test("a redelivery that succeeds by itself is saved, too", { timeout: 60_000 }, async (t) => {
  const state = join(temporaryFolder(t), "state.json");
  let attempts = 0;
  const shop = await receiver((_request, response) => response.writeHead((attempts += 1) === 1 ? 503 : 200).end());
  const run = await startSandbox("--webhook", shop.url, "--state", state);
  await run.press(`payment-intents/${await payment(run)}/pay`);
  await run.until("/hook: 200");
  const saved = () => JSON.parse(readFileSync(state, "utf8")).itpay.deliveries[0].progress.state;
  while (saved() !== "delivered") await sleep(20);
  run.child.kill("SIGKILL");
  await run.exit;
  shop.close();
});

test("a second sandbox on the same state file is an error, and a killed one does not block the next", async (t) => {
  const folder = temporaryFolder(t);
  const state = join(folder, "state.json");
  const first = await startSandbox("--state", state);
  symlinkSync(state, join(folder, "link.json"));
  for (const name of ["state.json", "link.json"]) {
    const second = startCommand("sandbox", "--port", "0", "--state", join(folder, name));
    assert.equal((await second.exit)[0], 1);
    assert.match(second.errors, /is in use by another sandbox, process \d+/);
  }
  first.child.kill("SIGKILL");
  await first.exit;
  const third = await startSandbox("--state", state);
  await third.stop();
  const fourth = await startSandbox("--state", state);
  await fourth.stop();
});

test("faults are injected over HTTP, and an error response's code and message are in the log", async () => {
  const run = await startSandbox();
  const inject = async (path, fault) => {
    const response = await fetch(`${run.url}/sandbox/${path}`, { method: "POST", body: JSON.stringify(fault) });
    return [response.status, await response.json()];
  };
  assert.deepEqual(
    await inject("faults", {
      path: "/v1/services",
      times: 1,
      status: 418,
      body: '{"error":{"code":"TEAPOT","message":"short and stout"}}',
    }),
    [
      200,
      {
        fault: {
          path: "/v1/services",
          times: 1,
          status: 418,
          body: '{"error":{"code":"TEAPOT","message":"short and stout"}}',
        },
      },
    ],
  );
  await assert.rejects(run.client.manifests.search({}), { status: 418, code: "TEAPOT" });
  await run.until("GET /v1/services: 418 TEAPOT short and stout\n");
  assert.deepEqual(await run.client.manifests.search({}), []);
  await inject("gopay/faults", { path: "/gopay/api/oauth2", error: 202 });
  assert.equal((await fetch(`${run.url}/gopay/api/oauth2/token`, { method: "POST" })).status, 401);
  await run.until("/gopay/api/oauth2/token: 401 202");
  for (const [fault, field] of [
    [{ status: 99 }, "status"],
    [{ statsu: 500 }, "statsu"],
    [{ headers: { "a b": "c" } }, "headers"],
    [{ stall: "head" }, "stall"],
    [{ status: 204, body: "x" }, "body"],
    [[], "object"],
  ]) {
    const [status, { error }] = await inject("faults", fault);
    assert.deepEqual([status, error.code, error.message.includes(field)], [400, "INVALID_BODY", true], error.message);
  }
  await inject("faults", { reset: true });
  await assert.rejects(fetch(`${run.url}/v1/services`), TypeError);
  await inject("faults", { stall: true });
  await assert.rejects(fetch(`${run.url}/v1/services`, { signal: AbortSignal.timeout(100) }), { name: "TimeoutError" });
  await run.until("the client hung up");
  await inject("faults", { stall: "body", status: undefined });
  const stalled = await fetch(`${run.url}/v1/services`);
  assert.equal(stalled.status, 401);
  await assert.rejects(
    Promise.race([stalled.text(), sleep(100).then(() => Promise.reject(new Error("stalls")))]),
    /stalls/,
  );
  await run.stop();
});

test("it ends quietly when the reader of its output ends", async () => {
  const run = await startSandbox();
  run.child.stdout.destroy();
  await fetch(`${run.url}/v1/services`);
  await run.exit;
  assert.equal(run.errors, "");
});
