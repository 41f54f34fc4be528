// `npx itpay qr` in a real terminal: tmux, 80 columns by 24 lines, where there is tmux.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { drawTerminal, scanned } from "../scan.mjs";

const command = fileURLToPath(new URL("../../pkg/dist/bin/itpay.mjs", import.meta.url));
const EMVCO =
  "00020101021226580014A0000006770101110113006600000000102150000000000000013031234567890520459995303156540" +
  "46.995802CN5919Coffee and Books by6008Hangzhou610631000062290525pi_0192f0c1a2b37d4e8f90a16304A1B2";
const skip = spawnSync("tmux", ["-V"]).error !== undefined && "tmux is not there";

const socket = join(mkdtempSync(join(tmpdir(), "itpay-tmux-")), "socket");
const tmux = (...args) => execFileSync("tmux", ["-S", socket, "-f", "/dev/null", ...args], { encoding: "utf8", env: { ...process.env, LC_ALL: "C.UTF-8", TMUX: "" } });
if (!skip) tmux("new-session", "-d", "-s", "keep", "sleep 600");
after(() => {
  if (!skip) spawnSync("tmux", ["-S", socket, "kill-server"]);
});

/** What is on the screen, or has scrolled off it, when the command is done. */
async function shown([columns, lines], ...args) {
  const quoted = [process.execPath, command, "qr", ...args].map((word) => `'${word}'`).join(" ");
  tmux("new-session", "-d", "-s", "t", "-x", String(columns), "-y", String(lines), `${quoted}; echo DONE; exec sleep 60`);
  for (let tries = 0; tries < 100; tries += 1) {
    await sleep(100);
    const text = tmux("capture-pane", "-p", "-t", "t", "-S", "-");
    if (!text.includes("DONE")) continue;
    const visible = tmux("capture-pane", "-p", "-t", "t");
    tmux("kill-session", "-t", "t");
    return { all: text.slice(0, text.indexOf("DONE")), visible };
  }
  throw new Error("the command does not end");
}

test("a link and a WeChat code fit 80 by 24 whole, and are read off the screen", { skip }, async () => {
  for (const text of ["weixin://wxpay/bizpayurl?pr=Zx9kQ1Lzz", "https://itpay.ai/p/0192f0c1"]) {
    for (const [invert, ink, ground] of [[[], 230, 20], [["--invert"], 20, 230]]) {
      const { visible } = await shown([80, 24], text, ...invert);
      assert.deepEqual(await scanned(drawTerminal(visible.slice(0, visible.indexOf("DONE")), ink, ground)), [text]);
    }
  }
});

test("a payment of 200 characters fits 80 columns and takes 29 lines; a terminal of 24 scrolls, and says how to see it whole", { skip }, async () => {
  assert.equal(EMVCO.length, 200);
  const { all } = await shown([80, 24], EMVCO);
  const [code, hint] = all.split("The code is ");
  assert.match(hint.replaceAll("\n", ""), /^29 lines high, and this terminal 24: make the window higher or its text smaller\.$/);
  const lines = code.trimEnd().split("\n");
  assert.ok(lines.length === 29 && lines.every((line) => [...line].length <= 80));
  assert.deepEqual(await scanned(drawTerminal(code, 230, 20)), [EMVCO]);
  const { visible } = await shown([80, 32], EMVCO);
  assert.doesNotMatch(visible, /The code is/);
  assert.deepEqual(await scanned(drawTerminal(visible.slice(0, visible.indexOf("DONE")), 230, 20)), [EMVCO]);
});

test("where a line would break, it refuses instead", { skip }, async () => {
  const { all } = await shown([50, 40], EMVCO);
  assert.match(all.replaceAll("\n", ""), /^itpay qr: the code is 57 columns wide, and this terminal 50: make the window wider or its text smaller\.$/);
  assert.doesNotMatch(all, /█/);
});
