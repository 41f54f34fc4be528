// <itpay-qr>: shows a payment's code, follows the payment, says how it stands. Makes no request but to `status-url`.

import type { Optional } from "../../internal/optional.js";
import { toSvg } from "../qr.js";
import { formatAmount } from "./amount.js";
import { follow } from "./poll-status.js";
import { STYLE } from "./style.js";
import { channelName, type Texts, textsOf } from "./texts.js";

export type { Texts } from "./texts.js";

/** How the payment stands, as far as the page knows. Also the element's attribute `state`, for CSS. */
export type ItPayQRState = "waiting" | "scanned" | "succeeded" | "failed" | "expired";

/** The element's attributes, for the types of frameworks. */
export interface ItPayQRAttributes {
  /** What the code holds: the charge's `qr_data`. */
  data?: string | undefined;
  /** When the code expires, in ISO 8601: the charge's `expires_at`. */
  "expires-at"?: string | undefined;
  /** In the currency's minor unit; without `currency`, any text. */
  amount?: string | number | undefined;
  /** ISO 4217. */
  currency?: string | undefined;
  /** Who is paid. */
  merchant?: string | undefined;
  /** `alipay`, `wechat`, or any name. */
  channel?: string | undefined;
  /** An address on your own server that answers `{"status": …}` or streams it as Server-Sent Events. */
  "status-url"?: string | undefined;
  /** The deep link that a phone shows a button for: the charge's `scan_url`. */
  "scan-url"?: string | undefined;
  /** `code` or `button`, where the element should not decide by itself. */
  display?: "code" | "button" | undefined;
  /** Default: that of the page, or the browser's. English, Chinese and Czech are built in. */
  lang?: string | undefined;
  /** Words of your own, in HTML as JSON. */
  texts?: Optional<Texts> | string | undefined;
}

/** The element's events. All bubble, and leave a shadow root they are in. */
export interface ItPayQREvents {
  "itpay-scanned": CustomEvent<{ status: string }>;
  "itpay-succeeded": CustomEvent<{ status: string }>;
  "itpay-failed": CustomEvent<{ status: string }>;
  "itpay-expired": CustomEvent<{ status: string }>;
  /** The code can't be drawn, or `status-url` answers nothing of use. */
  "itpay-error": CustomEvent<{ error: Error }>;
  /** *Get a new code* was pressed: set `data`, `expires-at` and `status-url` anew. */
  "itpay-renew": CustomEvent<null>;
}

const ATTRIBUTES = ["amount", "channel", "currency", "data", "display", "expires-at", "lang", "merchant", "scan-url", "status-url", "texts"];

/** The gateway's states of payments and charges; one that is not here changes nothing. */
const STATES: Record<string, ItPayQRState> = {
  pending: "waiting",
  qr_generated: "waiting",
  active: "waiting",
  scanning: "scanned",
  scanned: "scanned",
  authorized: "scanned",
  captured: "scanned",
  succeeded: "succeeded",
  consumed: "succeeded",
  failed: "failed",
  cancelled: "failed",
  expired: "expired",
};

const MARKS: Partial<Record<ItPayQRState, string>> = {
  scanned: "M9 5h6v14H9zM11 17h2",
  succeeded: "M7 12.5l3.5 3.5L17 9",
  failed: "M8 8l8 8M16 8l-8 8",
  expired: "M12 7v5.5l3.5 2",
};

/** For how long a code that is out of time is still asked after: it may have been paid in the last moment. */
const AFTERMATH = 5 * 60_000;

// On a server there is no such class, and nothing of this is used.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

export class ItPayQR extends Base {
  static readonly observedAttributes = ATTRIBUTES;

  readonly #parts: Parts;
  #texts: Partial<Texts> = {};
  #state: ItPayQRState = "waiting";
  #online = true;
  #drawn: string | undefined;
  #stop: (() => void) | undefined;
  #tick: ReturnType<typeof setTimeout> | undefined;
  /** The server's clock less ours, once that is known: ours may be wrong. */
  #clock: number | undefined;
  #fresh = true;
  #pending = false;

  constructor() {
    super();
    this.#parts = build(this.attachShadow({ mode: "open" }));
    this.#parts.renew.addEventListener("click", () => this.#fire("itpay-renew", null));
    this.#parts.slot.addEventListener("slotchange", () => this.#later());
  }

  /** How the payment stands. */
  get state(): ItPayQRState {
    return this.#state;
  }

  /** Words of your own, for any language. */
  get texts(): Partial<Texts> {
    return this.#texts;
  }

