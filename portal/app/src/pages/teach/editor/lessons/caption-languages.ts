// The languages that captions are offered in by name. Any other can be given by its code.
import { languageName } from "../../../../texts/formats";
import { choice } from "../../../../texts/language";

const CODES =
  "ar bg bn ca cs da de el en es et eu fa fi fr ga gl he hi hr hu id is it ja ko lt lv mk ms mt nl no pl pt pt-BR ro ru sk sl sq sr sv sw th tr uk ur vi zh";

/** What is chosen for a language that is not in the list. */
export const OTHER = "other";

/** The languages by name, in the order of the reader's alphabet. Those that are `taken` are left out. */
export function captionLanguages(taken: readonly string[]): { value: string; label: string }[] {
  return CODES.split(" ")
    .filter((code) => !taken.includes(code))
    .map((code) => ({ value: code, label: languageName(code) }))
    .sort((a, b) => a.label.localeCompare(b.label, choice.value.form));
}
