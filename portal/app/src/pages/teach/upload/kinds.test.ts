import { beforeAll, expect, test } from "vitest";
import { loadTexts } from "../../../texts/translator";
import { offered, refuseEmpty, typeFor } from "./kinds";

beforeAll(() => loadTexts("en"));

test.each([
  ["video", "Film.MP4", "", "video/mp4"],
  ["video", "film.webm", "application/octet-stream", "video/webm"],
  ["video", "film", "video/webm", "video/webm"],
  ["pdf", "Blatt 1.pdf", "", "application/pdf"],
  ["article", "text.md", "", "text/markdown"],
  ["interactive", "quiz.h5p", "", "application/zip"],
  ["interactive", "quiz.zip", "application/x-zip-compressed", "application/zip"],
  ["interactive", "page.htm", "text/html", "text/html"],
] as const)("a lesson of the kind %s takes %s (%s) as %s", (kind, name, type, wanted) => {
  expect(typeFor(kind, { name, type })).toBe(wanted);
});

test.each([
  ["video", "notes.docx", "", "film as MP4 or WebM"],
  ["video", "film.mov", "video/quicktime", "film as MP4 or WebM"],
  ["video", "notes.docx", "video/mp4", "film as MP4 or WebM"],
  ["pdf", "film.mp4", "video/mp4", "PDF document"],
  ["article", "page.html", "text/html", "Markdown"],
  ["interactive", "quiz", "", "package"],
] as const)("a lesson of the kind %s refuses %s (%s) before it is sent", (kind, name, type, words) => {
  expect(() => typeFor(kind, { name, type })).toThrow(
    expect.objectContaining({ sentence: expect.stringContaining(words) }),
  );
});

test("the chooser offers endings and media types", () => {
  expect(offered("pdf")).toBe(".pdf,application/pdf");
});

test("an empty file is told as such before it is sent", () => {
  expect(() => refuseEmpty({ size: 0 })).toThrow(
    expect.objectContaining({ sentence: expect.stringContaining("The file is empty") }),
  );
  expect(() => refuseEmpty({ size: 1 })).not.toThrow();
});
