// What a sign-in consists of, and what its ID token says. Rules without a page.

/** The tokens of one sign-in. They are kept in memory; only `refresh` is also in the tab's session storage. */
export interface Tokens {
  id: string;
  access: string;
  refresh: string;
  /** When the ID token ends, in milliseconds since 1970 by this device's clock. */
  endsAt: number;
}

/** Who is signed in, by the ID token. */
export interface Person {
  userId: string;
  email: string;
  groups: readonly string[];
}

/** A token that ends within this time is renewed before it is used. */
export const RENEW_BEFORE_MS = 60_000;

/** The claims of a token, unchecked: the API checks each token, the page only reads its own. */
export function claimsOf(token: string): Record<string, unknown> {
  const body = token.split(".")[1] ?? "";
  const bytes = Uint8Array.from(atob(body.replace(/-/g, "+").replace(/_/g, "/")), (each) =>
    each.charCodeAt(0),
  );
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
}

/** When a token was made, in seconds since 1970. Throws if it does not say so. */
export function issuedAt(token: string): number {
  const issued = claimsOf(token).iat;
  if (typeof issued !== "number") throw new TypeError("the token does not say when it was made");
  return issued;
}

/** The person of an ID token. */
export function personOf(idToken: string): Person {
  const claims = claimsOf(idToken);
  const groups = claims["cognito:groups"];
  return {
    userId: String(claims.sub),
    email: String(claims.email ?? ""),
    groups: Array.isArray(groups) ? groups.map(String) : [],
  };
}

/** Whether the tokens are good for another minute at `now` (milliseconds since 1970). */
export function isFresh(tokens: Tokens | null, now: number): tokens is Tokens {
  return tokens !== null && tokens.endsAt - now > RENEW_BEFORE_MS;
}
