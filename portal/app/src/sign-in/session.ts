// The sign-in of this tab: who is signed in, tokens for requests, signing in and out.
import { signal } from "@preact/signals";
import { config } from "../config";
import { letGo } from "../shell/unsaved";
import { forgetLanguage } from "../texts/language";
import { callIdentity } from "./identity";
import { Renewal, SignInEnded } from "./renewal";
import { Tabs } from "./tabs";
import { type Person, personOf, type Tokens } from "./tokens";

export { SignInEnded };

const REFRESH = "education.refresh"; // of the tab's session storage: it survives a reload and ends with the tab
/** Of the tab's session storage: the name by which packages greet the person. */
export const OWN_NAME = "education.name";
/** Of the tab's session storage, before the id of the person: what was typed and is not saved yet. */
export const DRAFTS = "education.draft.";
const GIVE_WAY_MS = 3_000;
const MARK = "education.signed-in"; // says to a new tab that another one may be signed in; it is no token

/** Who is signed in; null for a visitor, undefined until it is known. */
export const person = signal<Person | null | undefined>(undefined);
/** Whether a sign-in has ended by itself, for example since it was revoked; not by a sign-out. */
export const hasEnded = signal(false);

/** Another person has signed in in this browser, and something holds the page: it shows nothing until it begins again. */
export const isGivingWay = signal(false);

const oauth = () => import("./oauth");
const tabs = new Tabs(
  () => renewal.shared,
  (tokens, isNew) => renewal.take(tokens, isNew),
  forgetTyped,
);
const renewal: Renewal = new Renewal(
  {
    now: () => Date.now(),
    alone: async (work) => await navigator.locks.request("education.renewal", work),
    renew: async (refresh) => (await oauth()).renew(refresh),
    share: (tokens) => tabs.share(tokens),
    askOthers: () => tabs.ask(),
    giveWay,
  },
  remember,
);

/** Forgets what the person has typed in this tab and not saved: it may be a list of students. */
function forgetTyped(): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(`${DRAFTS}${person.value?.userId}.`)) sessionStorage.removeItem(key);
  }
}

function remember(tokens: Tokens | null): void {
  if (tokens) {
    sessionStorage.setItem(REFRESH, tokens.refresh);
    localStorage.setItem(MARK, "yes");
    hasEnded.value = false;
    const next = personOf(tokens.id);
    if (JSON.stringify(next) !== JSON.stringify(person.value)) person.value = next;
  } else {
    sessionStorage.removeItem(REFRESH);
    sessionStorage.removeItem(OWN_NAME);
    localStorage.removeItem(MARK);
    person.value = null;
  }
}

/** Loads early what renewing a sign-in takes, if this tab had one before it was loaded again. */
export function prepareSession(): void {
  if (sessionStorage.getItem(REFRESH)) void oauth().catch(() => {}); // the renewal itself tells a failure
}

function giveWay(tokens: Tokens): void {
  sessionStorage.setItem(REFRESH, tokens.refresh);
  localStorage.setItem(MARK, "yes");
  letGo(); // what was typed is kept for its own person, and a question would leave their page on the screen
  location.reload();
  // A package may ask its own question before it is left. It is taken away then, and the page begins again all the same.
  setTimeout(() => {
    isGivingWay.value = true;
    location.reload();
  }, GIVE_WAY_MS);
}

/** Finds out who is signed in, at the start of the page. */
export async function startSession(): Promise<void> {
  const refresh = sessionStorage.getItem(REFRESH);
  if (refresh) {
    renewal.resume(refresh);
  } else {
    const others = localStorage.getItem(MARK) ? await tabs.ask() : null;
    if (!others) {
      person.value = null;
      return;
    }
    renewal.take(others);
  }
  try {
    await freshTokens();
  } catch {
    // Without a network the person stays signed in, and each request tries again.
    if (!renewal.isSignedIn) person.value = null;
  }
}

/** Tokens for a request. Throws `SignInEnded`. `refused` is an ID token that the API did not accept. */
export async function freshTokens(refused?: string): Promise<Tokens> {
  const { isSignedIn } = renewal;
  try {
    return await renewal.fresh(refused);
  } catch (error) {
    if (error instanceof SignInEnded && isSignedIn) hasEnded.value = true;
    throw error;
  }
}

/** The ID token as it is, for a last request while the page is closed; null if it has ended. */
export function tokenNow(): string | null {
  const tokens = renewal.current;
  return tokens && tokens.endsAt > Date.now() ? tokens.id : null;
}

/** Leaves for the page on which the person signs in, and comes back to `returnTo`. */
export async function signIn(
  returnTo: string = location.pathname + location.search + location.hash,
): Promise<void> {
  location.assign(await (await oauth()).signInAddress(returnTo, "oauth2/authorize"));
}

/** Leaves for the page on which a person makes an account. */
export async function signUp(): Promise<void> {
  location.assign(await (await oauth()).signInAddress("/", "signup"));
}

/** Takes the answer of the sign-in pages; the path where the person wanted to go. */
export async function finishSignIn(): Promise<string> {
  const { tokens, returnTo } = await (await oauth()).finishSignIn(new URL(location.href));
  renewal.begin(tokens);
  tabs.share(tokens, true);
  return returnTo.startsWith("/") && !returnTo.startsWith("//") ? returnTo : "/";
}

/** Ends the sign-in in all tabs, revokes the refresh token and leaves for the sign-out page. */
export async function signOut(): Promise<void> {
  const refresh = renewal.current?.refresh ?? sessionStorage.getItem(REFRESH);
  const { clientId, signInBaseUrl } = config();
  try {
    if (refresh) await callIdentity("RevokeToken", { Token: refresh, ClientId: clientId });
  } finally {
    forgetSignIn();
    const query = new URLSearchParams({ client_id: clientId, logout_uri: `${location.origin}/` });
    location.assign(`${signInBaseUrl}/logout?${query}`);
  }
}

/** Ends the sign-in in this browser without a call, for example for an account that was erased. */
export function forgetSignIn(): void {
  forgetTyped();
  tabs.end();
  renewal.take(null);
  forgetLanguage();
}
