// Types of platform objects that TypeScript's DOM library has and Node's own types lack.

/** Request headers. `null` and `undefined` leave a header out. */
export type HeadersLike =
  | Headers
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | null | undefined>>;

/** Bytes. */
export type Bytes = ArrayBufferView | ArrayBuffer;

/** A compiled WebAssembly module. Without a library that declares `WebAssembly`, any object. */
export type CompiledModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } }
  ? Module
  : object;
