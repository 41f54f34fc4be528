// A page's Web Workers refuse a secret key, as the page does.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";

import { build } from "esbuild";

import { closeTab, openTab, startBrowser } from "./tab.mjs";

const SOURCE = `
  import { ItPayClient } from "itpay";
  import { GoPayClient } from "itpay/gopay";
  const answer = (make) => {
    try {
      make();
      return "made";
    } catch (error) {
      return error.code + " " + error.field;
    }
  };
  const answers = [
    answer(() => new ItPayClient({ apiKey: "sk_live_1" })),
    answer(() => new GoPayClient({ clientId: "1", clientSecret: "secret", goId: "8123456789", isSandbox: true })),
    answer(() => new ItPayClient({ apiKey: "sk_test_1", dangerouslyAllowBrowser: true })),
  ];
  if (typeof postMessage === "function") postMessage(answers);
  self.onconnect = ({ ports }) => ports[0].postMessage(answers);
`;

test("a dedicated, a module and a shared worker of a page refuse a secret key", async (t) => {
  const bundle = async (format) => {
    const { outputFiles } = await build({
      stdin: { contents: SOURCE, resolveDir: import.meta.dirname },
      bundle: true,
      write: false,
      format,
      platform: "browser",
      logLevel: "error",
    });
    return outputFiles[0].text;
  };
  const scripts = { "/classic.js": await bundle("iife"), "/module.js": await bundle("esm") };
  const server = createServer((request, response) => {
    const script = scripts[request.url];
    response.setHeader("Content-Type", script === undefined ? "text/html" : "text/javascript");
    response.end(script ?? "<!doctype html><link rel=icon href=data:,><title>Shop</title>");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const browser = await startBrowser();
  t.after(() => browser.close());
  const tab = await openTab(browser, `http://127.0.0.1:${server.address().port}/`);
  const answers = await tab.evaluate(() => {
    const first = (port) => new Promise((done) => (port.onmessage = ({ data }) => done(data)));
    return Promise.all([
      first(new Worker("/classic.js")),
      first(new Worker("/module.js", { type: "module" })),
      first(new SharedWorker("/classic.js").port),
    ]);
  });
  const refused = "browser dangerouslyAllowBrowser";
  assert.deepEqual(
    answers,
    ["classic", "module", "shared"].map(() => [refused, refused, "made"]),
  );
  await closeTab(tab);
});
