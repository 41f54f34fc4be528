// The tools in the forms that frameworks take. None of the frameworks is imported.

import { copyOptions, readUntrusted } from "../internal/untrusted.js";
import type { AgentTool, JsonSchema, ToolContext, ToolResult } from "./types.js";

/** The tools for an MCP server. */
export interface McpTools {
  /** For the result of `tools/list`. */
  readonly tools: readonly Omit<AgentTool, "execute">[];
  /**
   * For `tools/call`. Undefined if there is no such tool.
   * @param name Name of the tool.
   * @param input The arguments, as its `inputSchema` describes them.
   */
  call(name: string, input: unknown, context?: ToolContext): Promise<ToolResult> | undefined;
}

/**
 * For an MCP server of your own: `setRequestHandler("tools/list", …)` and `("tools/call", …)`.
 * @param tools The result of `agentTools`.
 */
export function toMcp(tools: readonly AgentTool[]): McpTools {
  const all = readTools(tools);
  const byName = new Map<string, AgentTool>(all.map((tool) => [tool.name, tool]));
  return {
    tools: all.map(({ execute: _, ...definition }) => definition),
    call: (name, input, context) => byName.get(name)?.execute(input, context),
  };
}

/** The input schema as Standard Schema. It lets every value pass, because `execute` checks its input itself. */
export interface StandardJsonSchema {
  /** The interface that standardschema.dev describes. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: "itpay";
    readonly validate: (value: unknown) => { readonly value: unknown };
    readonly jsonSchema: {
      readonly input: () => Record<string, unknown>;
      readonly output: () => Record<string, unknown>;
    };
  };
}

/** A tool of the AI SDK. */
export interface AiSdkTool {
  /** For the model. */
  readonly description: string;
  /** The form of the input. */
  readonly inputSchema: StandardJsonSchema;
  /**
   * Does the work. Never rejects.
   * @param input The arguments, as `inputSchema` describes them.
   */
  execute(input: unknown, options?: { abortSignal?: AbortSignal | undefined }): Promise<ToolResult>;
  /** The text of a result, without the image. */
  toModelOutput(options: { output: ToolResult }): { type: "text" | "error-text"; value: string };
}

/**
 * For the `tools` of the AI SDK's `generateText` and `streamText`, version 6. The image is in the result and not sent to the model.
 * @param tools The result of `agentTools`.
 */
export function toAiSdk(tools: readonly AgentTool[]): Record<string, AiSdkTool> {
  return Object.fromEntries(
    readTools(tools).map(({ name, description, inputSchema, execute }) => [
      name,
      {
        description,
        inputSchema: standardSchema(inputSchema),
        execute: (input, options) => execute(input, { signal: options?.abortSignal }),
        toModelOutput: ({ output }) => ({ type: output.isError ? "error-text" : "text", value: textOf(output) }),
      },
    ]),
  );
}

/** The tools for OpenAI's Responses API. */
export interface OpenAiTools {
  /** For `tools` of `responses.create`. */
  readonly tools: readonly {
    readonly type: "function";
    readonly name: string;
    readonly description: string;
    readonly parameters: JsonSchema;
    readonly strict: false;
  }[];
  /** Handles an item of the response's `output`, for the next `input`. Undefined if the item does not call one of these tools. */
  call(
    item: { type: string; name?: string | undefined; arguments?: string | undefined; call_id?: string | undefined },
    context?: ToolContext,
  ): Promise<OpenAiOutput> | undefined;
}

/** The output of a call, an item for the next `input`. */
export interface OpenAiOutput {
  /** The kind of item. */
  type: "function_call_output";
  /** The id of the call. */
  call_id: string;
  /** The result as JSON text, without the image. */
  output: string;
  /** The whole result, with the image for the person. Not enumerable, so that it is not sent. */
  readonly result: ToolResult;
}

/**
 * For OpenAI's Responses API.
 * @param tools The result of `agentTools`.
 */
export function toOpenAi(tools: readonly AgentTool[]): OpenAiTools {
  const all = readTools(tools);
  const byName = new Map<string, AgentTool>(all.map((tool) => [tool.name, tool]));
  return {
    tools: all.map(({ name, description, inputSchema }) => ({
      type: "function",
      name,
      description,
      parameters: inputSchema,
      strict: false,
    })),
    call(item, context) {
      const { type, name, arguments: input, call_id = "" } = copyOptions("item", item);
      const tool = type === "function_call" ? byName.get(name ?? "") : undefined;
      return tool?.execute(parsed(input), context).then((result) => {
        const output = { type: "function_call_output", call_id, output: textOf(result) };
        return Object.defineProperty(output, "result", { value: result }) as OpenAiOutput;
      });
    },
  };
}

/** The fields of LangChain's `DynamicStructuredTool`. */
export interface LangChainTool {
  /** The name of the tool. */
  readonly name: string;
  /** For the model. */
  readonly description: string;
  /** The form of the input. */
  readonly schema: JsonSchema;
  /** `func` resolves with the text for the model and with the result. */
  readonly responseFormat: "content_and_artifact";
  /**
   * Does the work. Never rejects.
   * @param input The arguments, as the schema describes them.
   * @param runManager LangChain's run manager. Not used.
   */
  func(
    input: unknown,
    runManager?: unknown,
    config?: { signal?: AbortSignal | undefined },
  ): Promise<[string, ToolResult]>;
}

/**
 * For LangChain: `toLangChain(tools).map((fields) => new DynamicStructuredTool(fields))`. The artifact is the whole result.
 * @param tools The result of `agentTools`.
 */
export function toLangChain(tools: readonly AgentTool[]): LangChainTool[] {
  return readTools(tools).map(({ name, description, inputSchema, execute }) => ({
    name,
    description,
    schema: inputSchema,
    responseFormat: "content_and_artifact",
    func: async (input, _runManager, config) => {
      const result = await execute(input, { signal: config?.signal });
      return [textOf(result), result];
    },
  }));
}

/** @throws TypeError if they are not the result of `agentTools` */
function readTools(tools: readonly AgentTool[]): AgentTool[] {
  const copies = readUntrusted("tools", () =>
    Array.isArray(tools) ? tools.map((tool: AgentTool) => ({ ...tool })) : undefined,
  );
  if (!copies?.every(({ execute }) => typeof execute === "function"))
    throw new TypeError("tools must be the result of agentTools");
  return copies;
}

function standardSchema(schema: JsonSchema): StandardJsonSchema {
  const copy = (): Record<string, unknown> => structuredClone({ ...schema });
  return {
    "~standard": {
      version: 1,
      vendor: "itpay",
      validate: (value) => ({ value }),
      jsonSchema: { input: copy, output: copy },
    },
  };
}

function textOf({ content }: ToolResult): string {
  return content.flatMap((part) => (part.type === "text" ? part.text : [])).join("\n");
}

/** Invalid JSON becomes invalid input, which `execute` reports. */
function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return text;
  }
}
