// Loads a list page by page: the first at once, each further one when the person asks for it.
import type { Problem } from "./problem";
import { useAction } from "./use-action";
import { useData } from "./use-data";

interface Page<T> {
  items: T[];
  nextCursor?: string;
}

/** A list as far as it is loaded. */
export interface Pages<T> {
  /** Undefined until the first page is there. */
  items: readonly T[] | undefined;
  hasMore: boolean;
  problem: Problem | undefined;
  isLoading: boolean;
  reload: () => void;
  /** Loads the next page. */
  more: () => void;
  isLoadingMore: boolean;
  moreProblem: Problem | undefined;
  /** Replaces what is shown by a function of the newest list, for example after one entry was removed. */
  setItems(change: (newest: readonly T[]) => T[]): void;
}

/** Loads a list whenever `key` changes. `pageOf` gives one page: the first without a cursor. */
export function usePages<T>(key: string, pageOf: (cursor?: string) => Promise<Page<T>>): Pages<T> {
  const found = useData(key, () => pageOf());
  const next = useAction(async () => {
    const asked = found.data?.nextCursor;
    if (!asked) return;
    const page = await pageOf(asked);
    // Meanwhile the list may have lost an entry, or it was loaded again and ends elsewhere.
    found.set((newest) =>
      newest.nextCursor === asked ? { ...page, items: [...newest.items, ...page.items] } : newest,
    );
  });
  return {
    items: found.data?.items,
    hasMore: found.data?.nextCursor !== undefined,
    problem: found.problem,
    isLoading: found.isLoading,
    reload: found.reload,
    more: () => void next.run(),
    isLoadingMore: next.isRunning,
    moreProblem: next.problem,
    setItems: (change) => found.set((newest) => ({ ...newest, items: change(newest.items) })),
  };
}
