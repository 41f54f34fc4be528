// The document around each page: its style, and the script that keeps it up to date.

import { createHash } from "node:crypto";

import { formatMoney } from "../../entry/index.js";
import type { Money } from "../../src/client/types.js";
import { Html, html } from "./html.js";
import type { Shown } from "./page.js";
import { STYLE } from "./style.js";
import { type Language, NAMES, TEXTS } from "./texts.js";

// The server renders every page. After a change the live parts are replaced by the new rendering. Elements with an id
// keep the focus, and details stay open.
const SCRIPT = `
const source = new EventSource("/sandbox/live");
let isStale = false, busy = false;
async function refresh() {
  isStale = true;
  if (busy) return;
  busy = true;
  while (isStale) {
    isStale = false;
    const response = await fetch(location.href).catch(() => undefined);
    if (response === undefined) break;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    document.title = page.title;
    for (const now of document.querySelectorAll("[data-live]")) {
      const next = page.getElementById(now.id);
      if (next === null || next.innerHTML === now.innerHTML) continue;
      const focused = now.contains(document.activeElement) ? document.activeElement.id : undefined;
      for (const { id } of now.querySelectorAll("details[open]")) next.querySelector("#" + CSS.escape(id))?.setAttribute("open", "");
      now.replaceChildren(...next.childNodes);
      if (focused !== undefined) (document.getElementById(focused) ?? document.querySelector("main")).focus();
    }
    count();
  }
  busy = false;
}
source.onopen = source.onmessage = refresh;
function count() {
  for (const left of document.querySelectorAll("[data-until]")) {
    const seconds = Math.max(0, Math.ceil((Number(left.dataset.until) - Date.now()) / 1000));
    left.textContent = Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
    left.parentElement.hidden = seconds === 0 || seconds > 5940;
  }
}
count();
setInterval(count, 1000);
`;

const ICON = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" rx="2" fill="#0a6e50"/><path d="M2 4l1.5 1.5L6 2.5" fill="none" stroke="#fff"/></svg>')}`;

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

export function headersOf(shown: Shown | undefined): Record<string, string> {
  const scripts = shown?.script === undefined ? hash(SCRIPT) : `'self' 'wasm-unsafe-eval' ${hash(shown.script)}`;
  return {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": `default-src 'none'; style-src ${hash(STYLE)}; script-src ${scripts}; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
  };
}

/** The whole document. For undefined it says that there is nothing here. */
export function documentOf(
  shown: Shown | undefined,
  language: Language,
  languages: readonly Language[],
  path: string,
): string {
  const texts = TEXTS[language];
  const { title, body } = shown ?? notFound(language);
  const choice = languages.map(
    (other) =>
      html`<a href="${path}?lang=${other}" lang="${other}" ${other === language ? html`aria-current="true"` : undefined}>${NAMES[other]}</a>`,
  );
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${ICON}">
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><span><b>${texts.sandbox}</b>${texts.noMoney}</span>${languages.length > 1 && html`<nav aria-label="${texts.language}">${choice}</nav>`}</header>
${body}
${shown?.script !== undefined ? html`<script type="module">${new Html(shown.script)}</script>` : shown !== undefined && html`<script>${new Html(SCRIPT)}</script>`}
</body>
</html>
`.markup;
}

function notFound(language: Language): Shown {
  const texts = TEXTS[language];
  return {
    title: texts.notFound,
    body: html`<main class="narrow"><div class="card wallet"><h1>${texts.notFound}</h1><p class="soft">${texts.notFoundHint}</p><a href="/?lang=${language}">${texts.overview}</a></div></main>`,
  };
}

/** Formats an amount for the language, or plainly if Intl does not know the currency. */
export function amountOf(money: Money | undefined, language: Language): string {
  if (money === undefined) return "";
  try {
    return formatMoney(money, language);
  } catch {
    return `${money.currency} ${money.value}`;
  }
}

/** A `<time>` element with the time of day. */
export function timeOf(at: string | number, language: Language): Html {
  const date = new Date(at);
  const style: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false };
  return html`<time datetime="${date.toISOString()}">${date.toLocaleTimeString(language === "en" ? "en-GB" : language, style)}</time>`;
}

/** A deadline with a countdown. */
export function deadlineOf(at: string | number | undefined, language: Language): Html | undefined {
  if (at === undefined) return undefined;
  return html`${timeOf(at, language)}<span hidden> · <span data-until="${new Date(at).getTime()}"></span> ${TEXTS[language].left}</span>`;
}

/** A webhook or a notification. */
export interface Delivery {
  name: string;
  progress: { state: "waiting"; due: number } | { state: "in_flight" | "delivered" | "abandoned" };
  attempts: { at: number; duration: number; status: number | null }[];
}

export function deliveriesOf(deliveries: Delivery[], language: Language): Html | string {
  const texts = TEXTS[language];
  if (deliveries.length === 0) return texts.noWebhooks;
  const lines = deliveries.map(
    ({ name, progress, attempts }) =>
      html`<li><code>${name}</code> ${texts.progress[progress.state]} (${texts.attempts(attempts.length)})</li>`,
  );
  return html`<ul>${lines}</ul>`;
}

export type Tone = "good" | "bad" | "late" | "waits";

const TONES: Record<Exclude<Tone, "waits">, string[]> = {
  good: ["succeeded", "delivered", "AUTHORIZED", "PAID"],
  bad: ["failed", "abandoned", "CANCELED"],
  late: ["expired", "cancelled", "TIMEOUTED", "PARTIALLY_REFUNDED", "REFUNDED"],
};

/** The color of a status. Its word is always beside it. */
export function toneOf(status: string): Tone {
  return (Object.keys(TONES) as (keyof typeof TONES)[]).find((tone) => TONES[tone].includes(status)) ?? "waits";
}
