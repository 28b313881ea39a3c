import { expect, test } from "vitest";
import { plain } from "./formats";
import { translator } from "./translator";

const t = translator({ hello: "Hello {name}", "day.one": "{count} day", "day.other": "{count} days" });

test("values take their places, and plural forms are chosen by the count", () => {
  expect(t("hello", { name: "Ada" })).toBe("Hello Ada");
  expect([t("day", { count: 1 }), t("day", { count: 2 })]).toEqual(["1 day", "2 days"]);
});

test("a value with braces is not taken for a place", () => {
  expect(t("hello", { name: "{name}" })).toBe("Hello {name}");
});

test("controls of direction do not reach titles and accessible names", () => {
  expect(plain("safe\u202etxt.exe\u2066")).toBe("safetxt.exe");
});
