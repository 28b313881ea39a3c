// My learning: the student's courses, how far they are, and the way back to where they stopped.
import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso/router";
import { api, ask, type Schemas } from "../../api/client";
import { useAction } from "../../api/use-action";
import { usePages } from "../../api/use-pages";
import { Button } from "../../parts/button";
import { Empty, ProblemNote } from "../../parts/notes";
import { Page } from "../../parts/page";
import { PagedCards } from "../../parts/paged-cards";
import { Progress } from "../../parts/progress";
import { isNameless } from "../../sign-in/profile-language";
import { t } from "../../texts";
import { handOver, loadCourse } from "../course/load";
import { nextLesson } from "../course/outline";

type Enrollment = Schemas["Enrollment"] & { lastLessonId?: string };

const PAGE_SIZE = 50;

/** One page of the student's courses, without those that the student has left. */
async function pageOf(cursor?: string): Promise<Schemas["EnrollmentPage"]> {
  const query = { limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) };
  const page = await ask(api.GET("/enrollments", { params: { query } }));
  return { ...page, items: page.items.filter((each) => each.status !== "withdrawn") };
}

/** The page. One call shows it; *Continue* reads the course when it is pressed. */
export default function Learning() {
  const pages = usePages("enrollments", pageOf);
  return (
    <Page title={t("learning.title")} lead={t("learning.lead")} isWide>
      {isNameless.value && (
        <p class="note">
          {t("learning.nameless")} <a href="/profile">{t("learning.nameless.action")}</a>
        </p>
      )}
      <PagedCards
        pages={pages}
        empty={
          <Empty title={t("learning.empty.title")} text={t("learning.empty.text")}>
            <a class="button button-main" href="/">
              {t("learning.empty.action")}
            </a>
          </Empty>
        }
      >
        {(each) => <OwnCourse key={each.courseId} enrollment={each} />}
      </PagedCards>
    </Page>
  );
}

function OwnCourse(props: { enrollment: Enrollment }) {
  const { enrollment } = props;
  const id = `course-${enrollment.courseId}`;
  const waits = enrollment.status === "pending" || enrollment.status === "waitlisted";
  return (
    <li class="card card-link">
      <h2 id={id}>
        <a href={`/courses/${enrollment.courseId}`}>
          <bdi>{enrollment.courseTitle}</bdi>
        </a>
      </h2>
      {enrollment.status === "pending" && <p class="badge">{t("learning.pending")}</p>}
      {enrollment.status === "waitlisted" && <p class="badge">{t("learning.waitlisted")}</p>}
      {enrollment.status === "completed" && <p class="badge badge-good">{t("learning.completed")}</p>}
      {!waits && (
        <div class="push stack">
          <Progress
            value={enrollment.completionPercentage}
            label={t("course.progress", { title: enrollment.courseTitle })}
          />
          <Go enrollment={enrollment} describedBy={id} />
        </div>
      )}
    </li>
  );
}

/** The way on. What it reads to find the lesson is what the lesson shows, so that nothing is read twice. */
function Go(props: { enrollment: Enrollment; describedBy: string }) {
  const { courseId, lastLessonId, status } = props.enrollment;
  const { route } = useLocation();
  const isThere = useRef(true);
  useEffect(
    () => () => {
      isThere.current = false;
    },
    [],
  );
  const course = `/courses/${courseId}`;
  const go = useAction(async () => {
    if (!lastLessonId || status === "completed") return route(course);
    const both = await loadCourse(courseId);
    if (!isThere.current) return; // the person went elsewhere meanwhile
    const { part } = both;
    const next = part.status === "enrolled" && nextLesson(both.course.lessons, part.progress, lastLessonId);
    handOver(both);
    route(next ? `${course}/lessons/${next.lessonId}` : course);
  });
  const isDone = status === "completed";
  const word = lastLessonId ? t("course.continue") : t("course.start");
  return (
    <>
      <div class="row above">
        <Button
          look={isDone ? "plain" : "main"}
          describedBy={props.describedBy}
          isBusy={go.isRunning}
          onPress={() => go.run()}
        >
          {isDone ? t("course.again") : word}
        </Button>
      </div>
      <ProblemNote problem={go.problem} />
    </>
  );
}
