// What the statements of an H5P say about the lesson (https://h5p.org/documentation/x-api).

export interface Score {
  raw: number;
  min: number;
  max: number;
  scaled: number;
}

/** How far the learner came, as it is saved below `xapi` of the model. */
export interface Result {
  completed: boolean;
  success?: boolean;
  score?: Score;
  /** The time of all sessions. */
  seconds: number;
}

const RESULT_VERBS = ["completed", "answered", "passed", "failed", "mastered"];

/**
 * The result after a statement. Only statements about the whole content count, not those about a question in it.
 * Completion never goes back, and of several attempts the best score stays.
 */
export function after(statement: unknown, before: Result): Result {
  const { verb, context, result } = group(statement);
  const said = String(group(verb).id ?? "")
    .split("/")
    .pop();
  if (said === undefined || !RESULT_VERBS.includes(said)) return before;
  if (group(group(context).contextActivities).parent !== undefined) return before;
  const { completion, success, score } = group(result);
  const made: Result = {
    ...before,
    completed: before.completed || completion === true || (completion === undefined && said !== "answered"),
  };
  const reached = toScore(score);
  if (reached !== null && (before.score === undefined || reached.scaled >= before.score.scaled)) {
    made.score = reached;
    if (typeof success === "boolean") made.success = success;
  } else if (reached === null && typeof success === "boolean") made.success = before.success || success;
  return made;
}

/** A saved result; what is not readable is taken as none. */
export function toResult(saved: unknown): Result {
  const { completed, success, score, seconds } = group(saved);
  const kept = toScore(score);
  return {
    completed: completed === true,
    seconds: typeof seconds === "number" && seconds > 0 ? seconds : 0,
    ...(typeof success === "boolean" ? { success } : {}),
    ...(kept === null ? {} : { score: kept }),
  };
}

function toScore(said: unknown): Score | null {
  const { raw, min = 0, max, scaled } = group(said);
  if (typeof raw !== "number" || typeof min !== "number" || typeof max !== "number" || max <= min)
    return null;
  return { raw, min, max, scaled: typeof scaled === "number" ? scaled : (raw - min) / (max - min) };
}

const group = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
