// Unit tests of rules without a page. What needs a page is tested in Chromium, in tests/browser.
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["{app,player,shared}/**/*.test.ts"], environment: "node" } });
