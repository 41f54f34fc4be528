// What `itpay/webhooks` does on every runtime: run by runtime/node.test.mjs and, inside workerd, by runtime/workerd.test.mjs.

import assert from "node:assert/strict";

import vectors from "../../vectors/webhooks.json" with { type: "json" };

const SECRET = "whsec_test_secret";
const NOW = 1745712345;
const encoder = new TextEncoder();

function bytes(body) {
  const hex = typeof body === "string" ? body : body.repeat.repeat(body.times);
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16));
}

/** The text, where the bytes are the UTF-8 of one. */
function textOf(body) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

export function cases({ constructEvent, createWebhookHandler, generateTestHeader, isItPayError, memoryStore, SignatureVerificationError, verifySignature, WebhookVerifier }) {
  const event = textOf(bytes(vectors[0].body));
  const { header } = vectors[0];
  const at = { now: NOW };

  const fails = (code, call) => {
    assert.throws(call, (error) => {
      assert.equal(error.code, code);
      assert.ok(error instanceof SignatureVerificationError && isItPayError(error));
      assert.equal(error.name, "SignatureVerificationError");
      assert.ok(error.hint.length > 20);
      for (const shown of [String(error), error.hint, JSON.stringify(error), error.stack]) {
        for (const secret of [SECRET, vectors[0].v1, "sess_xyz"]) assert.ok(!shown.includes(secret), shown);
      }
      return true;
    });
  };

  const perVector = vectors.map((vector) => [
    `vector: ${vector.name}`,
    () => {
      const body = bytes(vector.body);
      const options = { now: vector.now, maxAge: vector.max_age ?? Infinity };
      const text = textOf(body);
      const padded = new Uint8Array(body.length + 7);
      padded.set(body, 3);
      const bodies = [body, body.buffer, padded.subarray(3, 3 + body.length), ...(text === undefined ? [] : [text])];
      for (const form of bodies) {
        assert.equal(verifySignature(form, vector.header, vector.secret, options), vector.result === "ok", vector.name);
        if (vector.result !== "ok") fails(vector.result, () => constructEvent(form, vector.header, vector.secret, options));
      }
      if (vector.header === `t=${NOW},v1=${vector.v1}` && vector.result === "ok") {
        for (const payload of bodies) assert.equal(generateTestHeader({ payload, secret: vector.secret, timestamp: NOW }), vector.header);
      }
    },
  ]);

  return [
    ...perVector,
    ["the event comes out as the gateway sent it, fields that nobody knows included", () => {
      const sent = { id: "evt_1", type: "a.new.type", data: { deep: [1, { x: null }] }, livemode: false };
      const body = JSON.stringify(sent);
      const signature = generateTestHeader({ payload: body, secret: SECRET });
      assert.deepEqual(constructEvent(body, signature, SECRET), sent);
      assert.deepEqual(constructEvent(encoder.encode(body), signature, SECRET), sent);
      assert.deepEqual(constructEvent(event, header, SECRET, at), JSON.parse(event));
    }],
    ["headers are taken in whatever form a framework has them", () => {
      const name = "X-ItPay-Signature";
      const forms = [header, new Headers({ [name]: header }), { [name]: header }, { [name.toLowerCase()]: header }, { "X-ITPAY-SIGNATURE": [header] }, Object.assign(Object.create(null), { [name]: header })];
      for (const form of forms) assert.equal(verifySignature(event, form, SECRET, at), true);
      for (const form of ["", {}, new Headers(), { [name]: undefined }, { [name]: [] }, null, undefined, 7, [], Symbol("x")]) {
        assert.equal(verifySignature(event, form, SECRET, at), false);
        fails("missing_header", () => constructEvent(event, form, SECRET, at));
      }
    }],
    ["a body that was parsed, or is no body at all, is body_not_raw", () => {
      for (const body of [JSON.parse(event), null, undefined, 7, true, [], () => 1, new Map(), new Date(0)]) {
        fails("body_not_raw", () => constructEvent(body, header, SECRET, at));
        fails("body_not_raw", () => verifySignature(body, header, SECRET, at));
      }
    }],
    ["several secrets are tried, whichever fits", () => {
      assert.equal(verifySignature(event, header, ["whsec_old", SECRET], at), true);
      assert.equal(verifySignature(event, header, [SECRET, "whsec_new"], at), true);
      assert.equal(verifySignature(event, header, ["whsec_old", "whsec_new"], at), false);
    }],
    ["more secrets than there is room for keys still verify, each its own", () => {
      const secrets = Array.from({ length: 50 }, (_, index) => `whsec_${index}`);
      const signed = secrets.map((secret) => generateTestHeader({ payload: event, secret, timestamp: NOW }));
      for (let round = 0; round < 3; round += 1) {
        secrets.forEach((secret, index) => {
          assert.equal(verifySignature(event, signed[index], secret, at), true);
          assert.equal(verifySignature(event, signed[(index + 1) % 50], secret, at), false);
        });
      }
      assert.equal(verifySignature(event, signed[49], secrets, at), true);
    }],
    ["a secret that is empty or none is bad_secret, when it is given", () => {
      for (const secret of ["", [], [""], [SECRET, ""], undefined, null, 7, {}]) {
        fails("bad_secret", () => verifySignature(event, header, secret, at));
        fails("bad_secret", () => new WebhookVerifier(secret));
      }
    }],
    ["an age or a time that is no number of seconds is a TypeError at the call", () => {
      for (const wrong of [Number.NaN, -1, "", "300", null, {}, 1n]) {
        assert.throws(() => verifySignature(event, header, SECRET, { now: NOW, maxAge: wrong }), TypeError);
        assert.throws(() => new WebhookVerifier(SECRET, { maxAge: wrong }), TypeError);
        assert.throws(() => verifySignature(event, header, SECRET, { now: wrong }), TypeError);
      }
      assert.throws(() => verifySignature(event, header, SECRET, { now: Infinity }), TypeError);
      assert.equal(verifySignature(event, header, SECRET, { now: NOW, maxAge: 0 }), true);
      assert.equal(verifySignature(event, header, SECRET), false);
      assert.equal(verifySignature(event, header, SECRET, { maxAge: Infinity }), true);
    }],
    ["a signed body that is no event is refused after its signature, never before", () => {
      for (const body of ["[]", "null", "7", '"x"', "{", "", '{"type":"x"}', '{"id":"","type":"x"}', '{"id":"x"}', '{"id":1,"type":"x"}', "\uFEFF{}"]) {
        const signature = generateTestHeader({ payload: body, secret: SECRET, timestamp: NOW });
        assert.throws(() => constructEvent(body, signature, SECRET, at), { name: "ValidationError", code: "invalid_event" });
        fails("no_match", () => constructEvent(body, header, SECRET, at));
      }
      const invalid = Uint8Array.of(0xff, 0xfe);
      const signature = generateTestHeader({ payload: invalid, secret: SECRET, timestamp: NOW });
      assert.equal(verifySignature(invalid, signature, SECRET, at), true);
      assert.throws(() => constructEvent(invalid, signature, SECRET, at), { code: "invalid_event", field: "body" });
    }],
    ["keys named __proto__ do no harm", () => {
      const body = '{"id":"evt_1","type":"x","__proto__":{"polluted":true},"data":{"constructor":1}}';
      const parsed = constructEvent(body, generateTestHeader({ payload: body, secret: SECRET }), SECRET);
      assert.equal({}.polluted, undefined);
      assert.equal(Object.getPrototypeOf(parsed), Object.prototype);
    }],
    ["every changed bit of the signature is refused", () => {
      const digits = header.slice(-64);
      for (let bit = 0; bit < 256; bit += 1) {
        const index = bit >> 2;
        const digit = (Number.parseInt(digits[index], 16) ^ (1 << (bit & 3))).toString(16);
        assert.equal(verifySignature(event, `t=${NOW},v1=${digits.slice(0, index)}${digit}${digits.slice(index + 1)}`, SECRET, at), false);
      }
    }],
    ["the handler answers received, already_processed, 401, 400 and 405", async () => {
      const handled = [];
      const handler = createWebhookHandler({ secret: SECRET, on: { "payment_intent.succeeded": (one) => void handled.push(one.data.id), default: (one) => void handled.push(one.type) }, onError: () => undefined });
      const post = async (body, signature) => {
        const response = await handler(new Request("https://shop.example/webhook", { method: "POST", body, headers: signature === undefined ? {} : { "X-ItPay-Signature": signature } }));
        return [response.status, await response.json()];
      };
      const signed = (body) => post(body, generateTestHeader({ payload: body, secret: SECRET }));
      assert.deepEqual(await signed(event), [200, { status: "received" }]);
      assert.deepEqual(await signed(event), [200, { status: "already_processed" }]);
      assert.deepEqual(await signed('{"id":"evt_2","type":"constructor"}'), [200, { status: "received" }]);
      assert.deepEqual(handled, ["pi_01", "constructor"]);
      assert.equal((await post(event))[0], 401);
      assert.equal((await post(event, `t=${Math.floor(Date.now() / 1000)},v1=${"0".repeat(64)}`))[0], 401);
      assert.equal((await signed("[]"))[0], 400);
      const get = await handler(new Request("https://shop.example/webhook"));
      assert.deepEqual([get.status, get.headers.get("Allow")], [405, "POST"]);
    }],
    ["the handler gives an event free when the user's code throws, so that the next delivery is handled", async () => {
      let calls = 0;
      const errors = [];
      const handler = createWebhookHandler({
        secret: SECRET,
        store: memoryStore(),
        on: { default: () => { calls += 1; if (calls === 1) throw new Error("the database is away"); } },
        onError: (error, one) => errors.push([error.message, one?.id]),
      });
      const deliver = () => handler(new Request("https://shop.example/", { method: "POST", body: event, headers: { "X-ItPay-Signature": generateTestHeader({ payload: event, secret: SECRET }) } }));
      assert.deepEqual([(await deliver()).status, (await deliver()).status, (await deliver()).status, calls], [500, 200, 200, 2]);
      assert.deepEqual(errors, [["the database is away", "evt_01"]]);
    }],
    ["a store or an onError that fails does not have an event handled twice, nor the gateway without an answer", async () => {
      let calls = 0;
      const failing = () => { throw new Error("out of order"); };
      const on = { default: () => { calls += 1; } };
      const deliver = async (options) => {
        const handler = createWebhookHandler({ secret: SECRET, on, ...options });
        const response = await handler(new Request("https://shop.example/", { method: "POST", body: event, headers: { "X-ItPay-Signature": generateTestHeader({ payload: event, secret: SECRET }) } }));
        return response.status;
      };
      const synchronous = { claim: () => "claimed", complete: () => undefined, release: () => undefined };
      assert.deepEqual([await deliver({ store: synchronous }), calls], [200, 1]);
      assert.deepEqual([await deliver({ store: { ...synchronous, complete: failing }, onError: failing }), calls], [200, 2]);
      assert.deepEqual([await deliver({ store: { ...synchronous, claim: failing }, onError: failing }), calls], [500, 2]);
      assert.deepEqual([await deliver({ store: { ...synchronous, release: failing }, on: { default: failing }, onError: () => undefined }), calls], [500, 2]);
      assert.deepEqual([await deliver({ store: {}, onError: () => undefined }), calls], [500, 2]);
    }],
    ["options of the handler that make no sense are TypeErrors when it is made", () => {
      const good = { secret: SECRET, on: {} };
      for (const wrong of [0, Number.NaN, "", -1, null, "x"]) {
        for (const name of ["maxBodyBytes", "lease", "on", "onError"]) {
          assert.throws(() => createWebhookHandler({ ...good, [name]: wrong }), TypeError, `${name}: ${wrong}`);
        }
        if (wrong !== 0) assert.throws(() => createWebhookHandler({ ...good, maxAge: wrong }), TypeError);
        assert.throws(() => createWebhookHandler({ ...good, on: { "payment_intent.succeeded": wrong } }), /payment_intent.succeeded/);
      }
      for (const none of [undefined, null, 7, "x"]) assert.throws(() => createWebhookHandler(none), TypeError);
    }],
  ];
}
