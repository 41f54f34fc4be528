// What a page is to the server. A gateway's page is a file beside this one, and a line in the server's list.

import type { Html } from "./html.js";
import type { Language } from "./texts.js";

export interface Visit {
  /** What the path names: an intent, a payment. Empty on a page that shows many. */
  id: string;
  language: Language;
  /** Whether the last press could not follow on the state that the payment had. */
  refused: boolean;
}

export interface Page {
  /** Its group, if it has one, is the visit's id. */
  path: RegExp;
  /** The languages that it speaks; the first is for everyone else. */
  languages: readonly [Language, ...Language[]];
  /** What the payment itself asks for; what the reader asks for comes first. */
  language?(id: string): string | undefined;
  /** Undefined where there is nothing of that id. */
  show(visit: Visit): Shown | undefined;
  /** A button of it. False if what it asks for can't follow. */
  press(visit: Visit, form: URLSearchParams): Promise<boolean>;
}

export interface Shown {
  title: string;
  body: Html;
}
