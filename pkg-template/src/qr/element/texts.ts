// What the element says, by language.

/** The words of one language. `{channel}`, `{amount}`, `{merchant}` and `{time}` stand for what is shown there. */
export interface Texts {
  /** The element's name for screen readers. */
  label: string;
  waiting: string;
  /** In place of `waiting` on a phone, which can't scan itself. */
  waitingPhone: string;
  scanned: string;
  succeeded: string;
  failed: string;
  expired: string;
  offline: string;
  /** The code can't be drawn. */
  noCode: string;
  remaining: string;
  lastMinute: string;
  renew: string;
  open: string;
  /** Shows the code on a phone. */
  showCode: string;
  code: string;
  /** The name of the channel, where there is none. */
  wallet: string;
}

const en: Texts = {
  label: "Payment of {amount} to {merchant}",
  waiting: "Scan with {channel} to pay",
  waitingPhone: "Pay in {channel}",
  scanned: "Scanned. Confirm in {channel}.",
  succeeded: "Paid. Thank you!",
  failed: "The payment failed.",
  expired: "This code has expired.",
  offline: "No connection. Reconnecting…",
  noCode: "The code can’t be shown.",
  remaining: "Expires in {time}",
  lastMinute: "The code expires in less than a minute.",
  renew: "Get a new code",
  open: "Open {channel}",
  showCode: "Show the code",
  code: "QR code",
  wallet: "your wallet",
};

const zh: Texts = {
  label: "向{merchant}付款{amount}",
  waiting: "请用{channel}扫码付款",
  waitingPhone: "请在{channel}中付款",
  scanned: "已扫码，请在{channel}中确认",
  succeeded: "付款成功，谢谢！",
  failed: "付款失败",
  expired: "二维码已过期",
  offline: "网络已断开，正在重新连接…",
  noCode: "无法显示二维码",
  remaining: "{time} 后过期",
  lastMinute: "二维码将在一分钟内过期",
  renew: "获取新的二维码",
  open: "打开{channel}",
  showCode: "显示二维码",
  code: "二维码",
  wallet: "手机钱包",
};

const cs: Texts = {
  label: "Platba {amount} pro {merchant}",
  waiting: "Naskenujte a zaplaťte: {channel}",
  waitingPhone: "Zaplaťte v aplikaci: {channel}",
  scanned: "Naskenováno. Potvrďte platbu v telefonu.",
  succeeded: "Zaplaceno. Děkujeme!",
  failed: "Platba se nezdařila.",
  expired: "Platnost kódu vypršela.",
  offline: "Bez připojení. Připojuji znovu…",
  noCode: "Kód nelze zobrazit.",
  remaining: "Platí ještě {time}",
  lastMinute: "Kód platí už méně než minutu.",
  renew: "Získat nový kód",
  open: "Otevřít {channel}",
  showCode: "Zobrazit kód",
  code: "QR kód",
  wallet: "mobilní peněženka",
};

const LANGUAGES: Record<string, Texts> = { en, zh, cs };

const CHANNELS: Record<string, string> = { alipay: "Alipay", wechat: "WeChat Pay", promptpay: "PromptPay" };
const CHANNELS_ZH: Record<string, string> = { alipay: "支付宝", wechat: "微信" };

/** The texts of a BCP 47 language, English where there are none. */
export function textsOf(language: string): Texts {
  return LANGUAGES[language.toLowerCase().split(/[-_]/)[0] ?? ""] ?? en;
}

/** A channel's own name, in the language where it has one. */
export function channelName(channel: string, language: string): string {
  return (/^zh\b/i.test(language) ? CHANNELS_ZH[channel] : undefined) ?? CHANNELS[channel] ?? channel;
}
