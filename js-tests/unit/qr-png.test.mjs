// `itpay/qr/png`, read by pngjs pixel by pixel, and what of the options makes no sense.

import assert from "node:assert/strict";
import { test } from "node:test";

import { toMatrix, toSvg } from "itpay/qr";
import { toPng, toPngDataUrl } from "itpay/qr/png";
import { PNG } from "pngjs";

import { scanned } from "../scan.mjs";

const EMVCO =
  "00020101021226800014A000000615000102156700000000000010339qr_01a1fbfb-214b-792d-9bd3-003a91df1b2152045734530315654046.995802CN5913Smart Summary6007SANDBOX62160512003A91DF1B2163040AF1";

/** The colors of the pixels at the middle of each module, and whether all of the picture follows them. */
function check(text, options, { scale, border, width, dark = [0, 0, 0, 255], light = [255, 255, 255, 255] }) {
  const png = PNG.sync.read(Buffer.from(toPng(text, options)));
  assert.deepEqual([png.width, png.height], [width, width]);
  const { size, isDark } = toMatrix(text, { errorCorrection: options.errorCorrection });
  for (let y = 0; y < width; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [column, row] = [Math.floor((x - border) / scale), Math.floor((y - border) / scale)];
      const expected = column >= 0 && row >= 0 && column < size && row < size && isDark(column, row) ? dark : light;
      assert.deepEqual([...png.data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)], expected, `${x}, ${y}`);
    }
  }
}

test("each module is a square of whole pixels, with one bit each", () => {
  check("7", {}, { scale: 8, border: 32, width: 232 });
  check("7", { scale: 1, margin: 0 }, { scale: 1, border: 0, width: 21 });
  check("itpay", { scale: 3, margin: 2, errorCorrection: "H" }, { scale: 3, border: 6, width: 75 });
  check("7", { width: 100 }, { scale: 3, border: 18, width: 100 }); // the margin takes what 29 modules leave
  check("7", { width: 29 }, { scale: 1, border: 4, width: 29 });
  const header = Buffer.from(toPng(EMVCO)).subarray(8, 33);
  assert.deepEqual([header.toString("latin1", 4, 8), header[16], header[17]], ["IHDR", 1, 3]);
  assert.ok(toPng(EMVCO).length < 1500, String(toPng(EMVCO).length));
});

test("colors are hex, with or without alpha", () => {
  check(
    "7",
    { scale: 1, dark: "#123", light: "transparent" },
    { scale: 1, border: 4, width: 29, dark: [0x11, 0x22, 0x33, 255], light: [0, 0, 0, 0] },
  );
  check(
    "7",
    { scale: 1, dark: "#1234", light: "#FFEEdd80" },
    { scale: 1, border: 4, width: 29, dark: [0x11, 0x22, 0x33, 0x44], light: [0xff, 0xee, 0xdd, 0x80] },
  );
});

test("the data URL is the picture", async () => {
  const [, data] = /^data:image\/png;base64,([A-Za-z\d+/]+=*)$/.exec(toPngDataUrl(EMVCO, { scale: 3 }));
  assert.deepEqual(Buffer.from(data, "base64"), Buffer.from(toPng(EMVCO, { scale: 3 })));
  assert.deepEqual(await scanned(PNG.sync.read(Buffer.from(data, "base64"))), [EMVCO]);
});

test("a picture is the caller's own: another call does not change it", () => {
  const first = toPng("first");
  const copy = Uint8Array.from(first);
  toPng("second");
  assert.deepEqual(first, copy);
});

test("every option that makes no sense is a ValidationError that names it", () => {
  const bad = [0, Number.NaN, "", -1, 1.5, null, "3", Infinity, 10_001];
  for (const scale of [...bad, 101])
    assert.throws(() => toPng("x", { scale }), { name: "ValidationError", field: "scale" }, String(scale));
  for (const width of bad)
    assert.throws(() => toPng("x", { width }), { name: "ValidationError", field: "width" }, String(width));
  assert.throws(() => toPng("x", { width: 28 }), { field: "width" }); // less than a pixel a module
  assert.throws(() => toPng("x", { width: 100, scale: 2 }), { field: "scale" });
  assert.throws(() => toPng("x".repeat(2000), { scale: 100 }), { field: "scale" });
  for (const color of [0, Number.NaN, "", -1, null, "red", "#12", "#12345", "#ggg", "url(x)"]) {
    assert.throws(() => toPng("x", { dark: color }), { field: "dark" }, String(color));
    assert.throws(() => toPng("x", { light: color }), { field: "light" }, String(color));
  }
  for (const margin of [-1, 101, Number.NaN, "", null])
    assert.throws(() => toPng("x", { margin }), { field: "margin" });
  for (const errorCorrection of ["", "l", 0, null, Number.NaN, -1])
    assert.throws(() => toPng("x", { errorCorrection }), { field: "errorCorrection" });
  for (const data of ["", 7, null, undefined, {}, "x".repeat(8000)])
    assert.throws(() => toPng(data), { field: "data" });
  const absent = {
    scale: undefined,
    width: undefined,
    dark: undefined,
    light: undefined,
    margin: undefined,
    errorCorrection: undefined,
  };
  assert.deepEqual(toPng("x", absent), toPng("x"));
  assert.deepEqual(toPng("x", Object.create({ scale: 1, dark: "red" })), toPng("x")); // only own properties are options
});

test("of toSvg's width, toMatrix and toTerminal likewise", async () => {
  const { toTerminal } = await import("itpay/qr");
  for (const width of [0, Number.NaN, "", -1, 1.5, null, Infinity, 10_001])
    assert.throws(() => toSvg("x", { width }), { name: "ValidationError", field: "width" }, String(width));
  assert.match(toSvg("x", { width: 300 }), /^<svg [^>]* width="300" height="300"/);
  assert.equal(toSvg("x", { width: undefined }), toSvg("x"));
  for (const errorCorrection of ["", "l", 0, null, Number.NaN, -1]) {
    assert.throws(() => toMatrix("x", { errorCorrection }), { field: "errorCorrection" });
    assert.throws(() => toTerminal("x", { errorCorrection }), { field: "errorCorrection" });
  }
  for (const invert of [0, 1, "", null, Number.NaN, -1])
    assert.throws(() => toTerminal("x", { invert }), { field: "invert" });
  for (const color of ["", 0, null]) assert.throws(() => toSvg("x", { dark: color }), { field: "dark" });
  const { size, isDark } = toMatrix("itpay");
  assert.deepEqual([size, isDark(0, 0), isDark(7, 7)], [21, true, false]);
  for (const [x, y] of [
    [-1, 0],
    [0, -1],
    [21, 0],
    [0, 21],
    [0.5, 0],
    [Number.NaN, 0],
    [undefined, undefined],
  ])
    assert.equal(isDark(x, y), false, `${x}, ${y}`);
});

test("three thousand pictures later the memory has not grown", () => {
  toPng(EMVCO, { width: 10_000 });
  const before = process.memoryUsage().rss;
  for (let round = 0; round < 3000; round += 1) toPng(`${EMVCO}${round}`);
  assert.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024);
});
