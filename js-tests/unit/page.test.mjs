// A secret key in a page.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { ItPayClient } from "itpay";

afterEach(() => {
  delete globalThis.window;
  delete globalThis.document;
});

test("in a page a client is an error, unless the key may be seen", async () => {
  globalThis.window = globalThis;
  globalThis.document = {};
  assert.throws(() => new ItPayClient({ apiKey: "sk" }), { name: "ValidationError", field: "dangerouslyAllowBrowser" });
  let sent;
  const fetch = async (_, init) => {
    sent = init.headers;
    return Response.json({ id: "x", status: "pending" });
  };
  await new ItPayClient({ apiKey: "sk", fetch, dangerouslyAllowBrowser: true }).paymentIntents.retrieve("x");
  assert.equal("User-Agent" in sent, false);
});

test("a worker of a page, which has no document, is not a page", () => {
  globalThis.window = globalThis;
  assert.ok(new ItPayClient({ apiKey: "sk" }));
});
