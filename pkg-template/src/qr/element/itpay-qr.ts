// <itpay-qr>: shows a payment's code and polls the payment's status. Requests nothing but `status-url`.

import type { Optional } from "../../internal/optional.js";
import { toDataUrl, toSvg } from "../qr.js";
import { formatAmount } from "./amount.js";
import { afterHydration } from "./hydration.js";
import { buildParts, say, show } from "./parts.js";
import { pollStatus } from "./poll-status.js";
import { channelName, customTexts, type Texts, textsOf } from "./texts.js";
import { countdown, parseTime } from "./time.js";
import { isPhone, wayToPay } from "./wallet.js";

export type { Texts } from "./texts.js";

/** The payment's state, as far as the page knows. Also the element's attribute `state`, for CSS. */
export type ItPayQRState = "waiting" | "scanned" | "succeeded" | "failed" | "canceled" | "expired";

/** The element's attributes, for the types of frameworks. */
export interface ItPayQRAttributes {
  /** The code's text: the charge's `qr_data`. */
  data?: string | undefined;
  /** The time of the code's expiry, in ISO 8601: the charge's `expires_at`. Without a zone it is UTC. */
  "expires-at"?: string | undefined;
  /** In the currency's minor unit. Without `currency`, any text. */
  amount?: string | number | undefined;
  /** ISO 4217. */
  currency?: string | undefined;
  /** The payee's name. */
  merchant?: string | undefined;
  /** `alipay`, `wechat`, or any name. */
  channel?: string | undefined;
  /** An address on your own server that responds with `{"status": …}` or streams it as Server-Sent Events. */
  "status-url"?: string | undefined;
  /** The deep link of the button on phones: the charge's `scan_url`. */
  "scan-url"?: string | undefined;
  /** `code` or `button`. Default: a button on phones if `scan-url` opens the wallet, else the code. */
  display?: "code" | "button" | undefined;
  /** Default: the page's language, or the browser's. English, Chinese and Czech are built in. */
  lang?: string | undefined;
  /** Custom texts. In HTML as JSON. */
  texts?: Optional<Texts> | string | undefined;
}

/** The element's events. All bubble, and leave a shadow root that the element is in. */
export interface ItPayQREvents {
  /** The wallet has read the code. */
  "itpay-scanned": CustomEvent<{ status: string }>;
  /** The payment succeeded. Deliver on the webhook, because a page can fire any event. */
  "itpay-succeeded": CustomEvent<{ status: string }>;
  /** The payment was declined, or canceled: `status` says which. */
  "itpay-failed": CustomEvent<{ status: string }>;
  /** The time is up. */
  "itpay-expired": CustomEvent<{ status: string }>;
  /** The code can't be drawn, or `status-url` does not respond with a status. Also a warning on the console. */
  "itpay-error": CustomEvent<{ error: Error }>;
  /** The payer asked for a new code: set `data`, `expires-at` and `status-url` again. */
  "itpay-renew": CustomEvent<null>;
}

const ATTRIBUTES = [
  "amount",
  "channel",
  "currency",
  "data",
  "display",
  "expires-at",
  "lang",
  "merchant",
  "scan-url",
  "status-url",
  "texts",
];

/** The gateway's statuses of payments and charges. */
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
  cancelled: "canceled",
  canceled: "canceled",
  expired: "expired",
};

/** States without a next one. An expired code may have been paid all the same. */
const FINAL_STATES: ReadonlySet<ItPayQRState> = new Set(["succeeded", "failed", "canceled"]);

/** Icons of 24 by 24: a phone with a check mark, a check mark, a cross, a bar, a clock. */
const MARKS: Partial<Record<ItPayQRState, string>> = {
  scanned:
    "M9 4.5h6a1.5 1.5 0 0 1 1.5 1.5v12a1.5 1.5 0 0 1-1.5 1.5H9A1.5 1.5 0 0 1 7.5 18V6A1.5 1.5 0 0 1 9 4.5zM11.2 17.2h1.6M10 11l1.5 1.5 2.7-3",
  succeeded: "M7 12.5l3.5 3.5L17 9",
  failed: "M8 8l8 8M16 8l-8 8",
  canceled: "M7.5 12h9",
  expired: "M12 7v5.5l3.5 2",
};

/** After its expiry a code is polled for so long: it may have been paid in the last moment. */
const GRACE_PERIOD_MS = 5 * 60_000;
/** The countdown runs in the last hour only. */
const COUNTDOWN_MS = 60 * 60_000;
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/** The image's own size, for readers who save it. */
const PICTURE_WIDTH = 720;

/** A policy forbids `data:` in `img-src`, here and so in the whole page. */
let imagesBlocked = false;

