// The texts of the pages for people who teach.
import { translator } from "../../texts";
import en from "./en.json";

/** Gives the sentence of a key of this folder's catalogue. */
export const teach = translator(en);
