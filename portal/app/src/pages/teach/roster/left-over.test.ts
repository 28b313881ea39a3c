import { expect, test } from "vitest";
import type { Schemas } from "../../../api/client";
import { failedRows, missingSeats } from "./left-over";

type Result = Schemas["RosterEnrollResult"];
type Row = Result["items"][number];

const row = (email: string, outcome: Row["outcome"], errorCode?: Row["errorCode"]) => ({
  row: 1,
  email,
  outcome,
  ...(errorCode ? { errorCode } : {}),
});
const result = (items: Row[], counts: Result["counts"] = {}): Result => ({ dryRun: false, items, counts });

test("rows that were not possible are left; empty and repeated ones are not", () => {
  const rows = [
    row("ada@example.org", "enrolled"),
    row(" notmail ", "failed", "invalid_email"),
    row("", "failed", "invalid_email"),
    row("ada@example.org", "failed", "duplicate_row"),
    row("bo@example.org", "failed", "try_again"),
  ];
  expect(failedRows(result(rows))).toBe("notmail\nbo@example.org");
});

test.each([
  [{ capacity: 2, seatsTaken: 0 }, { enrolled: 1, invited: 3 }, 2],
  [{ capacity: 2, seatsTaken: 2 }, { already_enrolled: 2, waitlisted: 1 }, 1],
  [{ capacity: 4, seatsTaken: 0 }, { enrolled: 1, invited: 2, already_invited: 1 }, 0],
  [{}, { enrolled: 400 }, 0],
])("seats that a list lacks: %j %j", (course, counts, missing) => {
  expect(missingSeats(course as Schemas["Course"], result([], counts))).toBe(missing);
});
