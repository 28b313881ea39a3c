import { expect, test } from "vitest";
import { inFolder, toLaunch } from "./launch";

const FOLDER = "https://content.example/p/1.a.x/course/lesson/version/files/";

test("a package is read as the server writes it", () => {
  const part = {
    partId: "i1",
    title: "Start",
    href: "a/start.html?x=1",
    launchData: "",
    masteryScore: 80.5,
    passingScore: null,
    completionThreshold: null,
    objectiveIds: ["o1"],
  };
  const read = { kind: "scorm-1.2", title: "Fire safety", entry: "a/start.html", parts: [part] };
  expect(toLaunch(read)).toEqual({ kind: "scorm-1.2", title: "Fire safety", parts: [part] });
});

test.each([
  null,
  [],
  "scorm-1.2",
  { kind: "cmi5", parts: [] },
  { kind: "scorm-2004", parts: [] },
  { kind: "scorm-2004", parts: [{ partId: "i1" }] },
])("%j is no package that can be played", (read) => {
  expect(toLaunch(read)).toBeNull();
});

test.each(["start.html", "a/b.html?x=1#y", "%2e/start.html", "./a.html"])("%s is in the folder", (href) => {
  expect(inFolder(FOLDER, href)).toContain(FOLDER);
});

test.each([
  "../launch.json",
  "a/../../x.html",
  "%2e%2e/x.html",
  "/player/index.html",
  "//evil.example/",
  "https://evil.example/",
  "javascript:alert(1)",
  "data:text/html,x",
  "\\\\evil.example\\x",
  "http://[",
])("%s is outside of it", (href) => {
  expect(inFolder(FOLDER, href)).toBeNull();
});
