// The options of a call that is not modelled.

import { json, type RequestOptions } from "./client-config.js";
import { given, reading } from "./untrusted.js";

/** The options of a call that is not modelled. */
export interface GenericRequestOptions extends RequestOptions {
  /** The body, sent as JSON. Default: none. */
  body?: unknown;
  /** Names and values of the query. `undefined` leaves a name out. Default: none. */
  query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
}

/** @internal The body as JSON, and the query as names and values in turn. */
export function genericRequest(options: GenericRequestOptions): { body: string | undefined; query: string[] } {
  const own = reading("options", () => ({ body: options.body, query: options.query }));
  const entries = Object.entries(given("query", own.query));
  const query = reading("query", () =>
    entries.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)])),
  );
  return { query, body: own.body === undefined ? undefined : json("body", own.body) };
}
