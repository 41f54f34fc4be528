/**
 * Both gateways, in process.
 *
 * @module itpay/sandbox
 */

export { isItPayError, ItPayError, ValidationError } from "../src/internal/errors.js";
export {
  createGopaySandbox,
  type GoPayFault,
  type GoPayPaymentId,
  type GoPaySandbox,
  type GoPaySandboxChange,
  type GoPaySandboxDelivery,
  type GoPaySandboxOptions,
  type GoPaySandboxPayment,
  type GoPaySandboxState,
  type PayerAction,
} from "../src/sandbox/gopay-sandbox.js";
export {
  createSandbox,
  type Fault,
  type Sandbox,
  type SandboxChange,
  type SandboxDelivery,
  type SandboxIntent,
  type SandboxOptions,
  type SandboxPreviewCall,
  type SandboxRequest,
  type WalletAction,
} from "../src/sandbox/sandbox.js";
