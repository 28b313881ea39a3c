// The texts of the lesson page.
import type { Catalogue } from "../../../../shared/texts/sentence";
import { translator } from "../../texts";
import type en from "./en.json";

/** Gives the sentence of a key of this folder's catalogues. */
export const t = translator<typeof en>(
  import.meta.glob<Catalogue>("./{en,de,es,ar}.json", { import: "default" }),
);
