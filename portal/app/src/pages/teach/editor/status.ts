// The states of a course, and what each means for students. Rules without a page.
import type { Schemas } from "../../../api/client";
import { dateAndTime } from "../../../texts/formats";
import { teach } from "../texts";

export type Status = Schemas["CourseStatus"];

/** The word for a state. */
export const statusWord = (status: Status): string => teach(`status.${status}`);

/** What a state means for students, in a sentence. */
export const statusMeaning = (status: Status): string => teach(`status.${status}.meaning`);

/** What the state of a course means for students now: its dates decide whether they can enrol. */
export function meaningNow(course: Schemas["Course"], now: Date = new Date()): string {
  const { status, opensAt, closesAt } = course;
  if (status === "published" && closesAt && new Date(closesAt) <= now) {
    return teach("status.closed", { date: dateAndTime(closesAt) });
  }
  if (status === "published" && opensAt && new Date(opensAt) > now) {
    return teach("status.opens", { date: dateAndTime(opensAt) });
  }
  return statusMeaning(status);
}

/** A way from one state to another. */
export interface Step {
  to: Status;
  label: string;
  look: "main" | "plain";
}

/** What an instructor can do with a course in a state, the likely step first. */
export function steps(status: Status): Step[] {
  const publish: Step = { to: "published", label: teach("status.publish"), look: "main" };
  const archive: Step = { to: "archived", label: teach("status.archive"), look: "plain" };
  const unpublish: Step = { to: "draft", label: teach("status.unpublish"), look: "plain" };
  const redraft: Step = { ...unpublish, label: teach("status.redraft") };
  if (status === "draft") return [publish, archive];
  if (status === "published") return [unpublish, archive];
  return [publish, redraft];
}
