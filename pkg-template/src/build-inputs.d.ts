// Files that the build makes, as the entries import them.

declare module "*.text.js" {
  const text: string;
  export default text;
}

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}

// In a CommonJS file of Node.js, and no more of Node.js than the entries use.
declare const __dirname: string;

declare module "node:fs" {
  export function readFileSync(path: string): Uint8Array<ArrayBuffer>;
}

declare module "node:path" {
  export function join(...paths: string[]): string;
}
