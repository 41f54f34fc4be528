// Looks at the built documentation site as a reader without a network does: `make docs` runs it after the build.
//
//   node docs-site.mjs             checks it
//   node docs-site.mjs pictures    also writes screenshots into target/site-screenshots

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { closeTab, openTab, overflowing, startBrowser } from "./browser/tab.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const site = join(root, "target/site");
const pictures = process.argv[2] === "pictures" ? join(root, "target/site-screenshots") : undefined;
if (pictures !== undefined) mkdirSync(pictures, { recursive: true });
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** A server that has no rules for addresses, as a folder on any host. */
const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url, "http://site").pathname).replace(/\/$/, "/index.html");
  if (!existsSync(join(site, path))) return void response.writeHead(404).end();
  response
    .writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "application/octet-stream" })
    .end(readFileSync(join(site, path)));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${server.address().port}`;

/** Links that lead to no file of the site, or to no heading of it. */
function brokenLinks() {
  const broken = new Set();
  const ids = new Map();
  const idsOf = (path) => {
    if (!ids.has(path))
      ids.set(
        path,
        new Set([...readFileSync(join(site, path), "utf8").matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)),
      );
    return ids.get(path);
  };
  for (const file of readdirSync(site, { recursive: true }).filter(
    (name) => name.endsWith(".html") && !name.startsWith("rust/"),
  )) {
    for (const [, link] of readFileSync(join(site, file), "utf8").matchAll(/<a [^>]*href="([^"]+)"/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path, id] = link.split("#");
      const named =
        path === ""
          ? file
          : (path.startsWith("/") ? path.slice(1) : join(dirname(file), path)).replace(/(^|\/)$/, "$1index.html");
      const target = [named, `${named}.html`].find((name) => existsSync(join(site, decodeURIComponent(name))));
      if (
        target === undefined ||
        (id !== undefined && !target.startsWith("rust/") && !idsOf(target).has(decodeURIComponent(id)))
      )
        broken.add(`${file}: ${link}`);
    }
  }
  return [...broken];
}
assert.deepEqual(brokenLinks(), []);

const browser = await startBrowser();
const PAGES = {
  start: "/",
  guide: "/docs/errors.html",
  api: "/api/itpay/classes/ItPayClient.html",
  options: "/api/itpay/interfaces/ItPayClientOptions.html",
  rust: "/rust/itpay/index.html",
};
for (const [name, path] of Object.entries(PAGES)) {
  for (const [device, viewport] of Object.entries({
    desktop: { width: 1280, height: 900 },
    phone: { width: 390, height: 844 },
  })) {
    const tab = await openTab(browser, `${address}${path}`, { viewport, isMobile: device === "phone" });
    await tab.locator("h1").first().waitFor();
    if (name !== "rust") assert.deepEqual(await overflowing(tab), [], `${path} on a ${device}`);
    if (pictures !== undefined) await tab.screenshot({ path: join(pictures, `${name}-${device}.png`) });
    // rustdoc preloads its fonts in a way that browsers complain about.
    tab.troubles = tab.troubles.filter((line) => !/preload/.test(line));
    await closeTab(tab);
  }
}

/** The first result of the search. */
async function found(words) {
  const tab = await openTab(browser, `${address}/`);
  await tab.getByRole("button", { name: "Search" }).click();
  await tab.locator("#localsearch-input").fill(words);
  const results = tab.locator(".VPLocalSearchBox .result");
  await results.first().waitFor();
  const texts = (await results.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, " "));
  if (pictures !== undefined)
    await tab.screenshot({ path: join(pictures, `search-${words.replaceAll(/\W/g, "-")}.png`) });
  await closeTab(tab);
  return texts;
}
assert.match((await found("waitForCompletion")).join("\n"), /ItPayClient/);
assert.match((await found("unreadable_response")).join("\n"), /Errors/);
await browser.close();
server.close();
console.log(`The documentation site is fine${pictures === undefined ? "" : `; its pictures are in ${pictures}`}.`);
