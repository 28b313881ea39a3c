// One course of the catalogue.
import type { Schemas } from "../../api/client";
import { t } from "../../texts";
import { admissionNote } from "../course/admission";

/** A card whose whole face leads to the course. */
export function CourseCard(props: { course: Schemas["CourseSummary"] }) {
  const { course } = props;
  const note = admissionNote(course, Date.now());
  return (
    <li class="card card-link">
      <h2>
        <a href={`/courses/${course.courseId}`}>
          <bdi>{course.title}</bdi>
        </a>
      </h2>
      {course.summary && (
        <p class="clamp">
          <bdi>{course.summary}</bdi>
        </p>
      )}
      <p class="push">
        <span class="badge">{t("catalogue.lessons", { count: course.lessonCount })}</span>
      </p>
      {note && <p class="small">{note.text}</p>}
    </li>
  );
}
