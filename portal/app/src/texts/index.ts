// The texts that every page may need. A page with many texts of its own has a catalogue beside it.
import en from "./en.json";
import { translator } from "./translator";

export { formatLanguage, LANGUAGE, translator } from "./translator";

/** Gives the sentence of a key. */
export const t = translator(en);
