// Finds misspelled options. TypeScript reports them, but JavaScript would ignore them.

import { copyOptions } from "./untrusted.js";

/** @internal The options of `T`, each with other names that people may try. */
export type OptionNames<T> = { readonly [Name in keyof T]-?: readonly string[] };

/**
 * @internal A copy of the options. Throws if one looks misspelled: other case, snake_case, one or two wrong letters, another
 * name. Other unknown options are ignored, as people share objects between functions. `itpay/webhooks` and `itpay/qr` do
 * without this check, because it would make them larger by 5 and 15 %.
 */
export function readOptions<T extends object>(
  options: T | undefined,
  names: OptionNames<T>,
  fail = (option: string, problem: string): Error => new TypeError(`${option} ${problem}`),
): Partial<T> {
  const own = copyOptions("options", options);
  for (const [option, value] of Object.entries(own)) {
    if (value === undefined || Object.hasOwn(names, option)) continue;
    for (const [name, others] of Object.entries<readonly string[]>(names)) {
      if ([name, ...others].some((known) => isSimilar(normalize(option), normalize(known))))
        throw fail(option, `is not an option. Did you mean ${name}?`);
    }
  }
  return own;
}

function normalize(name: string): string {
  return name.replaceAll(/[-_]/g, "").toLowerCase();
}

/** Whether a few letters have to be inserted, removed or replaced: none in a short name, two in a long one. */
function isSimilar(word: string, name: string, edits = name.length > 5 ? 2 : name.length > 3 ? 1 : 0): boolean {
  if (word === name) return true;
  const [a, b] = [word.slice(1), name.slice(1)];
  if (word[0] === name[0]) return isSimilar(a, b, edits);
  return edits > 0 && (isSimilar(a, name, edits - 1) || isSimilar(word, b, edits - 1) || isSimilar(a, b, edits - 1));
}
