// The payment page that a payer sees. It is the same for both gateways, which bring their own texts and buttons.

import { Html, html } from "./html.js";
import type { Tone } from "./layout.js";
import type { Shown, Visit } from "./page.js";
import { TEXTS } from "./texts.js";

export interface Payment {
  /** The path of the page. */
  path: string;
  merchant: string;
  description: string | undefined;
  /** Formatted for the reader. */
  amount: string;
  tone: Tone;
  /** A word and a sentence for the state. */
  status: string;
  meaning: string;
  /** The reason of a failure. */
  reason: string | undefined;
  /** Shown while the payment is open. */
  picture: Html | undefined;
  buttons: Button[];
  /** The page that the payer returns to, and its name. */
  home: { url: string; name: string } | undefined;
  /** Terms and values. A term without a value is left out. */
  facts: [string, Html | string | undefined][];
}

export interface Button {
  action: string;
  name: string;
  /** `main` is the button that pays. */
  style?: "main" | "half";
  possible: boolean;
}

const MARKS: Partial<Record<Tone, string>> = {
  good: '<path d="M5 13l5 5L19 7"/>',
  bad: '<path d="M6 6l12 12M18 6L6 18"/>',
  late: '<path d="M12 6v6l4 3"/><circle cx="12" cy="12" r="9.5"/>',
};

export function paymentPage(payment: Payment, { language, isRejected }: Visit): Shown {
  const texts = TEXTS[language];
  const { amount, home, merchant, tone } = payment;
  const over = tone !== "waits";
  const self = `${payment.path}?lang=${language}`;
  const buttons = payment.buttons.map(
    ({ action, name, style, possible }) =>
      html`<button id="${action}" name="action" value="${action}" class="${style === "main" ? "main wide" : (style ?? "")}" ${possible ? undefined : html`disabled`}>${name}</button>`,
  );
  const link =
    home && html`<a class="${over ? "button main" : "soft"} wide" href="${home.url}">${texts.backTo(home.name)}</a>`;
  const facts = payment.facts.map(([term, fact]) => fact !== undefined && html`<dt>${term}</dt><dd>${fact}</dd>`);
  const body = html`<main class="narrow" tabindex="-1"><div class="card wallet">
<div class="to"><span class="avatar" aria-hidden="true">${[...merchant][0]?.toUpperCase()}</span><div><h1>${merchant}</h1>${payment.description !== undefined && html`<p class="soft">${payment.description}</p>`}</div></div>
<p class="amount">${amount}</p>
<div class="state" id="state" role="status" data-live><span class="pill ${tone}">${payment.meaning}</span>${payment.reason !== undefined && html`<span class="soft">${payment.reason}</span>`}</div>
${isRejected && html`<p class="notice" role="alert">${texts.rejected}</p>`}
<div id="picture" data-live class="picture">${over ? html`<div class="mark ${tone}"><svg viewBox="0 0 24 24" aria-hidden="true">${new Html(MARKS[tone] ?? "")}</svg></div>` : payment.picture}</div>
<form class="buttons" id="buttons" data-live method="post" action="${self}">${!over && buttons}${link}</form>
<dl class="facts" id="facts" data-live>${facts}</dl>
<noscript><a href="${self}">${texts.reload}</a></noscript>
<p class="soft"><a href="/?lang=${language}">${texts.overview}</a></p>
</div></main>`;
  return { title: `${payment.status} · ${amount} · ${merchant}`, body };
}

/** Returns an HTTP URL in a browser's spelling, and undefined for anything else. */
export function webAddress(url: string | undefined): string | undefined {
  return url !== undefined && /^https?:\/\/[^/]/i.test(url) && URL.canParse(url) ? new URL(url).href : undefined;
}
