// Text codecs for wasm-bindgen's glue, looked up at the first use: not every test environment has them at import.

/** A decoder like the one that the glue makes, made late. */
export function lazyTextDecoder(): { decode(bytes?: Uint8Array): string } {
  let decoder: TextDecoder | undefined;
  return { decode: (bytes) => (decoder ??= new TextDecoder("utf-8", { ignoreBOM: true })).decode(bytes) };
}

/** An encoder, made late. */
export function lazyTextEncoder(): Pick<TextEncoder, "encode" | "encodeInto"> {
  let encoder: TextEncoder | undefined;
  const made = (): TextEncoder => (encoder ??= new TextEncoder());
  return { encode: (text) => made().encode(text), encodeInto: (text, bytes) => made().encodeInto(text, bytes) };
}
