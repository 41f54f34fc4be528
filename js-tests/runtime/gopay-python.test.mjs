// GoPay's own Python SDK against `npx itpay sandbox`, over HTTP.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { startSandbox } from "../sandbox-command.mjs";

const run = promisify(execFile);

// In ASCII: the SDK escapes other characters in JSON, which GoPay's firewall has answered with 403.
const SCRIPT = `
import json, sys
import gopay

url, go_id, client_id, client_secret = sys.argv[1:]
api = gopay.payments({"goid": int(go_id), "client_id": client_id, "client_secret": client_secret, "gateway_url": url, "scope": "payment-all", "language": "CS"})
order = lambda **more: {"payer": {"contact": {"email": "a@example.com"}}, "amount": 2900, "currency": "CZK", "order_number": "1", "items": [{"name": "Book", "amount": 2900}], "callback": {"return_url": "https://shop.example/"}, **more}

def pay(id):
    import requests
    assert requests.post(f"{url}/sandbox/gopay/payments/{id}/pay").status_code == 200

def ok(response):
    assert response.success, (response.status_code, str(response))
    return response.json

seen = {}
paid = ok(api.create_payment(order()))
seen["lang"] = paid["lang"]
pay(paid["id"])
seen["state"] = ok(api.get_status(paid["id"]))["state"]
seen["refund"] = ok(api.refund_payment(paid["id"], 900))["result"]
held = ok(api.create_payment(order(preauthorization=True)))
pay(held["id"])
seen["capture"] = ok(api.capture_authorization(held["id"]))["result"]
voided = ok(api.create_payment(order(preauthorization=True)))
pay(voided["id"])
seen["void"] = ok(api.void_authorization(voided["id"]))["result"]
first = ok(api.create_payment(order(recurrence={"recurrence_cycle": "ON_DEMAND", "recurrence_date_to": "2030-12-31"})))
pay(first["id"])
charge = ok(api.create_recurrence(first["id"], {"amount": 500, "currency": "CZK", "order_number": "2", "items": [{"name": "May", "amount": 500}]}))
seen["parent"] = charge["parent_id"] == first["id"]
seen["stopped"] = ok(api.void_recurrence(first["id"]))["result"]
refused = api.refund_payment(paid["id"], 99999)
seen["refused"] = [refused.status_code, refused.json["errors"][0]["error_code"]]
print(json.dumps(seen))
`;

test("GoPay's Python SDK creates, refunds, captures, voids and charges in the sandbox", async (t) => {
  const target = mkdtempSync(join(tmpdir(), "gopay-python-"));
  t.after(() => rmSync(target, { recursive: true, force: true }));
  const installed = await run("python3", ["-m", "pip", "install", "--quiet", "--target", target, "gopay==2.3.1"], {
    timeout: 180_000,
  }).catch((error) => error);
  if (installed instanceof Error)
    return t.skip(`pip cannot install GoPay's SDK here: ${installed.message.split("\n")[0]}`);
  const sandbox = await startSandbox();
  try {
    const [goId, clientId, clientSecret] = ["GOPAY_GO_ID", "GOPAY_CLIENT_ID", "GOPAY_CLIENT_SECRET"].map(
      (name) => new RegExp(`^${name}=(.+)$`, "m").exec(sandbox.output)[1],
    );
    const { stdout } = await run("python3", ["-c", SCRIPT, sandbox.url, goId, clientId, clientSecret], {
      env: { ...process.env, PYTHONPATH: target },
    });
    assert.deepEqual(JSON.parse(stdout), {
      lang: "cs",
      state: "PAID",
      refund: "FINISHED",
      capture: "FINISHED",
      void: "FINISHED",
      parent: true,
      stopped: "FINISHED",
      refused: [409, 332],
    });
  } finally {
    await sandbox.stop();
  }
});
