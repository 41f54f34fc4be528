// `npx itpay qr` in a real terminal: tmux, 80 columns by 24 lines, where there is tmux.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { PNG } from "pngjs";

import { ENVIRONMENT } from "../command-line.mjs";
import { drawTerminal, scanned } from "../scan.mjs";

const command = fileURLToPath(new URL("../../pkg/dist/bin/itpay.mjs", import.meta.url));
const EMVCO =
  "00020101021226580014A0000006770101110113006600000000102150000000000000013031234567890520459995303156540" +
  "46.995802CN5919Coffee and Books by6008Hangzhou610631000062290525pi_0192f0c1a2b37d4e8f90a16304A1B2";
const skip = spawnSync("tmux", ["-V"]).error !== undefined && "tmux is not there";

const socket = join(mkdtempSync(join(tmpdir(), "itpay-tmux-")), "socket");
const tmux = (...args) =>
  execFileSync("tmux", ["-S", socket, "-f", "/dev/null", ...args], {
    encoding: "utf8",
    env: { ...ENVIRONMENT, TERM: "xterm-256color", LC_ALL: "C.UTF-8", TMUX: "" },
  });
if (!skip) tmux("new-session", "-d", "-s", "keep", "sleep 600");
after(() => {
  if (!skip) spawnSync("tmux", ["-S", socket, "kill-server"]);
});

const run = (...args) => spawnSync(process.execPath, [command, "qr", ...args], { encoding: "utf8", env: ENVIRONMENT });

/** The text on the screen and in its scrollback when the command has ended. */
async function shown([columns, lines], ...args) {
  const quoted = [process.execPath, command, "qr", ...args].map((word) => `'${word}'`).join(" ");
  tmux(
    "new-session",
    "-d",
    "-s",
    "t",
    "-x",
    String(columns),
    "-y",
    String(lines),
    `${quoted}; echo DONE; exec sleep 60`,
  );
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

test("a link and a WeChat code fit into 80 by 24 characters, and are decoded from the screen", { skip }, async () => {
  for (const text of ["weixin://wxpay/bizpayurl?pr=Zx9kQ1Lzz", "https://itpay.ai/p/0192f0c1"]) {
    for (const [invert, ink, ground] of [
      [[], 230, 20],
      [["--invert"], 20, 230],
    ]) {
      const { visible } = await shown([80, 24], text, ...invert);
      assert.deepEqual(await scanned(drawTerminal(visible.slice(0, visible.indexOf("DONE")), ink, ground)), [text]);
    }
  }
});

test("a payment of 200 characters fits 80 columns by 25 lines whole; a smaller terminal gets the text and a picture instead of half a code", {
  skip,
}, async () => {
  assert.equal(EMVCO.length, 200);
  const { visible } = await shown([80, 25], EMVCO);
  assert.deepEqual(await scanned(drawTerminal(visible.slice(0, visible.indexOf("DONE")), 230, 20)), [EMVCO]);
  for (const size of [
    [80, 20],
    [40, 60],
  ]) {
    const { all } = await shown(size, EMVCO);
    const text = all.replaceAll("\n", "");
    assert.ok(text.startsWith(EMVCO), text);
    assert.doesNotMatch(text, /[█▀▄]/);
    const [, file] = /The code is larger than this terminal\. It is in (.*code\.png)/.exec(text);
    assert.deepEqual(await scanned(PNG.sync.read(readFileSync(file))), [EMVCO]);
    assert.equal(statSync(dirname(file)).mode & 0o77, 0);
    rmSync(dirname(file), { recursive: true });
  }
});

test("without a terminal, the whole code is written", async () => {
  const { status, stdout } = run(EMVCO);
  assert.equal(status, 0);
  assert.deepEqual(await scanned(drawTerminal(stdout.trimEnd(), 230, 20)), [EMVCO]);
});

test("--png writes a picture, --level decides how much of it may be damaged", async () => {
  const folder = mkdtempSync(join(tmpdir(), "itpay-png-"));
  const widths = ["L", "M", "Q", "H"].map((level) => {
    const file = join(folder, `${level}.png`);
    const { status, stdout, stderr } = run(EMVCO, "--png", file, "--level", level);
    assert.deepEqual([status, stdout, stderr], [0, "", ""]);
    return PNG.sync.read(readFileSync(file)).width;
  });
  assert.deepEqual(
    widths,
    widths.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(widths).size, 4);
  assert.deepEqual(await scanned(PNG.sync.read(readFileSync(join(folder, "H.png")))), [EMVCO]);
  rmSync(folder, { recursive: true });
});

test("a text that cannot be drawn is explained in a sentence", () => {
  for (const [args, expected] of [
    [["x", "--level", "X"], /^itpay qr: --level must be L, M, Q or H\.$/m],
    [["x", "--level", ""], /^itpay qr: --level must be/],
    [["x", "--png", ""], /^itpay qr: --png needs a file name\.$/m],
    [["x", "--png", "/nowhere/x.png"], /^itpay qr: \/nowhere\/x\.png cannot be written: it does not exist/],
    [["x", "y"], /^itpay qr: "y" is one argument too many/],
    [[], /^itpay qr: a text is missing/],
    [["x".repeat(8000)], /^itpay qr: `data` is too long/],
  ]) {
    const { status, stdout, stderr } = run(...args);
    assert.ok(status > 0 && stdout === "", String(status));
    assert.match(stderr.trim(), expected);
  }
});
