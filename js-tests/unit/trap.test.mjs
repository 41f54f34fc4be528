// A wasm module that aborts: it must end neither the process nor more than the calls that were using it. Each module
// is doctored to execute `unreachable` for once: what a panic, an overflow or a want of memory comes down to.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import binaryen from "binaryen";
import { isItPayError, ItPayError } from "itpay/slim";
import * as slim from "itpay/slim";
import { createPaymentIntentId, ItPayClient } from "itpay/slim/client";
import { GoPayClient } from "itpay/slim/gopay";
import { createItpay } from "itpay/slim/paykit";
import { toSvg } from "itpay/slim/qr";
import { createSandbox } from "itpay/slim/sandbox";
import { generateTestHeader, verifySignature } from "itpay/slim/webhooks";

const require = createRequire(import.meta.url);
const { BulkMemory, BulkMemoryOpt, Multivalue, MutableGlobals, NontrappingFPToInt, ReferenceTypes, SignExt, SIMD128 } =
  binaryen.Features;

/** The module's file, where an instance's call number `at` of the exports that match ends in `unreachable`. */
function doctored(name, exports, at) {
  const module = binaryen.readBinary(readFileSync(require.resolve(`itpay/${name}`)));
  module.setFeatures(
    BulkMemory | BulkMemoryOpt | Multivalue | MutableGlobals | NontrappingFPToInt | ReferenceTypes | SignExt | SIMD128,
  );
  module.addGlobal("calls", binaryen.i32, true, module.i32.const(0));
  const functions = new Set();
  for (let index = 0; index < module.getNumExports(); index += 1) {
    const { kind, name: exported, value } = binaryen.getExportInfo(module.getExportByIndex(index));
    if (kind === binaryen.ExternalFunction && exports.test(exported)) functions.add(value);
  }
  assert.ok(functions.size > 0);
  for (const value of functions) {
    const reference = module.getFunction(value);
    const { body } = binaryen.getFunctionInfo(reference);
    const calls = () => module.global.get("calls", binaryen.i32);
    binaryen.Function.setBody(
      reference,
      module.block(
        null,
        [
          module.global.set("calls", module.i32.add(calls(), module.i32.const(1))),
          module.if(module.i32.eq(calls(), module.i32.const(at)), module.unreachable()),
          body,
        ],
        binaryen.getFunctionInfo(reference).results,
      ),
    );
  }
  return module.emitBinary();
}

function internal(error) {
  assert.ok(error instanceof ItPayError && isItPayError(error), String(error?.stack ?? error));
  assert.deepEqual([error.code, error.cause.name], ["internal", "RuntimeError"]);
  assert.match(error.message, /next call starts a new instance/);
  return true;
}

const PARAMS = {
  id: "pi_1",
  service_id: "svc_1",
  type: "one_time",
  amount: { currency: "CNY", value: 699 },
  payer: { agent_id: "agent_1" },
};
const replies = (body) => async () => Response.json(body);

test("webhooks: a trap is an ItPayError, and the next webhook is verified", () => {
  slim.initSync(slim.webhooksWasm, doctored("webhooks.wasm", /^(?:absorb|verify)$/, 3));
  const signed = () => verifySignature("{}", generateTestHeader({ payload: "{}", secret: "whsec_1" }), "whsec_1");
  assert.equal(signed(), true);
  assert.throws(signed, internal);
  assert.equal(signed(), true);
});

test("qr: a trap is an ItPayError, and the next code is drawn", () => {
  slim.initSync(slim.qrWasm, doctored("qr.wasm", /^svg$/, 2));
  const drawn = toSvg("itpay");
  assert.throws(() => toSvg("itpay"), internal);
  assert.equal(toSvg("itpay"), drawn);
});

