// What the course page shows, in two calls: the course, and the student's own part in it.
import { api, ask, type Schemas } from "../../api/client";
import { problemOf } from "../../api/problem";

/** The student's part in a course. `none` also after a withdrawal. */
export type Part =
  | { status: "none" | "pending" }
  /** `place` 1 gets the next seat; absent far behind. */
  | { status: "waitlisted"; place: number | undefined }
  | { status: "enrolled"; progress: Schemas["Progress"] };

/** A course and the student's part in it. */
export interface CourseAndPart {
  course: Schemas["Course"];
  part: Part;
}

const courseOf = (courseId: string) =>
  ask(api.GET("/courses/{courseId}", { params: { path: { courseId } } }));

/** The student's part in a course. The API refuses the progress of who has no seat, and says why. */
export async function partOf(courseId: string): Promise<Part> {
  const { data, error, response } = await api.GET("/progress/{courseId}", { params: { path: { courseId } } });
  if (data) return { status: "enrolled", progress: data };
  const problem = problemOf(response, error);
  if (problem.status !== 403 && problem.status !== 404) throw problem;
  if (problem.code === "enrollment-pending") return { status: "pending" };
  if (problem.code === "enrollment-waitlisted") return { status: "waitlisted", place: error?.waitlistPlace };
  return { status: "none" };
}

const AHEAD_MS = 10_000;

/** What a page has read to find the lesson that it opens: that lesson does not read it again. Good for one look. */
let ahead: { data: CourseAndPart; until: number } | null = null;

/** Gives the page that is opened next what was read of its course. */
export const handOver = (data: CourseAndPart): void => {
  ahead = { data, until: Date.now() + AHEAD_MS };
};

/** Reads both at the same time. */
export async function loadCourse(courseId: string): Promise<CourseAndPart> {
  const known = ahead;
  ahead = null;
  if (known && known.data.course.courseId === courseId && Date.now() < known.until) return known.data;
  const [course, part] = await Promise.all([courseOf(courseId), partOf(courseId)]);
  return { course, part };
}

/** The part that an enrolment means; the progress, or the place on the waitlist, has to be read. */
export async function partAfter(enrollment: Schemas["Enrollment"]): Promise<Part> {
  if (enrollment.status === "pending") return { status: "pending" };
  return partOf(enrollment.courseId);
}
