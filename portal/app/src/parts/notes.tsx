// What a page tells: problems (read aloud at once), saved states (read aloud when there is time), and emptiness.
import type { ComponentChildren } from "preact";
import { added, explained, isOwn } from "../api/explain";
import { type Problem, sentenceOf } from "../api/problem";
import { signIn } from "../sign-in/session";
import { t } from "../texts";
import { Button } from "./button";

/**
 * A problem in plain words, with a way on and the id of the request, which helps the operator to find it. Only where the
 * person cannot mend it alone it asks to tell the school. It goes away when the person has changed what was wrong.
 */
export function ProblemNote(props: {
  problem: Problem | undefined;
  onRetry?: (() => void) | undefined;
  /** Another way on, for example a link. */
  children?: ComponentChildren;
}) {
  const { problem } = props;
  if (!problem || problem.isOver) return null;
  return (
    <div class="note note-problem" role="alert">
      <Words problem={problem} />
      {problem.requestId && (
        <p class="small">
          {t(isOwn(problem) ? "problem.request.own" : "problem.request", { id: problem.requestId })}
        </p>
      )}
      {problem.needsSignIn ? (
        <Button look="main" onPress={() => signIn()}>
          {t("session.sign-in")}
        </Button>
      ) : (
        (props.onRetry || props.children) && (
          <div class="row">
            {props.onRetry && <Button onPress={props.onRetry}>{t("problem.retry")}</Button>}
            {props.children}
          </div>
        )
      )}
    </div>
  );
}

/** What happened. A sentence about the status says less than that of a code, which then stands alone. */
function Words(props: { problem: Problem }) {
  const { problem } = props;
  const more = explained(problem);
  if (more && problem.sentence === sentenceOf(problem.status)) return <p class="note-title">{more}</p>;
  return (
    <>
      <p class="note-title">{problem.sentence}</p>
      {more ? <p>{more}</p> : !problem.needsSignIn && <Original text={added(problem)} />}
    </>
  );
}

/** A sentence of the API, marked as English for readers of other languages. */
export function Original(props: { text: string | undefined }) {
  if (!props.text) return null;
  return (
    <p class="small" lang="en" dir="ltr">
      {props.text}
    </p>
  );
}

/** A state that was reached, for example that a form is saved. The element is there before its text, to be read aloud. */
export function StatusNote(props: { children?: ComponentChildren }) {
  return (
    <div role="status" class={props.children ? "note note-good" : "note-empty"}>
      {props.children}
    </div>
  );
}

/** A place that has nothing yet, and what to do about it. */
export function Empty(props: { title: string; text: string; children?: ComponentChildren }) {
  return (
    <section class="empty">
      <h2>{props.title}</h2>
      <p>{props.text}</p>
      {props.children}
    </section>
  );
}

/** Grey lines in place of a text that is being loaded, of about its size, so that nothing jumps. */
export function Skeleton(props: { lines?: number; isCard?: boolean }) {
  const lines = Array.from({ length: props.lines ?? 3 }, (_, each) => each);
  return (
    <div class={props.isCard ? "skeleton card" : "skeleton"} aria-hidden="true">
      {lines.map((each) => (
        <span key={each} />
      ))}
    </div>
  );
}

/** Says that something is being loaded to those who cannot see the skeletons. */
export function Loading(props: { children: ComponentChildren }) {
  return (
    <div aria-busy="true">
      <p class="unseen" role="status">
        {t("state.loading")}
      </p>
      {props.children}
    </div>
  );
}
