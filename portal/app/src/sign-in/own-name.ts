// The name that the person goes by, for packages that greet them. It is in the profile, and in no token.
import { api, ask, type Schemas } from "../api/client";

/** The name that the platform gives to those of whom it knows none (lambda_src/domain/people/profiles.py). */
export const NO_NAME = "New member";

let known: string | undefined;

/** The name in a profile that packages may have: what the person has written there, and no e-mail address. */
export function nameFor(profile: Schemas["Profile"]): string {
  const name = profile.displayName;
  // A new profile has the part of the address before its @ as the name. With it the rest is easy to guess.
  const isOfAddress = name.toLowerCase() === profile.email.split("@")[0]?.toLowerCase();
  return isOfAddress || name.includes("@") || name === NO_NAME ? "" : name;
}

/** Remembers the name of a profile that a page has read anyway. */
export function noteName(profile: Schemas["Profile"]): void {
  known = nameFor(profile);
}

/** The name, read once if no page has. Empty without one, and when nobody answers. */
export async function ownName(): Promise<string> {
  if (known === undefined) await ask(api.GET("/profile")).then(noteName, () => {});
  return known ?? "";
}
