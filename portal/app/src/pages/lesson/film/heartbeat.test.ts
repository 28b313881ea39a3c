import { expect, test } from "vitest";
import { Heartbeat } from "./heartbeat";

function heart(startAt = 0) {
  const told: number[] = [];
  const kept: number[] = [];
  const beat = new Heartbeat({ report: (each) => told.push(each), keep: (each) => kept.push(each) }, startAt);
  return { beat, told, kept };
}

test("a film that plays for three minutes tells its position three times, and keeps it every five seconds", () => {
  const { beat, told, kept } = heart();
  for (let ms = 0; ms <= 180_000; ms += 250) beat.playing(ms / 1000, ms);
  expect(told).toEqual([60, 120, 180]);
  expect(kept.slice(0, 3)).toEqual([5, 10, 15]);
  expect(kept).not.toContain(60);
});

test("each moment tells the position, and a repeated moment does not", () => {
  const { beat, told } = heart();
  beat.moment(12.7, 0);
  beat.moment(12.9, 10);
  beat.moment(3, 20);
  expect(told).toEqual([12, 3]);
});

test("going to where the student stopped is not told", () => {
  const { beat, told } = heart(40);
  beat.moment(40.2, 0);
  expect(told).toEqual([]);
});

test("leaving tells a position once", () => {
  const { beat } = heart();
  beat.playing(7, 0);
  expect(beat.last(7.5)).toBe(7);
  expect(beat.last(7.5)).toBeNull();
});
