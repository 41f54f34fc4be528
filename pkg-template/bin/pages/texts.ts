// What the pages say, by language.

export type Language = "en" | "zh";

export const NAMES: Record<Language, string> = { en: "English", zh: "中文" };

export interface Texts {
  sandbox: string;
  noMoney: string;
  reload: string;
  notFound: string;
  notFoundHint: string;
  refused: string;
  overview: string;
  language: string;
  pay: (amount: string) => string;
  code: (amount: string) => string;
  by: (channel: string) => string;
  scan: string;
  decline: string;
  expire: string;
  backTo: (merchant: string) => string;
  expiresAt: string;
  left: string;
  reference: string;
  payment: string;
  webhooks: string;
  noWebhooks: string;
  payments: string;
  noPayments: string;
  noPaymentsHint: string;
  deliveries: string;
  noDeliveries: string;
  again: string;
  noAnswer: string;
  attempts: (count: number) => string;
  latest: (shown: number, all: number) => string;
  channels: Record<string, string>;
  /** A short word for each status. */
  status: Record<string, string>;
  /** What it means, in a sentence. */
  meaning: Record<string, string>;
  progress: Record<string, string>;
}

export const TEXTS: Record<Language, Texts> = {
  en: {
    sandbox: "Sandbox",
    noMoney: "No money moves here",
    reload: "Show the state now",
    notFound: "There is nothing here",
    notFoundHint: "The sandbox knows no payment of this name. It forgets everything when it ends, unless it was started with --state.",
    refused: "That was no longer possible: the payment had moved on.",
    overview: "Payments and webhooks",
    language: "Language",
    pay: (amount) => `Pay ${amount}`,
    code: (amount) => `Payment code for ${amount}`,
    by: (channel) => `with ${channel}`,
    scan: "Scan",
    decline: "Decline",
    expire: "Let it expire",
    backTo: (merchant) => `Back to ${merchant}`,
    expiresAt: "Pay until",
    left: "left",
    reference: "Reference",
    payment: "Payment",
    webhooks: "Webhooks",
    noWebhooks: "None sent so far",
    payments: "Payments",
    noPayments: "No payment yet",
    noPaymentsHint: "They appear here as soon as your code creates one.",
    deliveries: "Webhook deliveries",
    noDeliveries: "Nothing was delivered yet",
    again: "Deliver again",
    noAnswer: "no answer",
    attempts: (count) => (count === 1 ? "1 attempt" : `${count} attempts`),
    latest: (shown, all) => `the latest ${shown} of ${all}`,
    channels: { alipay: "Alipay", wechat: "WeChat Pay", card: "Card", promptpay: "PromptPay" },
    status: {
      pending: "Created",
      qr_generated: "Waiting",
      scanning: "Scanned",
      authorized: "Authorised",
      captured: "Captured",
      succeeded: "Paid",
      failed: "Declined",
      expired: "Expired",
      cancelled: "Cancelled",
    },
    meaning: {
      pending: "The merchant has not asked for a code yet",
      qr_generated: "Waiting to be scanned",
      scanning: "Scanned: waiting for the payer to agree",
      authorized: "The payer agreed",
      captured: "The money has moved",
      succeeded: "Payment complete",
      failed: "The payment was declined",
      expired: "The time to pay is up",
      cancelled: "The payment was called off",
    },
    progress: { waiting: "Waiting", in_flight: "Being posted", delivered: "Delivered", abandoned: "Given up" },
  },
  zh: {
    sandbox: "沙盒",
    noMoney: "此处不会发生真实扣款",
    reload: "刷新状态",
    notFound: "这里什么也没有",
    notFoundHint: "沙盒中没有这笔付款。除非以 --state 启动，沙盒结束时会清除全部数据。",
    refused: "操作无法完成：付款状态已发生变化。",
    overview: "付款与 Webhook 通知",
    language: "语言",
    pay: (amount) => `支付 ${amount}`,
    code: (amount) => `${amount} 的付款码`,
    by: (channel) => `使用${channel}`,
    scan: "扫码",
    decline: "拒绝付款",
    expire: "使其过期",
    backTo: (merchant) => `返回 ${merchant}`,
    expiresAt: "付款截止",
    left: "剩余",
    reference: "参考号",
    payment: "付款",
    webhooks: "Webhook 通知",
    noWebhooks: "尚未发送",
    payments: "付款",
    noPayments: "暂无付款",
    noPaymentsHint: "您的代码创建付款后会立即显示在这里。",
    deliveries: "Webhook 投递",
    noDeliveries: "暂无投递",
    again: "重新投递",
    noAnswer: "无响应",
    attempts: (count) => `尝试 ${count} 次`,
    latest: (shown, all) => `最近 ${shown} 条，共 ${all} 条`,
    channels: { alipay: "支付宝", wechat: "微信支付", card: "银行卡", promptpay: "PromptPay" },
    status: {
      pending: "已创建",
      qr_generated: "待扫码",
      scanning: "已扫码",
      authorized: "已授权",
      captured: "已扣款",
      succeeded: "已支付",
      failed: "已拒绝",
      expired: "已过期",
      cancelled: "已取消",
    },
    meaning: {
      pending: "商家尚未生成付款码",
      qr_generated: "等待扫码",
      scanning: "已扫码，等待付款人确认",
      authorized: "付款人已确认",
      captured: "款项已划转",
      succeeded: "支付成功",
      failed: "付款已被拒绝",
      expired: "付款已超时",
      cancelled: "付款已取消",
    },
    progress: { waiting: "等待中", in_flight: "投递中", delivered: "已送达", abandoned: "已放弃" },
  },
};
