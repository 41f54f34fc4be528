// The wallet's page, where `scan_url` leads: what is to be paid, and the payer's buttons.

import { toSvg } from "../../entry/qr.js";
import { isItPayError, type Sandbox, type SandboxIntent, type WalletAction } from "../../entry/sandbox.js";
import { Html, html } from "./html.js";
import { amountOf, timeOf, toneOf } from "./layout.js";
import type { Page, Shown, Visit } from "./page.js";
import { TEXTS } from "./texts.js";

export const WALLET_PATH = "/pay";

const MARKS: Record<string, string> = {
  good: '<path d="M5 13l5 5L19 7"/>',
  bad: '<path d="M6 6l12 12M18 6L6 18"/>',
  late: '<path d="M12 6v6l4 3"/><circle cx="12" cy="12" r="9.5"/>',
};

/** What each button can follow on. */
const BUTTONS: Record<string, string[]> = {
  pay: ["qr_generated", "scanning", "authorized", "captured"],
  scan: ["qr_generated"],
  fail: ["qr_generated", "scanning", "authorized"],
  expire: ["pending", "qr_generated", "scanning"],
};

export function walletPage(gateway: Sandbox): Page {
  return {
    path: /^\/pay\/([^/]+)$/,
    languages: ["en", "zh"],
    show: (visit) => {
      const intent = gateway.intent(visit.id);
      return intent === undefined ? undefined : show(gateway, intent, visit);
    },
    press: async ({ id }, form) => {
      const action = form.get("action") ?? "";
      if (!Object.hasOwn(BUTTONS, action)) return false;
      try {
        await gateway.act(id, action as WalletAction);
        return true;
      } catch (error) {
        if (isItPayError(error)) return false;
        throw error;
      }
    },
  };
}

function show(gateway: Sandbox, intent: SandboxIntent, { language, refused }: Visit): Shown {
  const texts = TEXTS[language];
  const { status, charge, merchant_name: merchant } = intent;
  const amount = amountOf(intent.amount, language);
  const channel = texts.channels[intent.channel ?? ""] ?? intent.channel ?? "";
  const tone = toneOf(status);
  const over = tone !== "waits";
  const button = (action: string, name: string, style: string): Html =>
    html`<button id="${action}" name="action" value="${action}" class="${style}" ${BUTTONS[action]?.includes(status) ? undefined : html`disabled`}>${name}</button>`;
  const home = homeOf(intent);
  const link = home === undefined ? undefined : html`<a class="${over ? "button main" : "soft"} wide" href="${home}">${texts.backTo(merchant)}</a>`;
  const deliveries = gateway.deliveries.filter(({ intent_id }) => intent_id === intent.id);
  const self = `${WALLET_PATH}/${encodeURIComponent(intent.id)}?lang=${language}`;

  const body = html`<main class="narrow" tabindex="-1"><div class="card wallet">
<div class="to"><span class="avatar" aria-hidden="true">${[...merchant][0]?.toUpperCase()}</span><div><h1>${merchant}</h1>${intent.description && html`<p class="soft">${intent.description}</p>`}</div></div>
<p class="amount">${amount}</p>
<div class="state" id="state" role="status" data-live><span class="pill ${tone}">${texts.meaning[status] ?? status}</span>${intent.failure_reason !== undefined && html`<span class="soft">${intent.failure_reason}</span>`}</div>
${refused && html`<p class="notice" role="alert">${texts.refused}</p>`}
<div id="picture" data-live class="picture">${over ? html`<div class="mark ${tone}"><svg viewBox="0 0 24 24" aria-hidden="true">${new Html(MARKS[tone] ?? "")}</svg></div>` : picture(intent, texts.code(amount))}${!over && charge && html`<span class="soft">${texts.by(channel)}</span>`}</div>
<form class="buttons" id="buttons" data-live method="post" action="${self}">${over ? undefined : [button("pay", texts.pay(amount), "main wide"), button("scan", texts.scan, ""), button("fail", texts.decline, ""), button("expire", texts.expire, "")]}${link}</form>
<dl class="facts" id="facts" data-live>
${!over && intent.expires_at !== undefined && html`<dt>${texts.expiresAt}</dt><dd>${timeOf(intent.expires_at, language)}<span hidden> · <span data-until="${Date.parse(intent.expires_at)}"></span> ${texts.left}</span></dd>`}
${charge?.display?.reference !== undefined && html`<dt>${texts.reference}</dt><dd><code>${charge.display.reference}</code></dd>`}
<dt>${texts.payment}</dt><dd><code>${intent.id}</code></dd>
<dt>${texts.webhooks}</dt><dd>${deliveries.length === 0 ? texts.noWebhooks : deliveries.map(({ event_type, progress, attempts }) => html`<span><code>${event_type}</code> ${texts.progress[progress.state]} (${texts.attempts(attempts.length)})</span>`)}</dd>
</dl>
<noscript><a href="${self}">${texts.reload}</a></noscript>
<p class="soft"><a href="/?lang=${language}">${texts.overview}</a></p>
</div></main>`;
  return { title: `${texts.status[status] ?? status} · ${amount} · ${merchant}`, body };
}

function picture({ charge, status }: SandboxIntent, title: string): Html | undefined {
  if (charge?.qr_data === undefined) return undefined;
  return html`<div class="code ${status === "qr_generated" ? "" : "used"}">${new Html(toSvg(charge.qr_data, { title }))}</div>`;
}

/** No page says where a payer goes afterwards: a merchant can say so in `metadata.return_url`. */
function homeOf({ metadata }: SandboxIntent): string | undefined {
  const url = metadata?.["return_url"];
  return url !== undefined && /^https?:\/\/[^/]/i.test(url) && URL.canParse(url) ? new URL(url).href : undefined;
}
