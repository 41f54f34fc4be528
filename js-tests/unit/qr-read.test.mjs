// Codes read back by scanners that others wrote, from pixels: the SVG drawn by resvg, the PNG by pngjs, the terminal's
// characters as a terminal draws them. `make scan-qr` reads more.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Resvg } from "@resvg/resvg-js";
import { toSvg, toTerminal } from "itpay/qr";
import { toPng } from "itpay/qr/png";
import { PNG } from "pngjs";

import { randomTexts, realTexts } from "../qr-texts.mjs";
import { drawTerminal, scanned, scannedByJsQR, scannedByZbar, zbarIsThere } from "../scan.mjs";

const EMVCO =
  "00020101021226580014A000000677010111011300660000000010215000000000000001303123456789052045999530315654046.995802CN" +
  "5919Coffee and Books by6008Hangzhou610631000062290525pi_0192f0c1a2b37d4e8f90a16304A1B2";
const CHINESE = "请用支付宝或微信扫码付款：咖啡和书店，共计人民币六元九角九分。";
const ADDRESS = "https://itpay.ai/pay?id=pi_0192f0c1-a2b3-7d4e-8f90-a1b2c3d4e5f6&";
const PAYLOADS = [
  EMVCO,
  "weixin://wxpay/bizpayurl?pr=Zx9kQ1Lzz",
  "itpay://pay/pi_0192f0c1?amount=699&currency=CNY",
  ADDRESS,
  CHINESE,
  "7",
  "A",
  "é☕",
];
const LEVELS = ["L", "M", "Q", "H"];
const SIDES = [128, 256, 512];

/**
 * The size that ZXing needs to distinguish modules in an image without smoothing. 128 pixels show 64 modules that
 * way, margin included; a finer code is drawn as large as it takes.
 */
const PIXELS_PER_MODULE = 2;

const modulesOf = (svg) => Number(/viewBox="0 0 (\d+)/.exec(svg)[1]);

function draw(svg, side) {
  const picture = new Resvg(svg, { fitTo: { mode: "width", value: side } }).render();
  return { data: picture.pixels, width: picture.width, height: picture.height };
}

/** jsQR reads no version 23 at level L, whoever drew it: its own table is wrong there. And it wants whole pixels. */
const jsQRCan = (svg, errorCorrection) => !(errorCorrection === "L" && modulesOf(svg) === 4 * 23 + 17 + 8);

test("every kind of payload is read from its SVG at 128, 256 and 512 pixels, at every level", async (t) => {
  const tooFine = [];
  for (const text of PAYLOADS) {
    for (const errorCorrection of LEVELS) {
      const svg = toSvg(text, { errorCorrection });
      for (const side of SIDES) {
        const least = PIXELS_PER_MODULE * modulesOf(svg);
        if (side < least) tooFine.push(`${text.length} characters at ${errorCorrection}: ${least} instead of ${side}`);
        assert.deepEqual(
          await scanned(draw(svg, Math.max(side, least))),
          [text],
          `${text} at ${errorCorrection}, ${side} pixels`,
        );
      }
      assert.equal(scannedByJsQR(draw(svg, 3 * modulesOf(svg))), text);
    }
  }
  t.diagnostic(`drawn larger: ${tooFine.join("; ")}`);
  assert.ok(tooFine.length <= 3);
});

test("codes of 1 to 1000 characters are read, at every level, by both scanners", async () => {
  const alphabets = ["0123456789", "HTTPS://ITPAY.AI/?", ADDRESS, CHINESE];
  let read = 0;
  for (const [index, alphabet] of alphabets.entries()) {
    for (const length of [1, 2, 3, ...Array.from({ length: 22 }, (_, step) => 10 + 45 * step + index), 1000]) {
      const errorCorrection = LEVELS[(length + index) % 4];
      const text = alphabet.repeat(1 + length / alphabet.length).slice(0, length);
      if (new TextEncoder().encode(text).length > 1273) continue; // more than level H holds
      const svg = toSvg(text, { errorCorrection });
      const what = `${length} of ${alphabet} at ${errorCorrection}`;
      assert.deepEqual(await scanned(draw(svg, Math.max(512, PIXELS_PER_MODULE * modulesOf(svg)))), [text], what);
      if (jsQRCan(svg, errorCorrection)) assert.equal(scannedByJsQR(draw(svg, 3 * modulesOf(svg))), text, what);
      read += 1;
    }
  }
  assert.ok(read > 80, String(read));
});

test("the terminal's output is decoded, light on dark and dark on light", async () => {
  for (const text of [...PAYLOADS, "x".repeat(500)]) {
    for (const [invert, ink, ground] of [
      [false, 230, 20],
      [true, 20, 230],
    ]) {
      const picture = drawTerminal(toTerminal(text, { invert }), ink, ground);
      assert.deepEqual(await scanned(picture), [text], `ZXing, ${text}, ${invert}`);
    }
  }
});

const COUNT = Number(process.env.SCAN_TEXTS ?? 500);

test(`${COUNT} texts are read by ZXing, jsQR and zbar, from SVG, PNG and a terminal`, {
  skip: !zbarIsThere && "zbar-tools is not there",
}, async (t) => {
  const texts = [
    ...realTexts(),
    ...randomTexts(COUNT - 200 - 50),
    ...randomTexts(50, { longest: 120, unicode: true, seed: 9 }),
  ];
  assert.equal(texts.length, COUNT);
  const faults = [];
  for (let start = 0; start < texts.length; start += 50) {
    const pictures = texts.slice(start, start + 50).flatMap((text, index) => {
      const errorCorrection = LEVELS[index % 4];
      const svg = toSvg(text, { errorCorrection });
      return [
        {
          text,
          from: `SVG at ${errorCorrection}`,
          jsQR: jsQRCan(svg, errorCorrection),
          ...draw(svg, 3 * modulesOf(svg)),
        },
        {
          text,
          from: `PNG at ${errorCorrection}`,
          jsQR: jsQRCan(svg, errorCorrection),
          ...PNG.sync.read(Buffer.from(toPng(text, { errorCorrection, scale: 4 }))),
        },
        {
          text,
          from: "terminal",
          jsQR: jsQRCan(toSvg(text, { errorCorrection: "L" }), "L"),
          ...drawTerminal(toTerminal(text), 230, 20),
        },
      ];
    });
    const byZbar = scannedByZbar(pictures);
    for (const [index, picture] of pictures.entries()) {
      const { text, from } = picture;
      assert.deepEqual(await scanned(picture), [text], `ZXing, ${from}`);
      if (picture.jsQR) assert.equal(scannedByJsQR(picture), text, `jsQR, ${from}`);
      // zbar guesses the encoding of text other than ASCII, because codes rarely declare it.
      if (byZbar[index] !== text && !/^[ -~\n]*$/.test(text)) faults.push(text);
      else assert.equal(byZbar[index], text, `zbar, ${from}`);
    }
  }
  t.diagnostic(`zbar took ${faults.length} pictures of texts beyond ASCII for another encoding`);
  assert.ok(faults.length <= 3 * 50);
});
