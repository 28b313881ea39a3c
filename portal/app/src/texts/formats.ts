// Dates, sizes and times as people write them, in the reader's own time zone.
import { formatLanguage } from "./translator";

/** A day and a time with the name of the time zone: `3 May 2027, 10:00 CEST`. `moment` is ISO 8601. */
export function dateAndTime(moment: string): string {
  return new Intl.DateTimeFormat(formatLanguage(), {
    dateStyle: undefined,
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(new Date(moment));
}

/** A day without a time. `moment` is ISO 8601. */
export function day(moment: string): string {
  return new Intl.DateTimeFormat(formatLanguage(), { dateStyle: "long" }).format(new Date(moment));
}

/** A number 0 to 100 as a whole percentage. Nothing is rounded up to 100. */
export function percent(value: number): string {
  return new Intl.NumberFormat(formatLanguage(), { style: "percent" }).format(Math.floor(value) / 100);
}

const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text for places without markup (title of the window, accessible names), without controls of direction. */
export function plain(text: string): string {
  return text.replace(BIDI_CONTROLS, "");
}
