// The texts of the profile.
import { translator } from "../../texts";
import en from "./en.json";

/** Gives the sentence of a key. */
export const t = translator(en);
