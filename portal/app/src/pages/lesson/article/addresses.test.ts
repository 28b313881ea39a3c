import { expect, test } from "vitest";
import { linkAddress, pictureAddress } from "./addresses";

const ARTICLE = "https://content.example/public/c/words/article.md?Signature=x";

test.each([
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "data:text/html,x",
  "vbscript:x",
  "https://[",
  "blob:x",
])("a link to %s is not opened", (written) => expect(linkAddress(written, ARTICLE)).toBeNull());

test("links to other sites and by e-mail are opened", () => {
  expect(linkAddress("https://example.org/a", ARTICLE)).toBe("https://example.org/a");
  expect(linkAddress("mailto:a@example.org", ARTICLE)).toBe("mailto:a@example.org");
});

test("only pictures of the content's own origin are loaded", () => {
  expect(pictureAddress("cloud.png", ARTICLE)).toBe("https://content.example/public/c/words/cloud.png");
  expect(pictureAddress("https://tracker.example/p.gif", ARTICLE)).toBeNull();
  expect(pictureAddress("//tracker.example/p.gif", ARTICLE)).toBeNull();
});
