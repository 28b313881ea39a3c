// How the portal is built: into build/portal/app, with the hash of its content in each file's name.
// `make portal-dev` serves it with hot reload, and asks the running local platform for everything that is not code.
import { readFileSync } from "node:fs";
import { defineConfig, type ServerOptions } from "vite";

const OUTPUTS = process.env.EDUCATION_OUTPUTS ?? "../outputs/local.json";

export default defineConfig(({ command }) => ({
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../../build/portal/app",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the content security policy takes no data: scripts or styles
    modulePreload: { polyfill: false },
  },
  ...(command === "serve" ? { server: developmentServer() } : {}),
}));

function developmentServer(): ServerOptions {
  const portal = new URL(portalOfThePlatform());
  // Node does not resolve *.localhost, so the host is named in a header.
  const proxied = { target: `http://127.0.0.1:${portal.port}`, headers: { host: portal.host } };
  return {
    host: "localhost",
    port: 5173,
    strictPort: true,
    proxy: { "/v1": proxied, "/config.json": proxied },
  };
}

function portalOfThePlatform(): string {
  try {
    return JSON.parse(readFileSync(OUTPUTS, "utf8")).portal_url;
  } catch {
    console.error(`error: ${OUTPUTS} cannot be read: \`make up\` starts the local platform and writes it.`);
    process.exit(1);
  }
}
