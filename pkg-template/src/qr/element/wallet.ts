// How a payer gets from this page to the wallet: by a button, by scanning, by a long press, or by another browser.

/** `button` opens the wallet. `scan` is for another device's screen. */
export type Way = "button" | "longPress" | "openInBrowser" | "scan";

type App = "alipay" | "wechat";

/** The attributes that decide, and `navigator.userAgent`. */
export interface Situation {
  channel: string;
  data: string;
  display: string;
  link: string;
  phone: boolean;
  userAgent: string;
}

/**
 * WeChat's browser reads a code in an `<img>` by a long press. It blocks other wallets' links, as Alipay's does, so that
 * another browser has to open the page. On a computer either app shows the page to the phone's camera.
 */
export function wayToPay({ channel, data, display, link, phone, userAgent }: Situation): Way {
  const browser = phone ? inAppBrowser(userAgent) : undefined;
  const wallet = walletOf(channel, data);
  const opens = isLink(link) && (browser === undefined || (browser === wallet && !isForeignScheme(link, browser)));
  if (opens && (display === "button" || (display !== "code" && phone))) return "button";
  if (browser === undefined) return "scan";
  if (wallet === undefined || wallet === browser) return "longPress";
  return wallet === "alipay" || isLink(link) ? "openInBrowser" : "scan";
}

/** A phone can't scan its own screen. */
export function isPhone(): boolean {
  const { userAgentData, userAgent } = navigator as Navigator & { userAgentData?: { mobile: boolean } | undefined };
  return userAgentData?.mobile === true || /Android.+Mobile|iPhone|iPod/.test(userAgent);
}

function inAppBrowser(userAgent: string): App | undefined {
  if (/MicroMessenger/i.test(userAgent)) return "wechat";
  return /AlipayClient/i.test(userAgent) ? "alipay" : undefined;
}

/** Undefined if the code may be any wallet's. */
function walletOf(channel: string, data: string): App | "other" | undefined {
  if (/wechat|weixin/i.test(channel) || /^wei?xin:|^wxp:/i.test(data)) return "wechat";
  if (/alipay/i.test(channel) || /^(?:https:\/\/qr\.alipay\.com|alipay\w*:)/i.test(data)) return "alipay";
  return channel === "" ? undefined : "other";
}

/** Whether the link leads somewhere: not a script, and not a WeChat code, which WeChat only scans. */
function isLink(address: string): boolean {
  try {
    const { protocol, href } = new URL(address);
    return (
      !/^(javascript|data|vbscript|blob|file|about|filesystem):$/.test(protocol) && !href.startsWith("weixin://wxpay/")
    );
  } catch {
    return false;
  }
}

function isForeignScheme(link: string, browser: App): boolean {
  const own = { alipay: /^(?:https?|alipays?):/i, wechat: /^https?:/i };
  return !own[browser].test(link);
}
