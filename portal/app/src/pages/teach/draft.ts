// Keeps what was typed into a form until it is saved: over a reload, and over a sign-in that ended meanwhile.
import { useCallback, useEffect, useState } from "preact/hooks";
import { guardUnsaved } from "../../shell/unsaved";
import { DRAFTS, person } from "../../sign-in/session";
import { teach } from "./texts";

/** What is kept in this tab: what was typed, and what was saved when the typing began. */
interface Kept<T> {
  typed: Partial<T>;
  base: T;
}

// Another person who signs in in this tab does not see it.
const nameOf = (key: string) => `${DRAFTS}${person.value?.userId ?? ""}.${key}`;

function kept<T>(key: string): Kept<T> | undefined {
  try {
    const text = sessionStorage.getItem(nameOf(key));
    return text === null ? undefined : (JSON.parse(text) as Kept<T>);
  } catch {
    return undefined;
  }
}

/** Whether something typed into this form waits to be saved. */
export const hasDraft = (key: string): boolean => kept(key) !== undefined;

/** What a form holds. */
export interface Draft<T> {
  value: T;
  /** What was saved when the person began to type. */
  base: T;
  isChanged: boolean;
  change: (part: Partial<T>) => void;
  /** Forgets what was typed, after it is saved or given up. */
  forget: () => void;
  /** Goes on from what somebody else has saved, with this part of what was typed. */
  rebase: (saved: T, typed: Partial<T>) => void;
}

/** The draft of a form; `saved` is what the form shows while nothing is typed. `key` names the form in this tab. */
export function useDraft<T extends object>(key: string, saved: T): Draft<T> {
  const [draft, setDraft] = useState<Kept<T> | undefined>(() => kept<T>(key));
  const base = draft?.base ?? saved;
  const value = { ...base, ...draft?.typed };
  const names = Object.keys(draft?.typed ?? {}) as (keyof T)[];
  const isChanged = names.some((name) => value[name] !== base[name]);
  const change = (part: Partial<T>) =>
    setDraft((before) => {
      const next = { base: before?.base ?? saved, typed: { ...before?.typed, ...part } };
      sessionStorage.setItem(nameOf(key), JSON.stringify(next));
      return next;
    });
  const rebase = (base: T, typed: Partial<T>) => {
    sessionStorage.setItem(nameOf(key), JSON.stringify({ base, typed }));
    setDraft({ base, typed });
  };
  const forget = useCallback(() => {
    sessionStorage.removeItem(nameOf(key));
    setDraft(undefined);
  }, [key]);
  useEffect(() => {
    if (!isChanged) return;
    return guardUnsaved({ text: teach("draft.leave"), discard: forget });
  }, [isChanged, forget]);
  return { value, base, isChanged, change, forget, rebase };
}
