// The languages that a person can choose, each by its own name. Rules without a page.
import { LANGUAGES, nameOf } from "../../../../shared/texts/languages";

/** The choices, with the current one among them even if it is another. Values are BCP 47 tags. */
export function languages(current: string): { value: string; label: string }[] {
  const own: readonly string[] = LANGUAGES;
  const tags = own.includes(current) ? own : [current, ...own];
  return tags.map((value) => ({ value, label: nameOf(value) }));
}
