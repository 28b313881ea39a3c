import { expect, test } from "vitest";
import { Reporter } from "./reporter";

/** A reporter with a clock that stands until told, and what it sent. */
function made(sequence = 0) {
  const timers = new Map<number, () => void>();
  const sent: { launch: number; sequence: number; model: unknown }[] = [];
  const held: { model: Record<string, unknown> | null } = { model: { n: 0 } };
  let last = 0;
  const clock = {
    later: (action: () => void) => {
      last += 1;
      timers.set(last, action);
      return last;
    },
    cancel: (timer: number) => void timers.delete(timer),
  };
  const runtime = { launch: 3, sequence, model: {} };
  const reporter = new Reporter(
    runtime,
    () => held.model,
    (save) => sent.push(save),
    clock,
    1000,
  );
  const pass = () => {
    const [[timer, action] = []] = timers;
    if (timer !== undefined) timers.delete(timer);
    action?.();
  };
  return { reporter, held, sent, timers, pass };
}

test("many changes at once are one report", () => {
  const { reporter, sent, timers, pass } = made();
  for (let n = 0; n < 50; n += 1) reporter.changed();
  expect(sent).toEqual([]);
  expect(timers.size).toBe(1);
  pass();
  expect(sent).toEqual([{ launch: 3, sequence: 1, model: { n: 0 } }]);
});

test("changes without a pause do not put the report off", () => {
  const { reporter, held, sent, pass } = made();
  reporter.changed();
  held.model = { n: 1 };
  reporter.changed();
  pass();
  expect(sent.map((each) => each.model)).toEqual([{ n: 1 }]);
});

test("each report has a higher sequence, from where the portal was", () => {
  const { reporter, held, sent } = made(7);
  reporter.flush();
  held.model = { n: 1 };
  reporter.flush();
  expect(sent.map((each) => each.sequence)).toEqual([8, 9]);
});

test("the same state is not sent twice, and a flush takes the place of what was planned", () => {
  const { reporter, sent, timers } = made();
  reporter.changed();
  reporter.flush();
  reporter.flush();
  expect(sent).toHaveLength(1);
  expect(timers.size).toBe(0);
});

test("a package that has nothing to save sends nothing", () => {
  const { reporter, held, sent } = made();
  held.model = null;
  reporter.flush();
  expect(sent).toEqual([]);
});

test("half of a character, which the API refuses, is replaced", () => {
  const { reporter, held, sent } = made();
  held.model = { text: "cut off \ud83d", whole: "\ud83d\ude00" };
  reporter.flush();
  expect(sent[0]?.model).toEqual({ text: "cut off \ufffd", whole: "\ud83d\ude00" });
});
