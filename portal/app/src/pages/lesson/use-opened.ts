// Notes that a lesson was opened, so that *Continue* leads back to it: of those that tell no position by themselves.
import { useEffect } from "preact/hooks";
import { save } from "../../progress/outbox";

const AFTER_MS = 5_000; // who only looks for another lesson has not begun this one

/** Notes it after some seconds. Without `isWanted` nothing is noted. */
export function useOpened(courseId: string, lessonId: string, isWanted: boolean): void {
  useEffect(() => {
    if (!isWanted) return;
    const note = () => void save(courseId, lessonId, { kind: "position", positionSeconds: 0 });
    const timer = setTimeout(note, AFTER_MS);
    return () => clearTimeout(timer);
  }, [courseId, lessonId, isWanted]);
}
