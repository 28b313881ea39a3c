import { expect, test } from "vitest";
import { differences, merged } from "./conflict";

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
