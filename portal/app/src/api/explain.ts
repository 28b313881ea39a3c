// What the API says, in the language of the page. Its own sentences are in English, for those who write programs.
import { t } from "../texts";
import type { FieldFault, Problem } from "./problem";

/** The codes of problems that the catalogues have a sentence for. */
export const EXPLAINED = [
  "busy",
  "course-archived",
  "course-not-published",
  "course-too-large",
  "enrollment-closed",
  "enrollment-pending",
  "enrollment-waitlisted",
  "last-administrator",
  "no-video",
  "no-such-instructor",
  "not-an-instructor",
  "other-launch",
  "owner",
  "parts-missing",
  "second-factor-missing",
  "stale-version",
  "too-large",
  "too-many-captions",
  "too-many-co-teachers",
  "too-many-enrollments",
  "too-many-lessons",
  "unsupported-media-type",
  "upload-completed",
  "upload-ended",
] as const;

/** Codes that say no more than the status, for which the portal has a sentence. */
export const AS_THE_STATUS: readonly string[] = [
  "bad-request",
  "conflict",
  "forbidden",
  "internal-error",
  "not-found",
  "too-many-requests",
  "unauthenticated",
  "unavailable",
];

/** What a problem's code says, in the reader's language. Undefined if its code says no more than its status. */
export function explained(problem: Problem): string | undefined {
  const code = EXPLAINED.find((each) => each === problem.code);
  return code && t(`problem.code.${code}`);
}

/**
 * What the API adds to a problem for which the portal has no words. Undefined for a request that is not valid: its
 * sentence names fields, and the fault stands beside the field.
 */
export function added(problem: Problem): string | undefined {
  const isTold = problem.status >= 500 || problem.status === 404 || problem.code === "bad-request";
  return isTold ? undefined : problem.detail || undefined;
}

/** Whether the person can mend it alone. Then nobody has to look for the request. */
export function isOwn(problem: Problem): boolean {
  return problem.code === "bad-request" || problem.status === 404 || explained(problem) !== undefined;
}

const FAULTS = [
  [/^is required$/, "fault.required"],
  [/a character that can be seen/, "fault.invisible"],
  [/shorter than or equal to (\d+) characters/, "fault.too-long"],
  [/longer than or equal to (\d+) characters/, "fault.too-short"],
  [/(?:smaller than or equal to|at most) (\d+)$/, "fault.at-most"],
  [/(?:bigger than or equal to|at least) (\d+)$/, "fault.at-least"],
  [/later than opensAt/, "fault.after-opening"],
] as const;

/** What is wrong with a field, in the reader's language. */
export function faultIn(fault: FieldFault): string {
  if (fault.isOwnWords) return fault.message;
  for (const [pattern, key] of FAULTS) {
    const found = pattern.exec(fault.message);
    if (found) return t(key, { number: Number(found[1]) });
  }
  return t(fault.field === "email" ? "fault.email" : "fault.unusable");
}
