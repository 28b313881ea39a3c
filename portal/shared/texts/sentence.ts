// Makes a sentence of a catalogue's entry: chooses the plural form, and fills in values. Rules without a page.
import { type Choice, directionOf } from "./languages";

/** A catalogue: `key.one`, `key.few` and so on are the plural forms of `key`, chosen by the value `count`. */
export type Catalogue = Record<string, string>;
/** What a sentence's `{names}` are replaced by. Numbers are written as the reader writes them. */
export type Values = Record<string, string | number>;

/** The plural forms that languages have (CLDR); each language uses some of them. */
export const PLURAL_FORMS = ["zero", "one", "two", "few", "many", "other"] as const;
type PluralForm = (typeof PLURAL_FORMS)[number];

/** The keys by which code asks for sentences of a catalogue. */
export type KeyOf<C> = {
  [K in keyof C & string]: K extends `${infer Base}.${PluralForm}` ? Base : K;
}[keyof C & string];

/** The sentence of a key; the key itself if the catalogue lacks it. */
export function sentence(catalogue: Catalogue, key: string, values: Values, choice: Choice): string {
  const { count } = values;
  const form = typeof count === "number" ? `${key}.${pluralRules(choice.language).select(count)}` : key;
  const found = catalogue[form] ?? catalogue[`${key}.other`] ?? catalogue[key] ?? key;
  return found.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? numberOf(value, choice) : isolated(value, choice);
  });
}

/** A number as the reader writes it. */
export const numberOf = (value: number, choice: Choice): string => numberFormat(choice.form).format(value);

/** Keeps what is made for a language: to make an `Intl` object takes longer than to use it. */
export function keptByLanguage<T>(make: (tag: string) => T): (tag: string) => T {
  const made = new Map<string, T>();
  return (tag) => {
    const known = made.get(tag) ?? make(tag);
    made.set(tag, known);
    return known;
  };
}

const pluralRules = keptByLanguage((tag) => new Intl.PluralRules(tag));
const numberFormat = keptByLanguage((tag) => new Intl.NumberFormat(tag));

const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const [ISOLATE, END] = ["\u2068", "\u2069"];

/** A text without controls of direction. */
export const plain = (text: string): string => text.replace(BIDI_CONTROLS, "");

/**
 * A name or title in a sentence, so that neither changes the order of the other's words (UAX #9, isolates). In a
 * sentence from left to right only a text with letters from right to left needs it.
 */
function isolated(value: string, choice: Choice): string {
  const text = plain(value);
  const isNeeded = directionOf(choice.language) === "rtl" || RIGHT_TO_LEFT.test(text);
  return isNeeded ? ISOLATE + text + END : text;
}
