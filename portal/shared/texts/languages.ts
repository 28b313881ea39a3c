// The languages of the portal and of the player, and which of them a reader gets. Rules without a page.

/** The languages that have catalogues, by BCP 47. The first one is the one that others fall back to. */
export const LANGUAGES = ["en", "de", "es", "ar"] as const;
export type Language = (typeof LANGUAGES)[number];

/** A language, and the form of it in which the reader writes numbers and dates, as `de-AT`. */
export interface Choice {
  language: Language;
  form: string;
}

/** The choice by the reader's languages, the dearest first. English if none of them has a catalogue. */
export function chosenOf(preferred: readonly string[]): Choice {
  const language = preferred.map(languageOf).find((each) => each !== undefined) ?? LANGUAGES[0];
  const forms = preferred.filter((each) => languageOf(each) === language && isTag(each));
  // `de` of a profile and `de-AT` of the browser: the browser knows more of the same language.
  return { language, form: forms.find((each) => each.includes("-")) ?? language };
}

/** The language of a tag as `de-AT`, if it has catalogues. */
export function languageOf(tag: string): Language | undefined {
  const base = tag.split("-")[0]?.toLowerCase();
  return LANGUAGES.find((each) => each === base);
}

const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(["ar"]);

/** In which direction a language is written. */
export const directionOf = (language: string): "ltr" | "rtl" => (RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr");

/** Tells the document its language and direction. */
export function markDocument(language: Language): void {
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
}

/** The name of a language (BCP 47) in itself: `Deutsch`. */
export function nameOf(tag: string): string {
  const name = isTag(tag) ? new Intl.DisplayNames([tag], { type: "language" }).of(tag) : undefined;
  return name ? name.charAt(0).toLocaleUpperCase(tag) + name.slice(1) : tag;
}

function isTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}
