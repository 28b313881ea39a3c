// What the import of a class list leaves to be done. Rules without a page.
import type { Schemas } from "../../../api/client";

type Result = Schemas["RosterEnrollResult"];
type Course = Schemas["Course"];

/** The rows that were not possible, each in a line, to be mended and imported again. Repeated rows are done already. */
export const failedRows = (result: Result): string =>
  result.items
    .filter((each) => each.outcome === "failed" && each.errorCode !== "duplicate_row" && each.email.trim())
    .map((each) => each.email.trim())
    .join("\n");

/**
 * How many people of a list will find no seat; 0 if the seats suffice or have no limit. `course` is as it was before
 * the list was imported.
 */
export function missingSeats(course: Course, result: Result): number {
  if (!course.capacity) return 0;
  const count = (outcome: string) => Number(result.counts[outcome] ?? 0);
  const coming = count("enrolled") + count("waitlisted") + count("invited") + count("already_invited");
  return Math.max(0, coming - Math.max(0, course.capacity - (course.seatsTaken ?? 0)));
}
