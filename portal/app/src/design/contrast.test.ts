import { expect, test } from "vitest";
import { contrast, readable, TEXT_CONTRAST } from "./contrast";

test("black on white has the highest contrast", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
});

test.each(["#ffff00", "#ff0000", "#777777", "#ffffff", "#000000", "#1f4fa3"])(
  "the school's colour %s becomes readable on light and on dark pages",
  (colour) => {
    for (const page of ["#f3f5f9", "#232b3a"]) {
      expect(contrast(readable(colour, page) ?? "", page)).toBeGreaterThanOrEqual(TEXT_CONTRAST);
    }
  },
);

test("a colour that is readable already stays as it is, and what is no colour is not used", () => {
  expect(readable("#1f4fa3", "#f3f5f9")).toBe("#1f4fa3");
  expect(readable("red", "#ffffff")).toBeNull();
});
