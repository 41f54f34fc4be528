// The environment's variables, where the runtime has an environment.

/** A Worker's `env`, or any other record of variables. */
export type Env = object;

interface Runtime {
  process?: { env?: Readonly<Record<string, unknown>> | undefined } | undefined;
  Deno?: { env: { get(name: string): string | undefined } } | undefined;
}

/** The variable, of the given record or else of the runtime; undefined where there is none or reading it is not allowed. */
export function variable(name: string, env?: Env): string | undefined {
  const runtime = globalThis as Runtime;
  try {
    // Not both: in a Worker, `process` loads Node's modules when it is first mentioned.
    const value = env
      ? Object.hasOwn(env, name)
        ? (env as Record<string, unknown>)[name]
        : undefined
      : (runtime.process?.env?.[name] ?? runtime.Deno?.env.get(name));
    return typeof value === "string" && value !== "" ? value : undefined;
  } catch {
    return undefined; // Deno without the permission throws
  }
}
