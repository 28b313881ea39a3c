import { expect, test } from "vitest";
import { Problem } from "../api/problem";
import { closeRefusal, tellEverywhere, untold } from "./refusals";

test("the newest refusal of each course is told until it is closed", () => {
  const [first, second] = [new Problem(403, "first"), new Problem(404, "second")];
  tellEverywhere({ courseId: "a" }, first);
  tellEverywhere({ courseId: "b" }, first);
  tellEverywhere({ courseId: "a" }, second);
  expect(untold.value).toEqual([
    { courseId: "b", problem: first },
    { courseId: "a", problem: second },
  ]);
  for (const each of untold.value) closeRefusal(each);
  expect(untold.value).toEqual([]);
});
