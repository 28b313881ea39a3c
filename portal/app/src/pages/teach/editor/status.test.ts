import { beforeAll, expect, test } from "vitest";
import type { Schemas } from "../../../api/client";
import { loadTexts } from "../../../texts/translator";
import { meaningNow } from "./status";

beforeAll(() => loadTexts("en"));

const NOW = new Date("2027-05-03T08:00:00Z");
const BEFORE = "2027-05-02T08:00:00Z";
const AFTER = "2027-05-04T08:00:00Z";

test.each([
  [{ status: "published" }, "students can enrol"],
  [{ status: "published", opensAt: BEFORE, closesAt: AFTER }, "students can enrol"],
  [{ status: "published", closesAt: BEFORE }, "but enrolment ended on"],
  [{ status: "published", opensAt: AFTER }, "Students can enrol from"],
  [{ status: "draft", closesAt: BEFORE }, "Students do not see it"],
])("the state of a course says whether students can enrol now: %j", (course, words) => {
  expect(meaningNow(course as Schemas["Course"], NOW)).toContain(words);
});
