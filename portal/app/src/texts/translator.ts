// Turns keys into sentences. The sentences are in JSON catalogues, so that code has none and languages can be added.

/** A catalogue: `key.one` and `key.other` are the plural forms of `key`, chosen by the value `count`. */
export type Catalogue = Record<string, string>;
/** What a sentence's `{names}` are replaced by. */
export type Values = Record<string, string | number>;

type KeyOf<C> = { [K in keyof C & string]: K extends `${infer Base}.${"one" | "other"}` ? Base : K }[keyof C &
  string];

/** The language of all texts, by BCP 47. */
export const LANGUAGE = "en";

/** The language in which numbers and dates are written: the reader's own form of it, as `en-GB`. */
export function formatLanguage(preferred: readonly string[] = globalThis.navigator?.languages ?? []): string {
  return preferred.find((each) => each.split("-")[0] === LANGUAGE) ?? LANGUAGE;
}

/** A function that gives the sentences of one catalogue. */
export function translator<C extends Catalogue>(catalogue: C) {
  const plurals = new Intl.PluralRules(LANGUAGE);
  return (key: KeyOf<C>, values: Values = {}): string => {
    const count = values.count;
    const form = typeof count === "number" ? `${key}.${plurals.select(count)}` : key;
    const sentence = catalogue[form] ?? catalogue[`${key}.other`] ?? catalogue[key] ?? key;
    return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  };
}
