// Verifies nothing: what HTTP, reading the body and JSON cost alone.

import { serve } from "./serve.mjs";

export default serve(
  (request) => request.text(),
  (body) => JSON.parse(body),
);
