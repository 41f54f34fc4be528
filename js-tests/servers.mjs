// Redis and PostgreSQL, started by the tests that need them, on free ports of loopback.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { freePort } from "./loopback.mjs";

/** Starts Redis. `options` are those of its command line. */
export async function startRedis(options = [], port = undefined) {
  port ??= await freePort();
  const server = spawn(
    "redis-server",
    ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", ...options],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  await Promise.race([
    new Promise((resolve) =>
      server.stdout.on(
        "data",
        (piece) => /Ready to accept|Running mode=sentinel|monitor master/.test(String(piece)) && resolve(),
      ),
    ),
    once(server, "error").then(() =>
      assert.fail("redis-server is missing: scripts/setup installs it (Debian: redis-server)"),
    ),
  ]);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      server.kill("SIGKILL");
      await once(server, "exit");
    },
  };
}

/** Starts PostgreSQL, as another user where this one is root, whom PostgreSQL refuses. */
export async function startPostgres() {
  const versions = existsSync("/usr/lib/postgresql")
    ? readdirSync("/usr/lib/postgresql").sort((a, b) => Number(a) - Number(b))
    : [];
  const programs = versions.length > 0 ? join("/usr/lib/postgresql", versions.at(-1), "bin") : undefined;
  const program = (name) => (programs === undefined ? name : join(programs, name));
  const folder = mkdtempSync(join(tmpdir(), "itpay-postgres-"));
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const run = async (name, args) => {
    const child = spawn(program(name), args, { ...user, cwd: folder, stdio: "ignore" });
    const [code] = await Promise.race([
      once(child, "exit"),
      once(child, "error").then(() =>
        assert.fail(`${name} is missing: scripts/setup installs it (Debian: postgresql)`),
      ),
    ]);
    assert.equal(code, 0, name);
  };
  await run("initdb", ["-D", data, "-U", "itpay", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync"]);
  const port = await freePort();
  let server;
  const start = async () => {
    server = spawn(
      program("postgres"),
      ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", folder, "-F", "-c", "max_connections=60"],
      { ...user, cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
    );
    const ready = new Promise((resolve) =>
      server.stderr.on("data", (piece) => String(piece).includes("ready to accept connections") && resolve()),
    );
    await Promise.race([ready, once(server, "exit").then(([code]) => assert.fail(`postgres ended with ${code}`))]);
    await sleep(20);
  };
  const stop = async (signal) => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill(signal);
    await once(server, "exit");
  };
  await start();
  return {
    port,
    url: `postgres://itpay@127.0.0.1:${port}/postgres`,
    /** Kills it like a power failure, and restarts it. */
    restart: async () => {
      await stop("SIGQUIT");
      await start();
    },
    stop: async () => {
      await stop("SIGQUIT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
