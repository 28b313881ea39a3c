// Whether people can enrol now, by the dates of the course. Rules without a page.
import { t } from "../../texts";
import { dateAndTime } from "../../texts/formats";

/** The dates of a course as the API gives them; absent or null means no limit. */
export interface AdmissionDates {
  opensAt?: string | null;
  closesAt?: string | null;
}

/** Whether enrolment is open at `now` (milliseconds since 1970). */
export function isOpen(course: AdmissionDates, now: number): boolean {
  return !isBefore(now, course.opensAt) && !(course.closesAt && Date.parse(course.closesAt) <= now);
}

/** What a student should know about the dates, in their own time zone; null if there is no date to know. */
export function admissionNote(course: AdmissionDates, now: number): { text: string; isOpen: boolean } | null {
  if (course.opensAt && isBefore(now, course.opensAt)) {
    return { text: t("admission.opens", { date: dateAndTime(course.opensAt) }), isOpen: false };
  }
  if (!course.closesAt) return null;
  const open = isOpen(course, now);
  const key = open ? "admission.closes" : "admission.closed";
  return { text: t(key, { date: dateAndTime(course.closesAt) }), isOpen: open };
}

function isBefore(now: number, moment: string | null | undefined): boolean {
  return moment ? now < Date.parse(moment) : false;
}
