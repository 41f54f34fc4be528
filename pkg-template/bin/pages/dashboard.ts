// The page at `/`: every payment and every delivery of both gateways, the latest first.

import { type GoPaySandbox, isItPayError, type Sandbox } from "../../entry/sandbox.js";
import { gopayPath } from "./gopay.js";
import { Html, html } from "./html.js";
import { amountOf, type Delivery, timeOf, toneOf } from "./layout.js";
import type { Page } from "./page.js";
import { type Language, TEXTS } from "./texts.js";
import { walletPath } from "./wallet.js";

/** How many of each are shown. */
const SHOWN = 100;

interface PaymentRow {
  path: string;
  id: string | number;
  title: string;
  at: number;
  amount: { currency: string; value: number } | undefined;
  status: string;
}

interface DeliveryRow extends Delivery {
  id: string;
  /** The payment's page and id. */
  path: string;
  payment: string | number;
  url: string;
  created_at: number;
}

export function dashboardPage(itpay: Sandbox, gopay: GoPaySandbox): Page {
  return {
    path: /^\/$/,
    languages: ["en", "zh", "cs"],
    show: ({ language }) => {
      const texts = TEXTS[language];
      const [payments, deliveries] = [paymentsOf(itpay, gopay), deliveriesOfBoth(itpay, gopay)];
      const tile = (count: number, name: string, id: string): Html => html`<li class="card"><b id="${id}" data-live>${count}</b><span class="soft">${name}</span></li>`;
      const count = (tone: string): number => payments.filter(({ status }) => toneOf(status) === tone).length;
      const section = <T>(id: string, title: string, all: readonly T[], row: (one: T) => Html, empty: Html): Html =>
        html`<section aria-labelledby="${id}-title"><h2 id="${id}-title">${title} <small id="${id}-count" data-live>${all.length > SHOWN && texts.latest(SHOWN, all.length)}</small></h2>
<div id="${id}" data-live class="card">${all.length === 0 ? html`<p class="empty">${empty}</p>` : html`<ul class="rows ${id}">${all.slice(-SHOWN).reverse().map(row)}</ul>`}</div></section>`;
      const body = html`<main class="board" tabindex="-1">
<h1>${texts.overview}</h1>
<ul class="tiles">
${tile(payments.length, texts.payments, "all")}
${tile(count("good"), texts.status["succeeded"] ?? "", "paid")}
${tile(count("waits"), texts.status["qr_generated"] ?? "", "open")}
${tile(deliveries.filter(({ progress }) => progress.state === "delivered").length, texts.progress["delivered"] ?? "", "delivered")}
</ul>
${section("payments", texts.payments, payments, (one) => payment(one, language), html`<b>${texts.noPayments}</b><br>${texts.noPaymentsHint}`)}
${section("deliveries", texts.deliveries, deliveries, (one) => delivery(one, language), html`${texts.noDeliveries}`)}
<noscript><a href="/?lang=${language}">${texts.reload}</a></noscript>
</main>`;
      return { title: `${texts.overview} · ${texts.sandbox}`, body };
    },
    press: async (_visit, form) => {
      const id = form.get("redeliver") ?? "";
      try {
        await (itpay.deliveries.some((one) => one.id === id) ? itpay : gopay).redeliver(id);
        return true;
      } catch (error) {
        if (isItPayError(error)) return false;
        throw error;
      }
    },
  };
}

function paymentsOf(itpay: Sandbox, gopay: GoPaySandbox): PaymentRow[] {
  const rows: PaymentRow[] = itpay.intents.map(({ id, amount, description, history, merchant_name: merchant, status }) => {
    return { path: walletPath(id), id, title: description ?? merchant, at: history[0]?.at ?? 0, amount, status };
  });
  for (const { id, amount: value, currency, created_at: at, order_description, order_number, state } of gopay.payments) {
    rows.push({ path: gopayPath(id), id, title: order_description ?? order_number, at, amount: { currency, value }, status: state });
  }
  return rows.sort((a, b) => a.at - b.at);
}

function deliveriesOfBoth(itpay: Sandbox, gopay: GoPaySandbox): DeliveryRow[] {
  const rows: DeliveryRow[] = itpay.deliveries.map((one) => ({ ...one, name: one.event_type, path: walletPath(one.intent_id), payment: one.intent_id }));
  for (const one of gopay.deliveries) rows.push({ ...one, name: one.payment_state, path: gopayPath(one.payment_id), payment: one.payment_id });
  return rows.sort((a, b) => a.created_at - b.created_at);
}

function payment({ path, id, title, at, amount, status }: PaymentRow, language: Language): Html {
  return html`<li><div class="what"><a id="to-${id}" href="${path}?lang=${language}">${title}</a>
<div class="soft line">${timeOf(at, language)} · <code>${id}</code></div></div>
<div class="side"><span class="price">${amountOf(amount, language)}</span><span class="pill ${toneOf(status)}">${TEXTS[language].status[status] ?? status}</span></div></li>`;
}

function delivery({ id, name, path, payment: of, url, attempts, progress }: DeliveryRow, language: Language): Html {
  const texts = TEXTS[language];
  const tries = attempts.map(
    ({ at, duration, status }) =>
      html`<li class="${status !== null && status >= 200 && status < 300 ? "ok" : "no"}">${timeOf(at, language)} ${status ?? texts.noAnswer} <span class="soft">${duration} ms</span></li>`,
  );
  return html`<li><div class="what"><b>${name}</b>
<div class="soft line"><a href="${path}?lang=${language}"><code>${of}</code></a></div>
<div class="soft line">→ <code>${url}</code></div>
<ol class="tries">${tries}</ol></div>
<div class="side"><span class="pill ${toneOf(progress.state)}">${texts.progress[progress.state]}${progress.state === "waiting" && html` · ${timeOf(progress.due, language)}`}</span>
<form method="post" action="/?lang=${language}"><button id="again-${id}" name="redeliver" value="${id}" aria-label="${texts.again}: ${name}, ${of}">${texts.again}</button></form></div></li>`;
}
