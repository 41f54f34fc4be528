// The pages of the guide, in reading order.

const page = (text, name) => ({ text, path: `docs/${name}.md` });

export const pages = [
  { group: "Start", items: [{ text: "README", path: "README.md" }, page("All pages", "index")] },
  {
    group: "ItPay",
    items: [
      page("Client and configuration", "client"),
      page("Preview calls", "preview"),
      page("Errors", "errors"),
      page("Webhooks", "webhooks"),
      page("Stores", "stores"),
      page("QR codes", "qr"),
      page("Agents", "agents"),
    ],
  },
  { group: "GoPay and PayKit", items: [page("GoPay", "gopay"), page("PayKit", "paykit")] },
  {
    group: "Testing",
    items: [
      page("Testing", "testing"),
      page("Sandbox", "sandbox"),
      page("GoPay sandbox", "gopay-sandbox"),
      page("Command line", "cli"),
    ],
  },
  { group: "Platforms", items: [page("Runtimes", "runtimes"), page("Rust", "rust")] },
  {
    group: "About",
    items: [
      page("Assumptions about ItPay", "assumptions"),
      page("Guarantees", "guarantees"),
      page("Benchmarks", "benchmarks"),
      { text: "Security", path: "SECURITY.md" },
      { text: "Changelog", path: "CHANGELOG.md" },
      { text: "Contributing", path: "CONTRIBUTING.md" },
      { text: "Architecture", path: "ARCHITECTURE.md" },
      { text: "Hacking on the build", path: "HACKING.md" },
      { text: "Code of Conduct", path: "CODE_OF_CONDUCT.md" },
    ],
  },
];
