// What the course page shows, in two calls: the course, and the student's own part in it.
import { api, ask, type Schemas } from "../../api/client";
import { Problem } from "../../api/problem";

/** The student's part in a course. `none` also after a withdrawal. */
export type Part =
  | { status: "none" | "pending" | "waitlisted" }
  | { status: "enrolled"; progress: Schemas["Progress"] };

/** A course and the student's part in it. */
export interface CourseAndPart {
  course: Schemas["Course"];
  part: Part;
}

const courseOf = (courseId: string) =>
  ask(api.GET("/courses/{courseId}", { params: { path: { courseId } } }));

/** The student's part in a course. */
export async function partOf(courseId: string): Promise<Part> {
  try {
    const progress = await ask(api.GET("/progress/{courseId}", { params: { path: { courseId } } }));
    return { status: "enrolled", progress };
  } catch (error) {
    if (!(error instanceof Problem) || (error.status !== 403 && error.status !== 404)) throw error;
    if (error.code === "enrollment-pending") return { status: "pending" };
    if (error.code === "enrollment-waitlisted") return { status: "waitlisted" };
    return { status: "none" };
  }
}

/** Reads both at the same time. */
export async function loadCourse(courseId: string): Promise<CourseAndPart> {
  const [course, part] = await Promise.all([courseOf(courseId), partOf(courseId)]);
  return { course, part };
}

/** The part that an enrolment means; of an active one the progress has to be read. */
export async function partAfter(enrollment: Schemas["Enrollment"]): Promise<Part> {
  if (enrollment.status === "pending" || enrollment.status === "waitlisted")
    return { status: enrollment.status };
  return partOf(enrollment.courseId);
}
