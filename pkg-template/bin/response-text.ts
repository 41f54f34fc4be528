/** Reads the start of a response's body, and cancels the rest. A body that breaks off ends there. */
export async function startOfBody(response: Response, maxChars: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const piece of response.body ?? []) {
      text += decoder.decode(piece as Uint8Array, { stream: true });
      if (text.length >= maxChars) break;
    }
  } catch {
    // The status has arrived, and is what counts.
  }
  return text.slice(0, maxChars);
}
