// The suite of createWebhookHandler for every runtime: run by runtime/node.test.mjs and, inside workerd, by
// runtime/workerd.test.mjs.

import { cases as events } from "./webhook-handler-events.mjs";
import { cases as failures } from "./webhook-handler-failures.mjs";
import { setUp } from "./webhook-handler-setup.mjs";

export function cases(webhooks) {
  const context = setUp(webhooks);
  return [...events(context), ...failures(context)];
}
