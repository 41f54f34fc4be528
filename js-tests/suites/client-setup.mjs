// Shared by the parts of the suite in client.mjs: a mocked fetch, a misbehaving server, and assertions.

import assert from "node:assert/strict";

import { rejection } from "./rejection.mjs";

export const KEY = "sk_test_0123456789abcdef";
export const PARAMS = {
  id: "pi_1",
  service_id: "svc_1",
  type: "one_time",
  amount: { currency: "CNY", value: 699 },
  payer: { agent_id: "agent_1" },
};
export const INTENT = { id: "pi_1", status: "pending", amount: { currency: "CNY", value: 699 } };

let run = 0;

export function setUp(itpay, serverUrl) {
  const { ItPayClient, isItPayError } = itpay;

  /** A client whose fetch responds with the result of `reply`, and the calls that it received. */
  const mock = (reply, options = {}) => {
    const calls = [];
    const fetch = async (url, init) => {
      calls.push({ url, ...init });
      return reply(calls.length, url, init);
    };
    return { calls, client: new ItPayClient({ apiKey: KEY, fetch, maxRetries: 0, ...options }) };
  };
  const json = (body, status = 200, headers = {}) =>
    new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });

  /** A client of the misbehaving server, and what that has seen. */
  const misbehaving = (how, options = {}) => {
    run += 1;
    const name = `${how}/${run}-${Math.random()}`;
    const client = new ItPayClient({ apiKey: KEY, baseUrl: `${serverUrl}/${name}/v1`, maxRetries: 0, ...options });
    return { client, seen: async () => (await fetch(`${serverUrl}/seen/${name}`)).json() };
  };

  const rejectsWith = rejection(isItPayError);
  const rejects = async (promise, expected) => {
    const error = await rejectsWith(promise, expected);
    for (const shown of [String(error), JSON.stringify(error), String(error.stack)])
      assert.ok(!shown.includes(KEY), shown);
    return error;
  };
  const rejectsField = (field, promise) =>
    rejects(promise, { name: "ValidationError", field, attempts: 0, status: undefined });

  return { ...itpay, serverUrl, mock, json, misbehaving, rejects, rejectsField };
}