test("client: a trap in a synchronous call and one between request and response are ItPayErrors, and the next call works", async () => {
  slim.initSync(slim.clientWasm, doctored("client.wasm", /^create_payment_intent_id$|__closures_____invoke_/, 24));
  const fetch = replies({ id: "pi_1", status: "pending" });
  const client = new ItPayClient({ apiKey: "sk_test", fetch });
  let traps = 0;
  for (let call = 0; call < 40; call += 1) {
    // Two at a time: what traps in one ends the other as well, which has lost its memory.
    const results = await Promise.allSettled([
      client.paymentIntents.create(PARAMS),
      client.paymentIntents.retrieve("pi_1"),
    ]);
    const reasons = results.filter(({ status }) => status === "rejected").map(({ reason }) => reason);
    reasons.forEach(internal);
    if (reasons.length > 0) traps += 1;
    for (const { status, value } of results) if (status === "fulfilled") assert.equal(value.id, "pi_1");
  }
  assert.ok(traps > 2 && traps < 30, `${traps} of 40`);

  let synchronous = 0;
  for (let call = 0; call < 40; call += 1) {
    try {
      assert.match(createPaymentIntentId(), /^pi_/);
    } catch (error) {
      internal(error);
      synchronous += 1;
    }
  }
  assert.ok(synchronous >= 1 && synchronous <= 2, `${synchronous} of 40`);
});

test("client: a response that arrives after a trap has no effect", async () => {
  let reply;
  const slow = new ItPayClient({ apiKey: "sk_test", fetch: () => new Promise((resolve) => (reply = resolve)) });
  const refused = assert.rejects(slow.paymentIntents.retrieve("pi_slow"), internal);
  while (reply === undefined) await new Promise(setImmediate);
  for (let call = 0; call < 24; call += 1) {
    try {
      createPaymentIntentId();
    } catch (error) {
      internal(error);
    }
  }
  await refused;
  reply(Response.json({ id: "pi_slow", status: "pending" }));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(
    (
      await new ItPayClient({
        apiKey: "sk_test",
        fetch: replies({ id: "pi_2", status: "pending" }),
      }).paymentIntents.retrieve("pi_2")
    ).id,
    "pi_2",
  );
});

test("gopay: a trap is an ItPayError, and the next call works", async () => {
  slim.initSync(slim.gopayWasm, doctored("gopay.wasm", /__closures_____invoke_/, 30));
  const fetch = async (url) =>
    Response.json(
      String(url).endsWith("/oauth2/token")
        ? { access_token: "t", token_type: "bearer", expires_in: 1800 }
        : { id: 3000006529, state: "CREATED" },
    );
  const client = new GoPayClient({
    goId: "8123456789",
    clientId: "1061399163",
    clientSecret: "stDTmVXF",
    isSandbox: true,
    fetch,
  });
  const seen = [];
  for (let call = 0; call < 20; call += 1) {
    seen.push(
      await client.payments.status("3000006529").then(
        ({ state }) => state,
        (error) => internal(error) && "trap",
      ),
    );
  }
  assert.ok(seen.includes("trap") && seen.lastIndexOf("CREATED") > seen.indexOf("trap"), seen.join());
});

test("paykit: a trap is an ItPayError, and the next call works", async () => {
  slim.initSync(slim.paykitWasm, doctored("paykit.wasm", /^paykit_call$/, 5));
  const provider = createItpay({
    apiKey: "sk_test",
    webhookSecret: "whsec_1",
    fetch: replies({ id: "pi_1", status: "succeeded", amount: { currency: "CNY", value: 699 } }),
  });
  const seen = [];
  for (let call = 0; call < 20; call += 1) {
    seen.push(
      await provider.retrievePayment("pi_1").then(
        ({ id }) => id,
        (error) => internal(error.cause) && "trap",
      ),
    );
  }
  assert.ok(seen.includes("trap") && seen.lastIndexOf("pi_1") > seen.indexOf("trap"), seen.join());
});

test("sandbox: a trap is an ItPayError, and so is the use of a lost sandbox; a new one works", async () => {
  slim.initSync(slim.sandboxWasm, doctored("sandbox.wasm", /^gateway_handle$/, 2));
  const ask = (sandbox) =>
    sandbox.fetch("https://api.itpay.ai/v1/payment-intents/pi_1", {
      headers: { Authorization: `Bearer ${sandbox.apiKey}` },
    });
  const sandbox = createSandbox();
  assert.ok((await ask(sandbox)).status >= 400);
  await assert.rejects(ask(sandbox), internal);
  await assert.rejects(ask(sandbox), (error) => isItPayError(error) && /make a new one/.test(error.message));
  assert.ok((await ask(createSandbox())).status >= 400);
});
