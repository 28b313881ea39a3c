import { expect, test } from "vitest";
import { LastWord } from "./last-word";

const ADDRESS = "https://content.example/p/1800000000.a.mac/course-1/cells/0123/files/";
const LATER = ADDRESS.replace("1800000000.a.mac", "1800009999.b.other");

function storage() {
  const held = new Map<string, string>();
  return {
    held,
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, text: string) => void held.set(key, text),
    removeItem: (key: string) => void held.delete(key),
  };
}

const said = { launch: 3, sequence: 7, model: { cmi: "last" } };
const saved = (launch: number) => ({ launch, sequence: 0, model: { cmi: "saved" } });

test("the next launch goes on with the last word, under another token", () => {
  const place = storage();
  new LastWord(() => place, "ada", ADDRESS).keep(said);
  expect(new LastWord(() => place, "ada", LATER).newest(saved(4))).toEqual({ cmi: "last" });
});

test("after a launch in between, what is saved counts", () => {
  const place = storage();
  new LastWord(() => place, "ada", ADDRESS).keep(said);
  expect(new LastWord(() => place, "ada", LATER).newest(saved(5))).toEqual({ cmi: "saved" });
  expect(place.held.size).toBe(0);
});

test("other people, and other versions of the package, do not get it", () => {
  const place = storage();
  new LastWord(() => place, "ada", ADDRESS).keep(said);
  expect(new LastWord(() => place, "bo", LATER).newest(saved(4))).toEqual({ cmi: "saved" });
  expect(new LastWord(() => place, "ada", LATER.replace("0123", "4567")).newest(saved(4))).toEqual({
    cmi: "saved",
  });
});

test("it is forgotten when the portal has heard it, or something newer", () => {
  for (const [launch, sequence, left] of [
    [3, 6, 1],
    [3, 7, 0],
    [4, 1, 0],
  ] as const) {
    const place = storage();
    const word = new LastWord(() => place, "ada", ADDRESS);
    word.keep(said);
    word.heard(launch, sequence);
    expect(place.held.size).toBe(left);
  }
});

test("a browser without storage, or with nonsense in it, loses nothing else", () => {
  const none = () => {
    throw new Error("refused");
  };
  const word = new LastWord(none, "ada", ADDRESS);
  word.keep(said);
  word.heard(3, 7);
  expect(word.newest(saved(4))).toEqual({ cmi: "saved" });
  for (const text of ["{", "null", "3", '{"launch":3}', '{"launch":3,"sequence":1,"model":null}']) {
    const place = { ...storage(), getItem: () => text };
    expect(new LastWord(() => place, "ada", ADDRESS).newest(saved(4))).toEqual({ cmi: "saved" });
  }
});
