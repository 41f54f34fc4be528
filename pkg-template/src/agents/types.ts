// The public types of `itpay/agents`.

import type { ItPayClient } from "../client/client.js";
import type { Money } from "../client/types.js";

/** The names of the tools. */
export type AgentToolName =
  | "itpay_create_payment"
  | "itpay_show_qr"
  | "itpay_check_payment"
  | "itpay_wait_for_payment"
  | "itpay_search_services";

/** The options of `agentTools`. */
export interface AgentToolsOptions {
  /** The client that sends the calls. Its key decides between a sandbox and real payments. */
  client: ItPayClient;
  /** The service that every payment belongs to. The model can't choose another. */
  serviceId: string;
  /** The payment channel of every payment, such as `alipay`. Default: the client's. */
  channel?: string | undefined;
  /** The payer's `agent_id` of every payment. The tools handle only payments that have it. Default `itpay-agent`. */
  agentId?: string | undefined;
  /** The tools to offer. Default: all. */
  allow?: readonly AgentToolName[] | undefined;
  /**
   * The largest amount of one payment, such as `"50.00CNY"` or `{ currency: "CNY", value: 5000 }`, one for each
   * currency. Other currencies are refused. Default: any amount in any currency.
   */
  maxAmount?: string | Money | readonly (string | Money)[] | undefined;
  /** The number of payments that may be created within an hour. Default 20. */
  maxPerHour?: number | undefined;
  /** Counts the payments. Default: a counter that lasts as long as these tools. */
  counter?: PaymentCounter | undefined;
  /** Called once after each call of a tool. If it throws or rejects, the tools refuse every further call. Default: none. */
  audit?: ((entry: AuditEntry) => void) | undefined;
}

/** Counts the payments of the last hour, for `maxPerHour`. */
export interface PaymentCounter {
  /**
   * Counts a payment that is about to be created. A payment that is counted already is not counted again.
   * @returns false if `max` payments have been counted within the last hour: then this one is not
   * @param paymentId Id of the payment.
   * @param max The largest number of payments.
   */
  add(paymentId: string, max: number): boolean | Promise<boolean>;
}

/** One call of a tool. */
export interface AuditEntry {
  /** ISO 8601. */
  time: string;
  /** The name of the tool. */
  tool: string;
  /** Such as `6.99 CNY`, if the call was about an amount. */
  amount?: string | undefined;
  /** The payment's id. */
  payment?: string | undefined;
  /** The payment's status after the call. */
  status?: string | undefined;
  /**
   * `refused` by these tools before anything was sent; `failed` at the gateway; `unknown` if the gateway may or may not
   * have processed the call.
   */
  outcome: "ok" | "refused" | "failed" | "unknown";
  /** The error's code, if the outcome is not `ok`. */
  code?: string | undefined;
}

/** The part of JSON Schema that the tools use. */
export interface JsonSchema {
  /** The input is an object. */
  readonly type: "object";
  /** The schema of each field, by its name. */
  readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The names of the fields that must be there. */
  readonly required: readonly string[];
  /** There are no other fields. */
  readonly additionalProperties: false;
}

/** Hints for the host, as MCP defines them. */
export interface ToolAnnotations {
  /** A name for people. */
  readonly title: string;
  /** Whether the tool only reads. */
  readonly readOnlyHint: boolean;
  /** False: no tool moves money back or ends a payment. */
  readonly destructiveHint: boolean;
  /** Whether a second call with the same input changes nothing more. */
  readonly idempotentHint: boolean;
  /** True: the gateway is outside of the agent's machine. */
  readonly openWorldHint: boolean;
}

/** How far a call is. */
export interface ToolProgress {
  /** Seconds so far. */
  progress: number;
  /** Seconds at most. */
  total: number;
  /** The payment's status, in a sentence. */
  message: string;
}

/** The host's side of a call. */
export interface ToolContext {
  /** Ends the call. */
  signal?: AbortSignal | undefined;
  /** Called every few seconds by `itpay_wait_for_payment`. */
  onProgress?: ((progress: ToolProgress) => void) | undefined;
}

/** A part of a result, in the form of MCP's content blocks. */
export type ToolContent =
  | { readonly type: "text"; readonly text: string }
  /** `data` is base64. Meant for the person, not for the model. */
  | {
      readonly type: "image";
      readonly data: string;
      readonly mimeType: "image/png";
      readonly annotations: { readonly audience: readonly ["user"] };
    };

/** The result of a call, in the form of MCP's `CallToolResult`. */
export interface ToolResult {
  /** For programs. */
  readonly structuredContent: {
    readonly error?: { readonly code: string; readonly message: string } | undefined;
    readonly [field: string]: unknown;
  };
  /** The same as JSON text, for the model, and an image for the person if there is one. */
  readonly content: readonly ToolContent[];
  /** Set if the call failed: then `structuredContent` has an `error` with `code` and `message`. */
  readonly isError?: true | undefined;
}

/** One tool: everything that a framework needs to offer it. */
export interface AgentTool {
  /** In snake_case, as policies of gateways expect. */
  readonly name: AgentToolName;
  /** For the model. It states the limits. */
  readonly description: string;
  /** The form of the input. */
  readonly inputSchema: JsonSchema;
  /** Hints for the host. */
  readonly annotations: ToolAnnotations;
  /**
   * Checks the input and does the work. Never rejects: a failure is a result with `isError`.
   * @param input The arguments, as `inputSchema` describes them.
   */
  execute(input: unknown, context?: ToolContext): Promise<ToolResult>;
}
