// The updates of a student's progress that wait on this device, and how they are sent. Rules without a page.

/** A position, a completion or a saved state of a package, as the API takes it. */
export type Change =
  | { kind: "position"; positionSeconds: number }
  | { kind: "completed"; positionSeconds?: number }
  | { kind: "runtime"; launch: number; sequence: number; model: Record<string, unknown> };

/** One update that waits. */
export interface Update {
  userId: string;
  courseId: string;
  lessonId: string;
  change: Change;
  /** When the student did it, ISO 8601 by this device's clock. */
  occurredAt: string;
}

/** The name of a lesson among all courses. */
export function lessonKey(of: Pick<Update, "courseId" | "lessonId">): string {
  return `${of.courseId}/${of.lessonId}`;
}

/** What is still open of one lesson: a newer update of the same kind takes the place of an older one. */
export function slotOf(update: Update): string {
  return [update.userId, update.courseId, update.lessonId, update.change.kind].join("/");
}

/** Whether `next` says more than `before` of the same slot. A completion and a state never go back. */
export function replaces(next: Update, before: Update | undefined): boolean {
  if (!before) return true;
  if (next.change.kind === "runtime" && before.change.kind === "runtime") {
    const [a, b] = [next.change, before.change];
    return a.launch > b.launch || (a.launch === b.launch && a.sequence > b.sequence);
  }
  return next.occurredAt >= before.occurredAt;
}

/** The order in which updates are sent: as they happened. */
export function inOrder(updates: readonly Update[]): Update[] {
  return [...updates].sort((a, b) =>
    a.occurredAt < b.occurredAt ? -1 : a.occurredAt > b.occurredAt ? 1 : 0,
  );
}

/** The request that tells the API of an update. `sentAt` (ISO 8601) makes a wrong clock of the device harmless. */
export function requestOf(update: Update, sentAt: string): { path: string; body: unknown } {
  const { courseId, lessonId, change, occurredAt } = update;
  const times = { occurredAt: occurredAt < sentAt ? occurredAt : sentAt, sentAt };
  switch (change.kind) {
    case "position":
      return {
        path: `/progress/${courseId}/lessons/${lessonId}/position`,
        body: { positionSeconds: change.positionSeconds, ...times },
      };
    case "completed": {
      const position =
        change.positionSeconds === undefined ? {} : { positionSeconds: change.positionSeconds };
      return {
        path: `/progress/${courseId}/lessons/${lessonId}`,
        body: { ...position, completed: true, ...times },
      };
    }
    case "runtime":
      return {
        path: `/courses/${courseId}/lessons/${lessonId}/runtime`,
        body: { launch: change.launch, sequence: change.sequence, model: change.model },
      };
  }
}

/** What an answer means for an update: it is done with, or it waits for a better moment. */
export function outcomeOf(status: number): "done" | "later" {
  // A refusal stays one: the course is gone, the student has left it, or another launch has taken over.
  return status === 401 || status === 429 || status >= 500 || status === 0 ? "later" : "done";
}
