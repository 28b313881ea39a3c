// Loads what a page shows, and loads it again when the person asks for it.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { asProblem, type Problem } from "./problem";

/** What a page knows about its data. */
export interface Loaded<T> {
  data: T | undefined;
  problem: Problem | undefined;
  isLoading: boolean;
  reload: () => void;
  /**
   * Replaces the data by what the page knows better, for example after it has saved it. A function gets the newest data, and
   * is not asked while there is none.
   */
  set: (next: T | ((newest: T) => T)) => void;
}

const isChange = <T>(next: T | ((newest: T) => T)): next is (newest: T) => T => typeof next === "function";

/** Loads data whenever `key` changes. Answers for an earlier key are dropped. */
export function useData<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; data?: T; problem?: Problem }>({ key });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    let isWanted = true;
    latest.current().then(
      (data) => isWanted && setState({ key, data }),
      (error) => isWanted && setState({ key, problem: asProblem(error) }),
    );
    return () => {
      isWanted = false;
    };
  }, [key, round]);
  const isCurrent = state.key === key;
  const data = isCurrent ? state.data : undefined;
  const problem = isCurrent ? state.problem : undefined;
  return {
    data,
    problem,
    isLoading: data === undefined && problem === undefined,
    reload: useCallback(() => {
      setState({ key });
      setRound((each) => each + 1);
    }, [key]),
    set: useCallback(
      (next: T | ((newest: T) => T)) =>
        setState((state) => {
          if (!isChange(next)) return { key, data: next };
          if (state.key !== key || state.data === undefined) return state;
          return { key, data: next(state.data) };
        }),
      [key],
    ),
  };
}
