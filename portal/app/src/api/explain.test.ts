import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test } from "vitest";
import { choice } from "../texts/language";
import { loadTexts } from "../texts/translator";
import { AS_THE_STATUS, added, EXPLAINED, explained, faultIn, isOwn } from "./explain";
import { Problem } from "./problem";

const FUNCTIONS = join(import.meta.dirname, "../../../../lambda_src");

beforeAll(async () => {
  await loadTexts("en");
  await loadTexts("de");
});
afterEach(() => {
  choice.value = { language: "en", form: "en" };
});

const german = () => {
  choice.value = { language: "de", form: "de" };
};

function pythonFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return pythonFiles(path);
    return name.endsWith(".py") ? [path] : [];
  });
}

test("each code that the API has for a problem is known", () => {
  const code = pythonFiles(FUNCTIONS)
    .map((each) => readFileSync(each, "utf8"))
    .join("\n");
  const used = new Set([...code.matchAll(/\bcode ?= ?"([a-z]+(?:-[a-z]+)*)"/g)].map((each) => each[1] ?? ""));
  const known: readonly string[] = [...EXPLAINED, ...AS_THE_STATUS];
  expect(used.size).toBeGreaterThan(20);
  expect([...used].filter((each) => !known.includes(each))).toEqual([]);
});

test.each([
  ["en", /^Somebody else has changed the course/],
  ["de", /^Jemand hat den Kurs inzwischen geändert/],
] as const)("readers get the sentence of a code in the language of the page: %s", (language, words) => {
  choice.value = { language, form: language };
  const problem = new Problem(409, "", "The course has changed. Its version is now 4.", "", "stale-version");
  expect(explained(problem)).toMatch(words);
  expect(isOwn(problem)).toBe(true);
});

test("what the API says of a request that is not valid is for programs", () => {
  const problem = new Problem(400, "", "The body is not valid: title must have …", "r1", "bad-request");
  expect([explained(problem), added(problem), isOwn(problem)]).toEqual([undefined, undefined, true]);
});

test("what the portal has no words for keeps those of the API, and its number", () => {
  const problem = new Problem(403, "", "You are not enrolled in this course.", "r1", "forbidden");
  expect([explained(problem), added(problem), isOwn(problem)]).toEqual([undefined, problem.detail, false]);
});

test.each([
  [
    "title",
    "must be shorter than or equal to 200 characters",
    "must have at most 200 characters",
    "darf höchstens 200 Zeichen haben",
  ],
  ["title", "is required", "is needed", "wird benötigt"],
  [
    "title",
    "must have a character that can be seen",
    "needs a letter or a digit",
    "braucht einen Buchstaben",
  ],
  ["capacity", "must be bigger than or equal to 1", "must be at least 1", "muss mindestens 1 sein"],
  [
    "closesAt",
    "must be later than opensAt",
    "must be after the opening of enrolment",
    "muss nach dem Beginn der Einschreibung liegen",
  ],
  ["courseId", "must match pattern x", "cannot be used as it is", "kann so nicht verwendet werden"],
  ["email", "must match pattern x", "is not a whole e-mail address", "ist keine vollständige E-Mail-Adresse"],
])("a fault of a field is told in the language of the page: %s %s", (field, message, english, inGerman) => {
  expect(faultIn({ field, message })).toContain(english);
  german();
  expect(faultIn({ field, message })).toContain(inGerman);
});

test("a message of the portal itself stays as it is", () => {
  expect(faultIn({ field: "code", message: "Falsch.", isOwnWords: true })).toBe("Falsch.");
});
