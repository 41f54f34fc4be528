// Polls a payment's status on the merchant's server, which responds with JSON `{"status": …}` or streams such JSON as
// Server-Sent Events. Backs off, pauses while the page is hidden, and polls at once when the page is shown again.

const FIRST_WAIT_MS = 1500;
const MAX_WAIT_MS = 10_000;
const MIN_RETRY_AFTER_MS = 1000;
const MAX_RETRY_AFTER_MS = 60_000;
/** A response, or a stream without a sign of life, is abandoned after this time. */
const IDLE_TIMEOUT_MS = 30_000;
/** A status takes some thirty characters. */
const MAX_CHARS = 64 * 1024;

export interface StatusListener {
  /** Whether this is a status of a payment. */
  isKnown(status: string): boolean;
  /** A known status arrived. Returns false to end polling. */
  onStatus(status: string): boolean;
  /** Whether the server can be reached. */
  onConnection(online: boolean): void;
  /** The server responded with something else. Called once, until a known status arrives. */
  onError(error: Error): void;
  /** The server's clock minus ours, in milliseconds. */
  onClock(difference: number): void;
}

/** The response is not a payment's status. */
class InvalidStatusResponse extends Error {}

/** Starts polling. Returns a function that ends it. */
export function pollStatus(address: string, listener: StatusListener): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let request: AbortController | undefined;
  let polls = 0;
  let failures = 0;
  let reported = false;
  let ended = false;

  const pause = (): void => {
    clearTimeout(timer);
    request?.abort();
    request = undefined;
  };
  const end = (): void => {
    ended = true;
    pause();
    document.removeEventListener("visibilitychange", resume);
    removeEventListener("online", resume);
    removeEventListener("offline", resume);
  };
  const resume = (): void => {
    pause();
    if (!navigator.onLine) listener.onConnection(false);
    else if (!document.hidden) void poll();
  };
  const report = (problem: string): void => {
    if (reported) return;
    reported = true;
    listener.onError(new InvalidStatusResponse(problem));
  };
  const receive = (text: string): void => {
    const status = readStatus(text);
    if (status === undefined)
      return report(
        `status-url must respond with JSON such as {"status":"pending"}, not with ${JSON.stringify(text.slice(0, 80))}`,
      );
    if (!listener.isKnown(status))
      return report(
        `status-url responded with the unknown status ${JSON.stringify(status.slice(0, 80))}. Use ItPay's, such as "pending" or "succeeded"`,
      );
    reported = false;
    if (!listener.onStatus(status)) end();
  };

  const poll = async (): Promise<void> => {
    const mine = new AbortController();
    request = mine;
    let idle = setTimeout(() => mine.abort(), IDLE_TIMEOUT_MS);
    let wait = Math.min(FIRST_WAIT_MS * 1.1 ** polls, MAX_WAIT_MS);
    let asked: number | undefined;
    polls += 1;
    try {
      const response = await fetch(address, {
        headers: { Accept: "text/event-stream, application/json" },
        cache: "no-store",
        signal: mine.signal,
      });
      const date = Date.parse(response.headers.get("Date") ?? "");
      listener.onClock(date > 0 ? date - Date.now() : 0);
      if (!response.ok) {
        asked = retryAfter(response);
        throw new InvalidStatusResponse(`status-url responded with ${response.status}`);
      }
      listener.onConnection(true);
      failures = 0;
      const streams = /^text\/event-stream/i.test(response.headers.get("Content-Type") ?? "");
      let text = "";
      for await (const piece of pieces(response)) {
        text += piece;
        if (streams) {
          clearTimeout(idle);
          idle = setTimeout(() => mine.abort(), IDLE_TIMEOUT_MS);
          const events = text.split(/\r?\n\r?\n|\r\r/);
          text = events.pop() ?? "";
          for (const data of events.map(eventData)) {
            if (data !== "") receive(data);
            if (ended) return;
          }
        }
        if (text.length > MAX_CHARS) throw new InvalidStatusResponse("status-url responded with more than a status");
      }
      if (!streams) receive(text);
    } catch (error) {
      // A pause or the end aborted the request.
      if (request !== mine) return;
      failures += 1;
      wait = asked ?? Math.min(FIRST_WAIT_MS * 2 ** failures, 2 * MAX_WAIT_MS);
      // A single lost response is not worth a message.
      if (failures > 1) listener.onConnection(false);
      if (error instanceof InvalidStatusResponse) report(error.message);
    } finally {
      clearTimeout(idle);
    }
    if (!ended && request === mine) timer = setTimeout(resume, wait);
  };

  document.addEventListener("visibilitychange", resume);
  addEventListener("online", resume);
  addEventListener("offline", resume);
  resume();
  return end;
}

function readStatus(text: string): string | undefined {
  try {
    const { status } = JSON.parse(text) as { status?: unknown };
    return typeof status === "string" ? status : undefined;
  } catch {
    return undefined;
  }
}

/** The wait that the server asked for, in seconds or as a date, in milliseconds. */
function retryAfter(response: Response): number | undefined {
  const header = response.headers.get("Retry-After") ?? "";
  const ms = /^[\d.]+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return ms > 0 ? Math.min(Math.max(ms, MIN_RETRY_AFTER_MS), MAX_RETRY_AFTER_MS) : undefined;
}

async function* pieces(response: Response): AsyncGenerator<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  try {
    for (let chunk = await reader?.read(); chunk !== undefined && !chunk.done; chunk = await reader?.read()) {
      yield decoder.decode(chunk.value, { stream: true });
    }
  } finally {
    reader?.cancel().catch(() => undefined);
  }
}

/** The data of a Server-Sent Event. */
function eventData(event: string): string {
  const lines = event.split(/\r\n?|\n/).filter((line) => line.startsWith("data:"));
  return lines.map((line) => line.slice(5).trimStart()).join("\n");
}
