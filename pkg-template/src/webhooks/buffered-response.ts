// A response with its whole body, in the form that Node's servers and AWS Lambda send.

/** The parts of a response. */
export interface BufferedResponse {
  status: number;
  /** Without cookies, and without headers about how the body was transferred. */
  headers: [string, string][];
  cookies: string[];
  body: Uint8Array;
}

/** Headers of a streamed body. The server sets its own for the buffered body: with a wrong length it would be cut off. */
const TRANSFER_HEADERS = ["connection", "content-length", "keep-alive", "transfer-encoding"];

/** @throws TypeError if a server cannot send the response */
export async function bufferResponse(response: Response): Promise<BufferedResponse> {
  const { status } = response;
  if (!(status >= 200 && status <= 599)) throw new TypeError(`The handler's response has the status ${status}`);
  const headers: [string, string][] = [];
  for (const [name, value] of response.headers) {
    // Fetch allows control characters here, and Node's servers do not.
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
      throw new TypeError(`The header ${name} of the handler's response has a control character`);
    if (name !== "set-cookie" && !TRANSFER_HEADERS.includes(name)) headers.push([name, value]);
  }
  const cookies = response.headers.getSetCookie();
  return { status, headers, cookies, body: new Uint8Array(await response.arrayBuffer()) };
}
