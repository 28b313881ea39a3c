// The courses that a person teaches, drafts included, and a form for a new one.
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso/router";
import { api, ask, type Schemas } from "../../api/client";
import { useAction } from "../../api/use-action";
import { usePages } from "../../api/use-pages";
import { Button } from "../../parts/button";
import { EditForm } from "../../parts/edit-form";
import { TextField } from "../../parts/field";
import { Empty } from "../../parts/notes";
import { Page } from "../../parts/page";
import { PagedCards } from "../../parts/paged-cards";
import { t } from "../../texts";
import { hasDraft, useDraft } from "./draft";
import { statusWord } from "./editor/status";
import { teach } from "./texts";

const PAGE_SIZE = 48;
const NEW = "new-course";

function pageOf(cursor?: string): Promise<Schemas["CoursePage"]> {
  const query = { owner: "me" as const, limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) };
  return ask(api.GET("/courses", { params: { query } }));
}

/** The page. One call shows it. */
export function OwnCourses() {
  const [isNew, setNew] = useState(() => hasDraft(NEW));
  const pages = usePages("own-courses", pageOf);
  const begin = (
    <Button look="main" onPress={() => setNew(true)}>
      {teach("courses.new")}
    </Button>
  );
  return (
    <Page title={t("nav.teach")} lead={teach("courses.lead")} actions={isNew ? undefined : begin} isWide>
      {isNew && <NewCourse onCancel={() => setNew(false)} />}
      <PagedCards
        pages={pages}
        empty={!isNew && <Empty title={teach("courses.empty.title")} text={teach("courses.empty.text")} />}
      >
        {(each) => <OwnCourse key={each.courseId} course={each} />}
      </PagedCards>
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
  const draft = useDraft(NEW, { title: "", summary: "", token: "" });
  const make = useAction(async () => {
    const { title, summary } = draft.value;
    // A request that is sent again after a cut connection makes no second course.
    const clientToken = draft.value.token || crypto.randomUUID();
    draft.change({ token: clientToken });
    const body = { title: title.trim(), summary: summary.trim(), clientToken };
    const course = await ask(api.POST("/courses", { body }));
    draft.forget();
    route(`/teach/courses/${course.courseId}`);
  });
  return (
    <EditForm
      label={teach("courses.new")}
      save={make}
      onCancel={() => {
        draft.forget();
        props.onCancel();
      }}
    >
      <TextField
        label={teach("field.title")}
        name="title"
        value={draft.value.title}
        onInput={(title) => draft.change({ title, token: "" })}
        problem={make.problem}
        maxLength={200}
        isRequired
        isFirst
      />
      <TextField
        label={teach("field.summary")}
        name="summary"
        hint={teach("field.summary.hint")}
        value={draft.value.summary}
        onInput={(summary) => draft.change({ summary, token: "" })}
        problem={make.problem}
        maxLength={2000}
        rows={4}
      />
    </EditForm>
  );
}
