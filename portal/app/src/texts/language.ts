// The language of the page: the profile's, as this browser remembers it; else the one a visitor chose; else the browser's.
import { signal } from "@preact/signals";
import { type Choice, chosenOf, type Language, markDocument } from "../../../shared/texts/languages";

/** Of the local storage: the language by BCP 47. It is forgotten with the sign-out. */
const KEPT = "education.language";

/** What loads the texts of a language, for all pages that were opened. The translator puts it here. */
type Loading = (language: Language) => Promise<unknown>;

/** The language now. Components that read it, also by asking for a text, are drawn anew when it changes. */
export const choice = signal<Choice>({ language: "en", form: "en" });

const browserLanguages = (): readonly string[] => globalThis.navigator?.languages ?? [];

function remembered(): Choice {
  const kept = localStorage.getItem(KEPT);
  return chosenOf(kept ? [kept, ...browserLanguages()] : browserLanguages());
}

/** Decides on the language at the start of the page. Call it before texts are loaded. */
export function startLanguage(load: Loading): void {
  apply(remembered());
  // Another tab has changed it.
  addEventListener("storage", (event) => {
    if (event.key === KEPT || event.key === null) void change(remembered(), load);
  });
}

/** Takes a language, as a person or a profile names it, and remembers it. Without texts for it nothing changes. */
export async function takeLanguage(tag: string, load: Loading): Promise<void> {
  localStorage.setItem(KEPT, tag);
  await change(remembered(), load);
}

/** Forgets the language of somebody who has signed out. The page keeps it until it is loaded again. */
export const forgetLanguage = (): void => localStorage.removeItem(KEPT);

async function change(next: Choice, load: Loading): Promise<void> {
  if (next.language !== choice.value.language) await load(next.language);
  apply(next);
}

function apply(next: Choice): void {
  choice.value = next;
  markDocument(next.language);
}
