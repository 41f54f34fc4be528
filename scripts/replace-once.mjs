// How the build changes what another tool has written.

/** Replaces what must occur exactly once: if the tool writes it differently one day, the build says so. */
export function replaceOnce(text, what, replacement, file) {
  const parts = text.split(what);
  if (parts.length !== 2) throw new Error(`${file}: expected once, found ${parts.length - 1} times: ${what}`);
  return parts.join(replacement);
}
