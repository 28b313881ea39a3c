import { expect, test } from "vitest";
import { resultOf, saysComplete } from "./result";

test.each([
  [{ cmi: { core: { lesson_status: "passed" } } }, true],
  [{ cmi: { core: { lesson_status: "incomplete" } } }, false],
  [{ cmi: { completion_status: "completed" } }, true],
  [{ items: { a: { cmi: { completion_status: "completed" } }, b: { cmi: {} } } }, false],
  [{ xapi: { completed: true } }, true],
  [{}, false],
])("whether %j says that the student has finished: %s", (model, expected) => {
  expect(saysComplete(model)).toBe(expected);
});

const scored = (status: string, raw: string) => ({
  cmi: { core: { lesson_status: status, score: { raw } } },
});

test.each([
  ["a score after the end", scored("completed", ""), scored("completed", "70")],
  ["a better score", scored("completed", "70"), scored("completed", "95")],
  ["a score of who has failed", {}, scored("failed", "30")],
  ["SCORM 2004", { cmi: { score: {} } }, { cmi: { score: { scaled: "0.5" } } }],
  ["H5P", { xapi: { completed: true } }, { xapi: { completed: true, score: { scaled: 1, raw: 5 } } }],
  ["a part", { items: { a: scored("passed", "") } }, { items: { a: scored("passed", "5") } }],
])("another result: %s", (_, before, after) => {
  expect(resultOf(after)).not.toBe(resultOf(before));
});

test("what changes neither the end nor a score is no other result", () => {
  const places = ["", "page 2"].map((place) => ({
    cmi: { core: { lesson_location: place, score: { raw: "" } } },
  }));
  expect(new Set([{}, ...places].map(resultOf)).size).toBe(1);
});
