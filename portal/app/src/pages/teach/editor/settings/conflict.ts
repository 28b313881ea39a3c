// Two people changed the same course: which fields differ, and what each of them wrote. Rules without a page.

/** A field that both have changed. */
export interface Difference<T> {
  name: keyof T & string;
  mine: T[keyof T];
  theirs: T[keyof T];
}

/**
 * The fields that both of us changed since `base`, to different values. What only one of us changed is no conflict: it
 * becomes what that one wrote.
 */
export function differences<T extends object>(base: T, mine: T, theirs: T): Difference<T>[] {
  return (Object.keys(mine) as (keyof T & string)[])
    .filter((name) => mine[name] !== base[name] && theirs[name] !== base[name] && mine[name] !== theirs[name])
    .map((name) => ({ name, mine: mine[name], theirs: theirs[name] }));
}

/** The differences that are new to who has seen `seen` of theirs. */
export const unseen = <T extends object>(base: T, mine: T, theirs: T, seen?: T): Difference<T>[] =>
  differences(base, mine, theirs).filter((each) => each.theirs !== seen?.[each.name]);

/** What is saved when I take my own values: theirs, with what I changed. */
export function merged<T extends object>(base: T, mine: T, theirs: T): T {
  const next = { ...theirs };
  for (const name of Object.keys(mine) as (keyof T)[]) if (mine[name] !== base[name]) next[name] = mine[name];
  return next;
}

/** What stays typed when I take their values: what only I have changed. */
export function mineBeside<T extends object>(base: T, mine: T, theirs: T): Partial<T> {
  const lost = new Set<keyof T>(differences(base, mine, theirs).map((each) => each.name));
  const kept: Partial<T> = {};
  for (const name of Object.keys(mine) as (keyof T)[])
    if (mine[name] !== base[name] && !lost.has(name)) kept[name] = mine[name];
  return kept;
}
