// The tools in the forms that frameworks take, tried with the frameworks themselves.

import assert from "node:assert/strict";
import { test } from "node:test";

import { DynamicStructuredTool } from "@langchain/core/tools";
import { generateText, stepCountIs } from "ai";
import { MockLanguageModelV3 } from "ai/test";

import { toAiSdk, toLangChain, toMcp, toOpenAi } from "itpay/agents";

import { PURCHASE, startTools } from "../agent-tools.mjs";

test("AI SDK: a model creates a payment and shows it, and gets the text without the image", async () => {
  const { sandbox, tools } = await startTools();
  const prompts = [];
  let seen;
  const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };
  const calls = [
    () => ["itpay_create_payment", { ...PURCHASE, reference: "order 1" }],
    () => ["itpay_show_qr", { payment_id: sandbox.intents[0].id }],
    () => ["itpay_create_payment", { ...PURCHASE, amount: "-1" }],
  ];
  const model = new MockLanguageModelV3({
    doGenerate: async ({ prompt, tools: offered }) => {
      prompts.push(prompt);
      seen ??= offered;
      const next = calls[prompts.length - 1]?.();
      if (next === undefined)
        return { content: [{ type: "text", text: "done" }], finishReason: { unified: "stop" }, usage, warnings: [] };
      return {
        content: [
          {
            type: "tool-call",
            toolCallId: `call_${prompts.length}`,
            toolName: next[0],
            input: JSON.stringify(next[1]),
          },
        ],
        finishReason: { unified: "tool-calls" },
        usage,
        warnings: [],
      };
    },
  });
  const { text, steps } = await generateText({
    model,
    tools: toAiSdk(tools),
    prompt: "sell it",
    stopWhen: stepCountIs(5),
  });
  assert.equal(text, "done");
  assert.deepEqual(
    seen.map(({ name, inputSchema }) => [name, inputSchema]),
    tools.map(({ name, inputSchema }) => [name, inputSchema]),
  );
  const outputs = prompts
    .at(-1)
    .filter(({ role }) => role === "tool")
    .map(({ content: [{ output }] }) => output);
  assert.deepEqual(
    outputs.map(({ type }) => type),
    ["text", "text", "error-text"],
  );
  assert.match(JSON.parse(outputs[1].value).scan_url, /^itpay:/);
  assert.equal(steps[1].toolResults[0].output.content[0].type, "image");
  sandbox.close();
});

test("OpenAI: function tools of the Responses API, and the output for each call", async () => {
  const { sandbox, tools } = await startTools();
  const { tools: functions, call } = toOpenAi(tools);
  assert.deepEqual(functions[0], {
    type: "function",
    name: tools[0].name,
    description: tools[0].description,
    parameters: tools[0].inputSchema,
    strict: false,
  });
  const output = await call({
    type: "function_call",
    call_id: "call_1",
    name: "itpay_create_payment",
    arguments: JSON.stringify({ ...PURCHASE, reference: null }),
  });
  assert.deepEqual(Object.keys(output), ["type", "call_id", "output"]);
  assert.deepEqual([output.type, output.call_id], ["function_call_output", "call_1"]);
  const { payment_id } = JSON.parse(output.output);
  const shown = await call({
    type: "function_call",
    call_id: "call_2",
    name: "itpay_show_qr",
    arguments: JSON.stringify({ payment_id }),
  });
  assert.equal(shown.result.content[0].type, "image");
  assert.ok(!JSON.stringify(shown).includes("iVBOR"));
  for (const text of ["", "{", "7", undefined])
    assert.equal(
      (await call({ type: "function_call", call_id: "c", name: "itpay_show_qr", arguments: text })).result.isError,
      true,
    );
  assert.equal(call({ type: "function_call", call_id: "call_3", name: "other", arguments: "{}" }), undefined);
  assert.equal(call({ type: "message" }), undefined);
  sandbox.close();
});

test("LangChain: structured tools with the result as the artifact", async () => {
  const { sandbox, tools } = await startTools();
  const [create, show] = toLangChain(tools).map((fields) => new DynamicStructuredTool(fields));
  const message = await create.invoke({ type: "tool_call", id: "call_1", name: create.name, args: { ...PURCHASE } });
  const { payment_id } = JSON.parse(message.content);
  assert.equal(message.artifact.structuredContent.payment_id, payment_id);
  const shown = await show.invoke({ type: "tool_call", id: "call_2", name: show.name, args: { payment_id } });
  assert.equal(shown.artifact.content[0].type, "image");
  assert.ok(!shown.content.includes("iVBOR"));
  sandbox.close();
});

test("MCP: definitions for tools/list and results for tools/call", async () => {
  const { sandbox, tools } = await startTools();
  const { tools: list, call } = toMcp(tools);
  assert.deepEqual(Object.keys(list[0]), ["name", "description", "inputSchema", "annotations"]);
  assert.equal((await call("itpay_create_payment", PURCHASE)).structuredContent.status, "pending");
  assert.equal(call("itpay_refund", {}), undefined);
  assert.equal(call("__proto__", {}), undefined);
  sandbox.close();
});

test("each form takes the result of agentTools and nothing else", () => {
  for (const form of [toAiSdk, toLangChain, toMcp, toOpenAi])
    for (const wrong of [undefined, null, {}, "x", [1], [{ name: "x" }], [null]])
      assert.throws(() => form(wrong), /^TypeError: tools must be the result of agentTools$/, form.name);
});
