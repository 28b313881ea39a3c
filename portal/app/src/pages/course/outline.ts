// The lessons of a course as a student sees them: in sections, with what is done. Rules without a page.
import type { Schemas } from "../../api/client";

type Lesson = Schemas["Lesson"] & { section?: string; required?: boolean };
type Progress = Schemas["Progress"];

/** Lessons that follow one another and name the same section; lessons without one have an empty name. */
export interface Section {
  name: string;
  lessons: Lesson[];
}

/** Whether students can open the lesson. */
export const isReady = (lesson: Lesson): boolean => lesson.hasContent;

/** The lessons in their order. */
export function ordered(lessons: readonly Lesson[]): Lesson[] {
  return [...lessons].sort((a, b) => a.position - b.position || (a.lessonId < b.lessonId ? -1 : 1));
}

/** The sections of a course, in the order of their first lessons. */
export function sectionsOf(lessons: readonly Lesson[]): Section[] {
  const sections: Section[] = [];
  for (const lesson of ordered(lessons)) {
    const name = lesson.section ?? "";
    const last = sections.at(-1);
    if (last && last.name === name) last.lessons.push(lesson);
    else sections.push({ name, lessons: [lesson] });
  }
  return sections;
}

/** Whether the student has begun. */
export function hasBegun(progress: Progress): boolean {
  return progress.completedLessons.length > 0 || Object.keys(progress.positions).length > 0;
}

/** Where *Start* and *Continue* lead: the last lesson if it is not done, else the first one that is not done. */
export function nextLesson(
  lessons: readonly Lesson[],
  progress: Progress,
  lastLessonId?: string,
): Lesson | undefined {
  const all = ordered(lessons).filter(isReady);
  const done = new Set(progress.completedLessons);
  const at = all.findIndex((each) => each.lessonId === lastLessonId);
  const last = all[at];
  if (last && !done.has(last.lessonId)) return last;
  const after = at < 0 ? all : [...all.slice(at + 1), ...all.slice(0, at)];
  return after.find((each) => !done.has(each.lessonId)) ?? all[0];
}

/** Whether nothing is left to do: every lesson that can be opened is done. */
export function isAllDone(lessons: readonly Lesson[], progress: Progress): boolean {
  const done = new Set(progress.completedLessons);
  const ready = lessons.filter(isReady);
  return ready.length > 0 && ready.every((each) => done.has(each.lessonId));
}

/** Whether the course is completed: every lesson that counts and can be opened is done. */
export function isCompleted(lessons: readonly Lesson[], completed: readonly string[]): boolean {
  const done = new Set(completed);
  const counted = lessons.filter((each) => isReady(each) && each.required !== false);
  return counted.length > 0 && counted.every((each) => done.has(each.lessonId));
}

/** The lessons before and after one, of those that students can open. */
export function neighbours(
  lessons: readonly Lesson[],
  lessonId: string,
): { previous: Lesson | undefined; next: Lesson | undefined } {
  const all = ordered(lessons);
  const at = all.findIndex((each) => each.lessonId === lessonId);
  return { previous: all.slice(0, Math.max(0, at)).findLast(isReady), next: all.slice(at + 1).find(isReady) };
}
