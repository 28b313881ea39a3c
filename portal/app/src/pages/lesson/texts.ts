// The texts of the lesson page.
import { translator } from "../../texts";
import en from "./en.json";

/** Gives the sentence of a key. */
export const t = translator(en);
