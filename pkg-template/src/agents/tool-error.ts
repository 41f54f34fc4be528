// A failure as the model sees it.

import type { AuditEntry } from "./types.js";

export class ToolError extends Error {
  readonly code: string;
  readonly outcome: Exclude<AuditEntry["outcome"], "ok">;
  /** Further fields of the result: the payment's id, the next step, the gateway's message. */
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    { outcome = "refused", ...data }: { outcome?: ToolError["outcome"] | undefined; [field: string]: unknown } = {},
  ) {
    super(message);
    this.code = code;
    this.outcome = outcome;
    this.data = data;
  }
}
