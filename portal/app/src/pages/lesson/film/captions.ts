// Which captions a film shows: those that the student chose, else those in the language of the page. Rules without a page.

/** Of the local storage: the language of the captions that this person likes, or `OFF`. */
const KEPT = "education.captions";
/** No captions, as a choice. */
export const OFF = "off";

const primary = (tag: string): string => tag.split("-")[0]?.toLowerCase() ?? "";

/** Of `languages` (BCP 47) the one that a reader of `wanted` understands: the same form first, then the same language. */
export function captionsFor(languages: readonly string[], wanted: string): string | undefined {
  const same = languages.find((each) => each.toLowerCase() === wanted.toLowerCase());
  return same ?? languages.find((each) => primary(each) === primary(wanted));
}

/** What is shown at first: `kept` is the choice of an earlier film. Nobody gets captions in a language not asked for. */
export function firstCaptions(languages: readonly string[], page: string, kept: string | null): string {
  if (kept === OFF) return OFF;
  return (kept && captionsFor(languages, kept)) || captionsFor(languages, page) || OFF;
}

/** What the key of captions does: off, or on in the language of the page, else in the first that there is. */
export function afterKey(shown: string, languages: readonly string[], page: string): string {
  return shown === OFF ? (captionsFor(languages, page) ?? languages[0] ?? OFF) : OFF;
}

/** The choice of an earlier film. */
export const keptCaptions = (): string | null => localStorage.getItem(KEPT);

/** Remembers the choice for the next film. */
export const keepCaptions = (chosen: string): void => localStorage.setItem(KEPT, chosen);
