// Edits wasm-bindgen's glue where it has no option for it. Each edit expects its text exactly once, so that
// an incompatible version of wasm-bindgen ends the build.

/** The glue of a module, for dist/esm/src/glue/. */
export function adaptGlue(glue, file) {
  let text = glue;
  const replace = (what, replacement) => {
    const parts = text.split(what);
    if (parts.length !== 2) throw new Error(`${file}: expected once, found ${parts.length - 1} times: ${what}`);
    text = parts.join(replacement);
  };
  const cut = (from, to) => {
    const [start, end] = [text.indexOf(from), to === undefined ? text.length : text.indexOf(to)];
    if (start < 0 || end < start) throw new Error(`${file}: not found: ${from} … ${to}`);
    text = text.slice(0, start) + text.slice(end);
  };

  // The asynchronous loader: modules start synchronously, from where the entry says.
  cut("async function __wbg_load(", "function initSync(");
  cut("let __wbg_init_promise;");
  text += "\nexport { initSync };\n";
  // A module whose calls wait has closures.
  if (text.includes("function makeMutClosure(")) {
    // No promise rejects after a trap in a closure, so the facade is notified.
    replace(
      /(?<=return f\(a, state\.b, \.\.\.args\);\s*\}) finally/,
      " catch (error) { closureFailed(error); } finally",
    );
    // A closure of a trapped instance is not called, and frees no memory of the next instance.
    replace("throw new Error('Cannot invoke closure from previous WASM instance');", "return;");
    replace("if (--state.cnt === 0)", "if (--state.cnt === 0 && state.instance === __wbg_instance_id)");
    // Test runners with fake timers replace the global function, and every call would hang.
    replace(/(?<![.\w])queueMicrotask\(/, "Promise.resolve().then(");
    text += `
let closureFailed;

export function onClosureError(handler) {
    closureFailed = handler;
}

export function abandonInstance() {
    __wbg_instance_id++;
}
`;
  }
  // Next.js's edge runtime passes a module of another realm, which is no instance of this realm's class.
  replace(
    "!(module instanceof WebAssembly.Module)",
    "Object.prototype.toString.call(module) !== '[object WebAssembly.Module]'",
  );
  // jest-environment-jsdom has no TextDecoder at import.
  if (text.includes("new TextDecoder(")) {
    replace(
      /^let cachedTextDecoder = .*$\n^cachedTextDecoder\.decode\(\);$/m,
      "let cachedTextDecoder = lazyTextDecoder();",
    );
    replace(/^const cachedTextEncoder = .*$/m, "const cachedTextEncoder = lazyTextEncoder();");
    text = `import { lazyTextDecoder, lazyTextEncoder } from "../internal/lazy-text-codec.js";\n${text}`;
  }
  return text;
}
