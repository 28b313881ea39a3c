// How one update goes over the network: with a token that is renewed if need be, or at once while the page is left.
import { API_BASE } from "../api/client";
import { asProblem, type Problem, problemOf } from "../api/problem";
import { freshTokens, SignInEnded } from "../sign-in/session";
import { personOf } from "../sign-in/tokens";

/** What the API has said to an update; status 0 if nobody answered or nobody is signed in. */
export interface Answer {
  status: number;
  problem: Problem | null;
}

const KEEPALIVE_BYTES = 60_000; // browsers allow 64 KiB for all such requests of a page together

/** Sends an update of one person. With the token of anybody else nothing is sent: status 0. Never rejects. */
export async function call(userId: string, path: string, body: unknown): Promise<Answer> {
  try {
    const first = await tokenOf(userId);
    const answer = await request(path, body, first);
    if (answer.status !== 401) return answerOf(answer);
    return answerOf(await request(path, body, await tokenOf(userId, first)));
  } catch (error) {
    return { status: 0, problem: asProblem(error) };
  }
}

/**
 * Sends an update of one person so that it survives the page. Whether it was taken; never rejects. `token` null: there is
 * none now.
 */
export async function callAtLeaving(
  userId: string,
  path: string,
  body: unknown,
  token: string | null,
): Promise<boolean> {
  const isTooLarge = new Blob([JSON.stringify(body)]).size > KEEPALIVE_BYTES;
  if (!token || !isTokenOf(userId, token) || isTooLarge) return false;
  return await request(path, body, token, true).then(
    (answer) => answer.ok,
    () => false,
  );
}

async function tokenOf(userId: string, refused?: string): Promise<string> {
  const { id } = await freshTokens(refused);
  if (!isTokenOf(userId, id)) throw new SignInEnded();
  return id;
}

// The API saves for the person of the token: an update that goes with another one would become theirs.
const isTokenOf = (userId: string, token: string) => personOf(token).userId === userId;

function request(path: string, body: unknown, token: string, keepalive = false): Promise<Response> {
  return fetch(`${API_BASE}${path}`, {
    method: "PUT",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
    keepalive,
  });
}

async function answerOf(answer: Response): Promise<Answer> {
  if (answer.ok) return { status: answer.status, problem: null };
  return { status: answer.status, problem: problemOf(answer, await answer.json().catch(() => null)) };
}
