// `itpay/sandbox`: the gateways in process.

export { isItPayError, ItPayError, ValidationError } from "../src/errors.js";
export {
  createGopaySandbox,
  type GopayFault,
  type GopayPaymentId,
  type GopaySandbox,
  type GopaySandboxChange,
  type GopaySandboxDelivery,
  type GopaySandboxOptions,
  type GopaySandboxPayment,
  type GopaySandboxState,
  type PayerAction,
} from "../src/gopay-sandbox.js";
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
