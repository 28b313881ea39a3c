import { expect, test } from "vitest";
import { after, type Result, toResult } from "./xapi";

const NOTHING: Result = { completed: false, seconds: 0 };
const said = (verb: string, result?: object, context?: object) => ({
  verb: { id: `http://adlnet.gov/expapi/verbs/${verb}` },
  result,
  context,
});

test("an answered question completes the lesson, with its score", () => {
  const made = after(
    said("answered", { completion: true, success: true, score: { raw: 1, min: 0, max: 1, scaled: 1 } }),
    NOTHING,
  );
  expect(made).toEqual({
    completed: true,
    success: true,
    score: { raw: 1, min: 0, max: 1, scaled: 1 },
    seconds: 0,
  });
});

test.each(["attempted", "interacted", "progressed", "consumed"])(
  "%s says nothing about the result",
  (verb) => {
    expect(after(said(verb, { completion: true }), NOTHING)).toBe(NOTHING);
  },
);

test("an answer that is not final completes nothing", () => {
  expect(after(said("answered", { score: { raw: 0, max: 2 } }), NOTHING).completed).toBe(false);
});

test("a question in the lesson does not stand for the lesson", () => {
  const part = said("completed", { completion: true }, { contextActivities: { parent: [{ id: "whole" }] } });
  expect(after(part, NOTHING)).toBe(NOTHING);
});

test("a worse second attempt takes nothing away", () => {
  const first = after(said("completed", { success: true, score: { raw: 9, max: 10 } }), NOTHING);
  expect(after(said("completed", { success: false, score: { raw: 2, max: 10 } }), first)).toEqual(first);
});

test("an answer that is not final does not take the completion back", () => {
  const done = after(said("completed", { completion: true }), NOTHING);
  expect(after(said("answered", { completion: false }), done).completed).toBe(true);
});

test("a better second attempt counts", () => {
  const first = after(said("completed", { success: false, score: { raw: 2, max: 10 } }), NOTHING);
  const second = after(said("completed", { success: true, score: { raw: 9, max: 10 } }), first);
  expect(second).toMatchObject({ success: true, score: { raw: 9, scaled: 0.9 } });
});

test.each([null, "text", {}, { verb: 1 }, { verb: { id: "completed" }, context: "x", result: [] }])(
  "a statement of any form breaks nothing: %j",
  (statement) => {
    expect(() => after(statement, NOTHING)).not.toThrow();
  },
);

test("what was saved is read back; what is not readable is none", () => {
  const kept = { completed: true, success: true, score: { raw: 1, min: 0, max: 1, scaled: 1 }, seconds: 7 };
  expect(toResult(kept)).toEqual(kept);
  expect(toResult({ completed: "yes", score: { raw: "1", max: 1 }, seconds: -1 })).toEqual(NOTHING);
});
