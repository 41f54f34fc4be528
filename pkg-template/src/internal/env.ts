// Environment variables, in runtimes that have them.

/** A Worker's `env`, or any other object with variables. */
export type Env = object;

interface Runtime {
  process?: { env?: Readonly<Record<string, unknown>> | undefined } | undefined;
  Deno?: { env: { get(name: string): string | undefined } } | undefined;
}

/** Reads a variable of this object, or else of the runtime. Undefined if it is missing or reading is not allowed. */
export function readEnv(name: string, env?: Env): string | undefined {
  const runtime = globalThis as Runtime;
  try {
    // Not both: in a Worker, the first use of `process` loads Node's modules.
    const value = env
      ? Object.hasOwn(env, name)
        ? (env as Record<string, unknown>)[name]
        : undefined
      : (runtime.process?.env?.[name] ?? runtime.Deno?.env.get(name));
    return typeof value === "string" && value !== "" ? value : undefined;
  } catch {
    return undefined; // Deno throws without the permission.
  }
}
