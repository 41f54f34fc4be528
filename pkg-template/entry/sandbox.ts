// `itpay/sandbox`: the gateway in process.

export { isItPayError, ItPayError, ValidationError } from "../src/errors.js";
export {
  createSandbox,
  type Fault,
  type Sandbox,
  type SandboxChange,
  type SandboxDelivery,
  type SandboxIntent,
  type SandboxOptions,
  type SandboxRequest,
  type WalletAction,
} from "../src/sandbox.js";
