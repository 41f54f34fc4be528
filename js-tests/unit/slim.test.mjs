// itpay/slim: the caller brings the wasm. Each test file is a process, in which a module is set once.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, test } from "node:test";

import {
  clientWasm,
  gopayWasm,
  init,
  initSync,
  isItPayError,
  paykitWasm,
  qrPngWasm,
  qrWasm,
  sandboxWasm,
  ValidationError,
  webhooksWasm,
} from "itpay/slim";
import { createPaymentIntentId } from "itpay/slim/client";
import { GoPayClient } from "itpay/slim/gopay";
import { toSvg } from "itpay/slim/qr";
import { toPng } from "itpay/slim/qr/png";
import { createSandbox } from "itpay/slim/sandbox";
import { generateTestHeader, verifySignature } from "itpay/slim/webhooks";

const require = createRequire(import.meta.url);
const all = [clientWasm, gopayWasm, paykitWasm, qrPngWasm, qrWasm, sandboxWasm, webhooksWasm];
const file = ({ name }) => readFileSync(require.resolve(`itpay/${name}`));

// Any path with a module's name is that module; /plain/ as servers send what they don't know.
const server = createServer((request, response) => {
  const found = all.find(({ name }) => request.url.endsWith(`/${name}`));
  if (found === undefined) return response.writeHead(404).end();
  response
    .writeHead(200, {
      "Content-Type": request.url.includes("/plain/") ? "application/octet-stream" : "application/wasm",
    })
    .end(file(found));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
after(() => server.close());
const url = (path) => new URL(path, `http://127.0.0.1:${server.address().port}`);

const code = (expected) => (error) => isItPayError(error) && error.code === expected;
const used = {
  [clientWasm.name]: () => createPaymentIntentId(),
  [gopayWasm.name]: () => new GoPayClient({ goId: "8123456789", clientId: "1", clientSecret: "s", isSandbox: true }),
  [qrPngWasm.name]: () => toPng("itpay"),
  [qrWasm.name]: () => toSvg("itpay"),
  [sandboxWasm.name]: () => createSandbox(),
  [webhooksWasm.name]: () => verifySignature("{}", generateTestHeader({ payload: "{}", secret: "s" }), "s"),
};

test("without its module, each function has an error that asks for it", () => {
  for (const [name, use] of Object.entries(used))
    assert.throws(use, (error) => code("wasm_missing")(error) && /call init first/.test(error.message), name);
});

test("the file of another module and other bytes are errors", async () => {
  for (const wanted of all) {
    for (const source of all.filter((other) => other !== wanted))
      assert.throws(() => initSync(wanted, file(source)), code("wasm_wrong"), `${source.name} for ${wanted.name}`);
  }
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  for (const source of [empty, new Uint8Array(), new TextEncoder().encode("<!doctype html>"), new ArrayBuffer(3)])
    assert.throws(() => initSync(qrWasm, source), code("wasm_wrong"));
  assert.throws(() => initSync(qrWasm, file(qrWasm).subarray(0, 1000)), code("wasm_wrong"));
  for (const source of [undefined, null, 0, Number.NaN, "", -1, {}, [], "qr.wasm"]) {
    assert.throws(
      () => initSync(qrWasm, source),
      (error) => error instanceof ValidationError && error.field === "source",
      String(source),
    );
  }
  for (const source of [undefined, null, 0, Number.NaN, -1, {}, []])
    await assert.rejects(
      init(qrWasm, source),
      (error) => error instanceof ValidationError && error.field === "source",
      String(source),
    );
  assert.throws(used[qrWasm.name], code("wasm_missing"));
});

test("a wrong URL and an unreachable one have different errors", async () => {
  await assert.rejects(
    init(qrWasm, url("/nothing")),
    (error) => code("wasm_missing")(error) && error.status === 404 && /qr\.wasm is not at http/.test(error.message),
  );
  await assert.rejects(
    init(qrWasm, "http://127.0.0.1:1/qr.wasm"),
    (error) => code("wasm_missing")(error) && error.cause !== undefined,
  );
  await assert.rejects(init(qrWasm, ""), code("wasm_missing"));
  await assert.rejects(init(qrWasm, url("/client.wasm")), code("wasm_wrong"));
});

test("a URL, a pending response, bytes and a compiled module are accepted", async () => {
  await init(qrWasm, url("/qr.wasm"));
  await init(qrPngWasm, url("/qr-png.wasm"));
  await init(webhooksWasm, fetch(url("/plain/webhooks.wasm")));
  await init(sandboxWasm, String(url("/plain/sandbox.wasm")));
  initSync(clientWasm, file(clientWasm));
  const { buffer, byteOffset, byteLength } = file(gopayWasm);
  initSync(gopayWasm, new WebAssembly.Module(buffer.slice(byteOffset, byteOffset + byteLength)));
  for (const [name, use] of Object.entries(used)) assert.ok(use(), name);
});

test("a second call has no effect", async () => {
  await init(qrWasm, file(qrWasm));
  initSync(qrWasm, file(qrWasm));
  assert.match(toSvg("itpay"), /^<svg/);
});
