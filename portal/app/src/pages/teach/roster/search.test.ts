import { expect, test } from "vitest";
import { matches } from "./search";

const student = { displayName: "Zoë Müller", email: "zoe@example.com" };

test("case and accents make no difference", () => {
  expect(matches(student, "ZOE muller")).toBe(true);
  expect(matches(student, "Müll")).toBe(true);
});

test("all words have to occur", () => {
  expect(matches(student, "zoe smith")).toBe(false);
});

test("no words find everybody, also somebody without a name", () => {
  expect(matches({}, " ")).toBe(true);
});
