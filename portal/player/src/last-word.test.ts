import { expect, test } from "vitest";
import { LastWord } from "./last-word";
import { sealOf } from "./seal";

const ADDRESS = "https://content.example/p/1800000000.a.mac/course-1/cells/0123/files/";
const LATER = ADDRESS.replace("1800000000.a.mac", "1800009999.b.other");

function storage() {
  const held = new Map<string, string>();
  return {
    held,
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, text: string) => void held.set(key, text),
    removeItem: (key: string) => void held.delete(key),
    key: (place: number) => [...held.keys()][place] ?? null,
    get length() {
      return held.size;
    },
  };
}

/** The seals of a launch, and those of the one after it. */
const SEALS = { before: null, now: "secret of 3" };
const NEXT = { before: "secret of 3", now: "secret of 4" };

const said = { launch: 3, sequence: 7, model: { cmi: "last" } };
const saved = (launch: number) => ({ launch, sequence: 0, model: { cmi: "saved" } });

test("the next launch goes on with the last word, under another token", () => {
  const place = storage();
  new LastWord(() => place, "ada", ADDRESS, SEALS).keep(said);
  expect(new LastWord(() => place, "ada", LATER, NEXT).newest(saved(4))).toEqual({ cmi: "last" });
});

test("after a launch in between, what is saved counts", () => {
  const place = storage();
  new LastWord(() => place, "ada", ADDRESS, SEALS).keep(said);
  expect(new LastWord(() => place, "ada", LATER, NEXT).newest(saved(5))).toEqual({ cmi: "saved" });
  expect(place.held.size).toBe(0);
});

test("other people, and other versions of the package, do not get it", () => {
  const place = storage();
  new LastWord(() => place, "ada", ADDRESS, SEALS).keep(said);
  expect(new LastWord(() => place, "bo", LATER, NEXT).newest(saved(4))).toEqual({ cmi: "saved" });
  expect(new LastWord(() => place, "ada", LATER.replace("0123", "4567"), NEXT).newest(saved(4))).toEqual({
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
    const word = new LastWord(() => place, "ada", ADDRESS, SEALS);
    word.keep(said);
    word.heard(launch, sequence);
    expect(place.held.size).toBe(left);
  }
});

test("a browser without storage, or with nonsense in it, loses nothing else", () => {
  const none = () => {
    throw new Error("refused");
  };
  const word = new LastWord(none, "ada", ADDRESS, SEALS);
  word.keep(said);
  word.heard(3, 7);
  expect(word.newest(saved(4))).toEqual({ cmi: "saved" });
  for (const text of ["{", "null", "3", '{"launch":3}', '{"launch":3,"sequence":1,"model":null}']) {
    const place = { ...storage(), getItem: () => `${sealOf("secret of 3", text)} ${text}` };
    expect(new LastWord(() => place, "ada", ADDRESS, NEXT).newest(saved(4))).toEqual({ cmi: "saved" });
  }
});

test("what somebody else has written in its place is not believed, and is taken away", () => {
  const forged = JSON.stringify({ ...said, model: { cmi: "forged" } });
  const place = storage();
  new LastWord(() => place, "ada", ADDRESS, SEALS).keep(said);
  const [key, kept] = [...place.held][0] as [string, string];
  for (const text of [forged, kept.replace('"last"', '"best"'), `${sealOf("", forged)} ${forged}`]) {
    place.setItem(key, text);
    expect(new LastWord(() => place, "ada", LATER, NEXT).newest(saved(4))).toEqual({ cmi: "saved" });
    expect(place.held.size).toBe(0);
  }
  for (const seals of [null, { before: null, now: "secret of 4" }]) {
    place.setItem(key, kept);
    expect(new LastWord(() => place, "ada", LATER, seals).newest(saved(4))).toEqual({ cmi: "saved" });
  }
});

test("the last word of the launch before is forgotten as soon as the portal has heard something of this one", () => {
  const place = storage();
  new LastWord(() => place, "ada", ADDRESS, SEALS).keep(said);
  const word = new LastWord(() => place, "ada", LATER, NEXT);
  expect(word.newest(saved(4))).toEqual({ cmi: "last" });
  word.heard(4, 1);
  expect(place.held.size).toBe(0);
});

test("a storage that a package has filled is emptied: the last words of other lessons go last", () => {
  for (const [names, room, left] of [
    [["junk", "last-word/ada/other"], 2, ["last-word/ada/other"]],
    [["last-word/junk", "last-word/more"], 2, []],
  ] as const) {
    const place = storage();
    for (const name of names) place.setItem(name, "x");
    const full = {
      ...place,
      setItem: (key: string, text: string) => {
        if (place.held.size >= room) throw new DOMException("full", "QuotaExceededError");
        place.setItem(key, text);
      },
      get length() {
        return place.held.size;
      },
    };
    new LastWord(() => full, "ada", ADDRESS, SEALS).keep(said);
    expect([...place.held.keys()]).toEqual([...left, "last-word/ada/course-1/cells/0123/files/"]);
    expect(new LastWord(() => full, "ada", LATER, NEXT).newest(saved(4))).toEqual({ cmi: "last" });
  }
});
