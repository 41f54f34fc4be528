// Runs every block of docs/runtimes.md as it stands, and holds its table to the cells of the matrix.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { generateTestHeader } from "itpay/webhooks";

import { closeBrowser, outcomeIn } from "../packaging/browser.mjs";
import { startWorker } from "../workerd.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(root, "docs/runtimes.md"), "utf8");
const readme = readFileSync(join(root, "README.md"), "utf8");
const folder = join(root, "js-tests/node_modules/.runtimes-docs");
rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, "node_modules"), { recursive: true });
cpSync(join(root, "pkg"), join(folder, "node_modules/itpay"), { recursive: true });
after(closeBrowser);

const pages = [...page.matchAll(/^```html(?: policy="(.*)")?\n([^]*?)^```$/gm)].map(([, policy, html]) => ({
  policy,
  html,
}));
const scripts = [...page.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code);

test("the page has these blocks and no others", () => {
  assert.deepEqual(
    [pages.map(({ policy }) => policy !== undefined), scripts.length, page.match(/^```\w/gm).length],
    [[false, true], 1, 3],
  );
  for (const { policy } of pages)
    if (policy !== undefined) assert.ok(page.includes(`\`${policy}\``), "the policy is told to the reader, too");
});

for (const { policy, html } of pages) {
  test(`a page ${policy === undefined ? "without a bundler" : "under a Content-Security-Policy"} draws its code`, async () => {
    const nonce = / nonce="\w+"/.exec(html)?.[0] ?? "";
    const report = `<script type="module"${nonce}>for (;;) { const svg = document.querySelector("svg"); if (svg) { globalThis.outcome = { drawn: svg.querySelector("path") !== null }; break; } await new Promise(requestAnimationFrame); }</script>`;
    writeFileSync(join(folder, "index.html"), `<!doctype html><meta charset="utf-8"><body></body>${html}${report}`);
    const headers = policy === undefined ? {} : { "Content-Security-Policy": policy };
    assert.deepEqual(await outcomeIn(folder, { headers }), { drawn: true });
  });
}

test("the Worker with its own module accepts a signed event and rejects a forged one", async () => {
  const file = join(folder, "worker.mjs");
  writeFileSync(file, scripts[0]);
  const worker = await startWorker(file, { bindings: { ITPAY_WEBHOOK_SECRET: "whsec_slim" } });
  try {
    const body = JSON.stringify({ id: "evt_1", type: "payment_intent.succeeded" });
    for (const [secret, status] of [
      ["whsec_slim", 200],
      ["whsec_forged", 401],
    ]) {
      const response = await worker.dispatchFetch("http://worker/", {
        method: "POST",
        body,
        headers: { "X-ItPay-Signature": generateTestHeader({ payload: body, secret }) },
      });
      assert.equal(response.status, status);
    }
  } finally {
    await worker.dispose();
  }
});

test("the tables are of the cells that there are (node packaging/run.mjs --docs)", () => {
  const cells = execFileSync(process.execPath, [join(root, "js-tests/packaging/run.mjs"), "--list"], {
    encoding: "utf8",
  })
    .trim()
    .split("\n");
  const table = /<!-- matrix -->\n([^]*)<!-- \/matrix -->/.exec(page)[1].trim().split("\n").slice(2);
  let where = "";
  const shown = table.map((row) => {
    const [, first, how, result] = row
      .split(" | ")
      .join("|")
      .split("|")
      .map((text) => text.trim());
    if (first !== "") where = first;
    assert.match(result, /^(✓|no: .+)$/, row);
    return `${where}: ${how.replaceAll("&lt;", "<")}`;
  });
  assert.deepEqual(
    shown,
    cells.map((cell) => cell.replace(/ {2}\(not in --short\)$/, "")),
  );
  for (const title of new Set(shown.map((name) => name.split(": ")[0])))
    assert.ok(readme.includes(`| ${title} |`), `the README's table lacks ${title}`);
});
