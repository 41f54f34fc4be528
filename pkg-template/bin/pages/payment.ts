// A payment as whoever pays sees it: the same page for every gateway, which brings its own words, buttons and facts.

import { Html, html } from "./html.js";
import type { Tone } from "./layout.js";
import type { Shown, Visit } from "./page.js";
import { TEXTS } from "./texts.js";

export interface Payment {
  /** The page's own path. */
  path: string;
  merchant: string;
  description: string | undefined;
  /** Written for people. */
  amount: string;
  tone: Tone;
  /** A word and a sentence for the state. */
  status: string;
  meaning: string;
  /** Why it ended as it did. */
  reason: string | undefined;
  /** What is shown while it waits. */
  picture: Html | undefined;
  buttons: Button[];
  /** Where the payer goes afterwards, and what it is called. */
  home: { url: string; name: string } | undefined;
  /** Terms and what they are; those without are left out. */
  facts: [string, Html | string | undefined][];
}

export interface Button {
  action: string;
  name: string;
  /** `main` is the one that pays. */
  style?: "main" | "half";
  possible: boolean;
}

const MARKS: Partial<Record<Tone, string>> = {
  good: '<path d="M5 13l5 5L19 7"/>',
  bad: '<path d="M6 6l12 12M18 6L6 18"/>',
  late: '<path d="M12 6v6l4 3"/><circle cx="12" cy="12" r="9.5"/>',
};

export function paymentPage(payment: Payment, { language, refused }: Visit): Shown {
  const texts = TEXTS[language];
  const { amount, home, merchant, tone } = payment;
  const over = tone !== "waits";
  const self = `${payment.path}?lang=${language}`;
  const buttons = payment.buttons.map(
    ({ action, name, style, possible }) =>
      html`<button id="${action}" name="action" value="${action}" class="${style === "main" ? "main wide" : (style ?? "")}" ${possible ? undefined : html`disabled`}>${name}</button>`,
  );
  const link = home && html`<a class="${over ? "button main" : "soft"} wide" href="${home.url}">${texts.backTo(home.name)}</a>`;
  const facts = payment.facts.map(([term, fact]) => fact !== undefined && html`<dt>${term}</dt><dd>${fact}</dd>`);
  const body = html`<main class="narrow" tabindex="-1"><div class="card wallet">
<div class="to"><span class="avatar" aria-hidden="true">${[...merchant][0]?.toUpperCase()}</span><div><h1>${merchant}</h1>${payment.description !== undefined && html`<p class="soft">${payment.description}</p>`}</div></div>
<p class="amount">${amount}</p>
<div class="state" id="state" role="status" data-live><span class="pill ${tone}">${payment.meaning}</span>${payment.reason !== undefined && html`<span class="soft">${payment.reason}</span>`}</div>
${refused && html`<p class="notice" role="alert">${texts.refused}</p>`}
<div id="picture" data-live class="picture">${over ? html`<div class="mark ${tone}"><svg viewBox="0 0 24 24" aria-hidden="true">${new Html(MARKS[tone] ?? "")}</svg></div>` : payment.picture}</div>
<form class="buttons" id="buttons" data-live method="post" action="${self}">${!over && buttons}${link}</form>
<dl class="facts" id="facts" data-live>${facts}</dl>
<noscript><a href="${self}">${texts.reload}</a></noscript>
<p class="soft"><a href="/?lang=${language}">${texts.overview}</a></p>
</div></main>`;
  return { title: `${payment.status} · ${amount} · ${merchant}`, body };
}

/** A web address, as a browser writes it; anything else is none. */
export function webAddress(url: string | undefined): string | undefined {
  return url !== undefined && /^https?:\/\/[^/]/i.test(url) && URL.canParse(url) ? new URL(url).href : undefined;
}