  /** Frameworks set the property where HTML sets the attribute: so JSON will do, too. */
  set texts(texts: Optional<Texts> | string | null | undefined) {
    const given = typeof texts === "string" ? parsed(texts) : (texts ?? {});
    this.#texts = Object.fromEntries(Object.entries(given).filter(([, text]) => text !== undefined));
    this.#later();
  }

  connectedCallback(): void {
    this.#fresh = true;
    this.#later();
  }

  disconnectedCallback(): void {
    this.#stop?.();
    this.#stop = undefined;
    clearTimeout(this.#tick);
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    // Another code is another payment: it begins anew.
    if (name === "data" || name === "status-url") {
      this.#state = "waiting";
      this.#fresh = true;
    }
    this.#later();
  }

  /** Once for all that changes in one go. */
  #later(): void {
    if (this.#pending) return;
    this.#pending = true;
    queueMicrotask(() => {
      this.#pending = false;
      if (!this.isConnected) return;
      if (this.#fresh) this.#follow();
      this.#fresh = false;
      this.#update();
    });
  }

  #follow(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#online = true;
    const address = this.getAttribute("status-url");
    if (!address || ENDS.has(this.#state)) return;
    this.#stop = follow(address, {
      onStatus: (status) => {
        const state = Object.hasOwn(STATES, status) ? STATES[status]! : this.#state;
        // What is out of time is not alive again because the server is slow to notice.
        if (!(this.#state === "expired" && state === "waiting")) this.#enter(state, status);
        return !(ENDS.has(state) || (this.#state === "expired" && this.#left() < -AFTERMATH));
      },
      onConnection: (online) => {
        this.#online = online;
        if (!online) this.#clock ??= 0;
        this.#later();
      },
      onError: (error) => this.#fire("itpay-error", { error }),
      onClock: (difference) => {
        // Below, it is the time that the answer took.
        this.#clock = Math.abs(difference) > 5000 ? difference : 0;
        this.#later();
      },
    });
  }

  #enter(state: ItPayQRState, status: string): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#later();
    if (state !== "waiting") this.#fire(`itpay-${state}`, { status });
  }

  #fire<Name extends keyof ItPayQREvents>(name: Name, detail: ItPayQREvents[Name]["detail"]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /** Milliseconds until the code expires. */
  #left(): number {
    const at = Date.parse(this.getAttribute("expires-at") ?? "");
    return Number.isNaN(at) ? Infinity : at - Date.now() - (this.#clock ?? 0);
  }

  #update(): void {
    const parts = this.#parts;
    const focused = (parts.card.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
    const given = (name: string): string => this.getAttribute(name) ?? "";
    const language = given("lang") || this.closest("[lang]")?.getAttribute("lang") || navigator.language;
    const texts = { ...textsOf(language), ...parsed(given("texts")), ...this.#texts };
    const channel = channelName(given("channel"), language) || texts.wallet;
    const amount = formatAmount(given("amount"), given("currency"), language);
    const merchant = given("merchant");

    const left = this.#left();
    clearTimeout(this.#tick);
    if (this.#state === "waiting") {
      if (left <= 0 && (this.#clock !== undefined || this.#stop === undefined)) this.#enter("expired", "expired");
      else if (left > 0 && left < Infinity) this.#tick = setTimeout(() => this.#update(), Math.min(left, left % 1000 || 1000));
    }
    const state = this.#state;
    const open = state === "waiting" || state === "scanned";
    const link = given("scan-url");
    const asButton = open && isLink(link) && (given("display") ? given("display") === "button" : isPhone());
    const filled = (text: string): string =>
      text.replaceAll(/\{(channel|amount|merchant|time)\}/g, (_, name: "time") => ({ channel, amount, merchant, time: countdown(left) })[name]);

    this.setAttribute("state", state);
    parts.card.className = state;
    parts.card.setAttribute("aria-label", amount && merchant ? filled(texts.label) : texts.code);
    show(parts.amount, amount);
    show(parts.merchant, merchant);
    show(parts.open, asButton ? filled(texts.open) : "");
    if (asButton) parts.open.href = link;
    show(parts.summary, asButton ? texts.showCode : "");
    if (parts.code.dataset["button"] !== String(asButton)) {
      parts.code.dataset["button"] = String(asButton);
      parts.code.open = !asButton;
    }
    const drawn = this.#draw(given("data"), texts.code);
    parts.plate.classList.toggle("veiled", state !== "waiting");
    const mark = MARKS[state];
    parts.mark.toggleAttribute("hidden", mark === undefined);
    parts.markPath.setAttribute("d", mark ?? "");

    const waiting = drawn || asButton ? (asButton ? texts.waitingPhone : texts.waiting) : texts.noCode;
    say(parts.status, filled(!this.#online && open ? texts.offline : state === "waiting" ? waiting : texts[state]));
    show(parts.countdown, state === "waiting" && left < Infinity ? filled(texts.remaining) : "");
    say(parts.lastMinute, state === "waiting" && left < 60_000 ? texts.lastMinute : "");
    show(parts.renew, state === "expired" || state === "failed" ? texts.renew : "");
    // What had the focus is gone: it must not fall back to the page's beginning.
    if (focused?.hidden) ([parts.renew, parts.open].find((button) => !button.hidden) ?? parts.card).focus();
  }

  /** Whether there is a code. One in the slot is the page's own and needs no encoder. */
  #draw(data: string, label: string): boolean {
    const { svg, svgPath, slot } = this.#parts;
    svg.setAttribute("aria-label", label);
    if (slot.assignedElements().length > 0) return true;
    if (data === this.#drawn) return svgPath.hasAttribute("d");
    this.#drawn = data;
    svgPath.removeAttribute("d");
    if (data === "") return false;
    try {
      const [, side, path] = /viewBox="0 0 (\d+) .* d="([^"]+)"/.exec(toSvg(data)) ?? [];
      svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
      svgPath.setAttribute("d", path ?? "");
      return true;
    } catch (error) {
      this.#fire("itpay-error", { error: error as Error });
      return false;
    }
  }
}

/** States in which nothing is to be followed any more; a code that expired here may be paid all the same. */
const ENDS: ReadonlySet<ItPayQRState> = new Set(["succeeded", "failed"]);

type Parts = ReturnType<typeof build>;

/** Node by node, and the style as an object: no CSP forbids that, not even one that requires trusted types. */
function build(root: ShadowRoot) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const make = <Tag extends keyof HTMLElementTagNameMap>(tag: Tag, name: string, ...children: Node[]): HTMLElementTagNameMap[Tag] => {
    const element = document.createElement(tag);
    element.className = name;
    element.setAttribute("part", name.replace("button ", ""));
    element.append(...children);
    return element;
  };
  const draw = (attributes: Record<string, string>): [SVGSVGElement, SVGPathElement] => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.append(path);
    return [svg, path];
  };

  const [svg, svgPath] = draw({ role: "img", "shape-rendering": "crispEdges", part: "svg" });
  const [mark, markPath] = draw({ "aria-hidden": "true", viewBox: "0 0 24 24", class: "mark", part: "mark" });
  const slot = document.createElement("slot");
  slot.name = "code";
  slot.append(svg);
  const plate = make("div", "plate", slot, mark);
  const summary = make("summary", "summary");
  const code = make("details", "code", summary, plate);
  const amount = make("div", "amount");
  const merchant = make("div", "merchant");
  const open = make("a", "button open");
  const status = make("p", "status");
  status.setAttribute("role", "status");
  const countdown = make("div", "countdown");
  countdown.setAttribute("role", "timer");
  const lastMinute = make("div", "visually-hidden");
  lastMinute.setAttribute("role", "status");
  const renew = make("button", "button renew");
  renew.type = "button";
  const card = make("div", "card", amount, merchant, open, code, status, countdown, lastMinute, renew);
  card.setAttribute("role", "group");
  card.tabIndex = -1;
  root.append(card);
  return { amount, card, code, countdown, lastMinute, mark, markPath, merchant, open, plate, renew, slot, status, summary, svg, svgPath };
}

function show(element: HTMLElement, text: string): void {
  say(element, text);
  element.hidden = text === "";
}

/** Only what is new: a screen reader says again whatever is set. */
function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function countdown(left: number): string {
  const seconds = Math.max(0, Math.ceil(left / 1000));
  const pad = (number: number): string => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const rest = `${pad(minutes % 60)}:${pad(seconds % 60)}`;
  return minutes < 60 ? rest : `${Math.floor(minutes / 60)}:${rest}`;
}

/** Whether it leads to a website or an app: not to a script, nor into the page's own data. */
function isLink(address: string): boolean {
  try {
    return !/^(javascript|data|vbscript|blob|file|about|filesystem):$/.test(new URL(address).protocol);
  } catch {
    return false;
  }
}

/** A phone can't scan what it shows. */
function isPhone(): boolean {
  const { userAgentData, userAgent } = navigator as Navigator & { userAgentData?: { mobile: boolean } | undefined };
  return userAgentData?.mobile ?? /Android.+Mobile|iPhone|iPod/.test(userAgent);
}

function parsed(json: string): Partial<Texts> {
  try {
    return json === "" ? {} : (JSON.parse(json) as Partial<Texts>);
  } catch {
    return {};
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "itpay-qr": ItPayQR;
  }
  interface GlobalEventHandlersEventMap extends ItPayQREvents {}
}
