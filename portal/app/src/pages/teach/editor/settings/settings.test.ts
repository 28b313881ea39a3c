import { expect, test } from "vitest";
import type { Schemas } from "../../../../api/client";
import { changesOf, formOf, isPast, localOf, momentOf } from "./settings";

const course = {
  title: "A",
  summary: "",
  version: 3,
  capacity: 10,
  opensAt: "2027-05-03T08:00:00.000Z",
} as Schemas["Course"];

test("a moment comes back from its field", () => {
  expect(momentOf(localOf("2027-05-03T08:00:00.000Z"))).toBe("2027-05-03T08:00:00.000Z");
  expect(momentOf(localOf(null))).toBeNull();
});

test("a form that nobody touched changes nothing", () => {
  expect(changesOf(formOf(course), formOf(course))).toEqual({});
});

test("an emptied field of seats or dates takes the limit away", () => {
  const form = { ...formOf(course), seats: "", opensAt: "" };
  expect(changesOf(form, formOf(course))).toEqual({ capacity: null, opensAt: null });
});

test("a date that is over is known before it is saved", () => {
  const now = new Date("2027-05-03T08:00:00Z");
  const field = (moment: string) => isPast(localOf(moment), now);
  expect([field("2027-05-03T07:59:00Z"), field("2027-05-03T08:01:00Z"), isPast("", now)]).toEqual([
    true,
    false,
    false,
  ]);
});