// On a server there is no such class, and nothing of this is used.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/** The element `<itpay-qr>`: the QR code of a payment, which follows its status. */
export class ItPayQR extends Base {
  static readonly observedAttributes = ATTRIBUTES;

  readonly #parts = buildParts(this.attachShadow({ mode: "open" }));
  #texts: Partial<Texts> = {};
  #state: ItPayQRState = "waiting";
  #online = true;
  /** The parameters of the image. */
  #drawn: string | undefined;
  #hasPicture = false;
  #stopPolling: (() => void) | undefined;
  #tick: ReturnType<typeof setTimeout> | undefined;
  /** The server's clock minus ours, as soon as it is known: ours may be wrong. */
  #clock: number | undefined;
  #isNewPayment = true;
  #updates = false;
  #reflects = false;

  constructor() {
    super();
    const { img, renew, slot } = this.#parts;
    renew.addEventListener("click", () => this.#fire("itpay-renew", null));
    slot.addEventListener("slotchange", () => this.#requestUpdate());
    img.addEventListener("error", () => {
      imagesBlocked = true;
      this.#drawn = undefined;
      this.#requestUpdate();
    });
    // A script may have set the property before the element was defined.
    if (Object.hasOwn(this, "texts")) {
      const { texts } = this;
      delete (this as { texts?: unknown }).texts;
      this.texts = texts;
    }
  }

  /** The payment's state. */
  get state(): ItPayQRState {
    return this.#state;
  }

  /** Custom texts, for any language. */
  get texts(): Partial<Texts> {
    return this.#texts;
  }

  /** Accepts JSON, too: frameworks set the property where HTML sets the attribute. */
  set texts(texts: Optional<Texts> | string | null | undefined) {
    this.#texts = customTexts(texts);
    this.#requestUpdate();
  }

  /** Called by the browser. */
  connectedCallback(): void {
    this.#isNewPayment = true;
    this.#requestUpdate();
    void afterHydration().then(() => {
      this.#reflects = true;
      this.setAttribute("state", this.#state);
    });
  }

  /** Called by the browser. */
  disconnectedCallback(): void {
    this.#stopPolling?.();
    this.#stopPolling = undefined;
    clearTimeout(this.#tick);
  }

  /**
   * Called by the browser.
   * @param name The attribute.
   * @param before Its former value.
   * @param now Its new value.
   */
  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    // Another code is another payment.
    if (name === "data" || name === "status-url") {
      this.#state = "waiting";
      this.#isNewPayment = true;
    }
    this.#requestUpdate();
  }

  /** Updates once after all changes of a task. */
  #requestUpdate(): void {
    if (this.#updates) return;
    this.#updates = true;
    queueMicrotask(() => {
      this.#updates = false;
      if (!this.isConnected) return;
      if (this.#isNewPayment) this.#startPolling();
      this.#isNewPayment = false;
      this.#update();
    });
  }

  #startPolling(): void {
    this.#stopPolling?.();
    this.#stopPolling = undefined;
    this.#online = true;
    const address = this.getAttribute("status-url");
    if (!address || FINAL_STATES.has(this.#state)) return;
    this.#stopPolling = pollStatus(address, {
      isKnown: (status) => Object.hasOwn(STATES, status),
      onStatus: (status) => {
        const state = STATES[status] ?? this.#state;
        // The server may be slow to notice the expiry.
        if (!(this.#state === "expired" && state === "waiting")) this.#enter(state, status);
        return !(FINAL_STATES.has(state) || (this.#state === "expired" && this.#left() < -GRACE_PERIOD_MS));
      },
      onConnection: (online) => {
        this.#online = online;
        if (!online) this.#clock ??= 0;
        this.#requestUpdate();
      },
      onError: (error) => this.#report(error),
      onClock: (difference) => {
        // A smaller difference is the time that the response took.
        this.#clock = Math.abs(difference) > 5000 ? difference : 0;
        this.#requestUpdate();
      },
    });
  }

  #enter(state: ItPayQRState, status: string): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#requestUpdate();
    if (state !== "waiting") this.#fire(`itpay-${state === "canceled" ? "failed" : state}`, { status });
  }

  #fire<Name extends keyof ItPayQREvents>(name: Name, detail: ItPayQREvents[Name]["detail"]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  #report(error: Error): void {
    console.warn(`<itpay-qr>: ${error.message}`);
    this.#fire("itpay-error", { error });
  }

  /** Milliseconds until the code expires. */
  #left(): number {
    const at = parseTime(this.getAttribute("expires-at") ?? "");
    return Number.isNaN(at) ? Infinity : at - Date.now() - (this.#clock ?? 0);
  }

  #update(): void {
    const parts = this.#parts;
    const focused = (parts.card.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
    const attribute = (name: string): string => this.getAttribute(name) ?? "";
    const language = attribute("lang") || this.closest("[lang]")?.getAttribute("lang") || navigator.language || "en";
    const texts = { ...textsOf(language), ...customTexts(attribute("texts")), ...this.#texts };
    const channel = channelName(attribute("channel"), language) || texts.wallet;
    const amount = formatAmount(attribute("amount"), attribute("currency"), language);
    const merchant = attribute("merchant");
    const data = attribute("data");
    const link = attribute("scan-url");

    const left = this.#left();
    clearTimeout(this.#tick);
    if (this.#state === "waiting") {
      if (left <= 0 && (this.#clock !== undefined || this.#stopPolling === undefined))
        this.#enter("expired", "expired");
      else if (left > COUNTDOWN_MS && left < Infinity)
        this.#tick = setTimeout(() => this.#update(), Math.min(left - COUNTDOWN_MS, MAX_TIMEOUT_MS));
      else if (left > 0 && left < Infinity) this.#tick = setTimeout(() => this.#update(), left % 1000 || 1000);
    }
    const state = this.#state;
    const isOpen = state === "waiting" || state === "scanned";
    const way = wayToPay({
      channel: attribute("channel"),
      data,
      display: attribute("display"),
      link,
      phone: isPhone(),
      userAgent: navigator.userAgent,
    });
    const buttonFirst = way === "button";
    const fill = (text: string): string =>
      text.replaceAll(
        /\{(channel|amount|merchant|time)\}/g,
        (_, name: "time") => ({ channel, amount, merchant, time: countdown(left) })[name],
      );

    if (this.#reflects) this.setAttribute("state", state);
    parts.card.className = `card ${state}${buttonFirst ? " button-first" : ""}`;
    parts.card.setAttribute("aria-label", amount && merchant ? fill(texts.label) : texts.code);
    show(parts.amount, amount);
    show(parts.merchant, merchant);
    // At the end they become invisible and keep their room.
    say(parts.open, fill(texts.open));
    say(parts.summary, texts.showCode);
    parts.open.hidden = parts.summary.hidden = !(buttonFirst && isOpen);
    if (buttonFirst) parts.open.href = link;
    if (parts.code.dataset["button"] !== String(buttonFirst)) {
      parts.code.dataset["button"] = String(buttonFirst);
      parts.code.open = !buttonFirst;
    }
    const hasPicture = this.#draw(data, texts.code);
    parts.frame.classList.toggle("dimmed", state !== "waiting");
    const mark = MARKS[state];
    parts.mark.toggleAttribute("hidden", mark === undefined || (buttonFirst && isOpen));
    parts.markPath.setAttribute("d", mark ?? "");

    const waiting = {
      button: texts.waitingPhone,
      longPress: texts.longPress,
      openInBrowser: texts.openInBrowser,
      scan: texts.waiting,
    }[way];
    const message = state !== "waiting" ? texts[state] : hasPicture || buttonFirst ? waiting : texts.noCode;
    say(parts.status, fill(!this.#online && isOpen ? texts.offline : message));
    show(parts.countdown, state === "waiting" && left <= COUNTDOWN_MS ? fill(texts.remaining) : "");
    say(parts.lastMinute, state === "waiting" && left < 60_000 ? texts.lastMinute : "");
    show(
      parts.renew,
      state === "expired" ? texts.renew : state === "failed" || state === "canceled" ? texts.retry : "",
    );
    // The focused part is gone: the focus must not fall back to the page's beginning.
    if (focused?.hidden) ([parts.renew, parts.open].find((button) => !button.hidden) ?? parts.card).focus();
  }

  /** Draws the code and returns whether there is one. A code in the slot is the page's own and needs no encoder. */
  #draw(data: string, label: string): boolean {
    const { frame, img, slot, svg, svgPath } = this.#parts;
    img.alt = label;
    svg.setAttribute("aria-label", label);
    if (slot.assignedElements().length > 0) return true;
    const { color: dark, backgroundColor: light } = getComputedStyle(frame);
    const drawing = [data, dark, light].join("\n");
    if (drawing === this.#drawn) return this.#hasPicture;
    this.#drawn = drawing;
    this.#hasPicture = false;
    slot.replaceChildren();
    if (data === "") return false;
    try {
      if (imagesBlocked) {
        const [, side, path] = /viewBox="0 0 (\d+) .* d="([^"]+)"/.exec(toSvg(data)) ?? [];
        svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
        svgPath.setAttribute("d", path ?? "");
        slot.replaceChildren(svg);
      } else {
        img.src = toDataUrl(data, { dark, light, width: PICTURE_WIDTH });
        slot.replaceChildren(img);
      }
      this.#hasPicture = true;
    } catch (error) {
      this.#report(error as Error);
    }
    return this.#hasPicture;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "itpay-qr": ItPayQR;
  }
  interface GlobalEventHandlersEventMap extends ItPayQREvents {}
}
