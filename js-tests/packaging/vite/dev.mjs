// Vite's dev server. Prints its URL.
import { createServer } from "vite";

const server = await createServer({
  server: { host: "127.0.0.1", port: 5199 + Math.floor(Math.random() * 2000) },
  clearScreen: false,
  logLevel: "error",
});
await server.listen();
console.log(server.resolvedUrls.local[0]);
