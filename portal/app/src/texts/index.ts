// The texts that every page may need. A page with many texts of its own has catalogues beside it.
import type { Catalogue } from "../../../shared/texts/sentence";
import type en from "./en.json";
import { translator } from "./translator";

export { translator } from "./translator";

/** Gives the sentence of a key. */
export const t = translator<typeof en>(
  import.meta.glob<Catalogue>("./{en,de,es,ar}.json", { import: "default" }),
);
