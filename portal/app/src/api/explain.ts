// What the API says, for readers of all languages. Its own sentences are in English, and it has a code for most of them.
import { t } from "../texts";
import { choice } from "../texts/language";
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

/** Whether the API's sentences are in the language of the page. */
export const readsApi = (): boolean => choice.value.language === "en";

/** More about a problem, in the reader's language. Undefined if there are only English words for it, or none. */
export function explained(problem: Problem): string | undefined {
  if (readsApi()) return problem.detail || undefined;
  const code = EXPLAINED.find((each) => each === problem.code);
  return code && t(`problem.code.${code}`);
}

const FAULTS = [
  [/^is required$|a character that can be seen/, "fault.required"],
  [/shorter than or equal to (\d+) characters/, "fault.too-long"],
  [/longer than or equal to (\d+) characters/, "fault.too-short"],
  [/(?:smaller than or equal to|at most) (\d+)$/, "fault.at-most"],
  [/(?:bigger than or equal to|at least) (\d+)$/, "fault.at-least"],
  [/later than opensAt/, "fault.after-opening"],
] as const;

/** What is wrong with a field, in the reader's language. */
export function faultIn(fault: FieldFault): string {
  if (readsApi()) return fault.message;
  for (const [pattern, key] of FAULTS) {
    const found = pattern.exec(fault.message);
    if (found) return t(key, { number: Number(found[1]) });
  }
  return t("fault.unusable");
}
