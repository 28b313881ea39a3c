import { expect, test } from "vitest";
import { oneEachLine } from "./pasted";

test.each([
  ["a@x.org, b@x.org,c@x.org", "a@x.org\nb@x.org\nc@x.org"],
  ["a@x.org; b@x.org;", "a@x.org\nb@x.org"],
  ["a@x.org b@x.org", "a@x.org\nb@x.org"],
  ['"Lovelace, Ada" <a@x.org>; Bo <b@x.org>', "a@x.org\nb@x.org"],
  ["a@x.org,\r\nBo <b@x.org>,\r\nc@x.org\r\n", "a@x.org\nb@x.org\nc@x.org"],
  ["a@x.org, not an address, c@x.org", "a@x.org\nnot an address\nc@x.org"],
])("the list %j", (pasted, expected) => {
  expect(oneEachLine(pasted)).toBe(expected);
});

test.each([
  "",
  "a@x.org",
  "a@x.org\nb@x.org\n",
  "Name;E-mail\nA;a@x.org\nB;b@x.org\n",
  "mum@x.org,a@x.org\ndad@x.org,b@x.org\n",
  "Ada;a@x.org;7b",
  "Ada,a@x.org,\nBo,b@x.org,\n",
])("the table %j stays as it is", (text) => {
  expect(oneEachLine(text)).toBe(text);
});
