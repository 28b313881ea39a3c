import { beforeAll, expect, test } from "vitest";
import { loadTexts } from "../../texts/translator";
import { admissionNote, isOpen } from "./admission";

beforeAll(() => loadTexts());

const NOON = Date.parse("2027-05-03T12:00:00Z");
const [before, after] = ["2027-05-03T11:59:59Z", "2027-05-03T12:00:01Z"];

test.each([
  [{}, true],
  [{ opensAt: null, closesAt: null }, true],
  [{ opensAt: before }, true],
  [{ opensAt: after }, false],
  [{ closesAt: after }, true],
  [{ closesAt: before }, false],
])("enrolment with %j is open: %s", (dates, expected) => {
  expect(isOpen(dates, NOON)).toBe(expected);
});

test("the date is told with the time zone of the reader", () => {
  expect(admissionNote({ opensAt: after }, NOON)?.text).toMatch(
    /^Enrolment opens on .*2027.*(UTC|GMT|[A-Z]{2,5}).*\.$/,
  );
  expect(admissionNote({}, NOON)).toBeNull();
});
