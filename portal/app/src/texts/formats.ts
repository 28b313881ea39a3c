// Dates, numbers and lists as people write them in the language of the page, in the reader's own time zone.
import { keptByLanguage, numberOf } from "../../../shared/texts/sentence";
import { choice } from "./language";

export { plain } from "../../../shared/texts/sentence";

// The fields of forms have this calendar in every country, so sentences about the same dates have it, too.
const CALENDAR = { calendar: "gregory" };

const moments = keptByLanguage(
  (tag) =>
    new Intl.DateTimeFormat(tag, {
      ...CALENDAR,
      day: "numeric",
      month: "long",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      timeZoneName: "short",
    }),
);
const days = keptByLanguage((tag) => new Intl.DateTimeFormat(tag, { ...CALENDAR, dateStyle: "long" }));
const percentages = keptByLanguage((tag) => new Intl.NumberFormat(tag, { style: "percent" }));

/** A day and a time with the name of the time zone: `3 May 2027, 10:00 CEST`. `moment` is ISO 8601. */
export function dateAndTime(moment: string): string {
  return moments(choice.value.form).format(new Date(moment));
}

/** A day without a time. `moment` is ISO 8601. */
export function day(moment: string): string {
  return days(choice.value.form).format(new Date(moment));
}

/** A number 0 to 100 as a whole percentage. Nothing is rounded up to 100. */
export function percent(value: number): string {
  return percentages(choice.value.form).format(Math.floor(value) / 100);
}

/** A number. */
export const number = (value: number): string => numberOf(value, choice.value);

/** The size of a file in whole megabytes, never more than it is: `5,368 MB`. */
export function megabytes(bytes: number): string {
  const unit = { style: "unit", unit: "megabyte" } as const;
  return new Intl.NumberFormat(choice.value.form, unit).format(Math.floor(bytes / 1_000_000));
}

/** The name of a language (BCP 47). */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames([choice.value.form], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** Several things of which one holds: `a.org, b.org or c.org`. */
export function anyOf(things: readonly string[]): string {
  return new Intl.ListFormat(choice.value.form, { type: "disjunction" }).format(things);
}
