// examples/native: a Rust program over the same flows, against the sandbox.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { startSandbox } from "../sandbox-command.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const env = { ...process.env, CARGO_TARGET_DIR: `${root}target/native` };
const manifest = `${root}examples/native/Cargo.toml`;

const sandbox = await startSandbox();
after(sandbox.stop);

test("a native program creates, shows and awaits an ItPay payment, and refunds a GoPay one", async () => {
  const built = spawnSync("cargo", ["build", "--locked", "--manifest-path", manifest], { env, encoding: "utf8" });
  assert.equal(built.status, 0, built.stderr);
  const service = await sandbox.client.manifests.create({
    name: "S",
    payment_methods: { one_time: true },
    accepted_channels: ["alipay"],
    settlement_currency: "CNY",
    endpoint: "http://127.0.0.1:9/webhook",
  });
  const printed = Object.fromEntries(
    [...sandbox.output.matchAll(/^([A-Z_]+)=(\S+)$/gm)].map(([, name, value]) => [name, value]),
  );
  const [, gopayUrl] = /GoPayClient\({ baseUrl: "([^"]+)" }\)/.exec(sandbox.output) ?? [undefined, undefined];
  const variables = { GOPAY_BASE_URL: gopayUrl, ITPAY_SERVICE_ID: service.id, ...printed };
  const program = spawn(`${env.CARGO_TARGET_DIR}/debug/itpay-native-example`, { env: { ...env, ...variables } });
  let output = "";
  const pressed = new Set();
  const press = (pattern, path) => {
    const [, id] = pattern.exec(output) ?? [];
    if (id === undefined || pressed.has(id)) return;
    pressed.add(id);
    void sandbox.press(path(id));
  };
  for (const stream of [program.stdout, program.stderr]) {
    stream.on("data", (piece) => {
      output += piece;
      press(/Scan to pay (pi_\S+):/, (id) => `payment-intents/${id}/pay`);
      press(/Pay (\d+) at/, (id) => `gopay/payments/${id}/pay`);
    });
  }
  const [code] = await once(program, "exit");
  assert.equal(code, 0, output);
  assert.match(
    output,
    /[█▀▄][^]*Scan to pay pi_[^]*It is succeeded\.\nIt ended as succeeded\.\nPay \d+ at http[^]*The refund is FINISHED\.\n/,
  );
});
