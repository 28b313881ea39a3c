import { afterEach, beforeAll, expect, test } from "vitest";
import { Problem } from "../../../api/problem";
import { choice } from "../../../texts/language";
import { loadTexts } from "../../../texts/translator";
import { aboutFile } from "./faults";

beforeAll(async () => {
  for (const language of ["en", "de", "es", "ar"] as const) await loadTexts(language);
});
afterEach(() => {
  choice.value = { language: "en", form: "en" };
});

const refused = (field: string, message: string) =>
  new Problem(400, "", "The body is not valid.", "r1", "bad-request", [{ field, message }]);
const KIND = "must be video/mp4 or video/webm for this lesson";

test.each([
  ["en", "film as MP4 or WebM"],
  ["de", "Film als MP4 oder WebM"],
  ["es", "video en MP4 o WebM"],
  ["ar", "بصيغة MP4 أو WebM"],
] as const)(
  "a file of the wrong kind is told what the lesson takes, without the API's words: %s",
  (language, part) => {
    choice.value = { language, form: language };
    const told = aboutFile(refused("mediaType", KIND), "video");
    expect(told.sentence).toContain(part);
    expect([told.detail, told.requestId]).toEqual(["", "r1"]);
  },
);

test.each([
  ["mediaType", KIND, "PDF document"],
  ["fileName", "must be shorter than or equal to 200 characters", "Rename the file"],
  ["sizeBytes", "must be at most 5368709120", "5,368 MB at most"],
  ["sizeBytes", "must be smaller than or equal to 2000000", "2 MB at most"],
])("each field of a file has a sentence: %s %s", (field, message, part) => {
  expect(aboutFile(refused(field, message), "pdf").sentence).toContain(part);
});

test("what is not about the file stays as it is", () => {
  for (const problem of [new Problem(409, "Changed"), refused("partBytes", "must be at least 5")]) {
    expect(aboutFile(problem, "pdf")).toBe(problem);
  }
});
