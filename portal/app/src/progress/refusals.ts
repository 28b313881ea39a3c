// What the API has refused while no page was open that could tell it: the shell tells it above every page.
import { signal } from "@preact/signals";
import type { Problem } from "../api/problem";
import type { Update } from "./updates";

/** Something that is not saved, and why. */
export interface Refusal {
  courseId: string;
  problem: Problem;
}

/** What the person has not closed yet: the newest of each course. */
export const untold = signal<readonly Refusal[]>([]);

/** Has the shell tell a refusal. */
export function tellEverywhere({ courseId }: Pick<Update, "courseId">, problem: Problem): void {
  untold.value = [...untold.value.filter((each) => each.courseId !== courseId), { courseId, problem }];
}

/** The person has read it. */
export function closeRefusal(refusal: Refusal): void {
  untold.value = untold.value.filter((each) => each !== refusal);
}
