// Tools of `itpay/agents` on a sandbox in this process, for tests.

import { ItPayClient } from "itpay";
import { agentTools } from "itpay/agents";
import { createSandbox } from "itpay/sandbox";

/** A registered service. `texts` are its name and description. */
export async function registerService(client, texts = {}) {
  const { id } = await client.manifests.create({
    name: "Smart Summary",
    payment_methods: { one_time: true },
    accepted_channels: ["alipay"],
    settlement_currency: "CNY",
    endpoint: "http://127.0.0.1:9/",
    ...texts,
  });
  return id;
}

/** Starts the tools. `call(name, input)` resolves with the structured result; `audit` has the entries so far. */
export async function startTools({
  client: clientOptions = {},
  sandbox: sandboxOptions = {},
  serviceId,
  ...options
} = {}) {
  const sandbox = createSandbox({ deliver: async () => new Response(), ...sandboxOptions });
  const client = new ItPayClient({ apiKey: sandbox.apiKey, fetch: sandbox.fetch, maxRetries: 0, ...clientOptions });
  const service =
    serviceId ?? (await registerService(new ItPayClient({ apiKey: sandbox.apiKey, fetch: sandbox.fetch })));
  const audit = [];
  const restart = (more = {}) =>
    agentTools({ client, serviceId: service, audit: (entry) => audit.push(entry), ...options, ...more });
  const tools = restart();
  const execute = (name, input, context, from = tools) =>
    from.find((tool) => tool.name === name).execute(input, context);
  const call = async (...args) => (await execute(...args)).structuredContent;
  /** Creates a payment of 6.99 CNY and returns its id. */
  const create = async (input = {}) => (await call("itpay_create_payment", { ...PURCHASE, ...input })).payment_id;
  return { sandbox, client, service, audit, tools, restart, execute, call, create };
}

export const PURCHASE = { amount: "6.99", currency: "CNY", description: "AI document summary" };
