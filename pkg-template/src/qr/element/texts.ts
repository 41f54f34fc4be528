// The element's texts, by language.

/** The texts of one language. `{channel}`, `{amount}`, `{merchant}` and `{time}` are replaced. */
export interface Texts {
  /** The element's name for screen readers. */
  label: string;
  /** While the code waits to be scanned. */
  waiting: string;
  /** Instead of `waiting`, beside the button that opens the wallet. */
  waitingPhone: string;
  /** Instead of `waiting`, in the wallet's own browser. */
  longPress: string;
  /** Instead of `waiting`, in the browser of an app that blocks the wallet. */
  openInBrowser: string;
  /** After the wallet has read the code. */
  scanned: string;
  /** After the payment. */
  succeeded: string;
  /** After the payment was declined. */
  failed: string;
  /** After the payment was canceled. */
  canceled: string;
  /** After the time is up. */
  expired: string;
  /** While the status cannot be read. */
  offline: string;
  /** The code can't be drawn. */
  noCode: string;
  /** The countdown. `{time}` is the time left. */
  remaining: string;
  /** The countdown in the last minute. */
  lastMinute: string;
  /** The button for a new code. */
  renew: string;
  /** The button after a decline or a cancellation. */
  retry: string;
  /** The button that opens the wallet on a phone. */
  open: string;
  /** Shows the code beside the button that opens the wallet. */
  showCode: string;
  /** Name of the code for screen readers. */
  code: string;
  /** The wallet's name if `channel` is missing. */
  wallet: string;
}

const en: Texts = {
  label: "Payment of {amount} to {merchant}",
  waiting: "Scan with {channel} to pay",
  waitingPhone: "Pay in {channel}",
  longPress: "Long-press the code to pay, or show it on another screen and scan it",
  openInBrowser: "To pay with {channel}, open this page in your browser: tap ⋯ at the top",
  scanned: "Scanned. Confirm in {channel}.",
  succeeded: "Paid. Thank you!",
  failed: "The payment failed.",
  canceled: "The payment was canceled.",
  expired: "This code has expired.",
  offline: "No connection. Reconnecting…",
  noCode: "The code can’t be shown.",
  remaining: "Expires in {time}",
  lastMinute: "The code expires in less than a minute.",
  renew: "New code",
  retry: "Try again",
  open: "Open {channel}",
  showCode: "Show the code",
  code: "QR code",
  wallet: "your wallet",
};

const zh: Texts = {
  label: "向{merchant}付款{amount}",
  waiting: "请用{channel}扫码付款",
  waitingPhone: "请在{channel}中付款",
  longPress: "长按识别二维码付款，或在其他屏幕上显示后扫码",
  openInBrowser: "请点右上角 ⋯，在浏览器中打开本页，再用{channel}付款",
  scanned: "已扫码，请在{channel}中确认",
  succeeded: "付款成功，谢谢！",
  failed: "付款失败",
  canceled: "付款已取消",
  expired: "二维码已过期",
  offline: "网络已断开，正在重新连接…",
  noCode: "无法显示二维码",
  remaining: "{time} 后过期",
  lastMinute: "二维码将在一分钟内过期",
  renew: "获取新码",
  retry: "重试",
  open: "打开{channel}",
  showCode: "显示二维码",
  code: "二维码",
  wallet: "手机钱包",
};

const cs: Texts = {
  label: "Platba {amount} pro {merchant}",
  waiting: "Naskenujte a zaplaťte: {channel}",
  waitingPhone: "Zaplaťte v aplikaci: {channel}",
  longPress: "Zaplaťte dlouhým stiskem kódu, nebo ho zobrazte na jiné obrazovce a naskenujte",
  openInBrowser: "Pro platbu přes {channel} otevřete stránku v prohlížeči: klepněte nahoře na ⋯",
  scanned: "Naskenováno. Potvrďte platbu v telefonu.",
  succeeded: "Zaplaceno. Děkujeme!",
  failed: "Platba se nezdařila.",
  canceled: "Platba byla zrušena.",
  expired: "Platnost kódu vypršela.",
  offline: "Bez připojení. Připojuji znovu…",
  noCode: "Kód nelze zobrazit.",
  remaining: "Platí ještě {time}",
  lastMinute: "Kód platí už méně než minutu.",
  renew: "Nový kód",
  retry: "Zkusit znovu",
  open: "Otevřít {channel}",
  showCode: "Zobrazit kód",
  code: "QR kód",
  wallet: "mobilní peněženka",
};

const LANGUAGES: Record<string, Texts> = { en, zh, cs };

const CHANNELS: Record<string, string> = { alipay: "Alipay", wechat: "WeChat Pay", promptpay: "PromptPay" };
const CHANNELS_ZH: Record<string, string> = { alipay: "支付宝", wechat: "微信" };

/** The texts of a BCP 47 language, English if there are none. */
export function textsOf(language: string): Texts {
  return own(LANGUAGES, language.toLowerCase().split(/[-_]/)[0] ?? "") ?? en;
}

/** A channel's name in that language. */
export function channelName(channel: string, language: string): string {
  return (/^zh\b/i.test(language) ? own(CHANNELS_ZH, channel) : undefined) ?? own(CHANNELS, channel) ?? channel;
}

/** The texts in an object, or in JSON. Anything else in there is ignored. */
export function customTexts(source: unknown): Partial<Texts> {
  try {
    const object = (typeof source === "string" && source !== "" ? JSON.parse(source) : source) as
      | Record<string, unknown>
      | null
      | undefined;
    return Object.fromEntries(
      Object.entries(object ?? {}).filter(([name, text]) => Object.hasOwn(en, name) && typeof text === "string"),
    );
  } catch {
    return {};
  }
}

function own<T>(object: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
