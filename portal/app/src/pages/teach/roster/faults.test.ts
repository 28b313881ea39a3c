import { beforeAll, expect, test } from "vitest";
import { Problem } from "../../../api/problem";
import { loadTexts } from "../../../texts/translator";
import { aboutList } from "./faults";

beforeAll(() => loadTexts("en"));

const refused = (message: string, field = "body") =>
  new Problem(400, "", `The body ${message}.`, "r1", "bad-request", [{ field, message }]);

test.each([
  ["has no cell that is an e-mail address (commas, semicolons, …)", "The list has no e-mail address."],
  ["has no row of a person", "The list has no e-mail address."],
  ["has 501 rows, and at most 500 are allowed: line 502 is the first too many", "at most 500 rows"],
  ["has a quotation mark in line 7 that closes only in a later line", "mark in line 7 is"],
  ["is not text in the charset utf-8", "This list cannot be read."],
])("a list that cannot be used is told in words about the list: %s", (message, words) => {
  const told = aboutList(refused(message));
  expect(told.sentence).toContain(words);
  expect([told.detail, told.requestId, told.errors]).toEqual(["", "", []]);
});

test("columns that may be meant are named, and the person is asked for one", () => {
  const told = aboutList(
    refused(
      "has several columns that may be the people's addresses: 2 (student, mail) and 3 (parent and mail);" +
        " name one with the parameter addressColumn",
    ),
  );
  expect(told.sentence).toBe("The addresses may be in column 2 (student, mail) or 3 (parent and mail).");
  expect(told.errors.map((each) => each.field)).toEqual(["addressColumn"]);
  const wide = refused("names a column that the table does not have: it has 3", "addressColumn");
  expect(aboutList(wide).sentence).toContain("columns: 3");
});

test("what is not about the list stays as it is", () => {
  const problem = new Problem(409, "", "", "r1", "course-not-published");
  expect(aboutList(problem)).toBe(problem);
});
