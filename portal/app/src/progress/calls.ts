// How one update goes over the network: with a token that is renewed if need be, or at once while the page is left.
import { API_BASE } from "../api/client";
import { asProblem, type Problem, problemOf } from "../api/problem";
import { freshTokens } from "../sign-in/session";

/** What the API has said to an update; status 0 if nobody answered or nobody is signed in. */
export interface Answer {
  status: number;
  problem: Problem | null;
}

const KEEPALIVE_BYTES = 60_000; // browsers allow 64 KiB for all such requests of a page together

/** Sends an update. Never rejects. */
export async function call(path: string, body: unknown): Promise<Answer> {
  try {
    const first = await freshTokens();
    const answer = await request(path, body, first.id);
    if (answer.status !== 401) return answerOf(answer);
    return answerOf(await request(path, body, (await freshTokens(first.id)).id));
  } catch (error) {
    return { status: 0, problem: asProblem(error) };
  }
}

/** Sends an update so that it survives the page. Whether it was taken; never rejects. `token` null: there is none now. */
export async function callAtLeaving(path: string, body: unknown, token: string | null): Promise<boolean> {
  const isTooLarge = new Blob([JSON.stringify(body)]).size > KEEPALIVE_BYTES;
  if (!token || isTooLarge) return false;
  return await request(path, body, token, true).then(
    (answer) => answer.ok,
    () => false,
  );
}

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
