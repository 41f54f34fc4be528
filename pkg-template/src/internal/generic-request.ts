// The options of `request`.

import { assertString, copyObject, json, type RequestOptions } from "./client-config.js";
import { readUntrusted } from "./untrusted.js";

/** Options of `request`. */
export interface GenericRequestOptions extends RequestOptions {
  /** The body, sent as JSON. Default: none. */
  body?: unknown;
  /** Names and values of the query. `undefined` leaves a name out. Default: none. */
  query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
}

/** @internal The body as JSON, and the query with alternating names and values. */
export function genericRequest(options: GenericRequestOptions): { body: string | undefined; query: string[] } {
  const own = copyObject("options", options);
  const entries = Object.entries(copyObject("query", own.query));
  const query = readUntrusted("query", () =>
    entries.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)])),
  );
  for (const part of query) assertString("query", part);
  return { query, body: own.body === undefined ? undefined : json("body", own.body) };
}
