// Every call of the public interface with arbitrary arguments, by name: the generators of its arguments, and the call.
// adversarial.mjs has the generators and the rules of how a call must end. Runs in Node and in workerd.

import fc from "fast-check";
import * as itpay from "itpay";
import * as gopay from "itpay/gopay";
import * as paykit from "itpay/paykit";
import * as sandbox from "itpay/sandbox";
import * as webhooks from "itpay/webhooks";

import { anything, oneOf, record, thrower } from "./adversarial.mjs";
import { serverCalls } from "./adversarial-servers.mjs";

/** Whether it is an error of the package's own. */
export const isTyped = (error) => itpay.isItPayError(error) || error instanceof paykit.PayKitError;

const {
  constructEvent,
  createWebhookHandler,
  generateTestHeader,
  memoryStore,
  verifySignature,
  WebhookVerifier,
  SignatureVerificationError,
} = webhooks;
const quiet = { onError: () => undefined };
const four = [anything, anything, anything, anything];

const INTENT = {
  id: "pi_1",
  status: "succeeded",
  amount: { currency: "CNY", value: 1 },
  qr: { charge_id: "c", scan_url: "s" },
};
const replies = (body) => async () => Response.json(body);
const client = (options) =>
  new itpay.ItPayClient({
    apiKey: "sk",
    env: {},
    maxRetries: 0,
    timeout: 50,
    logLevel: "off",
    fetch: replies(INTENT),
    ...options,
  });
const GOPAY = {
  clientId: "1",
  clientSecret: "s",
  goId: "8123456789",
  isSandbox: true,
  webhookUrl: "https://shop.example/n",
  env: {},
  maxRetries: 0,
  timeout: 50,
  logLevel: "off",
};
const PAYMENT = {
  id: 1,
  state: "PAID",
  amount: 1,
  currency: "CZK",
  target: { goid: 8123456789 },
  additional_params: [],
};
const gopayFetch = (reply) => async (url) =>
  url.endsWith("/oauth2/token") ? Response.json({ access_token: "t", expires_in: 1800 }) : reply(url);
const goClient = (options) => new gopay.GoPayClient({ ...GOPAY, fetch: gopayFetch(replies(PAYMENT)), ...options });
const provider = (options) => gopay.createGopay({ ...GOPAY, fetch: gopayFetch(replies(PAYMENT)), ...options });
const itpayProvider = (options) =>
  paykit.createItpay({
    apiKey: "sk",
    env: {},
    maxRetries: 0,
    timeout: 50,
    logLevel: "off",
    agentId: "a",
    serviceId: "s",
    fetch: replies(INTENT),
    ...options,
  });
/** Every method of a class, bound to an object of it. */
const methods = (object) =>
  Object.fromEntries(
    Object.getOwnPropertyNames(Object.getPrototypeOf(object))
      .filter((name) => name !== "constructor" && name !== "_native")
      .map((name) => [name, object[name].bind(object)]),
  );
