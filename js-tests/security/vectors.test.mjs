// Compares the vectors, which Python computed (vectors/generate.py), with OpenSSL and Perl.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import requests from "../../vectors/requests.json" with { type: "json" };
import webhooks from "../../vectors/webhooks.json" with { type: "json" };

const hex = ({ repeat, times }) => repeat.repeat(times);
/** The signed message, its key, and the vector's code. */
const signed = [
  ...webhooks
    .filter(({ result }) => ["ok", "too_old", "too_new"].includes(result))
    .map(({ name, secret, body, header, v1 }) => {
      const [, timestamp] = /(?:^|,)\s*t=(\d+)/.exec(header);
      const bytes = Buffer.from(typeof body === "string" ? body : hex(body), "hex");
      return { name, key: secret, message: Buffer.concat([Buffer.from(`${timestamp}.`), bytes]), v1 };
    }),
  ...requests.map(({ key, timestamp, method, path, body, v1 }) => ({
    name: `${method} ${path}`,
    key,
    message: Buffer.from(`${timestamp}${method}${path}${body}`),
    v1,
  })),
];

const programs = {
  OpenSSL: (key) => [
    "openssl",
    ["dgst", "-sha256", "-mac", "HMAC", "-macopt", `hexkey:${Buffer.from(key).toString("hex")}`, "-r"],
  ],
  Perl: (key) => [
    "perl",
    [
      "-MDigest::SHA=hmac_sha256_hex",
      "-e",
      "binmode STDIN; local $/; print hmac_sha256_hex(scalar(<STDIN>), pack('H*', $ARGV[0]))",
      Buffer.from(key).toString("hex"),
    ],
  ],
};

for (const [program, command] of Object.entries(programs)) {
  const missing = spawnSync(command("x")[0], ["version"]).error !== undefined;
  test(`${program} computes the code of each vector from Python`, {
    skip: missing && `${program} is not installed`,
  }, () => {
    assert.ok(signed.length > 30);
    for (const { name, key, message, v1 } of signed) {
      const { stdout, stderr } = spawnSync(...command(key), { input: message, encoding: "latin1" });
      assert.equal(stdout.slice(0, 64), v1, `${name}: ${stderr}`);
    }
  });
}
