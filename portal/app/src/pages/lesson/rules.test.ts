import { expect, test } from "vitest";
import { linkAddress, pictureAddress } from "./addresses";
import { saysItself } from "./marks";
import { saysComplete } from "./says-complete";

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

test.each([
  [{ cmi: { core: { lesson_status: "passed" } } }, true],
  [{ cmi: { core: { lesson_status: "incomplete" } } }, false],
  [{ cmi: { completion_status: "completed" } }, true],
  [{ items: { a: { cmi: { completion_status: "completed" } }, b: { cmi: {} } } }, false],
  [{ xapi: { completed: true } }, true],
  [{}, false],
])("whether %j says that the student has finished: %s", (model, expected) => {
  expect(saysComplete(model)).toBe(expected);
});

test("a page that cannot report is marked by the student, and a SCORM package is not", () => {
  const content = { url: "https://content.example/", premium: false, fileName: "lesson.html" };
  expect(saysItself({ contentType: "interactive" }, { ...content, kind: "html-package" })).toBe(false);
  expect(saysItself({ contentType: "interactive" }, { ...content, kind: "scorm-1.2" })).toBe(true);
  expect(saysItself({ contentType: "video" }, content)).toBe(true);
  expect(saysItself({ contentType: "article" }, content)).toBe(false);
});
