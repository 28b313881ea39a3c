// The course that the editor shows, and what its tabs get of it.
import { api, ask, type Schemas } from "../../../api/client";

export type Course = Schemas["Course"];

/** What a tab gets: the course, and ways to tell that it has changed. */
export interface TabProps {
  course: Course;
  onCourse: (course: Course) => void;
  /** Reads the course again. */
  reload: () => Promise<Course>;
}

/** The course as it is stored now. */
export const readCourse = (courseId: string): Promise<Course> =>
  ask(api.GET("/courses/{courseId}", { params: { path: { courseId } } }));
