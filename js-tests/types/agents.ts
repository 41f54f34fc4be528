// The tools for agents with the frameworks' own types.

import { DynamicStructuredTool } from "@langchain/core/tools";
import { generateText, type LanguageModel, type ToolSet } from "ai";
import { ItPayClient } from "itpay";
import { agentTools, type AuditEntry, type PaymentCounter, toAiSdk, toLangChain, toMcp, toOpenAi } from "itpay/agents";

const counter: PaymentCounter = { add: async (id, max) => id.length < max };
const log: AuditEntry[] = [];
const tools = agentTools({
  client: new ItPayClient({ apiKey: "sk" }),
  serviceId: "svc",
  channel: undefined,
  allow: ["itpay_create_payment", "itpay_show_qr"],
  maxAmount: ["50.00CNY", { currency: "USD", value: 700 }],
  maxPerHour: 3,
  counter,
  audit: (entry) => void log.push(entry),
});

export const set: ToolSet = toAiSdk(tools);
export const text = (model: LanguageModel): unknown => generateText({ model, tools: toAiSdk(tools), prompt: "sell it" });
export const langchain = toLangChain(tools).map((fields) => new DynamicStructuredTool(fields));
export const openai: { type: "function"; name: string }[] = [...toOpenAi(tools).tools];
export const call = toMcp(tools).call("itpay_show_qr", { payment_id: "pi_1" }, { signal: new AbortController().signal, onProgress: ({ progress, total }) => void (progress / total) });
// @ts-expect-error a tool of this name does not exist
agentTools({ client: new ItPayClient(), serviceId: "svc", allow: ["itpay_refund"] });
// @ts-expect-error a service is required
agentTools({ client: new ItPayClient() });
