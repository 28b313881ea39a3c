// Gives the sentences of catalogues. Each language's catalogue is a file of its own, loaded when the language is chosen.
import type { Language } from "../../../shared/texts/languages";
import { type Catalogue, type KeyOf, sentence, type Values } from "../../../shared/texts/sentence";
import { choice } from "./language";

/** The catalogues of a folder as `import.meta.glob` gives them, by `./de.json`. */
type Files = Record<string, () => Promise<Catalogue>>;

const folders: Folder[] = [];

/** The catalogues of one folder, in the languages that were needed so far. */
class Folder {
  readonly #loaded = new Map<Language, Catalogue>();

  constructor(private readonly files: Files) {}

  async load(language: Language): Promise<void> {
    if (this.#loaded.has(language)) return;
    const file = this.files[`./${language}.json`];
    if (!file) throw new Error(`no texts in ${language}`);
    this.#loaded.set(language, await file());
  }

  of(language: Language): Catalogue {
    return this.#loaded.get(language) ?? {};
  }
}

/** A function that gives the sentences of a folder's catalogues. `C` is the type of the English one. */
export function translator<C extends Catalogue>(files: Files) {
  const folder = new Folder(files);
  folders.push(folder);
  return (key: KeyOf<C>, values: Values = {}): string =>
    sentence(folder.of(choice.value.language), key, values, choice.value);
}

/** Loads the texts of all pages that were opened. Rejects if that is not possible now. */
export const loadTexts = async (language: Language = choice.value.language): Promise<void> => {
  await Promise.all(folders.map((each) => each.load(language)));
};

/** A page's code together with its texts. */
export async function withTexts<M>(page: Promise<M>): Promise<M> {
  const loaded = await page;
  await loadTexts();
  return loaded;
}
