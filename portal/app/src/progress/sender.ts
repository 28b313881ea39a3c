// Sends what waits, in order, one after the other. Rules without a page: store and network are given.
import { inOrder, outcomeOf, requestOf, type Update } from "./updates";

/** What sending needs of the world. */
export interface Line {
  now(): Date;
  all(): Promise<Update[]>;
  remove(update: Update): Promise<void>;
  /** The status of the answer; 0 if nobody answered or nobody is signed in. */
  send(path: string, body: unknown): Promise<number>;
  /** The API has refused an update for good. */
  refused(update: Update, status: number): void;
}

/** Sends everything that waits; whether nothing waits any more. Stops at the first update that has to wait. */
export async function sendAll(line: Line): Promise<boolean> {
  for (const update of inOrder(await line.all())) {
    const { path, body } = requestOf(update, line.now().toISOString());
    const status = await line.send(path, body);
    if (outcomeOf(status) === "later") return false;
    await line.remove(update);
    if (status >= 400) line.refused(update, status);
  }
  return true;
}

/** How long to wait before trying again, in milliseconds: 5 s, then twice as long each time, 5 minutes at most. */
export function pauseAfter(failures: number): number {
  return Math.min(5_000 * 2 ** Math.max(0, failures - 1), 300_000);
}
