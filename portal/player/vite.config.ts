// How the player of packages is built: into build/portal/player, served below /player/ of the content origin.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { defineConfig, type Plugin } from "vite";

const H5P = dirname(createRequire(import.meta.url).resolve("h5p-standalone"));

/**
 * Puts the files of h5p-standalone into the build as they are. Parts of them are under the GPL (see NOTICE), so they stay
 * files of their own and become part of no script of ours.
 */
const h5pFiles = (): Plugin => ({
  name: "h5p-files",
  generateBundle() {
    const names = readdirSync(H5P, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith(".d.ts"))
      .map((entry) => join(entry.parentPath, entry.name).slice(H5P.length + 1));
    for (const name of names.sort())
      this.emitFile({ type: "asset", fileName: `h5p/${name}`, source: readFileSync(join(H5P, name)) });
  },
});

export default defineConfig({
  base: "/player/",
  plugins: [h5pFiles()],
  build: {
    outDir: "../../build/portal/player",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        index: "player/index.html",
        h5p: "player/h5p.html",
        "h5p-storage": "player/h5p-storage.html",
      },
    },
  },
});
