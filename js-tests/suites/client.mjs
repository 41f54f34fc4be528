// The suite of `itpay` for every runtime, with a mocked fetch and a misbehaving server (at this URL): run by
// runtime/node.test.mjs and, inside workerd, by runtime/workerd.test.mjs.

import { cases as attempts } from "./client-attempts.mjs";
import { cases as helpers } from "./client-helpers.mjs";
import { cases as options } from "./client-options.mjs";
import { cases as polling } from "./client-polling.mjs";
import { cases as requests } from "./client-requests.mjs";
import { cases as responses } from "./client-responses.mjs";
import { setUp } from "./client-setup.mjs";
import { previewCases } from "./preview.mjs";

export function cases(itpay, serverUrl) {
  const context = setUp(itpay, serverUrl);
  const suites = [requests, options, responses, attempts, polling, helpers];
  return [...previewCases(itpay), ...suites.flatMap((suite) => suite(context))];
}
