// The name that the person goes by, for packages that greet them. It is in the profile, and in no token.
import { api, ask, type Schemas } from "../api/client";
import { OWN_NAME, person } from "./session";

/** The name that the platform gives to those of whom it knows none (lambda_src/domain/people/profiles.py). */
export const NO_NAME = "New member";

/** The name in a profile that packages may have: what the person has written there, and no e-mail address. */
export function nameFor(profile: Schemas["Profile"]): string {
  const name = profile.displayName;
  // A new profile has the part of the address before its @ as the name. With it the rest is easy to guess.
  const isOfAddress = name.toLowerCase() === profile.email.split("@")[0]?.toLowerCase();
  return isOfAddress || name.includes("@") || name === NO_NAME ? "" : name;
}

/** Remembers the name of a profile that a page has read anyway: in this tab, also over a reload. */
export function noteName(profile: Schemas["Profile"]): void {
  const { userId } = profile;
  sessionStorage.setItem(OWN_NAME, JSON.stringify({ userId, name: nameFor(profile) } satisfies Kept));
}

/** The name, read once if no page of this tab has. Empty without one, and when nobody answers. */
export async function ownName(): Promise<string> {
  if (kept() === undefined) await ask(api.GET("/profile")).then(noteName, () => {});
  return kept() ?? "";
}

interface Kept {
  userId: string;
  name: string;
}

function kept(): string | undefined {
  try {
    const { userId, name } = JSON.parse(sessionStorage.getItem(OWN_NAME) ?? "{}") as Partial<Kept>;
    return userId === person.value?.userId ? name : undefined;
  } catch {
    return undefined;
  }
}
