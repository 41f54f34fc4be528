// `itpay/agents`: tools with which an agent asks a person to pay.

export {
  type AiSdkTool,
  type LangChainTool,
  type McpTools,
  type OpenAiOutput,
  type OpenAiTools,
  type StandardJsonSchema,
  toAiSdk,
  toLangChain,
  toMcp,
  toOpenAi,
} from "../src/agents/adapters.js";
export { agentTools } from "../src/agents/tools.js";
export type {
  AgentTool,
  AgentToolName,
  AgentToolsOptions,
  AuditEntry,
  JsonSchema,
  PaymentCounter,
  ToolAnnotations,
  ToolContent,
  ToolContext,
  ToolProgress,
  ToolResult,
} from "../src/agents/types.js";
export { isItPayError, ItPayError, ValidationError } from "../src/internal/errors.js";
