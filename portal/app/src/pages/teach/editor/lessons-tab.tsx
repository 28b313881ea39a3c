// The tab *Lessons*: the lessons in their order and sections; ordered by dragging or with buttons.
import { useRef, useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../../api/client";
import { useAction } from "../../../api/use-action";
import { Button } from "../../../parts/button";
import { Dialog } from "../../../parts/dialog";
import { Empty, ProblemNote, StatusNote } from "../../../parts/notes";
import { t } from "../../../texts";
import { teach } from "../texts";
import { CaptionsPanel } from "./captions";
import { readCourse, type TabProps } from "./course";
import { LessonFile } from "./lesson-file";
import { LessonForm } from "./lesson-form";
import { grouped, moved } from "./order";

type Lesson = Schemas["Lesson"];

/** The tab. */
export function LessonsTab(props: TabProps) {
  const { course } = props;
  const [isNew, setNew] = useState(false);
  const [said, setSaid] = useState("");
  const dragged = useRef<string | undefined>(undefined);
  const ids = course.lessons.map((each) => each.lessonId);

  const reorder = useAction(async (lessonId: string, to: number) => {
    const from = ids.indexOf(lessonId);
    const lessonOrder = moved(ids, from, to);
    if (from < 0 || lessonOrder.join() === ids.join()) return;
    const { courseId } = course;
    const { version } = await readCourse(courseId);
    const next = await ask(
      api.PATCH("/courses/{courseId}", { params: { path: { courseId } }, body: { lessonOrder, version } }),
    );
    props.onCourse(next);
    const title = course.lessons[from]?.title ?? "";
    setSaid(teach("order.moved", { title, position: lessonOrder.indexOf(lessonId) + 1, count: ids.length }));
  });
  const saved = async (lessonId: string) => {
    await props.reload();
    setNew(false);
    setSaid(teach("lesson.saved"));
    requestAnimationFrame(() => document.getElementById(`lesson-${lessonId}`)?.focus());
  };

  return (
    <div class="stack">
      <div class="row row-spread">
        <h2>{t("course.lessons")}</h2>
        {!isNew && (
          <Button look="main" onPress={() => setNew(true)}>
            {teach("lesson.add")}
          </Button>
        )}
      </div>
      {isNew && <LessonForm course={course} onSaved={saved} onCancel={() => setNew(false)} />}
      <ProblemNote problem={reorder.problem} />
      <StatusNote>{said}</StatusNote>
      {ids.length === 0 && !isNew && (
        <Empty title={t("course.empty.title")} text={teach("lessons.empty.text")} />
      )}
      {grouped(course.lessons).map((group) => (
        <section key={group.lessons[0]?.lessonId} class="stack">
          {group.section && (
            <h3 class="section-title">
              <bdi>{group.section}</bdi>
            </h3>
          )}
          <ol class="stack">
            {group.lessons.map((lesson) => {
              const index = ids.indexOf(lesson.lessonId);
              return (
                <li
                  key={lesson.lessonId}
                  class="card stack lesson-card"
                  onDragOver={(event) => event.preventDefault()}
                  onDrop={(event) => {
                    event.preventDefault();
                    if (dragged.current) void reorder.run(dragged.current, index);
                    dragged.current = undefined;
                  }}
                >
                  <LessonCard
                    {...props}
                    lesson={lesson}
                    index={index}
                    count={ids.length}
                    heading={group.section ? "h4" : "h3"}
                    isMoving={reorder.isRunning}
                    onMove={(to) => reorder.run(lesson.lessonId, to)}
                    onDrag={() => {
                      dragged.current = lesson.lessonId;
                    }}
                    onSaved={saved}
                    onDeleted={async () => {
                      await props.reload();
                      setSaid(teach("lesson.deleted"));
                    }}
                  />
                </li>
              );
            })}
          </ol>
        </section>
      ))}
    </div>
  );
}

function LessonCard(
  props: TabProps & {
    lesson: Lesson;
    index: number;
    count: number;
    /** h4 below the heading of a section. */
    heading: "h3" | "h4";
    isMoving: boolean;
    onMove: (to: number) => void;
    onDrag: () => void;
    onSaved: (lessonId: string) => void;
    onDeleted: () => Promise<void>;
  },
) {
  const { course, lesson, index } = props;
  const [isEditing, setEditing] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const Heading = props.heading;
  const titleId = `lesson-${lesson.lessonId}`;
  const path = { courseId: course.courseId, lessonId: lesson.lessonId };
  const remove = useAction(async () => {
    await ask(api.DELETE("/courses/{courseId}/lessons/{lessonId}", { params: { path } }));
    setDeleting(false);
    await props.onDeleted();
  });
  return (
    <>
      <div class="row row-spread">
        <Heading id={titleId} class="lesson-title" tabIndex={-1}>
          <span
            class="handle"
            draggable
            onDragStart={props.onDrag}
            title={teach("order.drag")}
            aria-hidden="true"
          >
            ⠿
          </span>{" "}
          <bdi>{lesson.title}</bdi>
        </Heading>
        <p class="row">
          <span class="badge">{t(`type.${lesson.contentType}`)}</span>
          {!lesson.required && <span class="badge">{t("course.optional")}</span>}
        </p>
      </div>
      {isEditing ? (
        <LessonForm
          course={course}
          lesson={lesson}
          onSaved={(lessonId) => {
            setEditing(false);
            props.onSaved(lessonId);
          }}
          onCancel={() => setEditing(false)}
        />
      ) : (
        <>
          <LessonFile courseId={course.courseId} lesson={lesson} titleId={titleId} reload={props.reload} />
          {lesson.contentType === "video" && (
            <CaptionsPanel courseId={course.courseId} lesson={lesson} reload={props.reload} />
          )}
          <div class="row">
            <Button
              describedBy={titleId}
              isDisabled={index === 0}
              isBusy={props.isMoving}
              onPress={() => props.onMove(index - 1)}
            >
              {teach("order.up")}
            </Button>
            <Button
              describedBy={titleId}
              isDisabled={index === props.count - 1}
              isBusy={props.isMoving}
              onPress={() => props.onMove(index + 1)}
            >
              {teach("order.down")}
            </Button>
            <Button describedBy={titleId} onPress={() => setEditing(true)}>
              {teach("lesson.edit")}
            </Button>
            {lesson.hasContent && (
              <a
                class="button"
                href={`/courses/${course.courseId}/lessons/${lesson.lessonId}`}
                aria-describedby={titleId}
              >
                {teach("lesson.preview")}
              </a>
            )}
            <Button look="danger" describedBy={titleId} onPress={() => setDeleting(true)}>
              {teach("lesson.delete")}
            </Button>
          </div>
        </>
      )}
      {isDeleting && (
        <Dialog
          title={teach("lesson.delete.title", { title: lesson.title })}
          onClose={() => setDeleting(false)}
          actions={
            <Button look="danger" isBusy={remove.isRunning} onPress={() => remove.run()}>
              {teach("lesson.delete")}
            </Button>
          }
        >
          <p>{teach("lesson.delete.text")}</p>
          <ProblemNote problem={remove.problem} />
        </Dialog>
      )}
    </>
  );
}
