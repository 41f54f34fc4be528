// The interface between a page and the server. A new page is a file in this folder and a line in start.ts.

import type { Html } from "./html.js";
import type { Language } from "./texts.js";

export interface Visit {
  /** The id in the path, such as a payment's. Empty on a page without one. */
  id: string;
  language: Language;
  query: URLSearchParams;
  /** Whether the payment's state did not allow the last button. */
  isRejected: boolean;
}

export interface Page {
  /** The group of the pattern, if it has one, is the visit's id. */
  path: RegExp;
  /** The languages of the page. The first is the default. */
  languages: readonly [Language, ...Language[]];
  /** The payment's language. The reader's choice comes first. */
  language?(id: string): string | undefined;
  /** Returns undefined if there is nothing with this id. */
  show(visit: Visit): Shown | undefined;
  /** Handles a button. Returns whether the state allows it, or the path of the page to show next. */
  press?(visit: Visit, form: URLSearchParams): Promise<boolean | string>;
}

export interface Shown {
  title: string;
  body: Html;
  /** A module script for the page. It may import from /itpay/ and compile its WebAssembly. */
  script?: string;
}
