import { expect, test } from "vitest";
import { plain, sentence, type Values } from "./sentence";

const CATALOGUE = { hello: "Hello {name}", "day.one": "{count} day", "day.other": "{count} days" };
const say = (key: string, values: Values = {}, form = "en") =>
  sentence(CATALOGUE, key, values, { language: "en", form });

test("values take their places, and plural forms are chosen by the count", () => {
  expect(say("hello", { name: "Ada" })).toBe("Hello Ada");
  expect([say("day", { count: 1 }), say("day", { count: 2 })]).toEqual(["1 day", "2 days"]);
});

test("numbers are written as the reader writes them", () => {
  expect([say("day", { count: 12_345 }), say("day", { count: 12_345 }, "en-IN")]).toEqual([
    "12,345 days",
    "12,345 days",
  ]);
  expect(say("day", { count: 1_234_567 }, "en-IN")).toBe("12,34,567 days");
});

test("a value with braces is not taken for a place", () => {
  expect(say("hello", { name: "{name}" })).toBe("Hello {name}");
});

test("a name from right to left is isolated, and brings no controls of its own", () => {
  expect(say("hello", { name: "\u202e\u05d3\u05e0\u2069" })).toBe("Hello \u2068\u05d3\u05e0\u2069");
  expect(say("hello", { name: "safe\u202etxt.exe" })).toBe("Hello safetxt.exe");
});

test("controls of direction do not reach titles and accessible names", () => {
  expect(plain("safe\u202etxt.exe\u2066")).toBe("safetxt.exe");
});
