import { expect, test } from "vitest";
import { oneEachLine, tableOf } from "./pasted";

test.each([
  ["a@x.org, b@x.org,c@x.org", "a@x.org\nb@x.org\nc@x.org"],
  ["a@x.org; b@x.org;", "a@x.org\nb@x.org"],
  ["a@x.org b@x.org", "a@x.org\nb@x.org"],
  ['"Lovelace, Ada" <a@x.org>; Bo <b@x.org>', "a@x.org\nb@x.org"],
  ["a@x.org,\r\nBo <b@x.org>,\r\nc@x.org\r\n", "a@x.org\nb@x.org\nc@x.org"],
  ["Lovelace, Ada <a@x.org>; Byron, Bo <b@x.org>", "a@x.org\nb@x.org"],
  ["Lovelace, Ada <a@x.org>;\nByron, Bo <b@x.org>;\n", "a@x.org\nb@x.org"],
  ["Ada <a@x.org>, b@x.org, Cy <c@x.org>", "a@x.org\nb@x.org\nc@x.org"],
  ["Ada <a@x.org>, b@x.org", "a@x.org\nb@x.org"],
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
  "mum@x.org;a@x.org;\ndad@x.org;b@x.org;\n",
  "mum@x.org,a@x.org,\ndad@x.org,b@x.org",
  "Ada;a@x.org;7b",
  "Ada,a@x.org,\nBo,b@x.org,\n",
])("the table %j stays as it is", (text) => {
  expect(oneEachLine(text)).toBe(text);
});

test("a text of which a column is chosen is a table", () => {
  const text = "mum@x.org,a@x.org";
  expect(tableOf({ text, column: "2" })).toBe(text);
  expect(tableOf({ text, column: "" })).toBe("mum@x.org\na@x.org");
});
