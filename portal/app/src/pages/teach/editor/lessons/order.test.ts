import { expect, test } from "vitest";
import type { Schemas } from "../../../../api/client";
import { grouped, lastPosition, lessonIdOf, moved } from "./order";

const lesson = (lessonId: string, section?: string, position = 0) =>
  ({ lessonId, section, position }) as Schemas["Lesson"];

test("a lesson moves up, down, and no further than the ends", () => {
  expect(moved(["a", "b", "c"], 2, 1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
  expect(moved(["a", "b"], 1, 9)).toEqual(["a", "b"]);
  expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
});

test("neighbours with the same section stand together", () => {
  const groups = grouped([lesson("a", "One"), lesson("b", "One"), lesson("c"), lesson("d", "One")]);
  expect(groups.map((group) => [group.section, group.lessons.length])).toEqual([
    ["One", 2],
    ["", 1],
    ["One", 1],
  ]);
});

test("an id is made of the title, and of no other lesson", () => {
  expect(lessonIdOf("The Water Cycle!", new Set())).toBe("the-water-cycle");
  expect(lessonIdOf("Übung 1", new Set(["ubung-1"]))).toBe("ubung-1-2");
  expect(lessonIdOf("درس", new Set(["a", "b"]))).toBe("lesson-3");
  expect(lessonIdOf("x".repeat(200), new Set())).toMatch(/^[a-z0-9][a-z0-9-]{0,63}$/);
});

test("a new lesson comes last", () => {
  expect(lastPosition([lesson("a", undefined, 4), lesson("b", undefined, 2)])).toBe(5);
  expect(lastPosition([])).toBe(0);
});
