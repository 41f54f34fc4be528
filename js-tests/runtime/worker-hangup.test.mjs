// A sender hangs up in the middle of a handler, in real workerd.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { generateTestHeader } from "itpay/webhooks";

import { startWorker } from "../workerd.mjs";

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function delivery(id) {
  const body = JSON.stringify({ id, type: "payment_intent.succeeded", data: { id: "pi_1", status: "succeeded" } });
  return { body, header: generateTestHeader({ payload: body, secret: "whsec_hangup" }) };
}

/** Sends a delivery over a socket, and hangs up after so many milliseconds. */
async function hangUp(url, path, { body, header }, ms) {
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, "connect");
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${url.host}`,
    `X-ItPay-Signature: ${header}`,
    `Content-Length: ${body.length}`,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  await pause(ms);
  // A FIN alone leaves the sender able to read the response.
  socket.resetAndDestroy();
}

test("a sender hangs up in the middle of a handler: the work ends under waitUntil, and the event is done", async (t) => {
  const { worker, dispatchFetch, dispose } = await startWorker(
    fileURLToPath(new URL("worker-hangup.mjs", import.meta.url)),
    { compatibilityFlags: ["enable_request_signal"], unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] },
  );
  t.after(dispose);
  const url = await worker.unsafeGetDirectURL();
  const send = async (path, { body, header }) => {
    const response = await dispatchFetch(`http://shop.example${path}`, {
      method: "POST",
      headers: { "X-ItPay-Signature": header },
      body,
    });
    return [response.status, (await response.json()).status];
  };
  const counts = async () => (await dispatchFetch("http://shop.example/counts")).json();

  const events = Array.from({ length: 5 }, (_, index) => delivery(`evt_${index}`));
  await Promise.all(events.map((event, index) => hangUp(url, "/", event, 100 + index * 40)));
  await pause(1500);
  assert.deepEqual(await counts(), { ended: 5, hungUp: 5 }, "each sender hung up, and each handler has ended");
  for (const event of events) assert.deepEqual(await send("/", event), [200, "already_processed"]);
  assert.equal((await counts()).ended, 5, "none ran again");

  // Without `waitUntil`, workerd ends a handler with its request.
  const bare = delivery("evt_bare");
  await hangUp(url, "/bare", bare, 100);
  await pause(1500);
  assert.deepEqual(await counts(), { ended: 5, hungUp: 6 });
  assert.deepEqual(await send("/", bare), [409, undefined], "its claim lasts until the lease ends");
});
