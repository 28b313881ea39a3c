import { afterEach, beforeAll, expect, test } from "vitest";
import { anyOf, dateAndTime, day, languageName, number, percent } from "./formats";
import { t } from "./index";
import { choice } from "./language";
import { loadTexts } from "./translator";

beforeAll(() => loadTexts("ar"));
afterEach(() => {
  choice.value = { language: "en", form: "en" };
});

test("numbers, lists and names of languages are those of the reader", () => {
  choice.value = { language: "de", form: "de-DE" };
  expect([number(1234567), anyOf(["a.at", "b.at"])]).toEqual(["1.234.567", "a.at oder b.at"]);
  expect(percent(41.9)).toMatch(/^41\s%$/);
  expect(languageName("pt")).toBe("Portugiesisch");
});

test("the calendar is that of the date fields, also where another one is usual", () => {
  choice.value = { language: "ar", form: "ar-SA" };
  expect(day("2027-05-03T12:00:00Z")).toContain("٢٠٢٧");
  expect(dateAndTime("2027-05-03T12:00:00Z")).toContain("٢٠٢٧");
});

test.each([
  [0, "لا دروس"],
  [1, "درس واحد"],
  [2, "درسان"],
  [3, "3 دروس"],
  [11, "11 درسًا"],
  [100, "100 درس"],
])("Arabic has six plural forms: %i", (count, expected) => {
  choice.value = { language: "ar", form: "ar-AE" };
  expect(t("catalogue.lessons", { count })).toBe(expected);
});
