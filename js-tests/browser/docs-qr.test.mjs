// Runs every code block of docs/qr.md as it stands.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath, pathToFileURL } from "node:url";
import { after, before, test } from "node:test";

import { PNG } from "pngjs";
import { compile as compileSvelte } from "svelte/compiler";
import { compileScript, parse as parseVue } from "vue/compiler-sfc";

import { scanned } from "../scan.mjs";
import { startWorker } from "../workerd.mjs";
import { startMerchant } from "./merchant.mjs";
import { bundled, closeTab, openTab, startBrowser } from "./tab.mjs";

const text = readFileSync(new URL("../../docs/qr.md", import.meta.url), "utf8");
const blocks = [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([whole, language, code]) => ({
  language,
  code,
  title: text
    .slice(0, text.indexOf(whole))
    .match(/^## (.+)$/gm)
    .at(-1)
    .slice(3),
}));
const block = (title, language) => blocks.find((each) => each.title === title && each.language === language).code;

/** Where the package is found by its name. */
function file(name, code) {
  const folder = fileURLToPath(new URL("../node_modules/.docs-qr/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(folder + name, code);
  return folder + name;
}

let merchant, browser;
const page = { html: "", script: "", csp: "" };
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://page");
  const [, id, part] = /^\/orders(?:\/(\d+))?(\/status|\/renew)?$/.exec(pathname) ?? [];
  if (pathname.startsWith("/orders") && part !== "/status") {
    if (request.method === "POST") page.orders += 1;
    const number = request.method === "POST" ? page.orders : id;
    return response.writeHead(200, { "Content-Type": "application/json" }).end(
      JSON.stringify({
        id: number,
        qr_data: `code ${number}`,
        scan_url: "itpay://pay",
        expires_at: "2099-01-01T00:00:00Z",
      }),
    );
  }
  const [type, body] = { "/": ["text/html", page.html], "/page.js": ["text/javascript", page.script] }[pathname] ?? [
    "application/json",
    JSON.stringify({ status: page.status }),
  ];
  response
    .writeHead(200, {
      "Content-Type": `${type}; charset=utf-8`,
      ...(page.csp && { "Content-Security-Policy": page.csp }),
    })
    .end(body);
});
before(async () => {
  [merchant, browser] = await Promise.all([startMerchant(), startBrowser()]);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
});
after(async () => {
  server.close();
  server.closeAllConnections();
  await browser.close();
  await merchant.stop();
});

async function open(body, script, { csp = "", head = "" } = {}) {
  Object.assign(page, {
    html: `<!doctype html><html lang="en"><link rel="icon" href="data:,">${head}<body>${body}<script type="module" src="/page.js"></script>`,
    script,
    csp,
    status: "pending",
  });
  const tab = await openTab(browser, `http://127.0.0.1:${server.address().port}/`);
  await tab.locator("itpay-qr[state]").waitFor();
  return tab;
}
const read = async (tab) => scanned(PNG.sync.read(await tab.locator("itpay-qr").screenshot()));

/** Shows the component, lets the payment succeed, and checks that the application was notified. */
async function works(script) {
  const tab = await open('<div id="app"></div>', script);
  await tab.locator("itpay-qr[state=waiting]").waitFor();
  assert.deepEqual(await read(tab), ["from a framework"]);
  page.status = "succeeded";
  await tab.waitForFunction(() => globalThis.paid === 1, undefined, { timeout: 10_000 });
  await closeTab(tab);
}
const CHARGE = `{ qr_data: "from a framework", expires_at: new Date(Date.now() + 60000).toISOString() }`;

test("the page has the blocks that are tested here, and no other", () => {
  assert.deepEqual(
    blocks.map(({ title, language }) => `${title}: ${language}`),
    [
      "Draw a code: js",
      "As PNG: js",
      "A payment in a page: html",
      "The status: js",
      "New codes and reloads: js",
      "Styling: css",
      "Custom texts: js",
      "Under a Content-Security-Policy: http",
      "Under a Content-Security-Policy: js",
      "React: jsx",
      "Vue: vue",
      "Svelte: svelte",
    ],
  );
});

test("Draw a code", async () => {
  const lines = [];
  const { log } = console;
  console.log = (...values) => lines.push(values.join(" "));
  try {
    await import(pathToFileURL(file("draw.mjs", block("Draw a code", "js"))));
  } finally {
    console.log = log;
  }
  assert.match(lines[0], /^[█▀▄ \n]{300,}$/);
  assert.match(lines[1], /^\d{4} \d{4} 29 true$/);
});

test("As PNG", async () => {
  const lines = [];
  const { log } = console;
  console.log = (...values) => lines.push(values.join(" "));
  try {
    await import(pathToFileURL(file("png.mjs", block("As PNG", "js"))));
  } finally {
    console.log = log;
  }
  assert.match(lines[0], /^\d{3} \d{3,4}$/);
});

test("New codes and reloads", async () => {
  page.orders = 0;
  const tab = await open("<itpay-qr></itpay-qr>", await bundled(block("New codes and reloads", "js")));
  const shown = async (data) => tab.locator(`itpay-qr[data="${data}"]`).waitFor();
  await shown("code 1");
  await tab.reload();
  await shown("code 1");
  page.status = "expired";
  await tab.getByRole("button", { name: "New code" }).click({ timeout: 15_000 });
  page.status = "pending";
  await shown("code 2");
  await tab.reload();
  await shown("code 2");
  assert.equal(page.orders, 2);
  await closeTab(tab);
});

test("A payment in a page, styled and with custom texts, under a strict policy", async () => {
  const [, script] = /<script type="module">([^]*)<\/script>/.exec(block("A payment in a page", "html"));
  const html = block("A payment in a page", "html").replace(/<script[^]*<\/script>/, "");
  const [, csp] = /^Content-Security-Policy: (.*)$/m.exec(block("Under a Content-Security-Policy", "http"));
  const tab = await open(html, await bundled(script), {
    csp: `${csp}; style-src-elem 'unsafe-inline'; require-trusted-types-for 'script'`,
    head: `<style>${block("Styling", "css")}</style>`,
  });
  const element = tab.locator("itpay-qr");
  assert.deepEqual(await read(tab), [/data="(.*)"/.exec(html)[1]]);
  assert.match(await element.locator("[part=card]").innerText(), /^CN¥6\.99\s+Smart Summary\s+Scan with Alipay to pay/);
  assert.equal(await element.evaluate((node) => getComputedStyle(node).width), "320px");
  assert.equal(await element.locator("[part=merchant]").evaluate((node) => getComputedStyle(node).fontStyle), "italic");
  page.status = "succeeded";
  await tab.locator("itpay-qr[state=succeeded]").waitFor();
  assert.equal(await element.locator("[part=code]").isVisible(), false);
  await closeTab(tab);

  const other = await open(
    "<itpay-qr data='x' channel='alipay'></itpay-qr>",
    await bundled(block("Custom texts", "js")),
  );
  await other.getByText("Paga con Alipay").waitFor();
  await closeTab(other);
});

test("The status", async () => {
  const { gateway } = merchant;
  const worker = await startWorker(file("status.mjs", block("The status", "js")), {
    bindings: { ITPAY_API_KEY: gateway.output.match(/ITPAY_API_KEY=(\S+)/)[1], ITPAY_BASE_URL: `${gateway.url}/v1` },
  });
  try {
    const { "status-url": address } = await merchant.payment();
    const ask = async () => (await worker.dispatchFetch(`http://worker${address}`)).json();
    assert.deepEqual(await ask(), { status: "qr_generated" });
    await gateway.press(`payment-intents/${merchant.latest}/pay`);
    assert.deepEqual(await ask(), { status: "succeeded" });
  } finally {
    await worker.dispose();
  }
});

test("Under a Content-Security-Policy without wasm: the code in the slot", async () => {
  const { payment } = await import(pathToFileURL(file("slot.mjs", block("Under a Content-Security-Policy", "js"))));
  const tab = await open(payment({ qr_data: "from the server" }), await bundled('import "itpay/qr/element"'), {
    csp: "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:",
  });
  assert.deepEqual(await read(tab), ["from the server"]);
  await closeTab(tab);
});

test("React, rendered on a server and hydrated", async () => {
  const component = `${block("React", "jsx")}\nconst charge = { qr_data: "from a framework", expires_at: "2099-01-01T00:00:00Z" };`;
  const jsx = {
    stdin: { loader: "jsx" },
    build: { jsx: "automatic", define: { "process.env.NODE_ENV": '"development"' } },
  };
  // On the server the element is markup only.
  const server = await bundled(
    `${component}\nimport { renderToString } from "react-dom/server";\nexport const html = renderToString(<Pay charge={charge} onPaid={() => undefined} />);`,
    { ...jsx, build: { ...jsx.build, platform: "node", format: "cjs", conditions: ["module"] } },
  );
  const script = file("react-server.cjs", server);
  const {
    default: { html },
  } = await import(pathToFileURL(script));
  assert.match(html, /^<itpay-qr data="from a framework"/);
  for (const late of [0, 300]) {
    const client = await bundled(
      `${component}\nimport { hydrateRoot } from "react-dom/client";\nsetTimeout(() => hydrateRoot(document.querySelector("#app"), <Pay charge={charge} onPaid={() => (globalThis.paid = (globalThis.paid ?? 0) + 1)} />, { onRecoverableError: (error) => console.error(error) }), ${late === 0 ? 0 : "document.readyState === 'complete' ? 0 : 20"});`,
      jsx,
    );
    const tab = await open(`<div id="app">${html}</div>`, client);
    assert.deepEqual(await read(tab), ["from a framework"]);
    page.status = "succeeded";
    await tab.waitForFunction(() => globalThis.paid === 1, undefined, { timeout: 15_000 });
    // Nothing about a mismatch on the console.
    await closeTab(
      tab,
      tab.troubles.filter((line) => /React DevTools/.test(line)),
    );
  }
});

test("React", async () => {
  const code = `${block("React", "jsx")}
    import { createRoot } from "react-dom/client";
    createRoot(document.querySelector("#app")).render(<Pay charge={${CHARGE}} onPaid={() => (globalThis.paid = (globalThis.paid ?? 0) + 1)} />);`;
  await works(
    await bundled(code, {
      stdin: { loader: "jsx" },
      build: { jsx: "automatic", define: { "process.env.NODE_ENV": '"production"' } },
    }),
  );
});

test("Vue", async () => {
  const { descriptor } = parseVue(block("Vue", "vue"));
  const { content } = compileScript(descriptor, {
    id: "pay",
    inlineTemplate: true,
    templateOptions: { compilerOptions: { isCustomElement: (tag) => tag === "itpay-qr" } },
  });
  const code = `${content.replace("export default", "const Pay =")}
    import { createApp } from "vue";
    createApp(Pay, { charge: ${CHARGE}, onPaid: () => (globalThis.paid = (globalThis.paid ?? 0) + 1) }).mount("#app");`;
  await works(
    await bundled(code, {
      build: {
        define: {
          "process.env.NODE_ENV": '"production"',
          __VUE_OPTIONS_API__: "true",
          __VUE_PROD_DEVTOOLS__: "false",
          __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
        },
      },
    }),
  );
});

test("Svelte", async () => {
  const { js } = compileSvelte(block("Svelte", "svelte"), { name: "Pay" });
  const code = `${js.code.replace("export default function Pay", "function Pay")}
    import { mount } from "svelte";
    mount(Pay, { target: document.querySelector("#app"), props: { charge: ${CHARGE}, onPaid: () => (globalThis.paid = (globalThis.paid ?? 0) + 1) } });`;
  await works(await bundled(code, { build: { conditions: ["browser"] } }));
});
