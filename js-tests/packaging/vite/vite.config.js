import { defineConfig } from "vite";

// Only for the server's bundle, which by itself would leave packages out.
export default defineConfig({ ssr: { noExternal: true } });
