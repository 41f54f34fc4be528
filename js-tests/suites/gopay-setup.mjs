// Shared by the parts of the suite in gopay.mjs: a mocked fetch, and assertions.

import { rejection } from "./rejection.mjs";

export const SECRET = "n6W-secret-0123456789";
export const TOKEN = "token-0123456789";
export const BASE = "https://gw.sandbox.gopay.com/api";
export const ORDER = {
  amount: 2900,
  currency: "CZK",
  order_number: "1",
  items: [{ name: "Žluťoučký kůň", amount: 2900, count: 1 }],
  callback: { return_url: "https://shop.example/" },
};
export const PAYMENT = {
  id: 3000006529,
  state: "PAID",
  amount: 2900,
  currency: "CZK",
  gw_url: " https://gw.example/pay ",
};

export function setUp(gopay) {
  const { GoPayClient, isItPayError } = gopay;
  const json = (body, status = 200, headers = {}) =>
    new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });
  const never = (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

  /** A client that always gets a token, and whose other calls get the result of `reply`. Records the other calls. */
  const mock = (reply, options = {}) => {
    const calls = [];
    const tokens = [];
    const lines = [];
    const fetch = async (url, init) => {
      if (url.endsWith("/oauth2/token")) {
        tokens.push(init);
        return (
          options.token?.(tokens.length, init) ?? json({ access_token: `${TOKEN}-${tokens.length}`, expires_in: 1800 })
        );
      }
      calls.push({ url, ...init });
      return reply(calls.length, url, init);
    };
    const log = (line) => void lines.push(line);
    const client = new GoPayClient({
      clientId: "140",
      clientSecret: SECRET,
      goId: "8123456789",
      isSandbox: true,
      fetch,
      maxRetries: 0,
      logLevel: "debug",
      logger: { error: log, warn: log, info: log, debug: log },
      ...options,
    });
    return { calls, client, lines, tokens };
  };
  const rejects = rejection(isItPayError);
  const rejectsField = (field, promise) => rejects(promise, { name: "ValidationError", field, attempts: 0 });
  const gopayError = (code, name = null) => ({
    date_issued: 1,
    errors: [{ scope: "G", field: null, error_code: code, error_name: name, message: "no", description: null }],
  });

  return { ...gopay, json, never, mock, rejects, rejectsField, gopayError };
}
