// The texts of the administrator's page.
import type { Catalogue } from "../../../../shared/texts/sentence";
import { translator } from "../../texts";
import type en from "./en.json";

/** Gives the sentence of a key of this folder's catalogues. */
export const admin = translator<typeof en>(
  import.meta.glob<Catalogue>("./{en,de,es,ar}.json", { import: "default" }),
);
