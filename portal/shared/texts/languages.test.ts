import { expect, test } from "vitest";
import { chosenOf, directionOf } from "./languages";

test("the first language with texts is chosen, and the browser's own form of it", () => {
  expect(chosenOf(["fi", "de-AT", "en"])).toEqual({ language: "de", form: "de-AT" });
});

test("a profile's language comes first, and the browser knows its form", () => {
  expect(chosenOf(["es", "de-DE", "es-MX"])).toEqual({ language: "es", form: "es-MX" });
  expect(chosenOf(["es-ES", "es-MX"])).toEqual({ language: "es", form: "es-ES" });
  expect(chosenOf(["ar", "en-GB"])).toEqual({ language: "ar", form: "ar" });
});

test("without a language that has texts it is English", () => {
  expect(chosenOf(["fi", "", "x!"])).toEqual({ language: "en", form: "en" });
});

test("Arabic is written from right to left", () => {
  expect([directionOf("ar"), directionOf("en")]).toEqual(["rtl", "ltr"]);
});
