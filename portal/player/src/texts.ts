// The texts of the player, by language. English stands in where a language or a text is missing.

import english from "./texts/en.json";

export type TextKey = keyof typeof english;
const LANGUAGES: Record<string, Partial<Record<TextKey, string>>> = { en: english };

let chosen: Partial<Record<TextKey, string>> = english;

/** Take the texts of a language, such as `de` or `de-AT`, and tell the page which one it is. */
export function speak(language: string): void {
  const known = [language, language.split("-")[0] ?? ""].find((each) => each in LANGUAGES) ?? "en";
  chosen = LANGUAGES[known] ?? english;
  document.documentElement.lang = known;
}

/** A text, with its `{names}` filled in. */
export function text(key: TextKey, values: Record<string, string | number> = {}): string {
  return (chosen[key] ?? english[key]).replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(values[name] ?? whole),
  );
}
