// The editor of one course: its state for students, and the tabs *Lessons*, *Roster* and *Settings*.
import { useEffect, useState } from "preact/hooks";
import { api, ask } from "../../../api/client";
import { useAction } from "../../../api/use-action";
import { useData } from "../../../api/use-data";
import { Button } from "../../../parts/button";
import { Empty, Loading, ProblemNote, Skeleton, StatusNote } from "../../../parts/notes";
import { Page } from "../../../parts/page";
import { t } from "../../../texts";
import { teaches } from "../../course/preview-note";
import { RosterTab } from "../roster/index";
import { teach } from "../texts";
import { readCourse, type TabProps } from "./course";
import { LessonsTab } from "./lessons/lessons-tab";
import { SettingsTab } from "./settings/settings-tab";
import { meaningNow, type Status, statusMeaning, statusWord, steps } from "./status";

const TABS = ["lessons", "roster", "settings"] as const;
type Tab = (typeof TABS)[number];

const tabInAddress = (): Tab => TABS.find((each) => `#${each}` === location.hash) ?? "lessons";

/** The page. One call shows its first tab. */
export function Editor(props: { courseId: string }) {
  const { courseId } = props;
  const loaded = useData(`teach/${courseId}`, () => readCourse(courseId));
  const course = loaded.data;
  return (
    <Page
      title={course?.title ?? t("course.loading")}
      above={<a href="/teach">{teach("courses.all")}</a>}
      actions={course && teaches(course) && <a href={`/courses/${courseId}`}>{teach("editor.preview")}</a>}
      isWide
    >
      <ProblemNote problem={loaded.problem} onRetry={loaded.reload} />
      {loaded.isLoading && (
        <Loading>
          <Skeleton lines={8} />
        </Loading>
      )}
      {course && !teaches(course) && (
        <Empty title={teach("editor.not-yours")} text={teach("editor.not-yours.text")}>
          <a class="button" href={`/courses/${courseId}`}>
            {t("refused.course")}
          </a>
        </Empty>
      )}
      {course && teaches(course) && (
        <EditorBody
          course={course}
          onCourse={loaded.set}
          reload={async () => {
            const next = await readCourse(courseId);
            loaded.set(next);
            return next;
          }}
        />
      )}
    </Page>
  );
}

function EditorBody(props: TabProps) {
  const [tab, setTab] = useState<Tab>(tabInAddress);
  useEffect(() => {
    const moved = () => setTab(tabInAddress());
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  return (
    <>
      <State {...props} />
      {/* A list with a name, and no landmark: the page has one navigation. */}
      <ul class="tabs" aria-label={teach("editor.tabs")}>
        {TABS.map((each) => (
          <li key={each}>
            <a href={`#${each}`} aria-current={tab === each ? "page" : undefined}>
              {teach(`tab.${each}`)}
            </a>
          </li>
        ))}
      </ul>
      {/* It stays while another tab is shown: a file may be on its way. */}
      <div hidden={tab !== "lessons"}>
        <LessonsTab {...props} />
      </div>
      {tab === "roster" && <RosterTab course={props.course} />}
      {tab === "settings" && <SettingsTab {...props} />}
    </>
  );
}

/** What students see of the course now, and the ways to change it. */
function State(props: TabProps) {
  const { course } = props;
  const [said, setSaid] = useState("");
  const step = useAction(async (to: Status) => {
    const { courseId } = course;
    // Only the state changes, so the newest version is the one to change.
    const { version } = await readCourse(courseId);
    const next = await ask(
      api.PATCH("/courses/{courseId}", { params: { path: { courseId } }, body: { status: to, version } }),
    );
    props.onCourse(next);
    setSaid(teach(`status.now.${next.status}`));
  });
  return (
    <section class="card stack" aria-label={teach("status.label")}>
      <div class="row row-spread">
        <p class="row">
          <span class={course.status === "published" ? "badge badge-good" : "badge"}>
            {statusWord(course.status)}
          </span>
          <span>{meaningNow(course)}</span>
        </p>
        <div class="row">
          {steps(course.status).map((each) => (
            <Button
              key={each.to}
              look={each.look}
              isBusy={step.isRunning}
              describedBy={`means-${each.to}`}
              onPress={() => step.run(each.to)}
            >
              {each.label}
            </Button>
          ))}
        </div>
      </div>
      {course.status !== "archived" && !course.lessons.some((each) => each.hasContent) && (
        <p class="note">{teach("status.nothing")}</p>
      )}
      <ul class="small hints">
        {steps(course.status).map((each) => (
          <li key={each.to} id={`means-${each.to}`}>
            <strong>{each.label}:</strong> {statusMeaning(each.to)}
          </li>
        ))}
      </ul>
      <ProblemNote problem={step.problem} />
      <StatusNote>{said}</StatusNote>
    </section>
  );
}
