// What went wrong with a request, for people. Rules without a page.
import { signal } from "@preact/signals";
import { SignInEnded } from "../sign-in/renewal";
import { t } from "../texts";

/** A fault of one field of a form. */
export interface FieldFault {
  field: string;
  message: string;
  /** The message is of the portal, in the language of the page. */
  isOwnWords?: boolean;
}

/** Whether a fault is about a field, or compares another field with it. `name` is that of the API. */
export const concerns = (fault: FieldFault, name: string): boolean =>
  fault.field === name || fault.field.startsWith(`${name}.`) || fault.message.split(/[^\w-]+/).includes(name);

/** A request that did not do what the person wanted. */
export class Problem extends Error {
  /** The fields that the person has changed since: what was said of them holds no more. */
  readonly #changed = signal<readonly string[]>([]);

  constructor(
    /** The HTTP status; 0 if nobody answered. */
    readonly status: number,
    /** What happened, in one plain sentence. */
    readonly sentence: string,
    /** The API's own explanation, also plain. */
    readonly detail: string = "",
    readonly requestId: string = "",
    /** The last part of the problem's type: a stable word for programs. */
    readonly code: string = "",
    readonly errors: readonly FieldFault[] = [],
    /** After how many seconds the request may succeed; 0 if nobody said so. */
    readonly retryAfter: number = 0,
  ) {
    super(sentence);
  }

  /** The person has changed a field. */
  change(name: string): void {
    if (!this.#changed.value.includes(name)) this.#changed.value = [...this.#changed.value, name];
  }

  /** The faults of fields that are as they were. */
  get openErrors(): readonly FieldFault[] {
    return this.errors.filter((fault) => !this.#changed.value.some((name) => concerns(fault, name)));
  }

  /** Whether the person has changed what was wrong, so that only another attempt can tell. */
  get isOver(): boolean {
    const isAboutInput = this.status >= 400 && this.status < 500 && !this.needsSignIn && this.status !== 429;
    return isAboutInput && this.#changed.value.length > 0 && this.openErrors.length === 0;
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** Whether only a new sign-in helps. */
  get needsSignIn(): boolean {
    return this.status === 401;
  }
}

export function sentenceOf(status: number): string {
  if (status === 0) return t("problem.offline");
  if (status === 401) return t("problem.401");
  if (status === 403) return t("problem.403");
  if (status === 404) return t("problem.404");
  if (status === 409) return t("problem.409");
  if (status === 429) return t("problem.429");
  if (status >= 500) return t("problem.500");
  return t("problem.400");
}

/** The problem that an answer tells. `body` is its parsed body, if it could be parsed. */
export function problemOf(answer: Response, body: unknown): Problem {
  const said = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const errors = Array.isArray(said.errors) ? (said.errors as FieldFault[]) : [];
  return new Problem(
    answer.status,
    sentenceOf(answer.status),
    typeof said.detail === "string" ? said.detail : "",
    typeof said.requestId === "string" ? said.requestId : (answer.headers.get("x-amzn-requestid") ?? ""),
    typeof said.type === "string" ? (said.type.split(/[/:#]/).pop() ?? "") : "",
    errors,
    Number(answer.headers.get("retry-after") ?? 0) || 0,
  );
}

/** The problem of a school that cannot be reached. */
export function noAnswer(): Problem {
  return new Problem(0, sentenceOf(0));
}

/** The problem of something that was thrown. Of an error that nobody expected, its text is for the console only. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof SignInEnded) return new Problem(401, sentenceOf(401));
  if (isNoAnswer(error)) return noAnswer();
  console.error(error);
  return new Problem(500, t("problem.unexpected"));
}

// Each browser has words of its own; other errors of the same type are faults of the portal.
function isNoAnswer(error: unknown): boolean {
  return error instanceof TypeError && /fetch|network|load failed|import/i.test(error.message);
}
