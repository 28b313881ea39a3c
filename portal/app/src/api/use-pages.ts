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
  /** Replaces what is shown, for example after one entry was removed. */
  setItems(items: T[]): void;
}

/** Loads a list whenever `key` changes. `pageOf` gives one page: the first without a cursor. */
export function usePages<T>(key: string, pageOf: (cursor?: string) => Promise<Page<T>>): Pages<T> {
  const found = useData(key, () => pageOf());
  const next = useAction(async () => {
    const before = found.data;
    if (!before?.nextCursor) return;
    const page = await pageOf(before.nextCursor);
    found.set({ ...page, items: [...before.items, ...page.items] });
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
    setItems: (items) => found.data && found.set({ ...found.data, items }),
  };
}
