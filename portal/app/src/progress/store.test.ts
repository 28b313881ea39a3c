import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { allOf, put, remove, removeAllOf } from "./store";
import type { Update } from "./updates";

const update = (userId: string, seconds: number, second: number): Update => ({
  userId,
  courseId: "c",
  lessonId: "film",
  change: { kind: "position", positionSeconds: seconds },
  occurredAt: `2027-01-01T00:00:0${second}.000Z`,
});

test("the newest position of a lesson waits, and an older one does not replace it", async () => {
  await put(update("a", 10, 2));
  await put(update("a", 5, 1));
  expect(await allOf("a")).toEqual([update("a", 10, 2)]);
});

test("what came while another was sent is not taken out with it", async () => {
  await put(update("b", 1, 1));
  await put(update("b", 2, 2));
  await remove(update("b", 1, 1));
  expect(await allOf("b")).toEqual([update("b", 2, 2)]);
  await remove(update("b", 2, 2));
  expect(await allOf("b")).toEqual([]);
});

test("people who share a device do not see or lose one another's updates", async () => {
  await put(update("c", 1, 1));
  await put(update("d", 2, 1));
  await removeAllOf("c");
  expect(await allOf("c")).toEqual([]);
  expect(await allOf("d")).toEqual([update("d", 2, 1)]);
});
