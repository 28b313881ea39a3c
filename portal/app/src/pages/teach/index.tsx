// The pages of people who teach: their courses, and the editor of one.
import { useRoute } from "preact-iso/router";
import "./teach.css";
import { Editor } from "./editor/index";
import { OwnCourses } from "./own-courses";

/** The list of courses, or the editor of the course in the address. */
export default function Teach() {
  const { courseId } = useRoute().params;
  return courseId ? <Editor key={courseId} courseId={courseId} /> : <OwnCourses />;
}
