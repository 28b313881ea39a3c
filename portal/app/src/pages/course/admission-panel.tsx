// What a student can do about a course now: enrol, wait, start, continue, withdraw.
import { useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../api/client";
import { useAction } from "../../api/use-action";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { ProblemNote } from "../../parts/notes";
import { t } from "../../texts";
import { admissionNote, isOpen } from "./admission";
import { type Part, partAfter } from "./load";
import { hasBegun, isAllDone, nextLesson } from "./outline";

interface Props {
  course: Schemas["Course"];
  part: Part;
  /** The student's part has changed; `text` says how. */
  onPart: (part: Part, text: string) => void;
  onOpen: (lessonId: string) => void;
}

/** The panel. */
export function Admission(props: Props) {
  const { course, part } = props;
  const note = admissionNote(course, Date.now());
  if (part.status === "none") {
    return (
      <>
        {note && <p>{note.text}</p>}
        {course.status === "published" && isOpen(course, Date.now()) && <Enrol {...props} />}
      </>
    );
  }
  return (
    <>
      {part.status === "pending" && <p role="status">{t("course.pending")}</p>}
      {part.status === "waitlisted" && (
        <p role="status">
          {part.place ? t("course.waitlisted.place", { place: part.place }) : t("course.waitlisted")}
        </p>
      )}
      {part.status === "enrolled" && part.progress.status === "completed" && <p>{t("course.completed")}</p>}
      <div class="row">
        {part.status === "enrolled" && <Go {...props} progress={part.progress} />}
        <Withdraw {...props} look={part.status === "enrolled" ? "quiet" : "plain"} />
      </div>
    </>
  );
}

function Enrol(props: Props) {
  const { courseId } = props.course;
  const enrol = useAction(async () => {
    const enrollment = await ask(api.POST("/enrollments", { body: { courseId } }));
    const part = await partAfter(enrollment);
    props.onPart(part, part.status === "enrolled" ? t("course.enrolled") : "");
  });
  return (
    <>
      <ProblemNote problem={enrol.problem} />
      <div class="row">
        <Button look="main" isBusy={enrol.isRunning} onPress={() => enrol.run()}>
          {t("course.enrol")}
        </Button>
      </div>
    </>
  );
}

function Go(props: Props & { progress: Schemas["Progress"] }) {
  const next = nextLesson(props.course.lessons, props.progress);
  if (!next) return null;
  if (isAllDone(props.course.lessons, props.progress)) {
    return <Button onPress={() => props.onOpen(next.lessonId)}>{t("course.again")}</Button>;
  }
  return (
    <Button look="main" onPress={() => props.onOpen(next.lessonId)}>
      {hasBegun(props.progress) ? t("course.continue") : t("course.start")}
    </Button>
  );
}

function Withdraw(props: Props & { look: "quiet" | "plain" }) {
  const { courseId } = props.course;
  const [isAsking, setAsking] = useState(false);
  const withdraw = useAction(async () => {
    await ask(api.DELETE("/enrollments/{courseId}", { params: { path: { courseId } } }));
    setAsking(false);
    props.onPart({ status: "none" }, t("course.withdrawn"));
  });
  return (
    <>
      <Button look={props.look} onPress={() => setAsking(true)}>
        {t("course.withdraw")}
      </Button>
      {isAsking && (
        <Dialog
          title={t("course.withdraw.title")}
          onClose={() => setAsking(false)}
          actions={
            <Button look="danger" isBusy={withdraw.isRunning} onPress={() => withdraw.run()}>
              {t("course.withdraw")}
            </Button>
          }
        >
          <p>{t(props.part.status === "waitlisted" ? "course.withdraw.waiting" : "course.withdraw.text")}</p>
          <ProblemNote problem={withdraw.problem} />
        </Dialog>
      )}
    </>
  );
}
