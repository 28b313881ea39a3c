// Which lessons have something that could not be sent. It follows what really waits, also when another tab sends it.
import { signal } from "@preact/signals";
import { allOf } from "./store";
import { lessonKey, type Update } from "./updates";

const stuck = signal<ReadonlySet<string>>(new Set());
const others = new BroadcastChannel("education.outbox");

others.onmessage = (event: MessageEvent<string>) => void lookAgain(event.data);

/** Whether something of a lesson could not be sent yet. A page that asks is drawn again when the answer changes. */
export function isStuck(courseId: string, lessonId: string): boolean {
  return stuck.value.has(lessonKey({ courseId, lessonId }));
}

/** Says what an attempt to send everything has left. */
export function noteStuck(userId: string, left: readonly Update[]): void {
  stuck.value = new Set(left.map(lessonKey));
  others.postMessage(userId);
}

/** Something may have been sent since. What only waits for its turn does not become stuck by that. */
export async function lookAgain(userId: string): Promise<void> {
  if (stuck.value.size === 0) return;
  const waiting = new Set((await allOf(userId)).map(lessonKey));
  stuck.value = new Set([...stuck.value].filter((each) => waiting.has(each)));
}
