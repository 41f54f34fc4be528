// Starts modules whose wasm the caller brings: a compiled module, bytes, or a URL.

import { wasm as client } from "../client/client.js";
import { ItPayError, ValidationError } from "./errors.js";
import { wasm as gopay } from "../gopay/client.js";
import type { Bytes, CompiledModule } from "./platform-types.js";
import { compile, requireWebAssembly, wrapCompileError } from "./wasm-source.js";
import { wasm as paykit } from "../paykit/itpay-provider.js";
import { wasm as qrPng } from "../qr/png.js";
import { wasm as qr } from "../qr/qr.js";
import { wasm as sandbox } from "../sandbox/run-sandbox.js";
import { wasm as webhooks } from "../webhooks/webhooks-module.js";

/** One of the package's wasm modules. */
export interface WasmModule {
  /** @internal */
  readonly wasm: { setModuleSource(source: () => WebAssembly.Module): void };
  /** @internal The name of an export that identifies the module. */
  readonly known: string;
  /** @internal A name that the module does not export. */
  readonly unknown?: string;
  /** The file's name in the package: `import … from "itpay/<name>"`, or a copy of it. */
  readonly name: string;
}

/** Of `itpay/slim/client`. */
export const clientWasm: WasmModule = {
  wasm: client,
  known: "payment_intents_wait",
  unknown: "paykit_events",
  name: "client.wasm",
};
/** Of `itpay/slim/gopay`. */
export const gopayWasm: WasmModule = { wasm: gopay, known: "qr_payment", name: "gopay.wasm" };
/** Of `itpay/slim/paykit`, beside the webhooks'. It has the client, too. */
export const paykitWasm: WasmModule = { wasm: paykit, known: "paykit_events", name: "paykit.wasm" };
/** Of `itpay/slim/qr`. */
export const qrWasm: WasmModule = { wasm: qr, known: "svg", name: "qr.wasm" };
/** Of `itpay/slim/qr/png`. */
export const qrPngWasm: WasmModule = { wasm: qrPng, known: "png", name: "qr-png.wasm" };
/** Of `itpay/slim/sandbox`. */
export const sandboxWasm: WasmModule = { wasm: sandbox, known: "gateway_new", name: "sandbox.wasm" };
/** For `itpay/slim/webhooks`, and for `itpay/slim/client` if it verifies webhooks. */
export const webhooksWasm: WasmModule = { wasm: webhooks, known: "header_buffer", name: "webhooks.wasm" };

/** A compiled module, the bytes of the file, its URL, or a response with it. */
export type WasmSource = CompiledModule | Bytes | Response | URL | string;

/**
 * Sets the compiled module, or the bytes of its file. A second call has no effect.
 * @throws ItPayError if it is a different module or no module, or if the runtime does not allow compiling it
 * @param source A `WebAssembly.Module` or its bytes.
 */
export function initSync(module: WasmModule, source: CompiledModule | Bytes): void {
  requireWebAssembly();
  const compiled = isModule(source) ? source : compile(bytes(module, source));
  const exported = new Set(WebAssembly.Module.exports(compiled).map(({ name }) => name));
  if (!exported.has(module.known) || (module.unknown !== undefined && exported.has(module.unknown))) {
    throw new ItPayError(`This is not the ${module.name} of this version of itpay`, { code: "wasm_wrong" });
  }
  module.wasm.setModuleSource(() => compiled);
}

/**
 * Like `initSync`, for a module that has to be fetched or is compiled while it arrives.
 * @param source A URL, a `Response`, a `WebAssembly.Module` or its bytes.
 */
export async function init(module: WasmModule, source: WasmSource | PromiseLike<WasmSource>): Promise<void> {
  const resolved = await source;
  if (typeof resolved === "string" || resolved instanceof URL)
    return initSync(module, await fetched(module, await get(module, resolved)));
  initSync(module, isResponse(resolved) ? await fetched(module, resolved) : resolved);
}

async function get(module: WasmModule, url: URL | string): Promise<Response> {
  try {
    return await fetch(url);
  } catch (error) {
    throw new ItPayError(`${module.name} could not be fetched from ${url}`, { code: "wasm_missing", cause: error });
  }
}

async function fetched(module: WasmModule, response: Response): Promise<WebAssembly.Module | ArrayBuffer> {
  const { ok, status, headers, url } = response;
  if (!ok)
    throw new ItPayError(`${module.name} is not at ${url}: the status is ${status}`, { code: "wasm_missing", status });
  // Streaming requires the right content type, which many servers do not send.
  requireWebAssembly();
  const streams =
    typeof WebAssembly.compileStreaming === "function" && headers.get("Content-Type") === "application/wasm";
  return streams ? WebAssembly.compileStreaming(response).catch(wrapCompileError) : response.arrayBuffer();
}

function isResponse(source: WasmSource): source is Response {
  return typeof (source as Response | null | undefined)?.arrayBuffer === "function";
}

/** Compares by tag, because it may belong to another realm. */
function isModule(source: unknown): source is WebAssembly.Module {
  return Object.prototype.toString.call(source) === "[object WebAssembly.Module]";
}

function bytes(module: WasmModule, source: BufferSource): BufferSource {
  const isBuffer = ArrayBuffer.isView(source) || Object.prototype.toString.call(source) === "[object ArrayBuffer]";
  if (!isBuffer)
    throw new ValidationError("source must be a WebAssembly.Module or the bytes of a .wasm file", {
      code: "invalid_request",
      field: "source",
    });
  if (!WebAssembly.validate(source))
    throw new ItPayError(`These bytes are not a complete .wasm file of ${module.name}`, { code: "wasm_wrong" });
  return source;
}
