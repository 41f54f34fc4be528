// A framework that hydrates a server's markup expects the attributes that the server wrote, and no other.

let hydrated: Promise<void> | undefined;

/** Resolves when the page has loaded and its scripts have come to rest. Until then a framework may still hydrate it. */
export function afterHydration(): Promise<void> {
  hydrated ??= new Promise((resolve) => {
    const rest = (): void => {
      if (typeof requestIdleCallback === "function") requestIdleCallback(() => resolve(), { timeout: 1000 });
      else setTimeout(resolve, 200);
    };
    if (document.readyState === "complete") rest();
    else addEventListener("load", rest, { once: true });
  });
  return hydrated;
}
