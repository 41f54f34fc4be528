// The page at `/`: every payment and every delivery, the latest first.

import { isItPayError, type Sandbox, type SandboxDelivery, type SandboxIntent } from "../../entry/sandbox.js";
import { Html, html } from "./html.js";
import { amountOf, timeOf, toneOf } from "./layout.js";
import type { Page } from "./page.js";
import { type Language, TEXTS } from "./texts.js";
import { WALLET_PATH } from "./wallet.js";

/** How many of each are shown. */
const SHOWN = 100;

export function dashboardPage(gateway: Sandbox): Page {
  return {
    path: /^\/$/,
    languages: ["en", "zh"],
    show: ({ language }) => {
      const texts = TEXTS[language];
      const { intents, deliveries } = gateway;
      const tile = (count: number, name: string, id: string): Html => html`<li class="card"><b id="${id}" data-live>${count}</b><span class="soft">${name}</span></li>`;
      const of = (wanted: (intent: SandboxIntent) => boolean): number => intents.filter(wanted).length;
      const section = <T>(id: string, title: string, all: readonly T[], row: (one: T) => Html, empty: Html): Html =>
        html`<section aria-labelledby="${id}-title"><h2 id="${id}-title">${title} <small id="${id}-count" data-live>${all.length > SHOWN && texts.latest(SHOWN, all.length)}</small></h2>
<div id="${id}" data-live class="card">${all.length === 0 ? html`<p class="empty">${empty}</p>` : html`<ul class="rows ${id}">${all.slice(-SHOWN).reverse().map(row)}</ul>`}</div></section>`;
      const body = html`<main class="board" tabindex="-1">
<h1>${texts.overview}</h1>
<ul class="tiles">
${tile(intents.length, texts.payments, "all")}
${tile(of(({ status }) => status === "succeeded"), texts.status["succeeded"] ?? "", "paid")}
${tile(of(({ status }) => toneOf(status) === "waits"), texts.status["qr_generated"] ?? "", "open")}
${tile(deliveries.filter(({ progress }) => progress.state === "delivered").length, texts.progress["delivered"] ?? "", "delivered")}
</ul>
${section("payments", texts.payments, intents, (intent) => payment(intent, language), html`<b>${texts.noPayments}</b><br>${texts.noPaymentsHint}`)}
${section("deliveries", texts.deliveries, deliveries, (delivery) => row(delivery, language), html`${texts.noDeliveries}`)}
<noscript><a href="/?lang=${language}">${texts.reload}</a></noscript>
</main>`;
      return { title: `${texts.overview} · ${texts.sandbox}`, body };
    },
    press: async (_visit, form) => {
      try {
        await gateway.redeliver(form.get("redeliver") ?? "");
        return true;
      } catch (error) {
        if (isItPayError(error)) return false;
        throw error;
      }
    },
  };
}

function payment(intent: SandboxIntent, language: Language): Html {
  const texts = TEXTS[language];
  const { id, status, merchant_name: merchant, description, created_at = 0 } = intent;
  return html`<li><div class="what"><a id="to-${id}" href="${WALLET_PATH}/${encodeURIComponent(id)}?lang=${language}">${description ?? merchant}</a>
<div class="soft line">${timeOf(created_at, language)} · ${description !== undefined && html`${merchant} · `}<code>${id}</code></div></div>
<div class="side"><span class="price">${amountOf(intent.amount, language)}</span><span class="pill ${toneOf(status)}">${texts.status[status] ?? status}</span></div></li>`;
}

function row({ id, event_type, intent_id, url, attempts, progress }: SandboxDelivery, language: Language): Html {
  const texts = TEXTS[language];
  const tries = attempts.map(
    ({ at, duration, status }) =>
      html`<li class="${status !== null && status >= 200 && status < 300 ? "ok" : "no"}">${timeOf(at, language)} ${status ?? texts.noAnswer} <span class="soft">${duration} ms</span></li>`,
  );
  return html`<li><div class="what"><b>${event_type}</b>
<div class="soft line"><a href="${WALLET_PATH}/${encodeURIComponent(intent_id)}?lang=${language}"><code>${intent_id}</code></a></div>
<div class="soft line">→ <code>${url}</code></div>
<ol class="tries">${tries}</ol></div>
<div class="side"><span class="pill ${toneOf(progress.state)}">${texts.progress[progress.state]}${progress.state === "waiting" && html` · ${timeOf(progress.due, language)}`}</span>
<form method="post" action="/?lang=${language}"><button id="again-${id}" name="redeliver" value="${id}" aria-label="${texts.again}: ${event_type}, ${intent_id}">${texts.again}</button></form></div></li>`;
}
