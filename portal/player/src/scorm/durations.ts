// Durations as SCORM writes them. Unreadable ones are taken as none, because old packages write all kinds of things.

/** Seconds of a SCORM 1.2 time span, `HHHH:MM:SS.SS`. */
export function secondsOfTimespan(text: string): number {
  const found = /^(\d{1,6}):(\d{1,2}):(\d{1,2}(?:\.\d+)?)$/.exec(text.trim());
  return found ? Number(found[1]) * 3600 + Number(found[2]) * 60 + Number(found[3]) : 0;
}

/** A SCORM 1.2 time span of at most 9999:59:59.99. */
export function timespan(seconds: number): string {
  const hundredths = Math.min(Math.round(seconds * 100), 9999 * 360_000 + 359_999);
  const whole = Math.floor(hundredths / 100);
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = String(Math.floor(whole / 3600)).padStart(4, "0");
  const rest = hundredths % 100;
  return `${hours}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}${rest ? `.${two(rest)}` : ""}`;
}

// A year is 365 days and a month 30 days: SCORM 2004 leaves it open.
const ISO =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const SECONDS = [31_536_000, 2_592_000, 604_800, 86_400, 3600, 60, 1];

/** Seconds of an ISO 8601 duration, `PT1H30M5.5S`. */
export function secondsOfDuration(text: string): number {
  const found = ISO.exec(text.trim());
  return found ? SECONDS.reduce((total, each, n) => total + each * Number(found[n + 1] ?? 0), 0) : 0;
}

/** An ISO 8601 duration in hours, minutes and seconds, to a hundredth. */
export function duration(seconds: number): string {
  const hundredths = Math.round(seconds * 100);
  const hours = Math.floor(hundredths / 360_000);
  const minutes = Math.floor(hundredths / 6000) % 60;
  const rest = (hundredths % 6000) / 100;
  const parts = `${hours ? `${hours}H` : ""}${minutes ? `${minutes}M` : ""}${rest ? `${rest}S` : ""}`;
  return `PT${parts || "0S"}`;
}
