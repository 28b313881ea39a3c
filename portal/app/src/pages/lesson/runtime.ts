// The saved state of a package at the API. Reading it begins a new launch: an older one cannot save any more.
import type { Runtime } from "../../../../shared/player-messages";
import { API_BASE } from "../../api/client";
import { problemOf } from "../../api/problem";
import { freshTokens } from "../../sign-in/session";

/** Begins a launch. Throws a `Problem`. */
export async function beginLaunch(courseId: string, lessonId: string): Promise<Runtime> {
  const ask = async (token: string) =>
    fetch(`${API_BASE}/courses/${courseId}/lessons/${lessonId}/runtime`, {
      headers: { Authorization: `Bearer ${token}` },
    });
  const { id } = await freshTokens();
  let answer = await ask(id);
  if (answer.status === 401) answer = await ask((await freshTokens(id)).id);
  const said: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw problemOf(answer, said);
  return said as Runtime;
}
