import { serve } from "./serve.mjs";

const encoder = new TextEncoder();

async function verify(body, header, secret) {
  const { t, v1 } = Object.fromEntries(header.split(",").map((pair) => pair.split("=")));
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "verify",
  ]);
  const code = Uint8Array.from(v1.match(/../g), (byte) => Number.parseInt(byte, 16));
  const good = await crypto.subtle.verify("HMAC", key, code, encoder.encode(`${t}.${body}`));
  if (!good || Math.abs(Date.now() / 1000 - Number(t)) > 300) throw new Error("no");
  return JSON.parse(body);
}

export default serve((request) => request.text(), verify);
