import { expect, test } from "vitest";
import { inOrder, outcomeOf, replaces, requestOf, slotOf, type Update } from "./updates";

const position = (seconds: number, occurredAt: string, lessonId = "film"): Update => ({
  userId: "u",
  courseId: "c",
  lessonId,
  change: { kind: "position", positionSeconds: seconds },
  occurredAt,
});
const state = (launch: number, sequence: number): Update => ({
  ...position(0, "2027-01-01T00:00:00.000Z"),
  change: { kind: "runtime", launch, sequence, model: {} },
});

test("a newer position takes the place of an older one, also if the student went back in the film", () => {
  expect(replaces(position(5, "2027-01-01T10:00:01.000Z"), position(90, "2027-01-01T10:00:00.000Z"))).toBe(
    true,
  );
  expect(replaces(position(90, "2027-01-01T10:00:00.000Z"), position(5, "2027-01-01T10:00:01.000Z"))).toBe(
    false,
  );
});

test("a package's state is replaced by a later one of the same launch, or of a later launch", () => {
  expect(replaces(state(1, 5), state(1, 4))).toBe(true);
  expect(replaces(state(1, 4), state(1, 5))).toBe(false);
  expect(replaces(state(2, 0), state(1, 9))).toBe(true);
});

test("a completion never takes the place of a position", () => {
  const done: Update = { ...position(0, "2027-01-01T00:00:00.000Z"), change: { kind: "completed" } };
  expect(slotOf(done)).not.toBe(slotOf(position(1, "2027-01-01T00:00:00.000Z")));
});

test("updates are sent as they happened, whatever order they were stored in", () => {
  const [first, second] = [
    position(1, "2027-01-01T08:00:00.000Z", "b"),
    position(2, "2027-01-01T09:00:00.000Z", "a"),
  ];
  expect(inOrder([second, first])).toEqual([first, second]);
});

test("a request tells when it happened and when it is sent, by the same clock", () => {
  const { path, body } = requestOf(position(7, "2027-01-01T08:00:00.000Z"), "2027-01-02T08:00:00.000Z");
  expect(path).toBe("/progress/c/lessons/film/position");
  expect(body).toEqual({
    positionSeconds: 7,
    occurredAt: "2027-01-01T08:00:00.000Z",
    sentAt: "2027-01-02T08:00:00.000Z",
  });
});

test("a clock that was set back meanwhile makes no request that the API refuses", () => {
  const { body } = requestOf(position(7, "2027-01-03T08:00:00.000Z"), "2027-01-02T08:00:00.000Z");
  expect(body).toMatchObject({ occurredAt: "2027-01-02T08:00:00.000Z" });
});

test.each([
  [204, "done"],
  [403, "done"],
  [404, "done"],
  [409, "done"],
  [0, "later"],
  [401, "later"],
  [429, "later"],
  [503, "later"],
])("an answer %i means %s", (status, outcome) => {
  expect(outcomeOf(status)).toBe(outcome);
});
