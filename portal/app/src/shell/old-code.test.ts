import { expect, test } from "vitest";
import { shouldReload } from "./old-code";

test("old code is loaded again once a minute at most, and not without a network", () => {
  expect(shouldReload(0, 100_000, true)).toBe(true);
  expect(shouldReload(90_000, 100_000, true)).toBe(false);
  expect(shouldReload(0, 100_000, false)).toBe(false);
});
