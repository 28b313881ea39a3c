import { expect, test } from "vitest";
import { differences, merged, unseen } from "./conflict";

const base = { title: "A", summary: "s", seats: "10" };

test("only fields that I changed and that differ from theirs are shown", () => {
  const found = differences(base, { ...base, title: "Mine" }, { ...base, title: "Theirs", seats: "20" });
  expect(found).toEqual([{ name: "title", mine: "Mine", theirs: "Theirs" }]);
});

test("the same change by both is no conflict", () => {
  expect(differences(base, { ...base, title: "New" }, { ...base, title: "New" })).toEqual([]);
});

test("mine keeps what they changed elsewhere", () => {
  const next = merged(base, { ...base, title: "Mine" }, { ...base, title: "Theirs", seats: "20" });
  expect(next).toEqual({ title: "Mine", summary: "s", seats: "20" });
});

test("what only I changed is no conflict, and is kept", () => {
  const mine = { ...base, seats: "7" };
  expect(differences(base, mine, { ...base, title: "Theirs" })).toEqual([]);
  expect(merged(base, mine, { ...base, title: "Theirs" })).toEqual({ ...base, title: "Theirs", seats: "7" });
});

test("what a third one has saved is unseen, and what was shown is not", () => {
  const [mine, seen] = [
    { ...base, title: "Mine", seats: "7" },
    { ...base, title: "Theirs" },
  ];
  expect(unseen(base, mine, seen)).toHaveLength(1);
  expect(unseen(base, mine, seen, seen)).toEqual([]);
  expect(unseen(base, mine, { ...seen, summary: "New" }, seen)).toEqual([]);
  expect(unseen(base, mine, { ...seen, title: "Third" }, seen).map((each) => each.theirs)).toEqual(["Third"]);
  expect(unseen(base, mine, { ...seen, seats: "20" }, seen).map((each) => each.name)).toEqual(["seats"]);
});
