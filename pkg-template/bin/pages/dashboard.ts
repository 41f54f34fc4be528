// The page at `/`: payments, webhooks, requests and services of both gateways, the latest first.

import { ItPayClient } from "../../entry/index.js";
import {
  type GoPaySandbox,
  isItPayError,
  type Sandbox,
  type SandboxPreviewCall,
  type SandboxRequest,
} from "../../entry/sandbox.js";
import { problemOf } from "../error-body.js";
import { gopayPath } from "./gopay.js";
import { type Html, html } from "./html.js";
import { amountOf, type Delivery, timeOf, toneOf } from "./layout.js";
import type { Page } from "./page.js";
import { SIGNATURE_PATH } from "./signature.js";
import { type Language, TEXTS } from "./texts.js";
import { walletPath } from "./wallet.js";

/** How many entries of each list are shown. */
const SHOWN = 100;
/** How much of a request's body is shown, in characters. */
const MAX_BODY = 2_000;

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
  /** The event. A notification has none. */
  body?: string;
  created_at: number;
}

export function dashboardPage(itpay: Sandbox, gopay: GoPaySandbox): Page {
  const client = new ItPayClient({ apiKey: itpay.apiKey, fetch: itpay.fetch });
  return {
    path: /^\/$/,
    languages: ["en", "zh", "cs"],
    show: ({ language }) => {
      const texts = TEXTS[language];
      const [payments, deliveries, requests] = [
        paymentsOf(itpay, gopay),
        deliveriesOfBoth(itpay, gopay),
        requestsOf(itpay, gopay),
      ];
      const tile = (count: number, name: string, id: string): Html =>
        html`<li class="card"><b id="${id}" data-live>${count}</b><span class="soft">${name}</span></li>`;
      const count = (tone: string): number => payments.filter(({ status }) => toneOf(status) === tone).length;
      const section = <T>(id: string, title: string, all: readonly T[], row: (one: T) => Html, empty: Html): Html =>
        html`<section aria-labelledby="${id}-title"><h2 id="${id}-title">${title} <small id="${id}-count" data-live>${all.length > SHOWN && texts.latest(SHOWN, all.length)}</small></h2>
<div id="${id}" data-live class="card">${all.length === 0 ? html`<p class="empty">${empty}</p>` : html`<ul class="rows ${id}">${all.slice(-SHOWN).reverse().map(row)}</ul>`}</div></section>`;
      const body = html`<main class="board" tabindex="-1">
<div class="top"><h1>${texts.overview}</h1>
<form method="post" action="/?lang=${language}"><button name="test" value="itpay" class="main">${texts.testPayment}</button></form></div>
<ul class="tiles">
${tile(payments.length, texts.payments, "all")}
${tile(count("good"), texts.status["succeeded"] ?? "", "paid")}
${tile(count("waits"), texts.status["qr_generated"] ?? "", "open")}
${tile(deliveries.filter(({ progress }) => progress.state === "delivered").length, texts.progress["delivered"] ?? "", "delivered")}
</ul>
${section("payments", texts.payments, payments, (one) => payment(one, language), html`<b>${texts.noPayments}</b><br>${texts.noPaymentsHint}`)}
${section("deliveries", texts.deliveries, deliveries, (one) => delivery(one, language), html`${texts.noDeliveries}`)}
${section("requests", texts.requests, requests, (one) => request(one, language), html`${texts.noRequests}`)}
${section("preview", texts.preview, itpay.previewCalls, (one) => previewCall(one, language), html`${texts.noRequests}`)}
<p class="soft">${texts.previewHint}</p>
${section("services", texts.services, [...itpay.services].reverse(), service, html``)}
<p class="soft"><a href="${SIGNATURE_PATH}">${texts.checkSignature}</a></p>
<noscript><a href="/?lang=${language}">${texts.reload}</a></noscript>
</main>`;
      return { title: `${texts.overview} · ${texts.sandbox}`, body };
    },
    press: async (_visit, form) => {
      if (form.has("test")) return testPayment(client);
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

/** Creates a payment with its code. Returns the path of its wallet. */
async function testPayment(client: ItPayClient): Promise<string> {
  const { id } = await client.paymentIntents.create({
    service_id: "svc_sandbox",
    type: "one_time",
    amount: { currency: "CNY", value: 699 },
    description: "Test payment",
    payer: { agent_id: "agent_sandbox" },
  });
  await client.qr.generate(id);
  return walletPath(id);
}

function paymentsOf(itpay: Sandbox, gopay: GoPaySandbox): PaymentRow[] {
  const rows: PaymentRow[] = itpay.intents.map(
    ({ id, amount, description, history, merchant_name: merchant, status }) => {
      return { path: walletPath(id), id, title: description ?? merchant, at: history[0]?.at ?? 0, amount, status };
    },
  );
  for (const {
    id,
    amount: value,
    currency,
    created_at: at,
    order_description,
    order_number,
    state,
  } of gopay.payments) {
    rows.push({
      path: gopayPath(id),
      id,
      title: order_description ?? order_number,
      at,
      amount: { currency, value },
      status: state,
    });
  }
  return rows.sort((a, b) => a.at - b.at);
}

function deliveriesOfBoth(itpay: Sandbox, gopay: GoPaySandbox): DeliveryRow[] {
  const rows: DeliveryRow[] = itpay.deliveries.map((one) => ({
    ...one,
    name: one.event_type,
    path: walletPath(one.intent_id),
    payment: one.intent_id,
  }));
  for (const one of gopay.deliveries)
    rows.push({ ...one, name: one.payment_state, path: gopayPath(one.payment_id), payment: one.payment_id });
  return rows.sort((a, b) => a.created_at - b.created_at);
}

function requestsOf(itpay: Sandbox, gopay: GoPaySandbox): SandboxRequest[] {
  // GoPay's paths as they are in the URL.
  const ofGopay = gopay.requests.slice(-SHOWN).map((one) => ({ ...one, path: `/gopay${one.path}` }));
  return [...itpay.requests.slice(-SHOWN), ...ofGopay].sort((a, b) => a.at - b.at);
}

function payment({ path, id, title, at, amount, status }: PaymentRow, language: Language): Html {
  return html`<li><div class="what"><a id="to-${id}" href="${path}?lang=${language}">${title}</a>
<div class="soft line">${timeOf(at, language)} · <code>${id}</code></div></div>
<div class="side"><span class="price">${amountOf(amount, language)}</span><span class="pill ${toneOf(status)}">${TEXTS[language].status[status] ?? status}</span></div></li>`;
}

function delivery(
  { id, name, path, payment: of, url, body, attempts, progress }: DeliveryRow,
  language: Language,
): Html {
  const texts = TEXTS[language];
  const tries = attempts.map(
    ({ at, duration, status }) =>
      html`<li class="${status !== null && status >= 200 && status < 300 ? "ok" : "no"}">${timeOf(at, language)} ${status ?? texts.noResponse} <span class="soft">${duration} ms</span></li>`,
  );
  return html`<li><div class="what"><b>${name}</b>
<div class="soft line"><a href="${path}?lang=${language}"><code>${of}</code></a></div>
<div class="soft line">→ <code>${url}</code></div>
<ol class="tries">${tries}</ol>
${body !== undefined && html`<details id="event-${id}"><summary>${texts.event}</summary>${source(body)}<p><a href="${SIGNATURE_PATH}?event=${encodeURIComponent(id)}">${texts.checkSignature}</a></p></details>`}</div>
<div class="side"><span class="pill ${toneOf(progress.state)}">${texts.progress[progress.state]}${progress.state === "waiting" && html` · ${timeOf(progress.due, language)}`}</span>
<form method="post" action="/?lang=${language}"><button id="redeliver-${id}" name="redeliver" value="${id}" aria-label="${texts.redeliver}: ${name}, ${of}">${texts.redeliver}</button></form></div></li>`;
}

function request({ at, method, path, body, status, errorBody }: SandboxRequest, language: Language): Html {
  const texts = TEXTS[language];
  const isGood = status !== undefined && status < 400;
  const id = `request-${at}-${method}-${path}`.replaceAll(/[^\w-]/g, "-");
  const parts = [
    errorBody !== undefined && errorBody !== "" && html`<p class="soft">${texts.response}</p>${source(errorBody)}`,
    body !== "" && html`<p class="soft">${texts.body}</p>${source(body)}`,
  ];
  const { code, message } = problemOf(errorBody);
  return html`<li><div class="what"><div class="path"><code>${method}</code> <code>${path}</code></div>
${(code !== undefined || message !== undefined) && html`<div class="problem"><b>${code}</b> ${message}</div>`}
<div class="soft line">${timeOf(at, language)}</div>
${parts.some(Boolean) && html`<details id="${id}"><summary>${texts.details}</summary>${parts}</details>`}</div>
<div class="side"><span class="pill ${isGood ? "good" : "bad"}">${status ?? texts.noResponse}</span></div></li>`;
}

function previewCall({ path, params, response, at }: SandboxPreviewCall, language: Language): Html {
  return html`<li><div class="what"><div class="path"><code>${path}</code></div>
<div class="soft line">${timeOf(at, language)}</div>${source(JSON.stringify(params))}${source(JSON.stringify(response))}</div></li>`;
}

function service({ id, name, status, accepted_channels: channels = [], endpoint }: Sandbox["services"][number]): Html {
  return html`<li><div class="what"><b>${name}</b>
<div class="soft line"><code>${id}</code>${channels.length > 0 && html` · ${channels.join(", ")}`}</div>
${endpoint !== undefined && html`<div class="soft line">→ <code>${endpoint}</code></div>`}</div>
<div class="side"><span class="pill ${status === "active" ? "good" : "late"}">${status}</span></div></li>`;
}

/** JSON with line breaks, or other text as it is. */
function source(text: string): Html {
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // A form, or a body that was cut.
  }
  return html`<pre tabindex="0">${shown.length > MAX_BODY ? `${shown.slice(0, MAX_BODY)}…` : shown}</pre>`;
}
