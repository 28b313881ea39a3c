// Keeps what was typed into a form until it is saved: over a reload, and over a sign-in that ended meanwhile.
import { useCallback, useEffect, useState } from "preact/hooks";
import { teach } from "./texts";

const PREFIX = "education.draft.";

function stored<T>(key: string): T | undefined {
  try {
    const text = sessionStorage.getItem(PREFIX + key);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

/** What a form holds. */
export interface Draft<T> {
  value: T;
  isChanged: boolean;
  change: (part: Partial<T>) => void;
  /** Forgets what was typed, after it is saved or given up. */
  forget: () => void;
}

/** The draft of a form; `saved` is what the form shows while nothing is typed. `key` names the form in this tab. */
export function useDraft<T extends object>(key: string, saved: T): Draft<T> {
  const [typed, setTyped] = useState<Partial<T> | undefined>(() => stored<Partial<T>>(key));
  const value = { ...saved, ...typed };
  const isChanged =
    typed !== undefined && (Object.keys(typed) as (keyof T)[]).some((name) => typed[name] !== saved[name]);
  const change = useCallback(
    (part: Partial<T>) =>
      setTyped((before) => {
        const next = { ...before, ...part };
        sessionStorage.setItem(PREFIX + key, JSON.stringify(next));
        return next;
      }),
    [key],
  );
  const forget = useCallback(() => {
    sessionStorage.removeItem(PREFIX + key);
    setTyped(undefined);
  }, [key]);
  useGuard(isChanged);
  return { value, isChanged, change, forget };
}

/** Asks before the person leaves the page with something that is not saved. */
function useGuard(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return;
    const closing = (event: BeforeUnloadEvent) => event.preventDefault();
    const leaving = (event: MouseEvent) => {
      const link = (event.target as Element).closest?.("a[href]") as HTMLAnchorElement | null;
      if (!link || link.target === "_blank" || link.pathname === location.pathname) return;
      if (confirm(teach("draft.leave"))) return;
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener("beforeunload", closing);
    document.addEventListener("click", leaving, true);
    return () => {
      removeEventListener("beforeunload", closing);
      document.removeEventListener("click", leaving, true);
    };
  }, [isChanged]);
}
