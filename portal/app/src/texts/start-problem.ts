// What a page says that could not load anything, not even its texts.
import type { Language } from "../../../shared/texts/languages";

/** The sentence, by language. */
export const START_PROBLEM: Record<Language, string> = {
  en: "The portal cannot be loaded. Check your connection, then load the page again.",
};
