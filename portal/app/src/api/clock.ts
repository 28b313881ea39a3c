// The time of the API on a device whose clock is wrong.

/** When a moment of an answer comes by this device's clock (milliseconds since 1970). `now`: when the answer came. */
export function byThisClock(moment: string, answer: Response, now = Date.now()): number {
  const sentAt = Date.parse(answer.headers.get("Date") ?? "");
  const at = Date.parse(moment);
  return Number.isNaN(sentAt) ? at : now + (at - sentAt);
}
