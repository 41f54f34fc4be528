// Codes are as small as those of other packages, at the same error correction level.

import assert from "node:assert/strict";
import { test } from "node:test";

import { toMatrix } from "itpay/qr";
import { correction, generate } from "lean-qr";
import QRCode from "qrcode";

import { randomTexts, realTexts } from "../qr-texts.mjs";

const LEVELS = ["L", "M", "Q", "H"];

/** With a fixed mask, which does not change the size. */
function sizes(text, errorCorrection) {
  return {
    itpay: toMatrix(text, { errorCorrection }).size,
    "node-qrcode": QRCode.create(text, { errorCorrectionLevel: errorCorrection, maskPattern: 0 }).modules.size,
    "lean-qr": generate(text, { minCorrectionLevel: correction[errorCorrection], mask: 0 }).size,
  };
}

for (const [name, texts] of [
  ["200 real texts", realTexts()],
  ["10,000 random texts", randomTexts(10_000)],
]) {
  test(`no code of ${name} is larger than node-qrcode's or lean-qr's`, (t) => {
    assert.equal(texts.length, Number(name.replace(",", "").split(" ")[0]));
    const smaller = { "node-qrcode": 0, "lean-qr": 0 };
    for (const [index, text] of texts.entries()) {
      const level = LEVELS[index % 4];
      const { itpay, ...others } = sizes(text, level);
      for (const [other, size] of Object.entries(others)) {
        assert.ok(itpay <= size, `${itpay} modules instead of ${other}'s ${size} at ${level}: ${JSON.stringify(text)}`);
        if (itpay < size) smaller[other] += 1;
      }
    }
    t.diagnostic(`smaller than node-qrcode's: ${smaller["node-qrcode"]}, than lean-qr's: ${smaller["lean-qr"]}`);
  });
}

// 12 characters as bytes and 117 digits are 108 and 404 bits, which fill the 512 of version 4 at M to the last one.
test("an id and 117 digits take 33 modules at M, where a single byte segment takes 49", () => {
  assert.equal(toMatrix(`pi_0192f0c1-${"7".repeat(117)}`).size, 33);
  assert.equal(toMatrix(`pi_0192f0c1-${"7".repeat(118)}`).size, 37);
  assert.equal(toMatrix("a".repeat(129)).size, 49);
});
