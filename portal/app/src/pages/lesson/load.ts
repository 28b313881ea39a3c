// What a lesson shows, in three calls at the same time; a package's saved state is a fourth one.
import { api, ask, type Schemas } from "../../api/client";
import { byThisClock } from "../../api/clock";
import { asProblem, Problem } from "../../api/problem";
import { flush, waitingFor } from "../../progress/outbox";
import type { Update } from "../../progress/updates";
import { type CourseAndPart, loadCourse } from "../course/load";

/** How a lesson's content is reached. Packages have the addresses of the player. */
export type Content = Schemas["LessonContent"] & {
  /** When the addresses end, in milliseconds since 1970 by this device's clock. */
  endsAt?: number;
};

/** Everything of one lesson. `content` is null while nothing was uploaded. */
export interface LessonData extends CourseAndPart {
  content: Content | null;
  /** The person has no seat in the course, so the API gives no content. */
  isClosed: boolean;
  /** Updates of this lesson that are newer than what the API knows. */
  waiting: Update[];
}

const FLUSH_MS = 2_000;

/** The content of a lesson, with links that are good for at least some minutes. */
export async function contentOf(courseId: string, lessonId: string): Promise<Content | null> {
  try {
    const path = { courseId, lessonId };
    const call = api.GET("/courses/{courseId}/lessons/{lessonId}/content", { params: { path } });
    const content = await ask(call);
    const { expiresAt } = content;
    return expiresAt ? { ...content, endsAt: byThisClock(expiresAt, (await call).response) } : content;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

/** Reads the lesson. What waits on this device is sent first, so that the API's answer is the newest state. */
export async function loadLesson(courseId: string, lessonId: string): Promise<LessonData> {
  if ((await waitingFor(courseId, lessonId)).length > 0) {
    await Promise.race([flush(), new Promise((resolve) => setTimeout(resolve, FLUSH_MS))]);
  }
  const reading = contentOf(courseId, lessonId).catch((error: unknown) => asProblem(error));
  const [both, found] = await Promise.all([loadCourse(courseId), reading]);
  const isClosed = found instanceof Problem && found.status === 403 && both.part.status !== "enrolled";
  if (found instanceof Problem && !isClosed) throw found;
  const content = found instanceof Problem ? null : found;
  return { ...both, content, isClosed, waiting: await waitingFor(courseId, lessonId) };
}

/** Where the student stopped, in seconds: what waits on this device is newer than what the API knows. */
export function resumeAt(data: LessonData, lessonId: string): number {
  const waiting = data.waiting.find((each) => each.change.kind === "position")?.change;
  if (waiting?.kind === "position") return waiting.positionSeconds;
  return data.part.status === "enrolled" ? (data.part.progress.positions[lessonId] ?? 0) : 0;
}

/** Whether the student had finished the lesson before. */
export const isFinished = (data: LessonData, lessonId: string): boolean =>
  data.part.status === "enrolled" && data.part.progress.completedLessons.includes(lessonId);
