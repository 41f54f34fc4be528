// Follows a payment through an address on the merchant's server, which answers with JSON `{status}` or streams it
// as Server-Sent Events. Asks ever more seldom, not while the page is hidden, and at once when it is seen again.

const FIRST_WAIT = 1500;
const LONGEST_WAIT = 10_000;
/** After which an answer, or a stream without a word, counts as lost. */
const PATIENCE = 30_000;

export interface Follower {
  /** What the payment is now; false ends it. */
  onStatus(status: string): boolean;
  /** Whether the server can be reached. */
  onConnection(online: boolean): void;
  /** The server answered something of no use: told once, until it is of use again. */
  onError(error: Error): void;
  /** How much later it is on the server than here, in milliseconds. */
  onClock(difference: number): void;
}

/** What came is no status. */
class Useless extends Error {
  constructor(
    message: string,
    /** In seconds, where the server said so. */
    readonly retryAfter = 0,
  ) {
    super(message);
  }
}

/** Begins now; what it returns ends it. */
export function follow(address: string, follower: Follower): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let request: AbortController | undefined;
  let asked = 0;
  let missed = 0;
  let complained = false;
  let ended = false;

  const pause = (): void => {
    clearTimeout(timer);
    request?.abort();
    request = undefined;
  };
  const end = (): void => {
    ended = true;
    pause();
    document.removeEventListener("visibilitychange", look);
    removeEventListener("online", look);
    removeEventListener("offline", look);
  };
  const look = (): void => {
    pause();
    if (!navigator.onLine) follower.onConnection(false);
    else if (!document.hidden) void ask();
  };
  const take = (text: string): void => {
    let status: unknown;
    try {
      ({ status } = JSON.parse(text) as { status?: unknown });
    } catch {
      // As good as without a status.
    }
    if (typeof status !== "string") throw new Useless('status-url must answer with JSON such as {"status":"pending"}');
    complained = false;
    if (!follower.onStatus(status)) end();
  };

  const ask = async (): Promise<void> => {
    const mine = new AbortController();
    request = mine;
    let patience = setTimeout(() => mine.abort(), PATIENCE);
    let wait = Math.min(FIRST_WAIT * 1.1 ** asked, LONGEST_WAIT);
    asked += 1;
    try {
      const response = await fetch(address, { headers: { Accept: "text/event-stream, application/json" }, cache: "no-store", signal: mine.signal });
      const date = Date.parse(response.headers.get("Date") ?? "");
      follower.onClock(date > 0 ? date - Date.now() : 0);
      if (!response.ok) throw new Useless(`status-url answered ${response.status}`, Number(response.headers.get("Retry-After")));
      follower.onConnection(true);
      missed = 0;
      if (/^text\/event-stream/.test(response.headers.get("Content-Type") ?? "")) {
        for await (const text of events(response)) {
          clearTimeout(patience);
          patience = setTimeout(() => mine.abort(), PATIENCE);
          if (text !== "") take(text);
          if (ended) return;
        }
      } else {
        take(await response.text());
      }
    } catch (error) {
      // Paused meanwhile, or ended: then this is no failure.
      if (request !== mine) return;
      missed += 1;
      wait = Math.min(FIRST_WAIT * 2 ** missed, 2 * LONGEST_WAIT);
      // One lost answer happens; two in a row are worth a word.
      if (missed > 1) follower.onConnection(false);
      if (error instanceof Useless) {
        if (!complained) follower.onError(error);
        complained = true;
        if (error.retryAfter > 0) wait = Math.min(error.retryAfter * 1000, 60_000);
      }
    } finally {
      clearTimeout(patience);
    }
    if (!ended && request === mine) timer = setTimeout(look, wait);
  };

  document.addEventListener("visibilitychange", look);
  addEventListener("online", look);
  addEventListener("offline", look);
  look();
  return end;
}

/** The data of each event; an empty text for each other sign of life. */
async function* events(response: Response): AsyncGenerator<string> {
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const blocks = text.split(/\r?\n\r?\n|\r\r/);
    text = blocks.pop() ?? "";
    yield "";
    for (const block of blocks) {
      const data = block.split(/\r\n?|\n/).filter((line) => line.startsWith("data:"));
      if (data.length > 0) yield data.map((line) => line.slice(5).trimStart()).join("\n");
    }
  }
}
