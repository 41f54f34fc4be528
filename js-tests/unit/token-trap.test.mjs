// A trap during a token request: the next call must send its own request and not wait for the lost one.

import assert from "node:assert/strict";
import { test } from "node:test";

let trap = false;
const { Instance } = WebAssembly;
WebAssembly.Instance = function instance(...args) {
  const created = new Instance(...args);
  const exports = { ...created.exports };
  for (const name of Object.keys(exports).filter((name) => name.includes("closures_____invoke"))) {
    exports[name] = (...numbers) => {
      if (trap) throw new WebAssembly.RuntimeError("unreachable");
      return created.exports[name](...numbers);
    };
  }
  return { exports };
};
const { GoPayClient } = await import("itpay/gopay");

test("a trap during a token request ends the waiting calls, and the next call sends another", async () => {
  const asked = [];
  const fetch = async (url) => {
    asked.push(String(url));
    if (!String(url).endsWith("/oauth2/token")) return Response.json({ id: 3000006529, state: "CREATED" });
    trap = asked.length === 1;
    return Response.json({ access_token: "t", token_type: "bearer", expires_in: 1800 });
  };
  const client = new GoPayClient({
    goId: "8123456789",
    clientId: "1061399163",
    clientSecret: "stDTmVXF",
    isSandbox: true,
    fetch,
    timeout: 1000,
  });
  const waiting = [client.payments.status("3000006529"), client.payments.status("3000006529")];
  for (const call of waiting) await assert.rejects(call, { name: "ItPayError", code: "internal" });
  trap = false;
  assert.equal((await client.payments.status("3000006529")).state, "CREATED");
  assert.equal(asked.filter((url) => url.endsWith("/oauth2/token")).length, 2);
});