const requestOptions = record("signal", "timeout", "maxRetries", "idempotencyKey", "headers");
const order = { service_id: "s", type: "one_time", amount: { currency: "CNY", value: 1 }, payer: { agent_id: "a" } };
export const calls = {
  verifySignature: [four, (...args) => verifySignature(...args)],
  constructEvent: [four, (...args) => constructEvent(...args)],
  "verifySignature with good neighbours": [
    [fc.nat(3), anything],
    (place, one) => {
      const args = ["{}", `t=1745712345,v1=${"0".repeat(64)}`, "whsec", { now: 1745712345 }];
      args[place] = one;
      return verifySignature(...args);
    },
  ],
  WebhookVerifier: [
    four,
    (secret, options, body, header) => {
      const verifier = new WebhookVerifier(secret, options);
      verifier.verify(body, header);
      return verifier.constructEvent(body, header);
    },
  ],
  generateTestHeader: [[anything], (options) => generateTestHeader(options)],
  "generateTestHeader with fields": [
    [record("payload", "secret", "timestamp")],
    (fields) => generateTestHeader(fields),
  ],
  createWebhookHandler: [[anything], (options) => createWebhookHandler(options)],
  "createWebhookHandler with fields": [
    [record("secret", "on", "store", "maxAge", "maxBodyBytes", "lease", "onError")],
    (fields) => createWebhookHandler(fields),
  ],
  "a webhook handler": [
    [anything],
    async (request) => {
      const response = await createWebhookHandler({ secret: "whsec", on: {}, ...quiet })(request);
      if (!(response instanceof Response)) throw new Error("no Response");
    },
  ],
  "a webhook handler whose store is anything": [
    [record("claim", "complete", "release")],
    async (store) => {
      const handle = createWebhookHandler({ secret: "whsec", on: { default: thrower }, store, ...quiet });
      const body = '{"id":"evt_1","type":"x"}';
      const response = await handle(
        new Request("http://shop/", {
          method: "POST",
          body,
          headers: { "X-ItPay-Signature": generateTestHeader({ payload: body, secret: "whsec" }) },
        }),
      );
      if (response.status !== 500 && response.status !== 409 && response.status !== 200)
        throw new Error(String(response.status));
    },
  ],
  memoryStore: [
    [anything, anything, anything],
    async (options, id, lease) => {
      const store = memoryStore(options);
      await store.claim(id, lease);
      await store.complete(id);
      await store.release(id);
    },
  ],
  isItPayError: [[anything], (value) => itpay.isItPayError(value)],
  SignatureVerificationError: [
    [fc.string()],
    (message) => new SignatureVerificationError(message, { code: "no_match", hint: message }),
  ],
  money: [[anything, anything], (amount, currency) => itpay.money(amount, currency)],
  formatMoney: [[anything, anything], (money, locale) => itpay.formatMoney(money, locale)],
  "formatMoney with fields": [[record("currency", "value")], (money) => itpay.formatMoney(money)],
  parsePaymentRequired: [[anything], (response) => itpay.parsePaymentRequired(response)],
  paymentRequired: [[anything, anything], (intent, charge) => itpay.paymentRequired(intent, charge)],
  ItPayClient: [[anything], (options) => new itpay.ItPayClient(options)],
  "ItPayClient with fields": [
    [
      record(
        "apiKey",
        "channel",
        "baseUrl",
        "timeout",
        "webhookSecret",
        "maxRetries",
        "fetch",
        "logger",
        "logLevel",
        "dangerouslyAllowBrowser",
        "env",
      ),
    ],
    (options) => new itpay.ItPayClient({ logLevel: "off", ...options }),
  ],
  "paymentIntents.create": [[anything, anything], (params, options) => client().paymentIntents.create(params, options)],
  "paymentIntents.create with fields": [
    [
      record("id", "service_id", "type", "amount", "channel", "payer", "description", "metadata", "expires_at"),
      requestOptions,
    ],
    (params, options) => client().paymentIntents.create({ ...order, ...params }, options),
  ],
  "paymentIntents.create and its response": [
    [requestOptions],
    (options) => client().paymentIntents.create(order, options).withResponse(),
  ],
  "paymentIntents.retrieve": [[anything, anything], (id, options) => client().paymentIntents.retrieve(id, options)],
  "paymentIntents.waitForCompletion": [
    [anything, anything],
    (id, options) => client().paymentIntents.waitForCompletion(id, options),
  ],
  "paymentIntents.waitForCompletion with fields": [
    [record("timeout", "pollInterval", "signal", "onUpdate")],
    (options) =>
      client()
        .paymentIntents.waitForCompletion("pi_1", options)
        .catch((error) => {
          // An error of the caller's own onUpdate is passed on.
          if (error?.name !== "Thrown") throw error;
        }),
  ],
  "qr.generate": [[anything, anything], (id, options) => client().qr.generate(id, options)],
  "manifests.create": [[anything, anything], (params, options) => client().manifests.create(params, options)],
  "manifests.activate": [[anything, anything], (id, options) => client().manifests.activate(id, options)],
  "manifests.search": [[anything, anything], (query, options) => client().manifests.search(query, options)],
  "the client's webhooks": [
    [fc.boolean(), ...four.slice(1)],
    (verify, ...args) =>
      client({ webhookSecret: "whsec" }).webhooks[verify ? "verifySignature" : "constructEvent"](...args),
  ],
  request: [[anything, anything, anything], (method, path, options) => client().request(method, path, options)],
  "request with fields": [
    [record("body", "query", "headers", "signal", "timeout", "maxRetries", "idempotencyKey")],
    (options) => client().request("POST", "/x", options),
  ],
  "a fetch that gives anything": [
    [anything],
    (reply) => client({ fetch: async () => reply }).paymentIntents.retrieve("pi_1"),
  ],
  "a fetch that throws anything": [
    [anything],
    (problem) =>
      client({
        fetch: () => {
          throw problem;
        },
      }).paymentIntents.retrieve("pi_1"),
  ],
  "a fetch that rejects with anything": [
    [anything],
    (problem) => client({ fetch: () => Promise.reject(problem) }).paymentIntents.retrieve("pi_1"),
  ],
  "a fetch whose JSON is anything": [[fc.jsonValue()], (json) => client({ fetch: replies(json) }).qr.generate("pi_1")],

  GoPayClient: [[anything], (options) => new gopay.GoPayClient(options)],
  "GoPayClient with fields": [
    [
      record(
        "clientId",
        "clientSecret",
        "goId",
        "isSandbox",
        "baseUrl",
        "language",
        "timeout",
        "maxRetries",
        "fetch",
        "logger",
        "logLevel",
        "env",
      ),
    ],
    (options) => goClient(options),
  ],
  "GoPay's payments": [[fc.nat(), ...four.slice(1)], (index, ...args) => oneOf(goClient().payments, index)(...args)],
  "GoPay's payments by id": [
    [fc.nat(), anything, requestOptions],
    (index, params, options) => oneOf(goClient().payments, index)(1, params, options),
  ],
  paymentInstruments: [[anything, anything], (currency, options) => goClient().paymentInstruments(currency, options)],
  accountStatement: [[anything, anything], (params, options) => goClient().accountStatement(params, options)],
  "a fetch that gives GoPay's client anything": [
    [anything],
    (reply) => goClient({ fetch: gopayFetch(async () => reply) }).payments.status(1),
  ],
  "a payment whose JSON is anything": [
    [fc.jsonValue()],
    (json) => provider({ fetch: gopayFetch(replies(json)) }).retrievePayment("1"),
  ],
  createGopay: [[anything], (options) => gopay.createGopay(options)],
  "createGopay with fields": [
    [
      record(
        "clientId",
        "clientSecret",
        "goId",
        "isSandbox",
        "webhookUrl",
        "debug",
        "language",
        "env",
        "timeout",
        "fetch",
      ),
    ],
    (options) => gopay.createGopay({ ...GOPAY, ...options }),
  ],
  gopay: [[anything], (options) => gopay.gopay(options)],
  "GoPay's provider": [[fc.nat(), ...four.slice(1)], (index, ...args) => oneOf(methods(provider()), index)(...args)],
  "GoPay's provider by id": [[fc.nat(), anything], (index, params) => oneOf(methods(provider()), index)("1", params)],
  createGopayWebhookHandler: [[anything], (options) => gopay.createGopayWebhookHandler(options)],
  "createGopayWebhookHandler with fields": [
    [record("provider", "on", "store", "lease", "onError")],
    (options) => gopay.createGopayWebhookHandler({ provider: provider(), on: {}, ...options }),
  ],
  "GoPay's webhook handler": [
    [anything],
    async (request) => {
      const response = await gopay.createGopayWebhookHandler({ provider: provider(), on: {}, ...quiet })(request);
      if (!(response instanceof Response)) throw new Error("no Response");
    },
  ],

  createItpay: [[anything], (options) => paykit.createItpay(options)],
  "createItpay with fields": [
    [record("apiKey", "agentId", "serviceId", "webhookSecret", "channel", "baseUrl", "fetch", "env")],
    (options) => itpayProvider(options),
  ],
  "ItPay's provider": [
    [fc.nat(), ...four.slice(1)],
    (index, ...args) => oneOf(methods(itpayProvider()), index)(...args),
  ],
  PayKit: [[anything], (args) => new paykit.PayKit(args)],
  "PayKit's calls": [
    [fc.nat(), fc.nat(), ...four.slice(2)],
    (group, index, ...args) => {
      const { checkouts, customers, payments, subscriptions, refunds } = new paykit.PayKit(provider());
      return oneOf(oneOf({ checkouts, customers, payments, subscriptions, refunds }, group), index)(...args);
    },
  ],
  "PayKit's webhooks": [
    [anything, anything, anything, anything],
    async (options, type, listener, webhook) => {
      const created = new paykit.PayKit(itpayProvider()).webhooks.setup(options);
      created.on(type, listener);
      await created.handle(webhook);
    },
  ],
  "PayKit's webhooks with fields": [
    [record("body", "headersAsObject", "headers", "fullUrl")],
    (webhook) => new paykit.PayKit(provider()).webhooks.setup({ webhookSecret: "x" }).handle(webhook),
  ],
  createEndpointHandlers: [[anything], (args) => paykit.createEndpointHandlers(args)],

  createSandbox: [[anything], (options) => sandbox.createSandbox(options).close()],
  "createSandbox with fields": [
    [record("apiKey", "webhookSecret", "webhookUrl", "walletUrl", "seed", "state", "now", "deliver", "onChange")],
    (options) => sandbox.createSandbox(options).close(),
  ],
  createGopaySandbox: [[anything], (options) => sandbox.createGopaySandbox(options).close()],
  "createGopaySandbox with fields": [
    [
      record(
        "clientId",
        "clientSecret",
        "goId",
        "notificationUrl",
        "payUrl",
        "quirks",
        "enabled",
        "seed",
        "state",
        "now",
        "deliver",
        "onChange",
      ),
    ],
    (options) => sandbox.createGopaySandbox(options).close(),
  ],
  "the sandboxes' calls": [
    [fc.boolean(), fc.nat(), ...four.slice(1)],
    async (isGopay, index, ...args) => {
      const created = isGopay ? sandbox.createGopaySandbox() : sandbox.createSandbox();
      try {
        const calls = Object.fromEntries(
          Object.keys(created)
            .filter((name) => name !== "fetch" && typeof created[name] === "function")
            .map((name) => [name, created[name]]),
        );
        await oneOf(calls, index)(...args);
      } finally {
        created.close();
      }
    },
  ],
  "faults with fields": [
    [fc.boolean(), record("method", "path", "times", "status", "headers", "body", "delay", "stall", "reset", "error")],
    (isGopay, fault) => (isGopay ? sandbox.createGopaySandbox() : sandbox.createSandbox()).inject(fault),
  ],

  ...serverCalls,
};
