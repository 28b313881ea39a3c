import { expect, test } from "vitest";
import { Problem } from "../api/problem";
import { type Line, pauseAfter, sendAll } from "./sender";
import type { Update } from "./updates";

function line(answers: number[], updates: Update[]) {
  const waiting = [...updates];
  const sent: string[] = [];
  const refused: number[] = [];
  const made: Line = {
    now: () => new Date("2027-01-02T00:00:00.000Z"),
    all: async () => [...waiting],
    remove: async (update) => void waiting.splice(waiting.indexOf(update), 1),
    send: async (_, path) => {
      sent.push(path);
      const status = answers.shift() ?? 204;
      return { status, problem: status === 204 ? null : new Problem(status, "refused") };
    },
    refused: (_, problem) => refused.push(problem.status),
  };
  return { made, sent, waiting, refused };
}

const update = (lessonId: string, hour: number): Update => ({
  userId: "u",
  courseId: "c",
  lessonId,
  change: { kind: "completed" },
  occurredAt: `2027-01-01T0${hour}:00:00.000Z`,
});

test("everything is sent in the order in which it happened", async () => {
  const { made, sent, waiting } = line([], [update("late", 2), update("early", 1)]);
  expect(await sendAll(made)).toBe(true);
  expect(sent).toEqual(["/progress/c/lessons/early", "/progress/c/lessons/late"]);
  expect(waiting).toEqual([]);
});

test("nothing overtakes an update that has to wait", async () => {
  const { made, sent, waiting } = line([0], [update("early", 1), update("late", 2)]);
  expect(await sendAll(made)).toBe(false);
  expect(sent).toHaveLength(1);
  expect(waiting).toHaveLength(2);
});

test("a refusal for good does not keep the others from being sent, and is told", async () => {
  const { made, waiting, refused } = line([409], [update("early", 1), update("late", 2)]);
  expect(await sendAll(made)).toBe(true);
  expect(waiting).toEqual([]);
  expect(refused).toEqual([409]);
});

test("the pauses between attempts grow to five minutes", () => {
  expect([1, 2, 3, 20].map(pauseAfter)).toEqual([5_000, 10_000, 20_000, 300_000]);
});
