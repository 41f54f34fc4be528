// Validates the input of a tool. A model wrote it.

import { plainText } from "./gateway-text.js";
import { ToolError } from "./tool-error.js";
import type { JsonSchema } from "./types.js";

/** The fields of an input, each read once. `null` counts as absent, as strict modes of model APIs send it. */
export class ToolInput {
  readonly #fields: Readonly<Record<string, unknown>>;

  /** @throws ToolError if it is no object or has a field that the schema lacks */
  constructor(input: unknown, { properties }: JsonSchema) {
    try {
      this.#fields = { ...(input as object | undefined) };
    } catch {
      throw invalid(undefined, "The input can't be read.");
    }
    if (typeof (input ?? {}) !== "object" || Array.isArray(input))
      throw invalid(undefined, "The input must be a JSON object.");
    const unknown = Object.keys(this.#fields).find((name) => !Object.hasOwn(properties, name));
    if (unknown !== undefined)
      throw invalid(
        undefined,
        `There is no field ${JSON.stringify(plainText(unknown, 40))}. The fields are: ${Object.keys(properties).join(", ")}.`,
      );
  }

  /** A text on one line. @throws ToolError */
  text(name: string, maxLength: number): string {
    return this.optionalText(name, maxLength) ?? fail(name, "is required");
  }

  /** @throws ToolError */
  optionalText(name: string, maxLength: number): string | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (typeof value !== "string") return fail(name, "must be text");
    if (value.length > maxLength) return fail(name, `may have at most ${maxLength} characters`);
    const text = plainText(value, maxLength);
    return text === undefined || text === "" ? fail(name, "must not be empty") : text;
  }

  /** A text of a certain form. @throws ToolError that shows an example */
  matching(name: string, pattern: RegExp, example: string): string {
    const value = this.#get(name);
    return typeof value === "string" && pattern.test(value)
      ? value
      : fail(name, `must be text such as ${JSON.stringify(example)}`);
  }

  /** @throws ToolError */
  number(name: string, { min, max, otherwise }: { min: number; max: number; otherwise: number }): number {
    const value = this.#get(name);
    if (value === undefined) return otherwise;
    return typeof value === "number" && value >= min && value <= max
      ? value
      : fail(name, `must be a number from ${min} to ${max}`);
  }

  #get(name: string): unknown {
    return (Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined) ?? undefined;
  }
}

function fail(name: string, problem: string): never {
  throw invalid(name, `${name} ${problem}.`);
}

function invalid(field: string | undefined, message: string): ToolError {
  return new ToolError("invalid_input", message, { field });
}
