import { expect, test } from "vitest";
import type { Runtime } from "./player-messages";
import { RuntimeSaver, SAVE_EVERY, type Saved } from "./runtime-saver";

const state = (sequence: number): Runtime => ({ launch: 1, sequence, model: { n: sequence } });

/** A saver whose time and API do what the test says. */
function made() {
  const timers = new Map<number, { at: number; action: () => void }>();
  const puts: { sequence: number; leaving: boolean; answer: (outcome: Saved) => Promise<void> }[] = [];
  const outcomes: Saved[] = [];
  const place: { kept: Runtime | null; time: number } = { kept: null, time: 0 };
  let last = 0;
  const saver = new RuntimeSaver({
    put: (runtime, leaving) =>
      new Promise((done) => {
        const answer = async (outcome: Saved) => {
          done(outcome);
          await new Promise((later) => setTimeout(later, 0));
        };
        puts.push({ sequence: runtime.sequence, leaving, answer });
      }),
    keep: (runtime) => {
      place.kept = runtime;
    },
    tell: (outcome) => outcomes.push(outcome),
    now: () => place.time,
    later: (action, milliseconds) => {
      last += 1;
      timers.set(last, { at: place.time + milliseconds, action });
      return last;
    },
    cancel: (timer) => void timers.delete(timer),
  });
  const pass = (milliseconds: number) => {
    place.time += milliseconds;
    for (const [timer, { at, action }] of [...timers])
      if (at <= place.time) {
        timers.delete(timer);
        action();
      }
  };
  return { saver, puts, outcomes, place, pass };
}

test("the first state goes at once, the next ones every ten seconds, and only the newest", async () => {
  const { saver, puts, pass } = made();
  saver.offer(state(1));
  pass(0);
  await puts[0]?.answer("saved");
  for (const sequence of [2, 3, 4]) saver.offer(state(sequence));
  pass(SAVE_EVERY - 1);
  expect(puts).toHaveLength(1);
  pass(1);
  expect(puts.map((each) => each.sequence)).toEqual([1, 4]);
});

test("each state is on this device until the API has it", async () => {
  const { saver, puts, place, pass } = made();
  saver.offer(state(1));
  expect(place.kept).toEqual(state(1));
  pass(0);
  saver.offer(state(2));
  await puts[0]?.answer("saved");
  expect(place.kept).toEqual(state(2));
  pass(SAVE_EVERY);
  await puts[1]?.answer("saved");
  expect(place.kept).toBeNull();
});

test("what failed is sent again", async () => {
  const { saver, puts, place, pass } = made();
  saver.offer(state(1));
  pass(0);
  await puts[0]?.answer("failed");
  expect(place.kept).toEqual(state(1));
  pass(SAVE_EVERY);
  expect(puts.map((each) => each.sequence)).toEqual([1, 1]);
});

test("after the package was opened elsewhere, nothing more is sent or kept", async () => {
  const { saver, puts, place, outcomes, pass } = made();
  saver.offer(state(1));
  pass(0);
  await puts[0]?.answer("superseded");
  saver.offer(state(2));
  pass(SAVE_EVERY);
  expect(puts).toHaveLength(1);
  expect(place.kept).toBeNull();
  expect(outcomes).toEqual(["superseded"]);
});

test("leaving the page waits for no answer", () => {
  const { saver, puts, pass } = made();
  saver.offer(state(1));
  pass(0);
  saver.offer(state(2));
  void saver.flush(true);
  expect(puts.map((each) => [each.sequence, each.leaving])).toEqual([
    [1, false],
    [2, true],
  ]);
});

test("leaving the lesson waits until the last state is saved", async () => {
  const { saver, puts, pass } = made();
  saver.offer(state(1));
  pass(0);
  saver.offer(state(2));
  let left = false;
  const leaving = saver.flush().then(() => {
    left = true;
  });
  await puts[0]?.answer("saved");
  expect(left).toBe(false);
  await puts[1]?.answer("saved");
  await leaving;
  expect(left).toBe(true);
});

test("a late report does not take the place of a newer one", () => {
  const { saver, place } = made();
  saver.offer(state(2));
  saver.offer(state(1));
  expect(place.kept).toEqual(state(2));
});
