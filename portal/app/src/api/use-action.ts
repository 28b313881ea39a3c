// Runs what a button or a form does: one at a time, with a sign while it runs and its problem afterwards.
import { useCallback, useRef, useState } from "preact/hooks";
import { asProblem, type Problem } from "./problem";

/** The state of an action. */
export interface Action<A extends unknown[]> {
  run: (...values: A) => Promise<boolean>;
  isRunning: boolean;
  problem: Problem | undefined;
  clear: () => void;
  /** Tells a problem that was found before anything ran. */
  refuse: (problem: Problem) => void;
}

/** An action; `run` says whether it succeeded. A second `run` while the first is busy does nothing. */
export function useAction<A extends unknown[]>(work: (...values: A) => Promise<unknown>): Action<A> {
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const busy = useRef(false);
  const latest = useRef(work);
  latest.current = work;
  const run = useCallback(async (...values: A) => {
    if (busy.current) return false;
    busy.current = true;
    setRunning(true);
    setProblem(undefined);
    try {
      await latest.current(...values);
      return true;
    } catch (error) {
      setProblem(asProblem(error));
      return false;
    } finally {
      busy.current = false;
      setRunning(false);
    }
  }, []);
  return { run, isRunning, problem, clear: useCallback(() => setProblem(undefined), []), refuse: setProblem };
}
