import { expect, test } from "vitest";
import { chosenOf, directionOf } from "./languages";

test("the first language with texts is chosen, and the browser's own form of it", () => {
  expect(chosenOf(["fi", "en-GB", "en"])).toEqual({ language: "en", form: "en-GB" });
});

test("without a language that has texts it is English", () => {
  expect(chosenOf(["fi", "", "x!"])).toEqual({ language: "en", form: "en" });
});

test("Arabic is written from right to left", () => {
  expect([directionOf("ar"), directionOf("en")]).toEqual(["rtl", "ltr"]);
});
