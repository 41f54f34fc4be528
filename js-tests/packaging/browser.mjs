// A folder over HTTP, and the page in it in Chromium.

import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { chromium } from "playwright-core";

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".map": "application/json",
};

let browser;

/** A static server, as plain as one can be. */
export async function serve(folder, { headers = {} } = {}) {
  const server = createServer((request, response) => {
    if (request.url === "/favicon.ico") return response.writeHead(204).end(); // which browsers ask for by themselves
    const path = join(folder, normalize(new URL(request.url, "http://x").pathname).replace(/\/$/, "/index.html"));
    if (!path.startsWith(folder) || !existsSync(path)) return response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/octet-stream", ...headers });
    createReadStream(path).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => server.closeAllConnections() ?? server.close(),
  };
}

/**
 * Opens the page and waits for `globalThis.outcome`: what exercise.ts came to, or the error's text. Whatever else
 * the page has to say to the console is an error, too.
 */
export async function outcomeOf(url) {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
  const page = await browser.newPage();
  const output = [];
  page.on("pageerror", (error) => output.push(String(error.stack ?? error)));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && output.push(message.text()));
  try {
    await page.goto(url);
    // Not waitForFunction: that evaluates inside the page, where a Content-Security-Policy forbids it.
    let outcome;
    for (
      const end = Date.now() + 30_000;
      outcome === undefined && output.length === 0 && Date.now() < end;
      await sleep(20)
    )
      outcome = await page.evaluate("globalThis.outcome");
    if (outcome === undefined) output.push("the page came to nothing");
    if (typeof outcome === "string") output.unshift(outcome);
    if (output.length > 0) throw new Error(output.join("\n"));
    return outcome;
  } finally {
    await page.close();
  }
}

/** Serves the folder as long as its page runs. */
export async function outcomeIn(folder, { page = "", ...options } = {}) {
  const server = await serve(folder, options);
  try {
    return await outcomeOf(server.url + page);
  } finally {
    server.close();
  }
}

export async function closeBrowser() {
  await browser?.close();
}
