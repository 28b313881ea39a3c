// A course: what it is about, its lessons, and enrolling, starting, continuing or withdrawing.

import { useEffect, useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso/router";
import { useData } from "../../api/use-data";
import { useKeptFocus } from "../../parts/kept-focus";
import { Empty, Loading, ProblemNote, Skeleton, StatusNote } from "../../parts/notes";
import { Page } from "../../parts/page";
import { Progress } from "../../parts/progress";
import { t } from "../../texts";
import { percent } from "../../texts/formats";
import { Admission } from "./admission-panel";
import { LessonList } from "./lesson-list";
import { type CourseAndPart, loadCourse, type Part, partOf } from "./load";
import "./outline.css";
import { PreviewNote, teaches } from "./preview-note";

const POLL_MS = 3_000;

/** The page of one course. */
export default function Course() {
  const courseId = useRoute().params.courseId ?? "";
  const loaded = useData(`course/${courseId}`, () => loadCourse(courseId));
  const { data } = loaded;
  return (
    <Page
      title={data?.course.title ?? t("course.loading")}
      lead={data?.course.summary ? <bdi>{data.course.summary}</bdi> : undefined}
      above={<a href="/">{t("course.all")}</a>}
    >
      <ProblemNote problem={loaded.problem} onRetry={loaded.reload} />
      {loaded.isLoading && (
        <Loading>
          <Skeleton lines={7} />
        </Loading>
      )}
      {data && <CourseBody data={data} setPart={(part) => loaded.set({ course: data.course, part })} />}
    </Page>
  );
}

function CourseBody(props: { data: CourseAndPart; setPart: (part: Part) => void }) {
  const { course, part } = props.data;
  const { route } = useLocation();
  const [said, setSaid] = useState("");
  const own = useKeptFocus<HTMLElement>();
  usePending(course.courseId, part, props.setPart);
  const progress = part.status === "enrolled" ? part.progress : undefined;
  return (
    <>
      <PreviewNote course={course} />
      <section class="card stack" ref={own}>
        {progress && (
          <Progress
            value={progress.completionPercentage}
            label={t("course.progress", { title: course.title })}
          />
        )}
        {progress?.score !== undefined && <p>{t("course.score", { score: percent(progress.score) })}</p>}
        <Admission
          course={course}
          part={part}
          onPart={(next, text) => {
            props.setPart(next);
            setSaid(text);
          }}
          onOpen={(lessonId) => route(`/courses/${course.courseId}/lessons/${lessonId}`)}
        />
        <StatusNote>{said}</StatusNote>
      </section>
      <section class="stack">
        <h2>{t("course.lessons")}</h2>
        {course.lessons.length === 0 ? (
          <Empty title={t("course.empty.title")} text={t("course.empty.text")} />
        ) : (
          <LessonList
            course={course}
            completed={progress?.completedLessons ?? []}
            results={progress?.results}
            canOpen={!!progress || teaches(course)}
          />
        )}
      </section>
    </>
  );
}

/** Looks every three seconds whether a pending enrolment is settled. */
function usePending(courseId: string, part: Part, setPart: (part: Part) => void) {
  useEffect(() => {
    if (part.status !== "pending") return;
    const timer = setTimeout(
      () => partOf(courseId).then(setPart, () => setPart({ status: "pending" })),
      POLL_MS,
    );
    return () => clearTimeout(timer);
  }, [courseId, part, setPart]);
}
