// Reads the bodies of requests within limits: each, and all that are being read together.

import type { IncomingMessage } from "node:http";

/** The largest body of one request: no API's comes near. */
const MAX_BODY = 128 * 1024;
const MAX_BODIES = 8 * 1024 * 1024;

let buffered = 0;

/** Calls `use` with the body, or with an empty one if it is not read. Returns the problem with a body that is too large. */
export async function withBody(
  request: IncomingMessage,
  isRead: boolean,
  use: (body: Uint8Array<ArrayBuffer>) => Promise<void>,
): Promise<"too_large" | "busy" | undefined> {
  if (Number(request.headers["content-length"]) > MAX_BODY) return "too_large";
  if (!isRead) {
    await use(new Uint8Array());
    return undefined;
  }
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    // Not destroyed at the end: the client must receive the response. Node discards the rest.
    for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += piece.length;
      buffered += piece.length;
      if (length > MAX_BODY) return "too_large";
      if (buffered > MAX_BODIES) return "busy";
      pieces.push(piece);
    }
    const body = Buffer.concat(pieces);
    await use(new Uint8Array(body.buffer, body.byteOffset, body.length));
    return undefined;
  } finally {
    buffered -= length;
  }
}
