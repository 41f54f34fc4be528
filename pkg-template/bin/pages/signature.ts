// The page at `/signature`: checks a webhook signature in the browser, by the package's own module, and explains it.

import type { Sandbox } from "../../entry/sandbox.js";
import { generateTestHeader } from "../../entry/webhooks.js";
import { html } from "./html.js";
import type { Page } from "./page.js";

export const SIGNATURE_PATH = "/signature";

// The form is never sent: the secret stays in the browser.
const SCRIPT = `
import { constructEvent, verifySignature } from "/itpay/inline/webhooks.js";
import { explainSignature } from "/itpay/src/sandbox/explain-signature.js";

const NAMES = { header: "Header", secret: "Secret", signature: "Signature", timestamp: "Timestamp", event: "Event" };
const MARKS = { passed: "✓", failed: "✗", skipped: "–" };
const [header, body, secret, checks, verdict] = ["header", "body", "secret", "checks", "verdict"].map((id) => document.getElementById(id));

function check() {
  const value = header.value.trim().replace(/^x-itpay-signature:\\s*/i, "");
  const results = explainSignature({ constructEvent, verifySignature }, new TextEncoder().encode(body.value), value, secret.value, Date.now() / 1000);
  const failed = results.find(({ result }) => result === "failed");
  verdict.textContent = failed === undefined ? "The webhook verifies" : "The webhook does not verify: " + NAMES[failed.check].toLowerCase();
  verdict.className = "verdict " + (failed === undefined ? "good" : "bad");
  checks.replaceChildren(...results.map(({ check, result, detail }) => {
    const row = document.createElement("li");
    row.className = result;
    for (const [name, text] of [["symbol", MARKS[result]], ["name", NAMES[check]], ["detail", detail]]) {
      const part = document.createElement("span");
      part.className = name;
      part.textContent = text;
      row.append(part);
    }
    return row;
  }));
}

document.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
document.querySelector("button").disabled = false;
if (header.value !== "") check();
`;

export function signaturePage(gateway: Sandbox): Page {
  return {
    path: /^\/signature$/,
    languages: ["en"],
    show: ({ query }) => {
      const event = gateway.deliveries.find(({ id }) => id === query.get("event"));
      const secret = event === undefined ? "" : gateway.webhookSecret;
      const header = event === undefined ? "" : generateTestHeader({ payload: event.body, secret });
      const body = html`<main class="board signature" tabindex="-1">
<h1>Check a webhook signature</h1>
<p class="soft">Paste a webhook as your endpoint received it. Everything stays in this browser, where itpay/webhooks checks it as your server does.</p>
<form class="card fields">
<label for="header">X-ItPay-Signature header</label>
<input id="header" value="${header}" placeholder="t=1745712345,v1=5257a869…" autocomplete="off" autocapitalize="off" spellcheck="false">
<label for="body">Raw body</label>
<textarea id="body" rows="8" placeholder="{&quot;id&quot;:&quot;evt_…" autocomplete="off" autocapitalize="off" spellcheck="false">${event?.body}</textarea>
<label for="secret">Secret</label>
<input id="secret" value="${secret}" placeholder="whsec_…" autocomplete="off" autocapitalize="off" spellcheck="false">
<button class="main" disabled>Check</button>
</form>
<section aria-label="Result"><p id="verdict" role="status"></p><ol id="checks" class="checks"></ol></section>
<p class="soft">In a terminal: <code>npx itpay webhook verify --header VALUE --explain body.json</code></p>
<noscript><p class="notice">This page needs JavaScript.</p></noscript>
<p class="soft"><a href="/">Payments and webhooks</a></p>
</main>`;
      return { title: "Check a webhook signature · Sandbox", body, script: SCRIPT };
    },
  };
}
