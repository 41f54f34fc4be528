// The way to the wallet: button, scan, long press or another browser, by the browser's name and the code's wallet.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PHONE, startPages } from "./element-pages.mjs";
import { closeTab, violations } from "./tab.mjs";

const { open, element, state, status } = await startPages();

const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148";
const BROWSERS = {
  phone: { ...PHONE },
  "WeChat on an iPhone": {
    ...PHONE,
    userAgent: `${IPHONE} MicroMessenger/8.0.50(0x1800323a) NetType/WIFI Language/zh_CN`,
  },
  "WeChat on Android": {
    ...PHONE,
    userAgent:
      "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160065 MMWEBSDK/20231202 MicroMessenger/8.0.47.2560(0x28002F3D) WeChat/arm64",
  },
  "WeChat on a computer": {
    userAgent:
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 Safari/537.36 NetType/WIFI MicroMessenger/7.0.20.1781(0x6700143B) WindowsWechat(0x63090c11) XWEB/11275 Flue",
  },
  Alipay: {
    ...PHONE,
    userAgent: `${IPHONE} NebulaSDK/1.8.100112 Nebula AlipayDefined(nt:WIFI,ws:390|780|3.0) AliApp(AP/10.6.10.6000) AlipayClient/10.6.10.6000 Language/zh-Hans`,
  },
  computer: {},
};
const WECHAT_CODE = { channel: "wechat", data: "weixin://wxpay/bizpayurl?pr=Zx9kQ1Lzz" };
const ALIPAY_CODE = { channel: "alipay", data: "https://qr.alipay.com/bax08431dxnqxwz1ke8v5509" };
const TEXTS = {
  button: [/^Pay in /, /^请在.*中付款$/],
  longPress: [/^Long-press the code/, /^长按识别二维码/],
  openInBrowser: [/open this page in your browser/, /在浏览器中打开/],
  scan: [/^Scan with /, /扫码付款$/],
};

for (const [browser, attributes, way] of [
  ["phone", { ...ALIPAY_CODE, "scan-url": "alipays://platformapi/startapp" }, "button"],
  ["phone", { ...ALIPAY_CODE, "scan-url": "https://qr.alipay.com/bax08431" }, "button"],
  ["phone", { ...WECHAT_CODE, "scan-url": WECHAT_CODE.data }, "scan"], // a code of WeChat's is no link
  ["phone", { ...ALIPAY_CODE }, "scan"],
  ["phone", { ...ALIPAY_CODE, "scan-url": "itpay://pay/pi_1", display: "code" }, "scan"],
  ["WeChat on an iPhone", { ...WECHAT_CODE, "scan-url": WECHAT_CODE.data }, "longPress"],
  ["WeChat on Android", { ...WECHAT_CODE }, "longPress"],
  ["WeChat on Android", { data: WECHAT_CODE.data }, "longPress"],
  ["WeChat on Android", { ...ALIPAY_CODE, "scan-url": "https://qr.alipay.com/bax08431" }, "openInBrowser"],
  ["WeChat on an iPhone", { ...ALIPAY_CODE, "scan-url": "itpay://pay/pi_1" }, "openInBrowser"],
  ["WeChat on an iPhone", { ...ALIPAY_CODE, "scan-url": "itpay://pay/pi_1", display: "button" }, "openInBrowser"],
  ["WeChat on an iPhone", { channel: "promptpay", data: "0002" }, "scan"],
  ["WeChat on a computer", { ...WECHAT_CODE }, "scan"],
  ["WeChat on a computer", { ...ALIPAY_CODE, "scan-url": "itpay://pay/pi_1" }, "scan"],
  ["Alipay", { ...ALIPAY_CODE, "scan-url": "alipays://platformapi/startapp" }, "button"],
  ["Alipay", { ...ALIPAY_CODE, "scan-url": "itpay://pay/pi_1" }, "longPress"],
  ["Alipay", { ...WECHAT_CODE, "scan-url": WECHAT_CODE.data }, "scan"],
  ["computer", { ...ALIPAY_CODE, "scan-url": "itpay://pay/pi_1" }, "scan"],
  ["computer", { ...ALIPAY_CODE, "scan-url": "itpay://pay/pi_1", display: "button" }, "button"],
]) {
  test(`${browser}, a code of ${attributes.channel ?? "any wallet"}, ${attributes["scan-url"] ?? "no link"}${attributes.display ? `, display ${attributes.display}` : ""}: ${way}`, async () => {
    for (const [index, lang] of ["en", "zh-CN"].entries()) {
      const tab = await open(attributes, { ...BROWSERS[browser], lang });
      await state(tab, "waiting");
      assert.match(await status(tab), TEXTS[way][index]);
      assert.equal(await element(tab).getByRole("link").count(), way === "button" ? 1 : 0);
      assert.equal(await element(tab).locator("img").isVisible(), way !== "button");
      if (browser !== "computer") assert.deepEqual(await violations(tab), []);
      await closeTab(tab);
    }
  });
}
