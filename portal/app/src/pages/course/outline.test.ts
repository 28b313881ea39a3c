import { describe, expect, test } from "vitest";
import { isAllDone, isCompleted, neighbours, nextLesson, sectionsOf } from "./outline";

type Lesson = Parameters<typeof sectionsOf>[0][number];
const lesson = (lessonId: string, position: number, more: Partial<Lesson> = {}): Lesson =>
  ({ lessonId, position, title: lessonId, contentType: "article", hasContent: true, ...more }) as Lesson;
const progress = (...completedLessons: string[]) =>
  ({ completedLessons, positions: {} }) as unknown as Parameters<typeof nextLesson>[1];
const three = [lesson("c", 3), lesson("a", 1), lesson("b", 2)];

describe("sections", () => {
  test("follow the order of the lessons, and lessons without one stand alone", () => {
    const lessons = [lesson("a", 1), lesson("b", 2, { section: "Two" }), lesson("c", 3, { section: "Two" })];
    expect(sectionsOf(lessons).map((each) => [each.name, each.lessons.map((one) => one.lessonId)])).toEqual([
      ["", ["a"]],
      ["Two", ["b", "c"]],
    ]);
  });
});

describe("continue", () => {
  test("leads to the first lesson that is not done", () => {
    expect(nextLesson(three, progress("a"))?.lessonId).toBe("b");
  });
  test("leads back to the last lesson, unless that is done", () => {
    expect(nextLesson(three, progress("a"), "c")?.lessonId).toBe("c");
    expect(nextLesson(three, progress("b"), "b")?.lessonId).toBe("c");
    expect(nextLesson(three, progress("b", "c"), "c")?.lessonId).toBe("a");
  });
  test("leads to the first lesson when all are done", () => {
    expect(nextLesson(three, progress("a", "b", "c"))?.lessonId).toBe("a");
  });
});

test("nothing is left when all lessons that can be opened are done, optional ones too", () => {
  const lessons = [
    lesson("a", 1),
    lesson("b", 2, { required: false }),
    lesson("c", 3, { hasContent: false }),
  ];
  expect(isAllDone(lessons, progress("a"))).toBe(false);
  expect(isAllDone(lessons, progress("a", "b"))).toBe(true);
  expect(isAllDone([], progress())).toBe(false);
});

test("a course is completed without its optional lessons and without those that cannot be opened", () => {
  const lessons = [
    lesson("a", 1),
    lesson("b", 2, { required: false }),
    lesson("c", 3, { hasContent: false }),
  ];
  expect(isCompleted(lessons, ["a"])).toBe(true);
  expect(isCompleted(lessons, ["b"])).toBe(false);
  expect(isCompleted([], [])).toBe(false);
});

test("the neighbours of a lesson are those that can be opened", () => {
  const lessons = [lesson("a", 1), lesson("b", 2, { hasContent: false }), lesson("c", 3)];
  expect(neighbours(lessons, "a").next?.lessonId).toBe("c");
  expect(neighbours(lessons, "c").previous?.lessonId).toBe("a");
  expect(neighbours(lessons, "a").previous).toBeUndefined();
});
