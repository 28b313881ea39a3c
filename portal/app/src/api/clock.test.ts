import { expect, test } from "vitest";
import { byThisClock } from "./clock";

const HOUR = 3_600_000;
const SENT = Date.parse("2027-03-01T08:00:00Z");
const answer = (headers: Record<string, string>) => new Response(null, { headers });

test.each([-5, 0, 5])(
  "a clock that is wrong by %d hours makes a moment neither earlier nor later",
  (hours) => {
    const here = SENT + hours * HOUR;
    const ends = byThisClock("2027-03-01T12:00:00Z", answer({ Date: new Date(SENT).toUTCString() }), here);
    expect(ends).toBe(here + 4 * HOUR);
  },
);

test.each([{}, { Date: "no date" }])(
  "without the time of the answer, the device's clock counts",
  (headers) => {
    expect(byThisClock("2027-03-01T12:00:00Z", answer(headers), 0)).toBe(SENT + 4 * HOUR);
  },
);
