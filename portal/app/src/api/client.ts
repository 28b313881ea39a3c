// Calls the platform's API on the portal's own origin, with a token that is renewed when it has to be.
import createClient from "openapi-fetch";
import type { components, paths } from "../../../shared/api";
import { freshTokens } from "../sign-in/session";
import { problemOf } from "./problem";

/** The things that the API speaks of, by the names of api/openapi.yaml. */
export type Schemas = components["schemas"];

/** Where the API is. */
export const API_BASE = "/v1";

async function send(request: Request): Promise<Response> {
  const again = request.clone();
  const { id } = await freshTokens();
  request.headers.set("Authorization", `Bearer ${id}`);
  const answer = await fetch(request);
  if (answer.status !== 401) return answer;
  // The token has ended meanwhile, or the device's clock is wrong.
  const renewed = await freshTokens(id);
  again.headers.set("Authorization", `Bearer ${renewed.id}`);
  return fetch(again);
}

/** The API, by path and method. Give the promise of a call to `ask`. */
export const api = createClient<paths>({ baseUrl: API_BASE, fetch: send });

/** The answer's body. Throws a `Problem` if the API refused, and what `asProblem` knows if nobody answered. */
export async function ask<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemOf(response, error);
  return data as T;
}
