// What all pages share: the document around them, their looks, and the few lines of script that keep them live.

import { createHash } from "node:crypto";

import { formatMoney } from "../../entry/index.js";
import type { Money } from "../../src/client/types.js";
import { Html, html } from "./html.js";
import type { Shown } from "./page.js";
import { type Language, NAMES, TEXTS } from "./texts.js";

const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f3f5f4; --card: #fff; --ink: #14211c; --soft: #55655e; --line: #dde4e0;
  --accent: #0a6e50; --on-accent: #fff; --tint: #e5f3ed;
  --good: #0a6e50; --bad: #b3261e; --bad-tint: #fbe9e7; --late: #8a5300; --late-tint: #fcf0dc; --busy: #1f5fbf; --busy-tint: #e6eefb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1412; --card: #171f1c; --ink: #e9f0ec; --soft: #a3b3ab; --line: #2c3833;
    --accent: #55d3a5; --on-accent: #05231a; --tint: #17342a;
    --good: #55d3a5; --bad: #ff9c92; --bad-tint: #3c1d1a; --late: #f3bd6a; --late-tint: #372813; --busy: #8ab8ff; --busy-tint: #192a45;
  }
}
* { box-sizing: border-box; }
body { overflow-wrap: anywhere; margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; padding: .75rem 1rem; font-size: .875rem; color: var(--soft); }
header b { color: var(--late); background: var(--late-tint); padding: .15rem .6rem; border-radius: 1rem; margin-inline-end: .5rem; }
header nav { margin-inline-start: auto; display: flex; gap: 1rem; }
a { color: inherit; text-underline-offset: .2em; }
a, button { touch-action: manipulation; }
header a { min-height: 1.5rem; }
header a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
:focus-visible { outline: 3px solid var(--busy); outline-offset: 2px; border-radius: .25rem; }
h1, h2, p, ol, ul, dl, dd { margin: 0; padding: 0; }
ol, ul { list-style: none; }
code { font: .8125rem ui-monospace, "DejaVu Sans Mono", monospace; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 1.25rem; box-shadow: 0 1px 2px #0001, 0 12px 32px -12px #0003; }
.soft { color: var(--soft); }
.pill { display: inline-flex; align-items: center; gap: .45em; padding: .1rem .7rem; border-radius: 1rem; font-size: .8125rem; font-weight: 600; white-space: nowrap; background: var(--busy-tint); color: var(--busy); }
.pill::before { flex: none; content: ""; width: .5em; height: .5em; border-radius: 50%; background: currentColor; }
.good { background: var(--tint); color: var(--good); } .bad { background: var(--bad-tint); color: var(--bad); } .late { background: var(--late-tint); color: var(--late); }
button, .button { display: grid; place-content: center; width: 100%; min-height: 2.75rem; padding: .5rem 1rem; font: inherit; font-weight: 600; text-align: center; text-decoration: none; color: var(--ink); background: transparent; border: 1px solid var(--line); border-radius: .75rem; cursor: pointer; }
button:hover:enabled { border-color: var(--soft); }
button:disabled { opacity: .45; cursor: default; }
button.main, .button.main { min-height: 3.25rem; font-size: 1.125rem; color: var(--on-accent); background: var(--accent); border-color: transparent; }
button.main:hover:enabled, .button.main:hover { filter: brightness(1.08); }
.notice { padding: .6rem .9rem; border-radius: .75rem; background: var(--late-tint); color: var(--late); font-size: .9375rem; }
.narrow { max-width: 26rem; margin: 0 auto; padding: .5rem 1rem 2.5rem; }

.wallet { padding: 1.5rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
.wallet .to { order: -2; } .picture:has(.mark) { order: -1; padding-top: .5rem; }
.wallet .to { display: flex; gap: .85rem; align-items: center; min-width: 0; }
.wallet .to > div { min-width: 0; }
.avatar { flex: none; display: grid; place-items: center; width: 2.75rem; height: 2.75rem; border-radius: .9rem; background: var(--tint); color: var(--good); font-weight: 700; font-size: 1.25rem; }
.wallet h1 { font-size: 1.0625rem; line-height: 1.3; }
.amount { font-size: clamp(2rem, 11vw, 2.75rem); font-weight: 700; letter-spacing: -.02em; line-height: 1.1; text-align: center; font-variant-numeric: tabular-nums; }
.state, .picture { text-align: center; display: grid; gap: .4rem; justify-items: center; }
.state .pill { font-size: .9375rem; padding: .25rem .9rem; white-space: normal; }
.picture:empty { display: none; }
.code { width: min(100%, 14rem); padding: .5rem; background: #fff; border: 1px solid var(--line); border-radius: 1rem; }
.code svg { display: block; width: 100%; height: auto; }
.code.used svg { opacity: .18; }
.mark { width: 5.5rem; height: 5.5rem; border-radius: 50%; display: grid; place-items: center; }
.mark svg { width: 2.75rem; height: 2.75rem; fill: none; stroke: currentColor; stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; }
.buttons { display: flex; flex-wrap: wrap; gap: .6rem; }
.buttons > * { flex: 1 1 auto; width: auto; padding: .4rem .8rem; font-size: .9375rem; line-height: 1.2; }
.buttons .half { flex-basis: 40%; }
.buttons .wide { flex-basis: 100%; }
.buttons .main { font-size: 1.125rem; }
.buttons a.soft { text-align: center; font-size: 1rem; }
.facts { display: grid; grid-template-columns: auto 1fr; gap: .35rem 1rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .875rem; }
.facts dt { color: var(--soft); } .facts dd { text-align: end; }
@media (prefers-reduced-motion: no-preference) {
  .mark { animation: arrive .35s ease-out; }
  @keyframes arrive { from { transform: scale(.7); opacity: 0; } }
  .pill.waits::before { animation: wait 1.6s ease-in-out infinite; }
  @keyframes wait { 50% { opacity: .25; } }
}

.board { max-width: 64rem; margin: 0 auto; padding: .5rem 1rem 3rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.75rem; }
.board h1 { font-size: 1.5rem; }
.board .card { box-shadow: 0 1px 2px #0001; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .75rem; }
.tiles li { padding: .9rem 1.1rem; border-radius: 1rem; }
.tiles b { display: block; font-size: 1.75rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.board section { display: grid; grid-template-columns: minmax(0, 1fr); gap: .6rem; }
.board h2 { font-size: 1.125rem; }
.board h2 small { font-weight: 400; color: var(--soft); }
.rows > li { display: grid; gap: .35rem 1rem; align-items: center; padding: .8rem 1.1rem; border-top: 1px solid var(--line); }
.rows > li:first-child { border-top: 0; }
.rows > li { grid-template-columns: minmax(0, 1fr) auto; }
.rows .what { min-width: 0; }
.rows .line { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.rows .price { font-weight: 600; font-variant-numeric: tabular-nums; text-align: end; }
.rows .side { display: grid; justify-items: end; gap: .35rem; }
@media (max-width: 34rem) {
  .rows.deliveries > li { grid-template-columns: minmax(0, 1fr); }
  .rows.deliveries .side { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; }
}
.rows form button { min-height: 2rem; padding: .2rem .8rem; font-size: .875rem; width: auto; white-space: nowrap; }
.tries { display: flex; flex-wrap: wrap; gap: .2rem .9rem; font-size: .8125rem; font-variant-numeric: tabular-nums; }
.tries .ok { color: var(--good); } .tries .no { color: var(--bad); }
.empty { padding: 2rem 1.1rem; text-align: center; color: var(--soft); }
@media (forced-colors: active) { .pill, .mark, .tiles li, .notice { border: 1px solid; } }
`;

// The page as the server makes it is the one rendering there is: when something has changed, its live parts are taken
// from it. An element keeps the focus by its id.
const SCRIPT = `
const source = new EventSource("/sandbox/live");
let again = false, busy = false;
async function refresh() {
  again = true;
  if (busy) return;
  busy = true;
  while (again) {
    again = false;
    const response = await fetch(location.href).catch(() => undefined);
    if (response === undefined) break;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    document.title = page.title;
    for (const now of document.querySelectorAll("[data-live]")) {
      const next = page.getElementById(now.id);
      if (next === null || next.innerHTML === now.innerHTML) continue;
      const focused = now.contains(document.activeElement) ? document.activeElement.id : undefined;
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

export const HEADERS: Record<string, string> = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": `default-src 'none'; style-src ${hash(STYLE)}; script-src ${hash(SCRIPT)}; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  "Cache-Control": "no-store",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
};

/** The whole document; one that says so where there is nothing to show. */
export function documentOf(shown: Shown | undefined, language: Language, languages: readonly Language[], path: string): string {
  const texts = TEXTS[language];
  const { title, body } = shown ?? notFound(language);
  const choice = languages.map(
    (other) => html`<a href="${path}?lang=${other}" lang="${other}" ${other === language ? html`aria-current="true"` : undefined}>${NAMES[other]}</a>`,
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
<header><span><b>${texts.sandbox}</b>${texts.noMoney}</span><nav aria-label="${texts.language}">${choice}</nav></header>
${body}
${shown !== undefined && html`<script>${new Html(SCRIPT)}</script>`}
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

/** As people of the language write it; a currency that Intl doesn't know as it is. */
export function amountOf(money: Money | undefined, language: Language): string {
  if (money === undefined) return "";
  try {
    return formatMoney(money, language);
  } catch {
    return `${money.currency} ${money.value}`;
  }
}

/** A moment as an element: the time of day, and the whole of it for machines. */
export function timeOf(at: string | number, language: Language): Html {
  const date = new Date(at);
  const style: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false };
  return html`<time datetime="${date.toISOString()}">${date.toLocaleTimeString(language === "en" ? "en-GB" : language, style)}</time>`;
}

/** Until when, and how long that is. */
export function deadlineOf(at: string | number | undefined, language: Language): Html | undefined {
  if (at === undefined) return undefined;
  return html`${timeOf(at, language)}<span hidden> · <span data-until="${new Date(at).getTime()}"></span> ${TEXTS[language].left}</span>`;
}

/** What a gateway sends a merchant. */
export interface Delivery {
  name: string;
  progress: { state: "waiting"; due: number } | { state: "in_flight" | "delivered" | "abandoned" };
  attempts: { at: number; duration: number; status: number | null }[];
}

export function deliveriesOf(deliveries: Delivery[], language: Language): Html | string {
  const texts = TEXTS[language];
  if (deliveries.length === 0) return texts.noWebhooks;
  const lines = deliveries.map(({ name, progress, attempts }) => html`<li><code>${name}</code> ${texts.progress[progress.state]} (${texts.attempts(attempts.length)})</li>`);
  return html`<ul>${lines}</ul>`;
}

export type Tone = "good" | "bad" | "late" | "waits";

const TONES: Record<Exclude<Tone, "waits">, string[]> = {
  good: ["succeeded", "delivered", "AUTHORIZED", "PAID"],
  bad: ["failed", "abandoned", "CANCELED"],
  late: ["expired", "cancelled", "TIMEOUTED", "PARTIALLY_REFUNDED", "REFUNDED"],
};

/** A status's colour; the word beside it says the same. */
export function toneOf(status: string): Tone {
  return (Object.keys(TONES) as (keyof typeof TONES)[]).find((tone) => TONES[tone].includes(status)) ?? "waits";
}
