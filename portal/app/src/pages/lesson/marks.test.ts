import { expect, test } from "vitest";
import { saysItself } from "./marks";

test("a page that cannot report is marked by the student, and a SCORM package is not", () => {
  const content = { url: "https://content.example/", premium: false, fileName: "lesson.html" };
  expect(saysItself({ contentType: "interactive" }, { ...content, kind: "html-package" })).toBe(false);
  expect(saysItself({ contentType: "interactive" }, { ...content, kind: "scorm-1.2" })).toBe(true);
  expect(saysItself({ contentType: "video" }, content)).toBe(true);
  expect(saysItself({ contentType: "article" }, content)).toBe(false);
});
