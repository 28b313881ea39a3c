// The texts of the player, in the language that the portal names. Each language's catalogue is loaded when it is needed.

import { type Choice, chosenOf, type Language, markDocument } from "../../shared/texts/languages";
import { type Catalogue, type KeyOf, sentence, type Values } from "../../shared/texts/sentence";
import type english from "./texts/en.json";

export type TextKey = KeyOf<typeof english>;

const files = import.meta.glob<Catalogue>("./texts/{en,de,es,ar}.json", { import: "default" });

let choice: Choice = { language: "en", form: "en" };
let catalogue: Catalogue = {};

/** Take the texts of the first of these languages that has some, and tell the page which one it is. */
export async function speak(languages: readonly string[]): Promise<void> {
  const next = chosenOf(languages);
  catalogue = await load(next.language);
  choice = next;
  markDocument(next.language);
}

/** A text, with its `{names}` filled in. */
export const text = (key: TextKey, values: Values = {}): string => sentence(catalogue, key, values, choice);

async function load(language: Language): Promise<Catalogue> {
  const file = files[`./texts/${language}.json`];
  if (!file) throw new Error(`no texts in ${language}`);
  return file();
}
