import { beforeAll, expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { loadTexts } from "../../texts/translator";
import { pseudonymOf, sentenceOf } from "./words";

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
  expect(said).toBe("Person 01234567 removed Person fedcba98 from course c1.");
});

test("a role is named by its word", () => {
  const details = { person: "fedcba98".repeat(4), group: "instructors" };
  const granted = { ...entry, action: "role-granted", details } as unknown as Schemas["AuditEntry"];
  expect(sentenceOf(granted)).toBe("Person 01234567 granted Person fedcba98 the role “Teacher”.");
});

test("an action of a later version is told by its code", () => {
  expect(sentenceOf({ ...entry, action: "moon-landed" } as Schemas["AuditEntry"])).toContain("moon-landed");
});

test("people and courses that the page knows are called by name, and roles in words", async () => {
  const names = new Map([
    [await pseudonymOf("u-1"), "Ada"],
    ["c1", "“Rivers”"],
  ]);
  const actor = await pseudonymOf("u-1");
  const granted = { ...entry, actor, subject: `person#${"ab".repeat(16)}`, action: "role-granted" };
  const said = (each: object) => sentenceOf(each as Schemas["AuditEntry"], names);
  expect(said({ ...granted, details: { group: "instructors" } })).toBe(
    "Ada granted Person abababab the role “Teacher”.",
  );
  expect(said({ ...granted, action: "staff-added", details: { courseId: "c1" } })).toBe(
    "Ada made Person abababab a co-teacher of course “Rivers”.",
  );
});

test("a pseudonym is computed as the API computes it", async () => {
  // python: sha256(b"education-audit:u-1").hexdigest()[:32]
  expect(await pseudonymOf("u-1")).toBe("aa51f2bbc27090c5bd84b1dcfe60f443");
});
