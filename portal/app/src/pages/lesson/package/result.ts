// What a package's saved state says of the student's result: finished or not, and scores. Rules without a page.

const WORDS = new Set(["completed", "passed"]);

/** What the marks of the page depend on, as a text to compare. If it has changed they are read again: the API decides. */
export const resultOf = (model: Record<string, unknown>): string =>
  JSON.stringify([saysComplete(model), scoresIn(model)]);

/** Whether the package says that the student has finished. */
export function saysComplete(model: Record<string, unknown>): boolean {
  const xapi = model.xapi as { completed?: unknown } | undefined;
  if (xapi?.completed === true) return true;
  const items = Object.values((model.items as Record<string, Record<string, unknown>> | undefined) ?? {});
  if (items.length > 0) return items.every(saysComplete);
  const cmi = model.cmi as Record<string, unknown> | undefined;
  const core = cmi?.core as Record<string, unknown> | undefined;
  return [core?.lesson_status, cmi?.completion_status, cmi?.success_status].some((each) =>
    WORDS.has(String(each)),
  );
}

interface Score {
  scaled?: unknown;
  raw?: unknown;
}

/** The scores of all parts that have one. */
function scoresIn(model: Record<string, unknown>): string[] {
  const items = Object.values((model.items as Record<string, Record<string, unknown>> | undefined) ?? {});
  if (items.length > 0) return items.flatMap(scoresIn);
  const cmi = model.cmi as { core?: { score?: Score }; score?: Score } | undefined;
  const xapi = model.xapi as { score?: Score } | undefined;
  const score = xapi?.score ?? cmi?.core?.score ?? cmi?.score;
  return [score?.scaled, score?.raw].map((each) => String(each ?? "")).filter(Boolean);
}
