// Sends what waits, in order, one after the other. Rules without a page: store and network are given.
import type { Problem } from "../api/problem";
import type { Answer } from "./calls";
import { inOrder, outcomeOf, requestOf, type Update } from "./updates";

/** What sending needs of the world. */
export interface Line {
  now(): Date;
  all(): Promise<Update[]>;
  remove(update: Update): Promise<void>;
  send(userId: string, path: string, body: unknown): Promise<Answer>;
  /** The API has refused an update for good. */
  refused(update: Update, problem: Problem): void;
}

/** Sends everything that waits; whether nothing waits any more. Stops at the first update that has to wait. */
export async function sendAll(line: Line): Promise<boolean> {
  for (const update of inOrder(await line.all())) {
    const { path, body } = requestOf(update, line.now().toISOString());
    const { status, problem } = await line.send(update.userId, path, body);
    if (outcomeOf(status) === "later") return false;
    await line.remove(update);
    if (problem) line.refused(update, problem);
  }
  return true;
}

/** How long to wait before trying again, in milliseconds: 5 s, then twice as long each time, 5 minutes at most. */
export function pauseAfter(failures: number): number {
  return Math.min(5_000 * 2 ** Math.max(0, failures - 1), 300_000);
}
