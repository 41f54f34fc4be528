// GoPay's payment page, where `gw_url` leads: card, bank, or away.

import { toSvg } from "../../entry/qr.js";
import { type GoPaySandbox, type GoPaySandboxPayment, isItPayError } from "../../entry/sandbox.js";
import { Html, html } from "./html.js";
import { amountOf, deadlineOf, deliveriesOf, toneOf } from "./layout.js";
import type { Page, Shown, Visit } from "./page.js";
import { paymentPage, webAddress } from "./payment.js";
import { GOPAY_TEXTS, TEXTS } from "./texts.js";

/** The prefix of each `gw_url`, which ends with the payment's id. */
export const GOPAY_PATH = "/gopay/pay";

const CARD = "PAYMENT_CARD";
const BANK = "BANK_ACCOUNT";

/** The steps of each button. */
const BUTTONS: Record<string, (gateway: GoPaySandbox, id: string) => Promise<unknown>> = {
  card: async (gateway, id) => {
    await gateway.chooseMethod(id, CARD);
    return gateway.pay(id);
  },
  bank: async (gateway, id) => {
    await gateway.chooseMethod(id, BANK);
    return gateway.pay(id);
  },
  transfer: (gateway, id) => gateway.transfer(id),
  arrive: (gateway, id) => gateway.pay(id),
  decline: (gateway, id) => gateway.decline(id),
  cancel: (gateway, id) => gateway.cancel(id),
  timeout: (gateway, id) => gateway.timeout(id),
};

export function gopayPage(gateway: GoPaySandbox): Page {
  return {
    path: /^\/gopay\/pay\/(\d+)$/,
    languages: ["en", "cs"],
    language: (id) => gateway.payment(id)?.lang,
    show: (visit) => {
      const payment = gateway.payment(visit.id);
      return payment === undefined ? undefined : show(gateway, payment, visit);
    },
    press: async ({ id }, form) => {
      const action = form.get("action") ?? "";
      if (!Object.hasOwn(BUTTONS, action)) return false;
      try {
        await BUTTONS[action]!(gateway, id);
        return true;
      } catch (error) {
        if (isItPayError(error)) return false;
        throw error;
      }
    },
  };
}

function show(gateway: GoPaySandbox, payment: GoPaySandboxPayment, visit: Visit): Shown {
  const { language } = visit;
  const texts = TEXTS[language];
  const own = GOPAY_TEXTS[language === "cs" ? "cs" : "en"];
  const { state } = payment;
  const amount = amountOf({ currency: payment.currency, value: payment.amount }, language);
  const open = toneOf(state) === "waits";
  const transferred = state === "PAYMENT_METHOD_CHOSEN" && payment.sub_state === "_102";
  const can = (instrument: string): boolean => open && payment.choices.includes(instrument);
  const home = webAddress(payment.return_url);
  const shop = home === undefined ? own.shop : new URL(home).host;
  const refunded = payment.refunds
    .filter((refund) => refund.state === "SUCCESS")
    .reduce((sum, refund) => sum + refund.amount, 0);
  return paymentPage(
    {
      path: gopayPath(payment.id),
      merchant: shop,
      description: payment.order_description ?? undefined,
      amount,
      tone: toneOf(state),
      status: texts.status[state] ?? state,
      meaning: texts.meaning[state] ?? state,
      reason: state === "CANCELED" || state === "TIMEOUTED" ? payment.sub_state : undefined,
      picture:
        payment.qr_text === null
          ? undefined
          : html`<div class="code">${new Html(toSvg(payment.qr_text, { title: amount }))}</div>`,
      buttons: [
        transferred
          ? { action: "arrive", name: own.arrived(amount), style: "main", possible: true }
          : { action: "card", name: own.card(amount), style: "main", possible: can(CARD) },
        { action: "bank", name: own.bank, style: "half", possible: can(BANK) && !transferred },
        { action: "transfer", name: own.transfer, style: "half", possible: can(BANK) && !transferred },
        { action: "decline", name: own.decline, possible: open },
        { action: "cancel", name: own.cancel, possible: open },
        { action: "timeout", name: own.timeout, possible: open },
      ],
      home: home === undefined ? undefined : { url: home, name: shop },
      facts: [
        [texts.expiresAt, open ? deadlineOf(payment.expires_at, language) : undefined],
        [texts.order, payment.order_number],
        [texts.payment, html`<code>${payment.id}</code>`],
        [
          texts.refunded,
          refunded > 0 ? amountOf({ currency: payment.currency, value: refunded }, language) : undefined,
        ],
        [
          texts.notifications,
          deliveriesOf(
            gateway.deliveries
              .filter(({ payment_id }) => payment_id === payment.id)
              .map((delivery) => ({ ...delivery, name: delivery.payment_state })),
            language,
          ),
        ],
      ],
    },
    visit,
  );
}

export function gopayPath(id: number): string {
  return `${GOPAY_PATH}/${id}`;
}
