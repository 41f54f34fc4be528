// Turns the outcomes of calls into results, and reports them to the audit.

import { isItPayError, type ItPayError } from "../internal/errors.js";
import { onRejection } from "../internal/untrusted.js";
import { NOTICE, plainText } from "./gateway-text.js";
import { ToolError } from "./tool-error.js";
import type { AgentToolName, AgentToolsOptions, AuditEntry, ToolResult } from "./types.js";

/** The data of a result, and the image that goes with it. */
export interface ToolOutput {
  readonly data: object;
  readonly png?: Uint8Array | undefined;
}

/** Runs calls, turns their outcomes into results, and reports them to the audit. */
export function auditor(audit: AgentToolsOptions["audit"]) {
  let hasFailed = false;
  return async (tool: AgentToolName, run: (entry: Partial<AuditEntry>) => Promise<ToolOutput>): Promise<ToolResult> => {
    const entry: Partial<AuditEntry> = {};
    let failure: ToolError | undefined;
    let result: ToolResult;
    try {
      if (hasFailed) throw auditFailed();
      result = toResult(await run(entry));
    } catch (error) {
      failure = toToolError(error);
      result = toFailure(failure);
    }
    try {
      const noted: unknown = audit?.({
        time: new Date().toISOString(),
        tool,
        ...entry,
        outcome: failure?.outcome ?? "ok",
        ...(failure === undefined ? {} : { code: failure.code }),
      });
      onRejection(noted, () => {
        hasFailed = true;
      });
      return result;
    } catch {
      hasFailed = true;
      return toFailure(auditFailed());
    }
  };
}

function auditFailed(): ToolError {
  return new ToolError(
    "audit_failed",
    "The audit log can't be written, so nothing is done any more. Tell the operator.",
  );
}

function toResult({ data, png }: ToolOutput): ToolResult {
  const structuredContent = JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
  const text = { type: "text", text: JSON.stringify(data) } as const;
  if (png === undefined) return { structuredContent, content: [text] };
  return {
    structuredContent,
    content: [{ type: "image", data: base64(png), mimeType: "image/png", annotations: { audience: ["user"] } }, text],
  };
}

function toFailure({ code, message, data }: ToolError): ToolResult {
  const { field, ...rest } = data;
  return { ...toResult({ data: { error: { code, message, field }, ...rest } }), isError: true };
}

function toToolError(error: unknown): ToolError {
  if (error instanceof ToolError) return error;
  if (isItPayError(error) && error.name === "ValidationError" && error.attempts === 0)
    return new ToolError("invalid_input", error.message);
  if (!isItPayError(error))
    return new ToolError("internal_error", "Internal error. Tell the operator.", { outcome: "unknown" });
  return new ToolError(error.name === "AbortError" ? "cancelled" : "gateway_error", explain(error), {
    outcome: error.attempts === 0 ? "refused" : "failed",
    ...(error.status === undefined
      ? {}
      : {
          gateway: {
            notice: NOTICE,
            status: error.status,
            code: plainText(error.code, 60),
            message: plainText(error.message, 300),
          },
        }),
  });
}

/** Explains an error in our own words, because the gateway's are data. */
function explain(error: ItPayError): string {
  if (error.name === "AbortError") return "The call was canceled.";
  if (error.name === "AuthenticationError") return "The gateway did not accept the API key. Tell the operator.";
  if (error.name === "RateLimitError") return "The gateway is asked too often. Wait a minute before you try again.";
  if (error.status === undefined) return "The gateway could not be reached. Try again later.";
  return error.status >= 500 ? "The gateway is out of order. Try again later." : "The gateway refused the call.";
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
