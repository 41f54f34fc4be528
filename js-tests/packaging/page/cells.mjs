import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { outcomeIn } from "../browser.mjs";

/** Nothing is allowed but what the page needs: its own scripts, wasm, and the import map, an inline script, by its hash. */
function policy(folder, page = "index.html") {
  const [, map] = /<script type="importmap">([^]*?)<\/script>/.exec(readFileSync(join(folder, page), "utf8"));
  const hash = createHash("sha256").update(map).digest("base64");
  return `default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'`;
}

export default {
  title: "Page without a bundler",
  summary: '`<script type="module">` from a static server, with and without a Content-Security-Policy',
  place: 18,
  cells: [
    { how: "<script type=module>", short: true, run: (folder) => outcomeIn(folder) },
    {
      how: "with a Content-Security-Policy",
      short: true,
      run: (folder) => outcomeIn(folder, { headers: { "Content-Security-Policy": policy(folder) } }),
    },
    {
      how: "itpay/slim, with a Content-Security-Policy",
      short: true,
      run: (folder) =>
        outcomeIn(folder, {
          page: "slim.html",
          headers: { "Content-Security-Policy": `${policy(folder, "slim.html")}; connect-src 'self'` },
        }),
    },
    {
      how: "with one without 'wasm-unsafe-eval'",
      short: true,
      run: (folder) =>
        outcomeIn(folder, {
          headers: { "Content-Security-Policy": policy(folder).replace("'wasm-unsafe-eval' ", "") },
        }),
      cannot: {
        fails: /wasm_forbidden|script-src 'wasm-unsafe-eval'/,
        instead: "add 'wasm-unsafe-eval' to script-src, which allows WebAssembly and nothing else",
      },
    },
  ],
};
