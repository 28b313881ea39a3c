// A lesson: its content, what is done, and the ways to the other lessons of the course.

import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso/router";
import type { Schemas } from "../../api/client";
import { Problem } from "../../api/problem";
import { useData } from "../../api/use-data";
import { Button } from "../../parts/button";
import { useKeptFocus } from "../../parts/kept-focus";
import { Empty, Loading, ProblemNote, Skeleton, StatusNote } from "../../parts/notes";
import { Page } from "../../parts/page";
import { onRefusal, save } from "../../progress/outbox";
import { isStuck } from "../../progress/stuck";
import { finishPage } from "../../shell/leaving";
import { percent } from "../../texts/formats";
import { LessonList } from "../course/lesson-list";
import { partOf } from "../course/load";
import { isCompleted, neighbours } from "../course/outline";
import "../course/outline.css";
import "./lesson.css";
import { LessonContent } from "./content";
import { type LessonData, loadLesson } from "./load";
import { saysItself } from "./marks";
import { t } from "./texts";
import { useOpened } from "./use-opened";

/** The page of one lesson. */
export default function Lesson() {
  const { courseId = "", lessonId = "" } = useRoute().params;
  return <LessonPage key={`${courseId}/${lessonId}`} courseId={courseId} lessonId={lessonId} />;
}

interface Props {
  courseId: string;
  lessonId: string;
}

function LessonPage(props: Props) {
  const { courseId, lessonId } = props;
  const loaded = useData(`lesson/${courseId}/${lessonId}`, () => loadLesson(courseId, lessonId));
  const { data } = loaded;
  const lesson = data?.course.lessons.find((each) => each.lessonId === lessonId);
  return (
    <Page
      title={lesson?.title ?? t(data ? "lesson.unknown.title" : "lesson")}
      above={
        <a href={`/courses/${courseId}`}>
          <bdi>{data?.course.title ?? (loaded.problem ? t("to-course") : "…")}</bdi>
        </a>
      }
      isWide
    >
      <ProblemNote problem={loaded.problem} onRetry={loaded.reload} />
      {loaded.isLoading && (
        <Loading>
          <Skeleton lines={9} isCard />
        </Loading>
      )}
      {data && !lesson && <p>{t("lesson.unknown.text")}</p>}
      {data && lesson && data.isClosed && <Closed data={data} />}
      {data && lesson && !data.isClosed && (
        <LessonBody {...props} data={data} lesson={lesson} setData={(next) => loaded.set(next)} />
      )}
    </Page>
  );
}

/** In place of a lesson that the person may not open: why, and the way to the course. */
function Closed(props: { data: LessonData }) {
  const { course, part } = props.data;
  return (
    <Empty title={t("closed.title")} text={t(part.status === "none" ? "closed.none" : "closed.waits")}>
      <a class="button button-main" href={`/courses/${course.courseId}`}>
        {t("to-course")}
      </a>
    </Empty>
  );
}

