// Tells somebody who teaches a course that this is what students see, and leads back to the editor.
import type { Schemas } from "../../api/client";
import { t } from "../../texts";

/** Whether the person may edit the course: only they are told who else teaches it. */
export const teaches = (course: Schemas["Course"]): boolean => course.staff !== undefined;

/** The note; nothing for students. */
export function PreviewNote(props: { course: Schemas["Course"] }) {
  const { course } = props;
  if (!teaches(course)) return null;
  return (
    <aside class="note" aria-label={t("preview.label")}>
      <p>{t(course.status === "published" ? "preview.text" : "preview.hidden")}</p>
      <p>
        <a href={`/teach/courses/${course.courseId}`}>{t("preview.back")}</a>
      </p>
    </aside>
  );
}
