// `itpay/qr`, read back by jsQR, a decoder that has nothing to do with ours.

import assert from "node:assert/strict";
import { test } from "node:test";

import { toDataUrl, toSvg, toTerminal } from "itpay/qr";
import jsqr from "jsqr";

const EMVCO =
  "00020101021226800014A000000615000102156700000000000010339qr_01a1fbfb-214b-792d-9bd3-003a91df1b2152045734530315654046.995802CN5913Smart Summary6007SANDBOX62160512003A91DF1B2163040AF1";
const TEXTS = [
  EMVCO,
  "weixin://wxpay/bizpayurl?pr=abc123",
  "itpay://pay/pi_1?channel=alipay&amount=6.99",
  "https://itpay.ai",
  "支付宝 付款码",
  "0",
  "A".repeat(300),
];

/** Draws rows of booleans (true is dark) large enough for a decoder. */
function decode(rows, scale = 4) {
  const side = rows.length * scale;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      if (rows[Math.floor(y / scale)][Math.floor(x / scale)])
        pixels.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
    }
  }
  return jsqr.default === undefined ? jsqr(pixels, side, side)?.data : jsqr.default(pixels, side, side)?.data;
}

/** The terminal's characters as rows: a block is a light module on a dark terminal. */
function rowsOf(terminal, light) {
  const lines = terminal.split("\n").map((line) => [...line]);
  return lines
    .flatMap((line) => [line.map((c) => "█▀".includes(c) !== light), line.map((c) => "█▄".includes(c) !== light)])
    .slice(0, lines[0].length);
}

test("the terminal's output is decoded on dark and light backgrounds", () => {
  for (const text of TEXTS) {
    assert.equal(decode(rowsOf(toTerminal(text, { margin: 4 }), true)), text);
    assert.equal(decode(rowsOf(toTerminal(text, { margin: 4, invert: true }), false)), text);
  }
});

test("a real payment's code is narrower than 80 columns with its quiet zone", () => {
  for (const length of [EMVCO.length, 200])
    assert.ok(
      toTerminal(EMVCO.padEnd(length, "0"))
        .split("\n")
        .every((line) => [...line].length <= 80),
    );
});

test("the SVG is one path in the requested colors, with a title that can't break out", () => {
  const svg = toSvg(EMVCO, { dark: "#123456", light: "transparent", title: '</title><script>"&' });
  assert.equal(svg.match(/<path /g).length, 1);
  assert.ok(svg.includes("#123456") && !svg.includes("<script>"));
  assert.match(toDataUrl(EMVCO), /^data:image\/svg\+xml[,;]/);
});

test("every option that makes no sense is a ValidationError that names it", () => {
  for (const data of ["", 7, null, undefined, {}, "x".repeat(8000)])
    assert.throws(() => toSvg(data), { name: "ValidationError", field: "data" });
  for (const margin of [-1, 1.5, Number.NaN, "", 101]) assert.throws(() => toSvg("x", { margin }), { field: "margin" });
  for (const errorCorrection of ["", "l", "X", 0, null])
    assert.throws(() => toSvg("x", { errorCorrection }), { field: "errorCorrection" });
  for (const dark of ['"><script>', "url(x)", 7]) assert.throws(() => toSvg("x", { dark }), { field: "dark" });
  assert.equal(toSvg("x", { margin: 0 }).includes("<svg"), true);
});

test("ten thousand codes later the memory has not grown", async () => {
  const before = process.memoryUsage().rss;
  for (let round = 0; round < 10_000; round += 1) toSvg(`${EMVCO}${round}`);
  assert.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024);
});
