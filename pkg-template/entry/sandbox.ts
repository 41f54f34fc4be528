// `itpay/sandbox`: the gateway in process.

export { isItPayError, ItPayError, ValidationError } from "../src/errors.js";
export {
  createSandbox,
  type Fault,
  type Sandbox,
  type SandboxDelivery,
  type SandboxOptions,
  type SandboxRequest,
  type WalletAction,
} from "../src/sandbox.js";
