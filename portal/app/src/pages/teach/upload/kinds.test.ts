import { beforeAll, expect, test } from "vitest";
import { loadTexts } from "../../../texts/translator";
import { offered, refuseEmpty, typeFor } from "./kinds";

beforeAll(() => loadTexts("en"));

const MP4 = "\0\0\0\x20ftypisom";
const WEBM = "\x1aE\xdf\xa3";
const ZIP = "PK\x03\x04";
const bytes = (text: string) => Uint8Array.from(text, (each) => each.charCodeAt(0));
const file = (name: string, type: string, begins: string) => new File([bytes(begins)], name, { type });

test.each([
  ["video", file("Film.MP4", "", MP4), "video/mp4"],
  ["video", file("film.webm", "application/octet-stream", WEBM), "video/webm"],
  ["video", file("film", "video/webm", WEBM), "video/webm"],
  ["pdf", file("Blatt 1.pdf", "", "%PDF-1.7"), "application/pdf"],
  ["article", file("text.md", "", "# Wörter"), "text/markdown"],
  ["article", file("text and pictures.zip", "", ZIP), "application/zip"],
  ["interactive", file("quiz.h5p", "", ZIP), "application/zip"],
  ["interactive", file("quiz.zip", "application/x-zip-compressed", ZIP), "application/zip"],
  ["interactive", file("page.htm", "text/html", "<p>"), "text/html"],
  ["interactive", file("utf16.html", "text/html", "\xff\xfe<\0p\0"), "text/html"],
] as const)("a lesson of the kind %s takes the file %#", async (kind, chosen, wanted) => {
  expect(await typeFor(kind, chosen)).toBe(wanted);
});

test.each([
  ["video", file("notes.docx", "", ZIP), "film as MP4 or WebM"],
  ["video", file("film.mov", "video/quicktime", "\0\0\0\x14ftypqt  "), "film as MP4 or WebM"],
  ["video", file("notes.docx", "video/mp4", ZIP), "film as MP4 or WebM"],
  ["video", file("film.mp4", "video/mp4", ZIP), "film as MP4 or WebM"],
  ["video", file("film.webm", "video/webm", MP4), "film as MP4 or WebM"],
  ["pdf", file("film.mp4", "video/mp4", MP4), "PDF document"],
  ["pdf", file("sheet.pdf", "application/pdf", ZIP), "PDF document"],
  ["article", file("page.html", "text/html", "<p>"), "Markdown"],
  ["article", file("text.md", "", "PK\0\0"), "Markdown"],
  ["interactive", file("quiz", "", ZIP), "package"],
  ["interactive", file("quiz.zip", "", "<html>"), "package"],
  ["interactive", file("page.html", "text/html", "PK\x03\x04\0"), "package"],
  ["article", file("empty.md", "", ""), "empty"],
] as const)("a lesson of the kind %s refuses the file %# before it is sent", async (kind, chosen, words) => {
  await expect(typeFor(kind, chosen)).rejects.toMatchObject({ sentence: expect.stringContaining(words) });
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
