// The wallet's page at each `scan_url`: the payment and the payer's buttons.

import { toSvg } from "../../entry/qr.js";
import { isItPayError, type Sandbox, type SandboxIntent, type WalletAction } from "../../entry/sandbox.js";
import { Html, html } from "./html.js";
import { amountOf, deadlineOf, deliveriesOf, toneOf } from "./layout.js";
import type { Page, Shown, Visit } from "./page.js";
import { paymentPage, webAddress } from "./payment.js";
import { TEXTS } from "./texts.js";

export const WALLET_PATH = "/pay";

/** The statuses that allow each button. */
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

function show(gateway: Sandbox, intent: SandboxIntent, visit: Visit): Shown {
  const { language } = visit;
  const texts = TEXTS[language];
  const { status, charge, merchant_name: merchant, channel = "" } = intent;
  const amount = amountOf(intent.amount, language);
  const possible = (action: string): boolean => BUTTONS[action]?.includes(status) ?? false;
  // ItPay documents no return page. Here a merchant can name one in the metadata.
  const home = webAddress(intent.metadata?.["return_url"]);
  const picture =
    charge?.qr_data === undefined
      ? undefined
      : html`<div class="code ${status === "qr_generated" ? "" : "used"}">${new Html(toSvg(charge.qr_data, { title: texts.code(amount) }))}</div><span class="soft">${texts.by(texts.channels[channel] ?? channel)}</span>`;
  return paymentPage(
    {
      path: walletPath(intent.id),
      merchant,
      description: intent.description,
      amount,
      tone: toneOf(status),
      status: texts.status[status] ?? status,
      meaning: texts.meaning[status] ?? status,
      reason: intent.failure_reason,
      picture,
      buttons: [
        { action: "pay", name: texts.pay(amount), style: "main", possible: possible("pay") },
        { action: "scan", name: texts.scan, possible: possible("scan") },
        { action: "fail", name: texts.decline, possible: possible("fail") },
        { action: "expire", name: texts.expire, possible: possible("expire") },
      ],
      home: home === undefined ? undefined : { url: home, name: merchant },
      facts: [
        [texts.expiresAt, toneOf(status) === "waits" ? deadlineOf(intent.expires_at, language) : undefined],
        [texts.reference, charge?.display?.reference && html`<code>${charge.display.reference}</code>`],
        [texts.payment, html`<code>${intent.id}</code>`],
        [texts.refunded, intent.refunded ? amount : undefined],
        [
          texts.webhooks,
          deliveriesOf(
            gateway.deliveries
              .filter(({ intent_id }) => intent_id === intent.id)
              .map((delivery) => ({ ...delivery, name: delivery.event_type })),
            language,
          ),
        ],
      ],
    },
    visit,
  );
}

export function walletPath(id: string): string {
  return `${WALLET_PATH}/${encodeURIComponent(id)}`;
}
