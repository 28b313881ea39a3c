import { expect, test } from "vitest";
import { forgetSeals, nextSeals } from "./launch-secrets";

function storage() {
  const held = new Map<string, string>();
  return {
    held,
    get length() {
      return held.size;
    },
    key: (place: number) => [...held.keys()][place] ?? null,
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, text: string) => void held.set(key, text),
    removeItem: (key: string) => void held.delete(key),
  };
}

test("each launch has a secret of its own, and knows that of the launch before it", () => {
  const place = storage();
  const first = nextSeals(() => place, "ada", "course/cells");
  const second = nextSeals(() => place, "ada", "course/cells");
  expect(first.before).toBeNull();
  expect(second.before).toBe(first.now);
  expect(second.now).not.toBe(first.now);
  expect(first.now).toMatch(/^[0-9a-f]{64}$/);
});

test("other lessons and other people have others", () => {
  const place = storage();
  nextSeals(() => place, "ada", "course/cells");
  expect(nextSeals(() => place, "ada", "course/plants").before).toBeNull();
  expect(nextSeals(() => place, "bo", "course/cells").before).toBeNull();
});

test("a browser without storage still opens packages", () => {
  const none = () => {
    throw new Error("refused");
  };
  expect(nextSeals(none, "ada", "course/cells").before).toBeNull();
});

test("those of an erased person are forgotten, and no others", () => {
  const place = storage();
  nextSeals(() => place, "ada", "course/cells");
  nextSeals(() => place, "bo", "course/cells");
  forgetSeals(place, "ada");
  expect([...place.held.keys()]).toEqual(["education.launch/bo/course/cells"]);
});
