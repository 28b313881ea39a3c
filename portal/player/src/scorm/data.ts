// The data of a SCORM part, as a run-time API gets it at the start: what the manifest says, over what was saved.
// See docs/packages.md for what is taken over.

import type { Part } from "../launch";
import { duration, secondsOfDuration, secondsOfTimespan, timespan } from "./durations";

export type Cmi = Record<string, unknown>;
export interface Learner {
  id: string;
  name: string;
}

/** The `cmi` of a SCORM 1.2 part at the start of a session. `saved` is what its last session left, if there was one. */
export function startOf12(part: Part, learner: Learner, saved: Cmi | null): Cmi {
  const kept = withoutEmpty(saved ?? {});
  const core = group(kept.core);
  const total =
    secondsOfTimespan(String(core.total_time ?? "")) + secondsOfTimespan(String(core.session_time ?? ""));
  const { session_time: _, exit, ...rest } = core;
  return {
    ...kept,
    ...(part.launchData ? { launch_data: part.launchData } : {}),
    core: {
      ...rest,
      student_id: learner.id,
      student_name: learner.name,
      credit: "credit",
      lesson_mode: "normal",
      entry: entry(saved, exit),
      total_time: timespan(total),
    },
    student_data: {
      ...group(kept.student_data),
      ...(part.masteryScore === null ? {} : { mastery_score: String(part.masteryScore) }),
    },
    objectives: objectives(kept.objectives, part.objectiveIds),
  };
}

/** The same of a SCORM 2004 part. */
export function startOf2004(part: Part, learner: Learner, saved: Cmi | null): Cmi {
  const kept = withoutEmpty(saved ?? {});
  const total =
    secondsOfDuration(String(kept.total_time ?? "")) + secondsOfDuration(String(kept.session_time ?? ""));
  const { session_time: _, exit, ...rest } = kept;
  return {
    ...rest,
    learner_id: learner.id,
    learner_name: learner.name,
    credit: "credit",
    mode: "normal",
    entry: entry(saved, exit),
    total_time: duration(total),
    ...(part.launchData ? { launch_data: part.launchData } : {}),
    ...(part.passingScore === null ? {} : { scaled_passing_score: String(part.passingScore) }),
    ...(part.completionThreshold === null ? {} : { completion_threshold: String(part.completionThreshold) }),
    objectives: objectives(kept.objectives, part.objectiveIds),
  };
}

/**
 * What a SCORM 1.2 API holds, as it is saved. The API leaves out the time before this session.
 *
 * A part that has ended and has never said how far the learner is, is completed: it knows no more than that it was shown
 * (SCORM 1.2 run-time environment, 3.4.4). One with a mastery score should have told a score, so it is not.
 */
export function savedOf12(held: Cmi, start: Cmi, ended: boolean): Cmi {
  const core = group(held.core);
  const silent = ended && core.lesson_status === "not attempted";
  const status = group(start.student_data).mastery_score === undefined ? "completed" : "incomplete";
  return {
    ...held,
    core: {
      ...core,
      ...(silent ? { lesson_status: status } : {}),
      total_time: group(start.core).total_time,
    },
  };
}

/** What a SCORM 2004 API holds, as it is saved. */
export function savedOf2004(held: Cmi, start: Cmi): Cmi {
  return { ...held, total_time: start.total_time };
}

/**
 * `resume` unless the part said that it is over. A part that was left by closing the tab has said nothing, and goes on
 * where it was.
 */
function entry(saved: Cmi | null, exit: unknown): string {
  if (saved === null) return "ab-initio";
  return exit === "normal" || exit === "time-out" ? "" : "resume";
}

/** The saved objectives, and behind them those of the manifest that are not among them. Old packages rely on the ids. */
function objectives(saved: unknown, ids: readonly string[]): Cmi {
  const kept = Object.values(group(saved)).map(group);
  const known = new Set(kept.map((each) => each.id));
  const all = [...kept, ...ids.filter((id) => !known.has(id)).map((id) => ({ id }))];
  return Object.fromEntries(all.map((each, n) => [String(n), each]));
}

/** Without texts that are empty: an API refuses to load some of them, though it wrote them itself. */
function withoutEmpty(value: Cmi): Cmi {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== "" && each !== null && each !== undefined)
      .map(([name, each]) => [name, isGroup(each) ? withoutEmpty(each) : each]),
  );
}

const isGroup = (value: unknown): value is Cmi => typeof value === "object" && value !== null;
const group = (value: unknown): Cmi => (isGroup(value) ? value : {});
