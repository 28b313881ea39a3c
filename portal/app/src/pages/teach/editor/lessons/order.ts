// The order of lessons, their sections and their ids. Rules without a page.
import type { Schemas } from "../../../../api/client";

type Lesson = Schemas["Lesson"];

/** The ids after the one at `from` has moved to `to`. */
export function moved(ids: readonly string[], from: number, to: number): string[] {
  const next = [...ids];
  const [id] = next.splice(from, 1);
  if (id !== undefined) next.splice(Math.max(0, Math.min(next.length, to)), 0, id);
  return next;
}

/** Lessons in their order, by the headings under which they stand. Neighbours with the same section form one group. */
export function grouped(lessons: readonly Lesson[]): { section: string; lessons: Lesson[] }[] {
  const groups: { section: string; lessons: Lesson[] }[] = [];
  for (const lesson of lessons) {
    const last = groups.at(-1);
    if (last && last.section === (lesson.section ?? "")) last.lessons.push(lesson);
    else groups.push({ section: lesson.section ?? "", lessons: [lesson] });
  }
  return groups;
}

/** An id for a new lesson, made of its title: `the-water-cycle`, or `lesson-3` where the title has no Latin letter. */
export function lessonIdOf(title: string, taken: ReadonlySet<string>): string {
  const plain = title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, "");
  const words = plain
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 56)
    .replace(/-+$/, "");
  const base = words || "lesson";
  for (let number = words ? 1 : taken.size + 1; ; number++) {
    const id = words && number === 1 ? base : `${base}-${number}`;
    if (!taken.has(id)) return id;
  }
}

/** The position after all lessons. */
export const lastPosition = (lessons: readonly Lesson[]): number =>
  lessons.reduce((most, lesson) => Math.max(most, lesson.position + 1), 0);
