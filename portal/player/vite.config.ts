// How the player of packages is built: into build/portal/player, served below /player/ of the content origin.
import { defineConfig } from "vite";

export default defineConfig({
  base: "/player/",
  build: {
    outDir: "../../build/portal/player",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
