import { beforeAll, expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { loadTexts } from "../../texts/translator";
import { sentenceOf } from "./words";

beforeAll(() => loadTexts());

const entry = {
  at: "2027-05-03T08:00:00Z",
  requestId: "r",
  actor: "0123456789abcdef0123456789abcdef",
  subject: "course#c1",
} as const;

test("an act on a course names the person by a short pseudonym", () => {
  const details = { person: "fedcba98".repeat(4) };
  const said = sentenceOf({
    ...entry,
    action: "student-removed",
    details,
  } as unknown as Schemas["AuditEntry"]);
  expect(said).toBe("Person 01234567 removed person fedcba98 from course c1.");
});

test("a role is named by its word", () => {
  const details = { person: "fedcba98".repeat(4), group: "instructors" };
  const granted = { ...entry, action: "role-granted", details } as unknown as Schemas["AuditEntry"];
  expect(sentenceOf(granted)).toBe("Person 01234567 granted person fedcba98 the role “Instructor”.");
});

test("an action of a later version is told by its code", () => {
  expect(sentenceOf({ ...entry, action: "moon-landed" } as Schemas["AuditEntry"])).toContain("moon-landed");
});
