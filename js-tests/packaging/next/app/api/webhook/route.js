// The secret is there when the server runs, and not when it is built.
import { createWebhookHandler } from "itpay/webhooks";

export const POST = createWebhookHandler({ on: { default: () => undefined } });
