// Remembers uploads in parts in this browser, so that they go on after a reload. Nothing of the file is kept.
import type { Remembered } from "./plan";

const PREFIX = "education.upload.";
const keyOf = (courseId: string, lessonId: string) => `${PREFIX}${courseId}/${lessonId}`;

/** The interrupted upload of a lesson, if there is one. */
export function remembered(courseId: string, lessonId: string): Remembered | undefined {
  try {
    const text = localStorage.getItem(keyOf(courseId, lessonId));
    return text === null ? undefined : (JSON.parse(text) as Remembered);
  } catch {
    return undefined;
  }
}

/** Notes an upload. */
export function remember(courseId: string, lessonId: string, upload: Remembered): void {
  localStorage.setItem(keyOf(courseId, lessonId), JSON.stringify(upload));
}

/** Forgets the upload of a lesson. */
export function forget(courseId: string, lessonId: string): void {
  localStorage.removeItem(keyOf(courseId, lessonId));
}
