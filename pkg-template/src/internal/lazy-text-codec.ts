// Text codecs for wasm-bindgen's glue, created at the first use, because some test environments lack them at import.

/** A decoder that is created at its first use. */
export function lazyTextDecoder(): { decode(bytes?: Uint8Array): string } {
  let decoder: TextDecoder | undefined;
  return { decode: (bytes) => (decoder ??= new TextDecoder("utf-8", { ignoreBOM: true })).decode(bytes) };
}

/** An encoder that is created at its first use. */
export function lazyTextEncoder(): Pick<TextEncoder, "encode" | "encodeInto"> {
  let encoder: TextEncoder | undefined;
  const get = (): TextEncoder => (encoder ??= new TextEncoder());
  return { encode: (text) => get().encode(text), encodeInto: (text, bytes) => get().encodeInto(text, bytes) };
}
