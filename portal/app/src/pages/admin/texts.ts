// The texts of the administrator's page.
import { translator } from "../../texts";
import en from "./en.json";

/** Gives the sentence of a key of this folder's catalogue. */
export const admin = translator(en);
