import { expect, test } from "vitest";
import { saysComplete } from "./says-complete";

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
