// The calls of a client's wasm module. Errors in their parameters reject the promise, because they are read in the call.

import { assertString, requestOptions, type RequestOptions } from "./client-config.js";
import type { CallIo } from "./call-io.js";
import { beginChange } from "./errors.js";
import { type GenericRequestOptions, genericRequest } from "./generic-request.js";

/** @internal Begins a call of a wasm module. */
export type Use<Module> = (module: Module, io: CallIo, config: object) => Promise<unknown>;

/** @internal Reads the id and the parameters of a call. The id is empty for a call without one. */
export type ReadArguments = () => [id: string, params?: string | undefined];

interface ClientGlue {
  call(
    io: CallIo,
    config: object,
    name: string,
    id: string,
    params: string | undefined,
    options: object | undefined,
  ): Promise<unknown>;
  request(
    io: CallIo,
    config: object,
    method: string,
    path: string,
    query: string[],
    body: string | undefined,
    options: object | undefined,
  ): Promise<unknown>;
}

/** @internal A call by its name in src/js/client.rs or gopay.rs. */
export const callByName =
  (name: string, args: ReadArguments, options: RequestOptions | undefined): Use<ClientGlue> =>
  (module, io, config) => {
    const [id, params] = args();
    return module.call(io, config, name, id, params, requestOptions(options));
  };

/** @internal A call that is not modeled. */
export const callByPath =
  (method: string, path: string, options: GenericRequestOptions): Use<ClientGlue> =>
  (module, io, config) => {
    const { query, body } = genericRequest(options);
    assertString("method", method);
    assertString("path", path);
    return module.request(io, config, method, path, query, body, requestOptions(options));
  };

/** @internal A call that changes something. */
export const asChange =
  <Module>(use: Use<Module>): Use<Module> =>
  (module, io, config) =>
    beginChange(() => use(module, io, config));
