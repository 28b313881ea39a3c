import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test } from "vitest";
import { choice } from "../texts/language";
import { loadTexts } from "../texts/translator";
import { AS_THE_STATUS, EXPLAINED, explained, faultIn } from "./explain";
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

test("English readers get the API's own sentence, others that of its code", () => {
  const problem = new Problem(409, "", "The course has changed. Its version is now 4.", "", "stale-version");
  expect(explained(problem)).toBe(problem.detail);
  german();
  expect(explained(problem)).toMatch(/^Jemand hat den Kurs inzwischen geändert/);
  expect(explained(new Problem(400, "", "The body is not valid.", "", "bad-request"))).toBeUndefined();
});

test.each([
  ["must be shorter than or equal to 200 characters", "darf höchstens 200 Zeichen haben"],
  ["must be bigger than or equal to 1", "muss mindestens 1 sein"],
  ["is required", "wird benötigt"],
  ["must be later than opensAt", "muss nach dem Beginn der Einschreibung liegen"],
  ["must match pattern x", "kann so nicht verwendet werden"],
])("a fault of a field is told in the language of the page: %s", (message, expected) => {
  expect(faultIn({ field: "title", message })).toBe(message);
  german();
  expect(faultIn({ field: "title", message })).toBe(expected);
});
