// A headless Chromium. A page that requests another host or writes to its console fails its test.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { chromium } from "playwright-core";
import sharp from "sharp";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = [
  "--no-sandbox",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

export const startBrowser = () => chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });

/** A tab of its own. `tab.troubles` are the console's lines and the requests to another origin. */
export async function openTab(browser, address, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 900, height: 760 },
    locale: "en-GB",
    reducedMotion: "reduce",
    ...options,
  });
  const tab = await context.newPage();
  tab.troubles = [];
  tab.on("console", (message) => tab.troubles.push(message.text()));
  tab.on("pageerror", (error) => tab.troubles.push(String(error)));
  tab.on("request", (request) => {
    const asked = new URL(request.url());
    if (asked.origin !== new URL(address).origin && asked.protocol !== "data:") tab.troubles.push(asked.href);
  });
  await tab.goto(address);
  return tab;
}

/** Ends a tab that should have had nothing to complain about. */
export async function closeTab(tab, expected = []) {
  await tab.context().close();
  assert.deepEqual(tab.troubles, expected);
}

/** The findings of axe-core, as text. */
export async function violations(tab) {
  await tab.evaluate(AXE);
  const found = await tab.evaluate(() =>
    axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(" ")}`,
  );
}

/** For the documentation, and only if ITPAY_SCREENSHOTS is set: a test run must not change the tree. */
export async function screenshot(shown, name, options = {}) {
  if (!process.env.ITPAY_SCREENSHOTS) return;
  const folder = fileURLToPath(new URL("../../docs/screenshots/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  // A small palette, as pictures travel with the package.
  const picture = sharp(await shown.screenshot(options)).png({
    palette: true,
    colors: 64,
    effort: 10,
    dither: 0,
    compressionLevel: 9,
  });
  await picture.toFile(`${folder}${name}.png`);
}

/** The package's part of a page, bundled as by users. */
export async function bundled(code, options = {}) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL("..", import.meta.url)), ...options.stdin },
    bundle: true,
    format: "esm",
    minify: true,
    write: false,
    ...options.build,
  });
  return outputFiles[0].text;
}

/** The elements that are wider than the page. */
export function overflowing(page) {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.body.querySelectorAll("*")]
      .filter((element) => element.getBoundingClientRect().right > clientWidth && element.closest(".line") === null)
      .map((element) => element.outerHTML);
  });
}
