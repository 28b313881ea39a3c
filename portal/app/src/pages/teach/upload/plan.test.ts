import { expect, test } from "vitest";
import { isSameFile, partsLeft, pause } from "./plan";

test("the parts of a file have all of its bytes, each once", () => {
  const parts = partsLeft(25, 10, new Set());
  expect(parts.map((part) => [part.partNumber, part.from, part.to])).toEqual([
    [1, 0, 10],
    [2, 10, 20],
    [3, 20, 25],
  ]);
});

test("parts that arrived are not sent again", () => {
  expect(partsLeft(25, 10, new Set([1, 3])).map((part) => part.partNumber)).toEqual([2]);
});

test("a file of exactly two parts has two", () => {
  expect(partsLeft(20, 10, new Set())).toHaveLength(2);
});

test("each attempt waits longer, half a minute at most", () => {
  expect([1, 2, 3, 9].map(pause)).toEqual([1_000, 2_000, 4_000, 30_000]);
});

test("another file of the same name is not the interrupted one", () => {
  const before = { uploadId: "u", name: "film.mp4", size: 5, lastModified: 1, partBytes: 5 };
  expect(isSameFile({ name: "film.mp4", size: 5, lastModified: 1 }, before)).toBe(true);
  expect(isSameFile({ name: "film.mp4", size: 6, lastModified: 1 }, before)).toBe(false);
  expect(isSameFile({ name: "film.mp4", size: 5, lastModified: 2 }, before)).toBe(false);
});
