import { expect, test } from "vitest";
import { duration, secondsOfDuration, secondsOfTimespan, timespan } from "./durations";

test.each([
  ["0001:02:03.50", 3723.5],
  ["00:00:30", 30],
  ["12:00:00", 43_200],
  ["half an hour", 0],
  ["", 0],
])("a SCORM 1.2 time span %s has %d seconds", (text, seconds) => {
  expect(secondsOfTimespan(text)).toBe(seconds);
});

test.each([
  ["PT1H30M5.5S", 5405.5],
  ["P1DT1S", 86_401],
  ["PT0S", 0],
  ["P1Y", 31_536_000],
  ["90", 0],
])("a SCORM 2004 duration %s has %d seconds", (text, seconds) => {
  expect(secondsOfDuration(text)).toBe(seconds);
});

test.each([0, 0.25, 59.99, 60, 3600, 359_999])(
  "%d seconds are written so that they read the same",
  (seconds) => {
    expect(secondsOfTimespan(timespan(seconds))).toBe(seconds);
    expect(secondsOfDuration(duration(seconds))).toBe(seconds);
  },
);

test("a time that SCORM 1.2 cannot write is its longest one", () => {
  expect(timespan(10 ** 9)).toBe("9999:59:59.99");
});
