import { expect, test } from "vitest";
import { afterKey, firstCaptions, OFF } from "./captions";

const both = ["de", "en"];

test.each([
  ["in the language of the page, whatever comes first", both, "en", null, "en"],
  ["in another form of that language", ["de", "en"], "en-GB", null, "en"],
  ["in the very form, if there is one", ["pt-BR", "pt-PT"], "pt-PT", null, "pt-PT"],
  ["off, if nobody asked for the languages that there are", both, "ar", null, OFF],
  ["as chosen before", both, "en", "de", "de"],
  ["off, as chosen before", both, "en", OFF, OFF],
  ["in the language of the page, if the one chosen before is not there", both, "en", "fr", "en"],
])("captions begin %s", (_, languages, page, kept, expected) => {
  expect(firstCaptions(languages, page, kept)).toBe(expected);
});

test("the key turns captions on in the language of the page, else in the first one, and off again", () => {
  expect(afterKey(OFF, both, "en")).toBe("en");
  expect(afterKey(OFF, both, "ar")).toBe("de");
  expect(afterKey("de", both, "en")).toBe(OFF);
  expect(afterKey(OFF, [], "en")).toBe(OFF);
});
