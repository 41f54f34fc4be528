// Runs every block of docs/agents.md as it stands, and checks the skill that the package ships.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

import { PURCHASE, startTools } from "../agent-tools.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const command = join(root, "pkg/dist/bin/itpay.mjs");
const page = readFileSync(join(root, "docs/agents.md"), "utf8");
const skill = readFileSync(join(root, "pkg/SKILL.md"), "utf8");
const blocks = (text, language) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map(([, code]) => code);
const [claudeCode] = blocks(page, "sh");
const [cursor, vscode, logLine] = blocks(page, "json").map((text) => JSON.parse(text));

const setUps = {
  "Claude Code": () =>
    ((words) => ({ command: words[0], args: words.slice(1) }))(/ -- (.*)/.exec(claudeCode)[1].split(" ")),
  "Cursor and Claude Desktop": () => cursor.mcpServers.itpay,
  "VS Code": () => vscode.servers.itpay,
};
for (const [client, setUp] of Object.entries(setUps)) {
  test(`docs/agents.md: the set-up for ${client} starts the server, with its limit`, async () => {
    const { command: program, args } = setUp();
    assert.deepEqual([program, ...args.slice(0, 3)], ["npx", "-y", "itpay", "mcp"]);
    const agent = new Client({ name: "itpay-tests", version: "1" });
    await agent.connect(
      new StdioClientTransport({ command: process.execPath, args: [command, ...args.slice(2)], env: {} }),
    );
    const { structuredContent } = await agent.callTool({
      name: "itpay_create_payment",
      arguments: { ...PURCHASE, amount: "50.01" },
    });
    assert.equal(structuredContent.error.code, "amount_too_large");
    await agent.close();
  });
}

for (const [index, code] of blocks(page, "js").entries()) {
  test(`docs/agents.md: block ${index + 1} logs the text in its comments`, () => {
    const folder = join(root, "js-tests/node_modules/.agents-docs");
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `block-${index}.mjs`);
    writeFileSync(file, code);
    const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8" });
    const expected = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, line]) => line);
    assert.ok(expected.length > 0);
    assert.deepEqual(stdout.trim().split("\n"), expected, stderr);
  });
}

test("docs/agents.md: the tables have every tool, field and option, the log line every field, and the pictures are there", async () => {
  const { sandbox, tools, audit, call } = await startTools();
  const rows = [...page.matchAll(/^\| `(itpay_\w+)` \| (.*?) \| (.*?) \|$/gm)];
  assert.deepEqual(
    rows.map(([, name]) => name),
    tools.map(({ name }) => name),
  );
  for (const [index, [, , takes]] of rows.entries()) {
    const { properties, required } = tools[index].inputSchema;
    assert.deepEqual(
      [...takes.matchAll(/`(\w+)\??`/g)].map(([, field]) => field),
      Object.keys(properties),
    );
    assert.deepEqual(
      [...takes.matchAll(/`(\w+)`/g)].map(([, field]) => field),
      required,
    );
  }
  const created = await call("itpay_create_payment", PURCHASE);
  const fields = (row) => [...row[3].matchAll(/`(\w+)`/g)].map(([, field]) => field);
  assert.deepEqual(fields(rows[0]), Object.keys(created));
  assert.deepEqual(fields(rows[1]), Object.keys(await call("itpay_show_qr", { payment_id: created.payment_id })));
  assert.deepEqual(fields(rows[2]), Object.keys(await call("itpay_check_payment", { payment_id: created.payment_id })));
  assert.deepEqual(Object.keys(logLine), Object.keys(audit[0]));
  const { stdout } = spawnSync(process.execPath, [command, "mcp", "--help"], { encoding: "utf8" });
  assert.deepEqual(
    [...page.matchAll(/^\| `(--[\w-]+)/gm)].map(([, option]) => option).sort(),
    [...stdout.matchAll(/^ {6}(--[\w-]+)/gm)].map(([, option]) => option).sort(),
  );
  for (const [, picture] of page.matchAll(/\]\((screenshots\/\S+)\)/g))
    assert.ok(statSync(join(root, "docs", picture)).size < 60_000, picture);
  sandbox.close();
});

test("SKILL.md: short, with a name and a description, its tools are there and its code runs", async () => {
  const [, front, body] = /^---\n([^]*?)\n---\n([^]*)$/.exec(skill);
  assert.match(front, /^name: itpay\ndescription: .{40,1000}$/);
  assert.ok(skill.length < 4000);
  const { sandbox, tools, service } = await startTools();
  for (const [name] of body.matchAll(/itpay_\w+/g))
    assert.ok(
      tools.some((tool) => tool.name === name),
      name,
    );
  const folder = join(root, "js-tests/node_modules/.agents-docs");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "skill.mjs");
  writeFileSync(file, blocks(skill, "js")[0]);
  const { fetch } = globalThis;
  Object.assign(process.env, { ITPAY_API_KEY: sandbox.apiKey, ITPAY_SERVICE_ID: service });
  globalThis.fetch = sandbox.fetch;
  try {
    await import(pathToFileURL(file));
  } finally {
    globalThis.fetch = fetch;
  }
  assert.deepEqual(
    sandbox.intents.map(({ status, amount }) => [status, amount.value]),
    [["qr_generated", 699]],
  );
  sandbox.close();
});
