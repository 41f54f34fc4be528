// The site: the README as its start, docs/ as they are, the TypeScript reference by typedoc, rustdoc's below /rust/.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { createLogger } from "vite";

import { pages } from "../pages-list.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}pkg-template/package.json`, "utf8"));
const api = fileURLToPath(new URL("../pages/api/typedoc-sidebar.json", import.meta.url));

// A warning ends the build.
const logger = createLogger("warn");
for (const level of ["warn", "warnOnce"]) {
  logger[level] = (message) => {
    throw new Error(message);
  };
}

const guide = pages.map(({ group, items }) => ({
  text: group,
  items: items.map(({ text, path }) => ({ text, link: `/${path.replace(/(index|README)?\.md$/, "")}` })),
}));

export default {
  srcDir: "pages",
  outDir: "../target/site",
  cacheDir: "../target/site-cache",
  title: "itpay",
  titleTemplate: ":title | itpay",
  description: "ItPay and GoPay payments from any JavaScript runtime and from Rust.",
  lang: "en-US",
  // A static server without rules for addresses finds every page.
  cleanUrls: false,
  head: [["link", { rel: "icon", href: "data:," }]],
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Guide", link: "/docs/" },
      { text: "TypeScript", link: "/api/" },
      { text: "Rust", link: "/rust/itpay/index.html", target: "_self" },
      { text: `v${version}`, link: "/CHANGELOG" },
    ],
    sidebar: {
      "/api/": existsSync(api) ? JSON.parse(readFileSync(api, "utf8")) : [],
      "/": guide,
    },
  },
  vite: {
    customLogger: logger,
    // Its search index is the largest file.
    build: { chunkSizeWarningLimit: 4000 },
  },
};
