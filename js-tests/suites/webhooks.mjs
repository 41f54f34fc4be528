// The suite of `itpay/webhooks` for every runtime: run by runtime/node.test.mjs and, in workerd, by runtime/workerd.test.mjs.

import assert from "node:assert/strict";

import vectors from "../../vectors/webhooks.json" with { type: "json" };

const SECRET = "whsec_test_secret";
const NOW = 1745712345;
const encoder = new TextEncoder();

function bytes(body) {
  const hex = typeof body === "string" ? body : body.repeat.repeat(body.times);
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
}

/** The text, where the bytes are the UTF-8 of one. */
function textOf(body) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

export function cases({
  constructEvent,
  generateTestHeader,
  isItPayError,
  SignatureVerificationError,
  verifySignature,
  WebhookVerifier,
}) {
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
        if (vector.result !== "ok")
          fails(vector.result, () => constructEvent(form, vector.header, vector.secret, options));
      }
      if (vector.header === `t=${NOW},v1=${vector.v1}` && vector.result === "ok") {
        for (const payload of bodies)
          assert.equal(generateTestHeader({ payload, secret: vector.secret, timestamp: NOW }), vector.header);
      }
    },
  ]);

  return [
    ...perVector,
    [
      "the event is the gateway's JSON with its unknown fields",
      () => {
        const sent = { id: "evt_1", type: "a.new.type", data: { deep: [1, { x: null }] }, livemode: false };
        const body = JSON.stringify(sent);
        const signature = generateTestHeader({ payload: body, secret: SECRET });
        assert.deepEqual(constructEvent(body, signature, SECRET), sent);
        assert.deepEqual(constructEvent(encoder.encode(body), signature, SECRET), sent);
        assert.deepEqual(constructEvent(event, header, SECRET, at), JSON.parse(event));
      },
    ],
    [
      "headers are accepted in the form of any framework",
      () => {
        const name = "X-ItPay-Signature";
        const forms = [
          header,
          new Headers({ [name]: header }),
          { [name]: header },
          { [name.toLowerCase()]: header },
          { "X-ITPAY-SIGNATURE": [header] },
          Object.assign(Object.create(null), { [name]: header }),
        ];
        for (const form of forms) assert.equal(verifySignature(event, form, SECRET, at), true);
        for (const form of [
          "",
          {},
          new Headers(),
          { [name]: undefined },
          { [name]: [] },
          null,
          undefined,
          7,
          [],
          Symbol("x"),
        ]) {
          assert.equal(verifySignature(event, form, SECRET, at), false);
          fails("missing_header", () => constructEvent(event, form, SECRET, at));
        }
      },
    ],
    [
      "a body that was parsed, or is no body at all, is body_not_raw",
      () => {
        for (const body of [JSON.parse(event), null, undefined, 7, true, [], () => 1, new Map(), new Date(0)]) {
          fails("body_not_raw", () => constructEvent(body, header, SECRET, at));
          fails("body_not_raw", () => verifySignature(body, header, SECRET, at));
        }
      },
    ],
    [
      "several secrets are tried, whichever fits",
      () => {
        assert.equal(verifySignature(event, header, ["whsec_old", SECRET], at), true);
        assert.equal(verifySignature(event, header, [SECRET, "whsec_new"], at), true);
        assert.equal(verifySignature(event, header, ["whsec_old", "whsec_new"], at), false);
      },
    ],
    [
      "more secrets than there is room for keys still verify, each its own",
      () => {
        const secrets = Array.from({ length: 50 }, (_, index) => `whsec_${index}`);
        const signed = secrets.map((secret) => generateTestHeader({ payload: event, secret, timestamp: NOW }));
        for (let round = 0; round < 3; round += 1) {
          secrets.forEach((secret, index) => {
            assert.equal(verifySignature(event, signed[index], secret, at), true);
            assert.equal(verifySignature(event, signed[(index + 1) % 50], secret, at), false);
          });
        }
        assert.equal(verifySignature(event, signed[49], secrets, at), true);
      },
    ],
    [
      "an empty or invalid secret is bad_secret at construction",
      () => {
        for (const secret of ["", [], [""], [SECRET, ""], undefined, null, 7, {}]) {
          fails("bad_secret", () => verifySignature(event, header, secret, at));
          fails("bad_secret", () => new WebhookVerifier(secret));
        }
      },
    ],
    [
      "an age or a time that is no number of seconds is a TypeError at the call",
      () => {
        for (const wrong of [Number.NaN, -1, "", "300", null, {}, 1n]) {
          assert.throws(() => verifySignature(event, header, SECRET, { now: NOW, maxAge: wrong }), TypeError);
          assert.throws(() => new WebhookVerifier(SECRET, { maxAge: wrong }), TypeError);
          assert.throws(() => verifySignature(event, header, SECRET, { now: wrong }), TypeError);
        }
        assert.throws(() => verifySignature(event, header, SECRET, { now: Infinity }), TypeError);
        assert.equal(verifySignature(event, header, SECRET, { now: NOW, maxAge: 0 }), true);
        assert.equal(verifySignature(event, header, SECRET), false);
        assert.equal(verifySignature(event, header, SECRET, { maxAge: Infinity }), true);
      },
    ],
    [
      "a signed body that is no event is rejected after its signature is verified",
      () => {
        for (const body of [
          "[]",
          "null",
          "7",
          '"x"',
          "{",
          "",
          '{"type":"x"}',
          '{"id":"","type":"x"}',
          '{"id":"x"}',
          '{"id":1,"type":"x"}',
          "\uFEFF{}",
        ]) {
          const signature = generateTestHeader({ payload: body, secret: SECRET, timestamp: NOW });
          assert.throws(() => constructEvent(body, signature, SECRET, at), {
            name: "ValidationError",
            code: "invalid_event",
          });
          fails("no_match", () => constructEvent(body, header, SECRET, at));
        }
        const invalid = Uint8Array.of(0xff, 0xfe);
        const signature = generateTestHeader({ payload: invalid, secret: SECRET, timestamp: NOW });
        assert.equal(verifySignature(invalid, signature, SECRET, at), true);
        assert.throws(() => constructEvent(invalid, signature, SECRET, at), { code: "invalid_event", field: "body" });
      },
    ],
    [
      "keys named __proto__ do no harm",
      () => {
        const body = '{"id":"evt_1","type":"x","__proto__":{"polluted":true},"data":{"constructor":1}}';
        const parsed = constructEvent(body, generateTestHeader({ payload: body, secret: SECRET }), SECRET);
        assert.equal({}.polluted, undefined);
        assert.equal(Object.getPrototypeOf(parsed), Object.prototype);
      },
    ],
    [
      "every changed bit invalidates the signature",
      () => {
        const digits = header.slice(-64);
        for (let bit = 0; bit < 256; bit += 1) {
          const index = bit >> 2;
          const digit = (Number.parseInt(digits[index], 16) ^ (1 << (bit & 3))).toString(16);
          assert.equal(
            verifySignature(
              event,
              `t=${NOW},v1=${digits.slice(0, index)}${digit}${digits.slice(index + 1)}`,
              SECRET,
              at,
            ),
            false,
          );
        }
      },
    ],
    [
      "the hint names the cause of a mismatch where the body or the secret shows it",
      () => {
        const text = '{"id":"evt_1","type":"x"}';
        const signature = generateTestHeader({ payload: text, secret: SECRET });
        const hintOf = (body, secret = SECRET) => {
          let hint;
          assert.throws(
            () => constructEvent(body, signature, secret),
            (error) => error.code === "no_match" && Boolean((hint = error.hint)),
          );
          return hint;
        };
        assert.match(hintOf(btoa(text)), /base64/);
        assert.match(hintOf(encoder.encode(btoa(text))), /base64/);
        for (const start of [
          [0x1f, 0x8b],
          [0x1b, 0x18],
          [0x0b, 0x02],
          [0x78, 0x9c],
          [0x28, 0xb5],
        ]) {
          const packed = Uint8Array.of(...start, 1, 2, 3);
          assert.match(hintOf(packed), /compressed/);
          assert.match(hintOf(new TextDecoder().decode(packed)), /compressed/);
        }
        assert.match(hintOf(""), /empty: something read it/);
        assert.match(hintOf(new Uint8Array()), /empty: something read it/);
        assert.match(hintOf(text, "whsec_"), /only its prefix whsec_/);
        assert.match(hintOf(encoder.encode(text), "whsec_another"), /^Most often the secret is another endpoint's/);
        for (const body of [`${text} `, `\uFEFF${text}`, ` ${text}`])
          assert.match(hintOf(body), /^Most often the body was parsed and serialized.*another endpoint's/);
      },
    ],
  ];
}
