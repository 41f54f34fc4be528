// The texts of the pages, by language.

export type Language = "cs" | "en" | "zh";

export const NAMES: Record<Language, string> = { cs: "Čeština", en: "English", zh: "中文" };

export interface Texts {
  sandbox: string;
  noMoney: string;
  reload: string;
  notFound: string;
  notFoundHint: string;
  rejected: string;
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
  redeliver: string;
  testPayment: string;
  requests: string;
  noRequests: string;
  services: string;
  preview: string;
  previewHint: string;
  event: string;
  details: string;
  body: string;
  response: string;
  checkSignature: string;
  noResponse: string;
  attempts: (count: number) => string;
  order: string;
  notifications: string;
  refunded: string;
  latest: (shown: number, all: number) => string;
  channels: Record<string, string>;
  /** A short word for each status. */
  status: Record<string, string>;
  /** A sentence for each status. */
  meaning: Record<string, string>;
  progress: Record<string, string>;
}

export const TEXTS: Record<Language, Texts> = {
  cs: {
    sandbox: "Sandbox",
    noMoney: "Tady se neplatí skutečnými penězi",
    reload: "Zobrazit aktuální stav",
    notFound: "Tady nic není",
    notFoundHint: "Sandbox žádnou takovou platbu nezná. Při ukončení vše zapomene, pokud nebyl spuštěn s --state.",
    rejected: "To už nebylo možné: stav platby se mezitím změnil.",
    overview: "Platby a webhooky",
    language: "Jazyk",
    pay: (amount) => `Zaplatit ${amount}`,
    code: (amount) => `Platební kód na ${amount}`,
    by: (channel) => `přes ${channel}`,
    scan: "Naskenovat",
    decline: "Odmítnout",
    expire: "Nechat vypršet",
    backTo: (merchant) => `Zpět: ${merchant}`,
    expiresAt: "Zaplaťte do",
    left: "zbývá",
    reference: "Reference",
    payment: "Platba",
    webhooks: "Webhooky",
    noWebhooks: "Zatím žádné",
    payments: "Platby",
    noPayments: "Zatím žádná platba",
    noPaymentsHint: "Objeví se tu, jakmile ji váš kód vytvoří.",
    deliveries: "Doručování webhooků",
    noDeliveries: "Zatím nebylo nic doručeno",
    redeliver: "Doručit znovu",
    testPayment: "Zkušební platba",
    requests: "Požadavky na API",
    noRequests: "Zatím žádný požadavek",
    services: "Služby",
    preview: "Zčásti zdokumentovaná volání",
    previewHint:
      "ItPay tato volání dokumentuje jen zčásti: ceny a id v odpovědích jsou vymyšlené. Stejné volání podruhé je další volání, takže stejná spotřeba se účtuje dvakrát.",
    event: "Událost (JSON)",
    details: "Podrobnosti",
    body: "Tělo požadavku",
    response: "Odpověď",
    checkSignature: "Ověřit podpis webhooku",
    noResponse: "bez odpovědi",
    attempts: (count) => (count === 1 ? "1 pokus" : count > 1 && count < 5 ? `${count} pokusy` : `${count} pokusů`),
    order: "Objednávka",
    notifications: "Notifikace",
    refunded: "Vráceno",
    latest: (shown, all) => `posledních ${shown} z ${all}`,
    channels: { alipay: "Alipay", wechat: "WeChat Pay", card: "kartu", promptpay: "PromptPay" },
    status: {
      pending: "Vytvořena",
      qr_generated: "Čeká",
      scanning: "Naskenována",
      authorized: "Autorizována",
      captured: "Stržena",
      succeeded: "Zaplacena",
      failed: "Odmítnuta",
      expired: "Vypršela",
      cancelled: "Zrušena",
      CREATED: "Čeká",
      PAYMENT_METHOD_CHOSEN: "Metoda zvolena",
      AUTHORIZED: "Předautorizována",
      PAID: "Zaplacena",
      CANCELED: "Zrušena",
      TIMEOUTED: "Vypršela",
      PARTIALLY_REFUNDED: "Zčásti vrácena",
      REFUNDED: "Vrácena",
    },
    meaning: {
      CREATED: "Čeká se na plátce",
      PAYMENT_METHOD_CHOSEN: "Čeká se na peníze",
      AUTHORIZED: "Peníze jsou blokovány, dokud si je obchodník nestrhne",
      PAID: "Platba proběhla",
      CANCELED: "Platba byla zrušena",
      TIMEOUTED: "Čas na zaplacení vypršel",
      PARTIALLY_REFUNDED: "Část peněz byla vrácena",
      REFUNDED: "Peníze byly vráceny",
    },
    progress: { waiting: "Čeká", in_flight: "Odesílá se", delivered: "Doručeno", abandoned: "Vzdáno" },
  },
  en: {
    sandbox: "Sandbox",
    noMoney: "No money moves here",
    reload: "Show the state now",
    notFound: "There is nothing here",
    notFoundHint:
      "The sandbox has no payment with this id. It forgets everything when it ends, unless it was started with --state.",
    rejected: "That was no longer possible: the payment had moved on.",
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
    redeliver: "Deliver again",
    testPayment: "Make a test payment",
    requests: "API requests",
    noRequests: "No request yet",
    services: "Services",
    preview: "Calls that are documented in part",
    previewHint:
      "ItPay documents these calls in part: prices and ids in the responses are invented. The same call again is another call, so the same usage is billed twice.",
    event: "Event as JSON",
    details: "Details",
    body: "Request body",
    response: "Response",
    checkSignature: "Check a webhook signature",
    noResponse: "no response",
    attempts: (count) => (count === 1 ? "1 attempt" : `${count} attempts`),
    order: "Order",
    notifications: "Notifications",
    refunded: "Refunded",
    latest: (shown, all) => `the latest ${shown} of ${all}`,
    channels: { alipay: "Alipay", wechat: "WeChat Pay", card: "Card", promptpay: "PromptPay" },
    status: {
      pending: "Created",
      qr_generated: "Waiting",
      scanning: "Scanned",
      authorized: "Authorized",
      captured: "Captured",
      succeeded: "Paid",
      failed: "Declined",
      expired: "Expired",
      cancelled: "Canceled",
      CREATED: "Waiting",
      PAYMENT_METHOD_CHOSEN: "Method chosen",
      AUTHORIZED: "Authorized",
      PAID: "Paid",
      CANCELED: "Canceled",
      TIMEOUTED: "Timed out",
      PARTIALLY_REFUNDED: "Partly refunded",
      REFUNDED: "Refunded",
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
      CREATED: "Waiting for the payer",
      PAYMENT_METHOD_CHOSEN: "Waiting for the money",
      AUTHORIZED: "The money is blocked until the merchant takes it",
      PAID: "Payment complete",
      CANCELED: "The payment was canceled",
      TIMEOUTED: "The time to pay is up",
      PARTIALLY_REFUNDED: "A part was given back",
      REFUNDED: "The money was given back",
    },
    progress: { waiting: "Waiting", in_flight: "Being posted", delivered: "Delivered", abandoned: "Given up" },
  },
  zh: {
    sandbox: "沙盒",
    noMoney: "此处不会发生真实扣款",
    reload: "刷新状态",
    notFound: "这里什么也没有",
    notFoundHint: "沙盒中没有这笔付款。除非以 --state 启动，沙盒结束时会清除全部数据。",
    rejected: "操作无法完成：付款状态已发生变化。",
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
    redeliver: "重新投递",
    testPayment: "创建测试付款",
    requests: "API 请求",
    noRequests: "暂无请求",
    services: "服务",
    preview: "仅部分有文档的调用",
    previewHint:
      "ItPay 只公开了这些调用的部分文档：响应中的价格和 ID 均为虚构。重复同一调用会被视为新的调用，因此相同的用量会计费两次。",
    event: "事件 JSON",
    details: "详情",
    body: "请求正文",
    response: "响应",
    checkSignature: "检查 Webhook 签名",
    noResponse: "无响应",
    attempts: (count) => `尝试 ${count} 次`,
    order: "订单",
    notifications: "通知",
    refunded: "已退款",
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
      CREATED: "待付款",
      PAYMENT_METHOD_CHOSEN: "已选方式",
      AUTHORIZED: "已预授权",
      PAID: "已支付",
      CANCELED: "已取消",
      TIMEOUTED: "已超时",
      PARTIALLY_REFUNDED: "部分退款",
      REFUNDED: "已退款",
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

/** The buttons of GoPay's page. */
export const GOPAY_TEXTS = {
  cs: {
    card: (amount: string) => `Zaplatit ${amount} kartou`,
    bank: "Zaplatit bankou",
    transfer: "Převodem později",
    arrived: (amount: string) => `Převod ${amount} dorazil`,
    decline: "Banka odmítne",
    cancel: "Zrušit",
    timeout: "Nechat vypršet",
    shop: "obchod",
  },
  en: {
    card: (amount: string) => `Pay ${amount} by card`,
    bank: "Pay by bank",
    transfer: "Transfer later",
    arrived: (amount: string) => `The transfer of ${amount} arrives`,
    decline: "The bank declines",
    cancel: "Cancel",
    timeout: "Let it time out",
    shop: "the shop",
  },
};
