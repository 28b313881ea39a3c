import { expect, test } from "vitest";
import type { Part } from "../launch";
import { savedOf12, savedOf2004, startOf12, startOf2004 } from "./data";

const PART: Part = {
  partId: "i1",
  title: "Start",
  href: "start.html",
  launchData: "from the manifest",
  masteryScore: 80,
  passingScore: 0.8,
  completionThreshold: 0.5,
  objectiveIds: ["primary", "second"],
};
const LEARNER = { id: "u1", name: "Ada" };

test("a first session has what the manifest says", () => {
  expect(startOf12(PART, LEARNER, null)).toEqual({
    launch_data: "from the manifest",
    core: {
      student_id: "u1",
      student_name: "Ada",
      credit: "credit",
      lesson_mode: "normal",
      entry: "ab-initio",
      total_time: "0000:00:00",
    },
    student_data: { mastery_score: "80" },
    objectives: { "0": { id: "primary" }, "1": { id: "second" } },
  });
  expect(startOf2004(PART, LEARNER, null)).toMatchObject({
    learner_id: "u1",
    entry: "ab-initio",
    total_time: "PT0S",
    scaled_passing_score: "0.8",
    completion_threshold: "0.5",
    objectives: { "0": { id: "primary" }, "1": { id: "second" } },
  });
});

test("the time of the last session moves to the time before, once", () => {
  const start12 = startOf12(PART, LEARNER, { core: { total_time: "0000:01:00", session_time: "00:00:30" } });
  expect(start12.core).toMatchObject({ total_time: "0000:01:30" });
  expect(start12.core).not.toHaveProperty("session_time");
  const held12 = savedOf12({ core: { session_time: "00:00:05" } }, start12, true);
  expect(held12).toEqual({ core: { session_time: "00:00:05", total_time: "0000:01:30" } });

  const start2004 = startOf2004(PART, LEARNER, { total_time: "PT1M", session_time: "PT30S" });
  expect(start2004).toMatchObject({ total_time: "PT1M30S" });
  expect(start2004).not.toHaveProperty("session_time");
  expect(savedOf2004({ session_time: "PT5S", total_time: "PT1M35S" }, start2004)).toEqual({
    session_time: "PT5S",
    total_time: "PT1M30S",
  });
});

test.each([
  ["not attempted", true, null, "completed"],
  ["not attempted", true, 80, "incomplete"],
  ["not attempted", false, null, "not attempted"],
  ["failed", true, null, "failed"],
])("status %j, ended %j, mastery score %j: saved as %j", (lesson_status, ended, masteryScore, saved) => {
  const start = startOf12({ ...PART, masteryScore }, LEARNER, null);
  expect(savedOf12({ core: { lesson_status } }, start, ended).core).toMatchObject({ lesson_status: saved });
});

test.each([
  ["suspend", "resume"],
  ["logout", "resume"],
  ["", "resume"],
  ["normal", ""],
  ["time-out", ""],
])("after exit %j the next session begins with entry %j", (exit, entry) => {
  expect(startOf12(PART, LEARNER, { core: { exit } }).core).toMatchObject({ entry });
  expect(startOf2004(PART, LEARNER, { exit })).toMatchObject({ entry });
  expect(startOf2004(PART, LEARNER, { exit })).not.toHaveProperty("exit");
});

test("saved objectives stay in their order, and those of the manifest that are missing come behind", () => {
  const saved = { objectives: { "0": { id: "second", success_status: "passed" } } };
  expect(startOf2004(PART, LEARNER, saved).objectives).toEqual({
    "0": { id: "second", success_status: "passed" },
    "1": { id: "primary" },
  });
});

test("empty texts are not loaded, because an API refuses some that it wrote itself", () => {
  const saved = { suspend_data: "", location: "p3", score: { raw: "", scaled: "0.5" } };
  const start = startOf2004(PART, LEARNER, saved);
  expect(start).not.toHaveProperty("suspend_data");
  expect(start).toMatchObject({ location: "p3", score: { scaled: "0.5" } });
  expect(start.score).not.toHaveProperty("raw");
});
