// The language of a person's profile, which decides over the browser's, and whether the person has told a name.
import { signal } from "@preact/signals";
import { api, ask, type Schemas } from "../api/client";
import { takeLanguage } from "../texts/language";
import { loadTexts } from "../texts/translator";
import { NO_NAME, noteName } from "./own-name";

/** The language that the person has chosen (BCP 47). A profile that was never changed has only the default of the API. */
export const chosenIn = (profile: Schemas["Profile"]): string | undefined =>
  profile.updatedAt === profile.createdAt ? undefined : profile.locale;

/** Whether the person has not told a name yet, as far as this page has read the profile. */
export const isNameless = signal(false);

/** Has the portal speak the language of a profile. Without a choice it stays as it is. */
export async function followProfile(profile: Schemas["Profile"]): Promise<void> {
  noteName(profile);
  isNameless.value = profile.displayName === NO_NAME;
  const chosen = chosenIn(profile);
  if (chosen) await takeLanguage(chosen, loadTexts);
}

/** Reads the profile once after a sign-in. This browser remembers the language, so no page asks again. */
export async function followOwnProfile(): Promise<void> {
  try {
    await followProfile(await ask(api.GET("/profile")));
  } catch {
    // The language stays as it is. Nobody is kept from the page for that.
  }
}
