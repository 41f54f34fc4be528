// `itpay/qr` beside the packages that people would pick instead: size in a page, and the time of a code.
//
//   make bench-qr

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";

import { buildSync } from "esbuild";
import { toMatrix, toSvg } from "itpay/qr";
import { correction, generate } from "lean-qr";
import { toSvgSource } from "lean-qr/extras/svg";
import QRCode from "qrcode";
import { encode, renderSVG } from "uqr";

const ROUNDS = 9;
const MS_PER_ROUND = 100;
// 200 characters, as a payment's qr_data.
const EMVCO =
  "00020101021226580014A000000677010111011300660000000010215000000000000001303123456789052045999530315654046.995802CN" +
  "5919Coffee and Books by6008Hangzhou610631000062290525pi_0192f0c1a2b37d4e8f90a16304A1B2";

/** At level M, each: encoding, encoding and drawing, and the code that a page would import. */
const minCorrectionLevel = correction.M;
const contenders = {
  itpay: [(text) => toMatrix(text), (text) => toSvg(text), 'export { toSvg } from "itpay/qr"'],
  "lean-qr": [
    (text) => generate(text, { minCorrectionLevel }),
    (text) => toSvgSource(generate(text, { minCorrectionLevel })),
    'export { generate } from "lean-qr"; export { toSvgSource } from "lean-qr/extras/svg"',
  ],
  uqr: [
    (text) => encode(text, { ecc: "M" }),
    (text) => renderSVG(text, { ecc: "M" }),
    'export { renderSVG } from "uqr"',
  ],
  qrcode: [
    (text) => QRCode.create(text, { errorCorrectionLevel: "M" }),
    (text) => QRCode.toString(text, { type: "svg" }, () => undefined),
    'export { toString } from "qrcode"',
  ],
};

/** The gzipped size of all files that a page or a Worker would load. */
function size(contents, conditions) {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: fileURLToPath(new URL("..", import.meta.url)) },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    conditions,
    loader: { ".wasm": "copy" },
    outdir: "out",
    write: false,
  });
  return outputFiles.reduce((sum, { contents: file }) => sum + gzipSync(file, { level: 9 }).length, 0);
}

const version = (name) =>
  JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

const first = {};
for (const [name, [, draw]] of Object.entries(contenders)) {
  const started = performance.now();
  draw(EMVCO);
  first[name] = performance.now() - started;
}

/** Median microseconds of each contender's function, in rounds in turns. */
function timed(which) {
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const [name, functions] of Object.entries(contenders)) {
      const started = performance.now();
      let codes = 0;
      do {
        functions[which](EMVCO.slice(0, -1) + (codes % 10));
        codes += 1;
      } while (performance.now() - started < MS_PER_ROUND);
      if (round >= 0) times[name].push(((performance.now() - started) * 1000) / codes);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
}
const [encoded, drawn] = [timed(0), timed(1)];

console.log(
  `\nA charge of ${EMVCO.length} characters at level M; median of ${ROUNDS} rounds in turns. Node ${process.versions.node}\n`,
);
console.log(
  `${"".padEnd(16)}${["gzip, page", "gzip, Worker", "first, ms", "encode, µs", "to SVG, µs"].map((title) => title.padStart(14)).join("")}`,
);
for (const [name, [, , imports]] of Object.entries(contenders)) {
  const cells = [
    size(imports, []),
    size(imports, ["workerd"]),
    first[name].toFixed(1),
    encoded[name].toFixed(0),
    drawn[name].toFixed(0),
  ];
  console.log(`${`${name} ${version(name)}`.padEnd(16)}${cells.map((cell) => String(cell).padStart(14)).join("")}`);
}
console.log();
