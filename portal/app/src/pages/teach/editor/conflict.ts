// Two people changed the same course: which fields differ, and what each of them wrote. Rules without a page.

/** A field that both have changed, or that one has. */
export interface Difference<T> {
  name: keyof T & string;
  mine: T[keyof T];
  theirs: T[keyof T];
}

/**
 * The fields in which `mine` and `theirs` differ and that I changed since `base`. What only they changed is no conflict:
 * it stays as they have it.
 */
export function differences<T extends object>(base: T, mine: T, theirs: T): Difference<T>[] {
  return (Object.keys(mine) as (keyof T & string)[])
    .filter((name) => mine[name] !== base[name] && mine[name] !== theirs[name])
    .map((name) => ({ name, mine: mine[name], theirs: theirs[name] }));
}

/** What is saved when I take my own values: theirs, with what I changed. */
export function merged<T extends object>(base: T, mine: T, theirs: T): T {
  const next = { ...theirs };
  for (const name of Object.keys(mine) as (keyof T)[]) if (mine[name] !== base[name]) next[name] = mine[name];
  return next;
}
