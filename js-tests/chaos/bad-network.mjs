// A network that misbehaves by a script: a fetch that stands between one side and the other, and drops, delays,
// truncates, duplicates and reorders what passes, the same way for the same seed.

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function dice(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const hungUp = () =>
  new TypeError("fetch failed", { cause: Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }) });
const refused = () =>
  new TypeError("fetch failed", { cause: Object.assign(new Error("connect"), { code: "ECONNREFUSED" }) });

/** Statuses of pages that stand in for the gateway's response: of proxies, of filters, of a CDN without its origin. */
const PAGES = [401, 403, 502, 503, 520, 522, 524];

/**
 * `trouble` is the share of requests that something happens to. What happened is counted in `counts`.
 * A request is sent a second time only where `mayRepeat` says that the other side can tell: nothing between two
 * machines repeats a whole request of its own accord, but proxies do, for what they take to be safe.
 */
export function badNetwork(fetch, { seed, trouble, mayRepeat, counts = {} }) {
  const roll = dice(seed);
  const happens = (what) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  return async (url, init) => {
    const signal = init?.signal;
    if (roll() >= trouble) return fetch(url, init);
    const kind = Math.floor(roll() * 8);
    if (kind === 0) {
      happens("lost before it arrived");
      throw hungUp();
    }
    if (kind === 7) {
      happens("refused: nobody listens");
      throw refused();
    }
    if (kind === 1) {
      happens("done, and the answer lost");
      await (await fetch(url, init)).arrayBuffer();
      throw hungUp();
    }
    if (kind === 2) {
      happens("delayed, so that others overtake it");
      await pause(roll() * 40);
      return fetch(url, init);
    }
    if (kind === 3) {
      happens("done, and the answer late");
      const response = await fetch(url, init);
      await pause(roll() * 40);
      return response;
    }
    if (kind === 4) {
      happens("done, and half of the answer");
      const response = await fetch(url, init);
      const body = await response.text();
      const cut = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(body.slice(0, body.length / 2)));
          controller.error(hungUp());
        },
      });
      return new Response(cut, { status: response.status, headers: response.headers });
    }
    if (kind === 5) {
      const status = PAGES[Math.floor(roll() * PAGES.length)];
      const done = roll() < 0.5;
      happens(`${status}, a page of a proxy or filter, ${done ? "done" : "not done"}`);
      if (done) await (await fetch(url, init)).arrayBuffer();
      return new Response("<html><h1>Not available</h1></html>", { status, headers: { "Content-Type": "text/html" } });
    }
    if (mayRepeat(url, init)) {
      happens("sent twice");
      const [first] = await Promise.all([
        fetch(url, init),
        fetch(url, { ...init, signal: undefined }).then(
          (second) => second.arrayBuffer(),
          () => undefined,
        ),
      ]);
      return first;
    }
    happens("no answer, ever");
    return new Promise((_, reject) => {
      const end = () => reject(signal.reason);
      if (signal?.aborted) end();
      signal?.addEventListener("abort", end, { once: true });
      if (signal === undefined) setTimeout(() => reject(hungUp()), 200);
    });
  };
}
