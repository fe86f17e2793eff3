import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const server = process.env.CHANCERY_URL ?? "https://localhost:8443";
const proxied = { target: server, secure: false, changeOrigin: true };

export default defineConfig({
  resolve: { alias: { "~": fileURLToPath(new URL("./src", import.meta.url)) } },
  // Everything is a file of its own: the server's policy allows no data: font, no inline style and no inline script.
  build: {
    assetsInlineLimit: 0,
    target: "es2023",
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // "use client" of TanStack's packages means something to servers that render; here there is none.
      onLog: (level, log, handler) => log.code !== "MODULE_LEVEL_DIRECTIVE" && handler(level, log),
    },
  },
  server: {
    proxy: { "/api": proxied, "/oidc": proxied, "/version": proxied, "/readyz": proxied, "/openapi.json": proxied },
  },
});
