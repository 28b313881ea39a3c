// Calls Cognito's own API, for what its pages do not offer: revoking a sign-in and the second factor.
import { config } from "../config";

/** Cognito refused a call. `code` is the name of its exception. */
export class IdentityRefusal extends Error {
  constructor(
    readonly code: string,
    readonly requestId: string,
  ) {
    super(code);
  }
}

/** Calls one operation. Throws `IdentityRefusal`, or a `TypeError` if nobody answers. */
export async function callIdentity<T = unknown>(operation: string, body: unknown): Promise<T> {
  const answer = await fetch(`${config().identityEndpoint}/`, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  const said = text ? (JSON.parse(text) as Record<string, unknown>) : {};
  if (!answer.ok) {
    const code = String(said.__type ?? "").replace(/^.*#/, "");
    throw new IdentityRefusal(code, answer.headers.get("x-amzn-requestid") ?? "");
  }
  return said as T;
}
