// The secrets by which the player knows again what it has kept of a launch. They are kept by the portal, on its own origin:
// packages cannot read them.

import type { Seals } from "./player-messages";

const PREFIX = "education.launch/";
const BYTES = 32;

/** The secret of the launch before in this browser, and one for this launch, which is kept in its place. */
export function nextSeals(
  storage: () => Pick<Storage, "getItem" | "setItem">,
  userId: string,
  lesson: string,
): Seals {
  const key = `${PREFIX}${userId}/${lesson}`;
  const now = Array.from(crypto.getRandomValues(new Uint8Array(BYTES)), (each) =>
    each.toString(16).padStart(2, "0"),
  ).join("");
  try {
    const before = storage().getItem(key);
    storage().setItem(key, now);
    return { before, now };
  } catch {
    return { before: null, now }; // no storage, or no room: then nothing that the player has kept is believed
  }
}

/** Forgets the secrets of a person whose account was erased. */
export function forgetSeals(storage: Pick<Storage, "length" | "key" | "removeItem">, userId: string): void {
  const keys = Array.from({ length: storage.length }, (_, place) => storage.key(place) ?? "");
  for (const key of keys.filter((each) => each.startsWith(`${PREFIX}${userId}/`))) storage.removeItem(key);
}
