import { clientWasm, initSync, qrWasm, webhooksWasm } from "itpay/slim";
import client from "itpay/client.wasm";
import qr from "itpay/qr.wasm";
import webhooks from "itpay/webhooks.wasm";

initSync(clientWasm, client);
initSync(qrWasm, qr);
initSync(webhooksWasm, webhooks);

export { default } from "./worker.mjs";
