// The sign-in on Cognito's own pages: authorization code with PKCE. Loaded when it is needed.
import * as oauth from "oauth4webapi";
import { config } from "../config";
import { choice } from "../texts/language";
import { SignInEnded } from "./renewal";
import { issuedAt, type Tokens } from "./tokens";

const SCOPE = "openid email aws.cognito.signin.user.admin";
const STARTED = "education.sign-in";
/** Of our languages those that Cognito's pages have. They have no Arabic, and stay in English or what they had last. */
const COGNITO_SPEAKS = new Set(["en", "de", "es"]);

interface Started {
  verifier: string;
  state: string;
  nonce: string;
  returnTo: string;
}

function server(): oauth.AuthorizationServer {
  const { issuer, signInBaseUrl } = config();
  return {
    issuer,
    authorization_endpoint: `${signInBaseUrl}/oauth2/authorize`,
    token_endpoint: `${signInBaseUrl}/oauth2/token`,
  };
}

const client = (clockSkew = 0): oauth.Client => ({
  client_id: config().clientId,
  [oauth.clockSkew]: clockSkew,
});
const redirectUri = () => `${location.origin}/signed-in`;
// The local platform has no TLS. On AWS each address begins with https.
const options = () => ({ [oauth.allowInsecureRequests]: config().signInBaseUrl.startsWith("http:") });

/** The address on which the person signs in or, with `page` "signup", makes an account. */
export async function signInAddress(returnTo: string, page: "oauth2/authorize" | "signup"): Promise<string> {
  const verifier = oauth.generateRandomCodeVerifier();
  const started: Started = {
    verifier,
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    returnTo,
  };
  sessionStorage.setItem(STARTED, JSON.stringify(started));
  const query = new URLSearchParams({
    client_id: config().clientId,
    redirect_uri: redirectUri(),
    response_type: "code",
    scope: SCOPE,
    state: started.state,
    nonce: started.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  // https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-managed-login.html (localization)
  if (COGNITO_SPEAKS.has(choice.value.language)) query.set("lang", choice.value.language);
  return `${config().signInBaseUrl}/${page}?${query}`;
}

/** Ends a sign-in that began with `signInAddress`: the tokens, and the path where the person wanted to go. */
export async function finishSignIn(address: URL): Promise<{ tokens: Tokens; returnTo: string }> {
  const kept = sessionStorage.getItem(STARTED);
  sessionStorage.removeItem(STARTED);
  if (!kept) throw new SignInEnded();
  const { verifier, state, nonce, returnTo } = JSON.parse(kept) as Started;
  const parameters = oauth.validateAuthResponse(server(), client(), address, state);
  const answer = await oauth.authorizationCodeGrantRequest(
    server(),
    client(),
    oauth.None(),
    parameters,
    redirectUri(),
    verifier,
    options(),
  );
  const result = await oauth.processAuthorizationCodeResponse(
    server(),
    client(await skewBy(answer)),
    answer,
    {
      expectedNonce: nonce,
      requireIdToken: true,
    },
  );
  return { tokens: tokensOf(result, ""), returnTo };
}

/** New tokens. Throws `SignInEnded` if the refresh token is not accepted any more. */
export async function renew(refresh: string): Promise<Tokens> {
  const answer = await oauth.refreshTokenGrantRequest(server(), client(), oauth.None(), refresh, options());
  try {
    const known = client(await skewBy(answer));
    return tokensOf(await oauth.processRefreshTokenResponse(server(), known, answer), refresh);
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError && error.error === "invalid_grant") throw new SignInEnded();
    throw error;
  }
}

/**
 * By how many seconds this device's clock is behind. Cognito has made the token just now; with a clock that is wrong
 * by more than an hour, it would seem to have ended, or to be of the future, and nobody could sign in.
 */
async function skewBy(answer: Response): Promise<number> {
  try {
    const { id_token: token } = (await answer.clone().json()) as { id_token: string };
    return issuedAt(token) - Math.floor(Date.now() / 1000);
  } catch {
    return 0; // no token: the answer is a refusal
  }
}

function tokensOf(result: oauth.TokenEndpointResponse, refresh: string): Tokens {
  return {
    id: result.id_token ?? "",
    access: result.access_token,
    refresh: result.refresh_token ?? refresh,
    endsAt: Date.now() + (result.expires_in ?? 3600) * 1000,
  };
}
