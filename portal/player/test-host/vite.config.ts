// Builds the page that plays packages in tests: one script, for tests/integration/player/player_page.py. Not deployed.
import { defineConfig } from "vite";

export default defineConfig({
  build: {
    lib: { entry: "host.ts", formats: ["iife"], name: "host", fileName: () => "host.js" },
    emptyOutDir: false,
    target: "es2022",
  },
});
