// The settings form: between what the API stores and what fields show. Rules without a page.
import type { Schemas } from "../../../../api/client";

/** What the fields hold, all as text. Times are in the time zone of the person. */
export interface SettingsForm {
  title: string;
  summary: string;
  seats: string;
  opensAt: string;
  closesAt: string;
}

/** What a `datetime-local` field shows for a moment (ISO 8601); empty for none. */
export function localOf(moment: string | null | undefined): string {
  if (!moment) return "";
  const date = new Date(moment);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The moment (ISO 8601, UTC) of what a `datetime-local` field shows; null for nothing. */
export const momentOf = (local: string): string | null => (local ? new Date(local).toISOString() : null);

/** Whether what a `datetime-local` field shows is over. */
export const isPast = (local: string, now: Date = new Date()): boolean =>
  local !== "" && new Date(local) <= now;

/** The fields of a course. */
export function formOf(course: Schemas["Course"]): SettingsForm {
  return {
    title: course.title,
    summary: course.summary,
    seats: course.capacity ? String(course.capacity) : "",
    opensAt: localOf(course.opensAt),
    closesAt: localOf(course.closesAt),
  };
}

/** The changes to send: only what differs from `before`. */
export function changesOf(
  form: SettingsForm,
  before: SettingsForm,
): Omit<Schemas["CourseUpdate"], "version"> {
  const changes: Omit<Schemas["CourseUpdate"], "version"> = {};
  if (form.title !== before.title) changes.title = form.title.trim();
  if (form.summary !== before.summary) changes.summary = form.summary.trim();
  if (form.seats !== before.seats) changes.capacity = form.seats ? Number(form.seats) : null;
  if (form.opensAt !== before.opensAt) changes.opensAt = momentOf(form.opensAt);
  if (form.closesAt !== before.closesAt) changes.closesAt = momentOf(form.closesAt);
  return changes;
}
