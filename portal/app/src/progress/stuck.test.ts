import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { put, remove } from "./store";
import { isStuck, lookAgain, noteStuck } from "./stuck";
import type { Update } from "./updates";

const update = (lessonId: string, positionSeconds = 1): Update => ({
  userId: "u",
  courseId: "c",
  lessonId,
  change: { kind: "position", positionSeconds },
  occurredAt: "2027-01-01T00:00:00.000Z",
});

test("a lesson is stuck from an attempt that left something of it until that is sent, by whomever", async () => {
  await put(update("film"));
  await put(update("sheet"));
  expect(isStuck("c", "film")).toBe(false);
  noteStuck("u", [update("film"), update("sheet")]);
  expect([isStuck("c", "film"), isStuck("c", "words")]).toEqual([true, false]);
  await remove(update("film")); // another tab has sent it
  await lookAgain("u");
  expect([isStuck("c", "film"), isStuck("c", "sheet")]).toEqual([false, true]);
});

test("what is only kept for the next minute is not stuck", async () => {
  await put(update("words"));
  await lookAgain("u");
  expect(isStuck("c", "words")).toBe(false);
  noteStuck("u", []);
  expect(isStuck("c", "sheet")).toBe(false);
});