function LessonBody(
  props: Props & {
    data: LessonData;
    lesson: Schemas["Lesson"];
    setData: (data: LessonData) => void;
  },
) {
  const { courseId, lessonId, data, lesson } = props;
  const { route } = useLocation();
  const { previous, next } = neighbours(data.course.lessons, lessonId);
  const progress = data.part.status === "enrolled" ? data.part.progress : undefined;
  const score = progress?.results?.[lessonId]?.score;
  const waits = data.waiting.some((each) => each.change.kind === "completed");
  const [isDone, setDone] = useState(waits || !!progress?.completedLessons.includes(lessonId));
  const [hasFailed, setFailed] = useState(false);
  const [status, setStatus] = useState("");
  const tellsNothing = lesson.contentType !== "pdf" && data.content && !saysItself(lesson, data.content);
  useOpened(courseId, lessonId, !!progress && !isDone && !!tellsNothing);
  const isUnsent = isStuck(courseId, lessonId);
  const wasUnsent = useRef(false);
  if (isUnsent) wasUnsent.current = true;
  const [refusal, setRefusal] = useState<Problem>();
  const ways = useKeptFocus<HTMLDivElement>();

  useEffect(
    () =>
      onRefusal(({ change, ...update }, problem) => {
        if (update.courseId !== courseId || update.lessonId !== lessonId) return false;
        if (change.kind === "completed") setDone(false);
        if (problem.code === "other-launch") return false; // the package itself tells that one
        setRefusal(problem);
        return true;
      }),
    [courseId, lessonId],
  );
  const readAgain = () =>
    partOf(courseId).then(
      (part) => {
        if (part.status !== "enrolled") return;
        props.setData({ ...data, part });
        setDone(part.progress.completedLessons.includes(lessonId));
      },
      () => {}, // the marks are right at the next look
    );
  const complete = async () => {
    if (!progress || isDone) return;
    setDone(true);
    const fate = await save(courseId, lessonId, { kind: "completed" });
    if (fate instanceof Problem) return;
    if (fate === "sent") setStatus(t("saved"));
    const completedLessons = [...progress.completedLessons.filter((each) => each !== lessonId), lessonId];
    props.setData({
      ...data,
      part: { status: "enrolled", progress: { ...progress, completedLessons } },
    });
  };
  const completed = [...(progress?.completedLessons ?? []), ...(isDone ? [lessonId] : [])];
  const isWhole = isDone && isCompleted(data.course.lessons, completed);
  const [wasWhole] = useState(isWhole);
  const tellsWhole = isWhole && (!wasWhole || !next);
  const said = isUnsent ? t("unsaved") : status || (wasUnsent.current && t("saved"));
  const go = (to: string) => finishPage().then(() => route(`/courses/${courseId}/lessons/${to}`));
  const canMark = progress && data.content && !isDone && (hasFailed || !saysItself(lesson, data.content));
  return (
    <div class="lesson">
      <div class="stack">
        {!progress && <p class="note">{t("preview")}</p>}
        {data.content ? (
          <LessonContent
            {...props}
            content={data.content}
            isTracked={!!progress}
            onComplete={() => (lesson.contentType === "video" ? void complete() : void readAgain())}
            onFailure={() => setFailed(true)}
          />
        ) : (
          <Empty title={t("file.none.title")} text={t("file.none.text")} />
        )}
        <div class="row row-spread lesson-ways" ref={ways}>
          <div class="row">
            {previous && <Button onPress={() => go(previous.lessonId)}>{t("previous")}</Button>}
            {canMark && (
              <Button look="main" onPress={() => complete()}>
                {t("mark")}
              </Button>
            )}
            {isDone && <p class="badge badge-good">{t("done")}</p>}
            {score !== undefined && <p class="badge">{t("score", { score: percent(score) })}</p>}
          </div>
          {next && (
            <Button look={isDone ? "main" : "plain"} onPress={() => go(next.lessonId)}>
              {t("next")}
            </Button>
          )}
          {!next && (
            <a class={isDone ? "button button-main" : "button"} href={`/courses/${courseId}`}>
              {t("to-course")}
            </a>
          )}
        </div>
        <ProblemNote problem={refusal && inOwnWords(refusal)}>
          <a class="button" href={`/courses/${courseId}`}>
            {t("to-course")}
          </a>
        </ProblemNote>
        <StatusNote>
          {(said || tellsWhole) && (
            <>
              {said && <p>{said}</p>}
              {tellsWhole && <p class="note-title">{t("whole")}</p>}
            </>
          )}
        </StatusNote>
      </div>
      <section class="lesson-outline" aria-label={t("outline")}>
        <h2>{t("outline")}</h2>
        <LessonList
          course={data.course}
          completed={completed}
          results={progress?.results}
          canOpen
          current={lessonId}
        />
      </section>
    </div>
  );
}

/** What was refused, as students know it: only packages can save too much. */
function inOwnWords(refusal: Problem): Problem {
  if (refusal.status === 413) return new Problem(413, t("package.refused"), "", refusal.requestId);
  const why = refusal.detail || refusal.sentence;
  return new Problem(refusal.status, t("refused"), why, refusal.requestId, refusal.code);
}
