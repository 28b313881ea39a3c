// The courses that a person teaches, drafts included, and a form for a new one.
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso/router";
import { api, ask, type Schemas } from "../../api/client";
import { useAction } from "../../api/use-action";
import { useData } from "../../api/use-data";
import { Button } from "../../parts/button";
import { TextField } from "../../parts/field";
import { Empty, Loading, ProblemNote, Skeleton } from "../../parts/notes";
import { Page } from "../../parts/page";
import { t } from "../../texts";
import { useDraft } from "./draft";
import { statusWord } from "./editor/status";
import { teach } from "./texts";

const PAGE_SIZE = 50;

function pageOf(cursor?: string): Promise<Schemas["CoursePage"]> {
  const query = { owner: "me" as const, limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) };
  return ask(api.GET("/courses", { params: { query } }));
}

/** The page. One call shows it. */
export function OwnCourses() {
  const [isNew, setNew] = useState(false);
  const found = useData("own-courses", () => pageOf());
  const more = useAction(async () => {
    const before = found.data;
    if (!before?.nextCursor) return;
    const next = await pageOf(before.nextCursor);
    found.set({ ...next, items: [...before.items, ...next.items] });
  });
  const begin = (
    <Button look="main" onPress={() => setNew(true)}>
      {teach("courses.new")}
    </Button>
  );
  return (
    <Page title={t("nav.teach")} lead={teach("courses.lead")} actions={isNew ? undefined : begin} isWide>
      {isNew && <NewCourse onCancel={() => setNew(false)} />}
      <ProblemNote problem={found.problem} onRetry={found.reload} />
      {found.isLoading && (
        <Loading>
          <div class="cards">
            {[1, 2, 3].map((each) => (
              <Skeleton key={each} lines={3} isCard />
            ))}
          </div>
        </Loading>
      )}
      {found.data?.items.length === 0 && !isNew && (
        <Empty title={teach("courses.empty.title")} text={teach("courses.empty.text")} />
      )}
      {found.data && found.data.items.length > 0 && (
        <ul class="cards">
          {found.data.items.map((each) => (
            <OwnCourse key={each.courseId} course={each} />
          ))}
        </ul>
      )}
      <ProblemNote problem={more.problem} onRetry={() => more.run()} />
      {found.data?.nextCursor && (
        <div class="row">
          <Button isBusy={more.isRunning} onPress={() => more.run()}>
            {t("catalogue.more")}
          </Button>
        </div>
      )}
    </Page>
  );
}

function OwnCourse(props: { course: Schemas["CourseSummary"] }) {
  const { course } = props;
  return (
    <li class="card card-link">
      <h2>
        <a href={`/teach/courses/${course.courseId}`}>
          <bdi>{course.title}</bdi>
        </a>
      </h2>
      {course.summary && (
        <p class="clamp">
          <bdi>{course.summary}</bdi>
        </p>
      )}
      <p class="row push">
        <span class={course.status === "published" ? "badge badge-good" : "badge"}>
          {statusWord(course.status)}
        </span>
        <span class="small">{t("catalogue.lessons", { count: course.lessonCount })}</span>
      </p>
    </li>
  );
}

function NewCourse(props: { onCancel: () => void }) {
  const { route } = useLocation();
  const draft = useDraft("new-course", { title: "", summary: "" });
  const make = useAction(async () => {
    const { title, summary } = draft.value;
    const course = await ask(
      api.POST("/courses", { body: { title: title.trim(), summary: summary.trim() } }),
    );
    draft.forget();
    route(`/teach/courses/${course.courseId}`);
  });
  return (
    <form
      class="card form"
      aria-label={teach("courses.new")}
      onSubmit={(event) => {
        event.preventDefault();
        void make.run();
      }}
    >
      <TextField
        label={teach("field.title")}
        name="title"
        value={draft.value.title}
        onInput={(title) => draft.change({ title })}
        problem={make.problem}
        maxLength={200}
        isRequired
      />
      <TextField
        label={teach("field.summary")}
        name="summary"
        hint={teach("field.summary.hint")}
        value={draft.value.summary}
        onInput={(summary) => draft.change({ summary })}
        problem={make.problem}
        maxLength={2000}
        rows={4}
      />
      <ProblemNote problem={make.problem} />
      <div class="row">
        <Button type="submit" look="main" isBusy={make.isRunning}>
          {t("action.save")}
        </Button>
        <Button
          onPress={() => {
            draft.forget();
            props.onCancel();
          }}
        >
          {t("action.cancel")}
        </Button>
      </div>
    </form>
  );
}
