// Which lessons say themselves that they are done. Rules without a page.
import type { Schemas } from "../../api/client";
import type { Content } from "./load";

const REPORTING_KINDS = new Set(["scorm-1.2", "scorm-2004", "h5p"]);

/** Whether the lesson tells its end; of all others the student says it by *Mark as done*. */
export function saysItself(lesson: Pick<Schemas["Lesson"], "contentType">, content: Content): boolean {
  if (lesson.contentType === "video") return true;
  return lesson.contentType === "interactive" && REPORTING_KINDS.has(content.kind ?? "");
}
