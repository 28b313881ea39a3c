// Above every page: what the API has refused after the lesson was left, with the reason and a way on.
import { Problem } from "../api/problem";
import { Button } from "../parts/button";
import { ProblemNote } from "../parts/notes";
import { closeRefusal, type Refusal, untold } from "../progress/refusals";
import { t } from "../texts";

/** The notes; nothing as long as everything was taken. */
export function RefusedNotes() {
  if (untold.value.length === 0) return null;
  return (
    <div class="page page-notes">
      {untold.value.map((each) => (
        <RefusedNote key={each.courseId} refusal={each} />
      ))}
    </div>
  );
}

function RefusedNote(props: { refusal: Refusal }) {
  const { refusal } = props;
  const { courseId, problem } = refusal;
  const close = () => {
    closeRefusal(refusal);
    document.querySelector("h1")?.focus(); // the button is gone, and the focus would be nowhere
  };
  const why = problem.detail || problem.sentence;
  return (
    <ProblemNote problem={new Problem(problem.status, t("refused"), why, problem.requestId, problem.code)}>
      <a class="button" href={`/courses/${courseId}`} onClick={() => closeRefusal(refusal)}>
        {t("refused.course")}
      </a>
      <Button onPress={close}>{t("action.close")}</Button>
    </ProblemNote>
  );
}
