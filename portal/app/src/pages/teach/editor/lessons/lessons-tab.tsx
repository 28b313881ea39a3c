// The tab *Lessons*: the lessons in their order and sections; ordered by dragging or with buttons.
import { useRef, useState } from "preact/hooks";
import { api, ask } from "../../../../api/client";
import { useAction } from "../../../../api/use-action";
import { Button } from "../../../../parts/button";
import { Empty, ProblemNote, StatusNote } from "../../../../parts/notes";
import { t } from "../../../../texts";
import { hasDraft } from "../../draft";
import { teach } from "../../texts";
import { readCourse, type TabProps } from "../course";
import { LessonCard, moveButton } from "./lesson-card";
import { LessonForm, lessonDraft } from "./lesson-form";
import { grouped, moved } from "./order";

/** Gives the focus to the first of these elements that can have it, after the next drawing. */
const focusFirst = (...ids: string[]) =>
  requestAnimationFrame(() => {
    const elements = ids.map((id) => document.getElementById(id) as HTMLButtonElement | null);
    elements.find((each) => each && !each.disabled)?.focus();
  });

/** The tab. */
export function LessonsTab(props: TabProps) {
  const { course } = props;
  const [isNew, setNew] = useState(() => hasDraft(lessonDraft(course.courseId)));
  const [said, setSaid] = useState("");
  const [moving, setMoving] = useState<string>();
  const [over, setOver] = useState<string>();
  const dragged = useRef<string | undefined>(undefined);
  const ids = course.lessons.map((each) => each.lessonId);
  const hasSections = course.lessons.some((each) => each.section);

  const reorder = useAction(async (lessonId: string, to: number) => {
    const from = ids.indexOf(lessonId);
    const lessonOrder = moved(ids, from, to);
    if (from < 0 || lessonOrder.join() === ids.join()) return;
    setMoving(lessonId);
    const { courseId } = course;
    const { version } = await readCourse(courseId);
    const next = await ask(
      api.PATCH("/courses/{courseId}", { params: { path: { courseId } }, body: { lessonOrder, version } }),
    );
    props.onCourse(next);
    const title = course.lessons[from]?.title ?? "";
    setSaid(teach("order.moved", { title, position: lessonOrder.indexOf(lessonId) + 1, count: ids.length }));
  });
  const move = async (lessonId: string, to: number, way: "up" | "down") => {
    await reorder.run(lessonId, to);
    setMoving(undefined);
    // The browser takes the focus away from what moves in the page.
    focusFirst(moveButton(way, lessonId), moveButton(way === "up" ? "down" : "up", lessonId));
  };
  const drop = async (to: number) => {
    setOver(undefined);
    if (dragged.current) await reorder.run(dragged.current, to);
    dragged.current = undefined;
    setMoving(undefined);
  };
  /** A lesson may be dropped here; a file from elsewhere may not. */
  const takes = (event: DragEvent, lessonId: string) => {
    if (!dragged.current) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "move";
    setOver(lessonId);
  };
  const saved = async (lessonId: string) => {
    await props.reload();
    setNew(false);
    setSaid(teach("lesson.saved"));
    focusFirst(`lesson-${lessonId}`);
  };

  const cancelNew = () => {
    setNew(false);
    focusFirst("add-lesson");
  };

  return (
    <div class="stack">
      <div class="row row-spread">
        <h2>{t("course.lessons")}</h2>
        {!isNew && (
          <Button id="add-lesson" look="main" onPress={() => setNew(true)}>
            {teach("lesson.add")}
          </Button>
        )}
      </div>
      {isNew && <LessonForm course={course} onSaved={saved} onCancel={cancelNew} />}
      <ProblemNote problem={reorder.problem} />
      <StatusNote>{said}</StatusNote>
      {ids.length === 0 && !isNew && (
        <Empty title={t("course.empty.title")} text={teach("lessons.empty.text")} />
      )}
      {grouped(course.lessons).map((group) => (
        <section key={group.lessons[0]?.lessonId} class="stack">
          {hasSections && (
            <h3 class="section-title">
              {group.section ? <bdi>{group.section}</bdi> : <em>{teach("lessons.no-section")}</em>}
            </h3>
          )}
          <ol class="stack">
            {group.lessons.map((lesson) => {
              const index = ids.indexOf(lesson.lessonId);
              return (
                <li
                  key={lesson.lessonId}
                  class={`card stack lesson-card${over === lesson.lessonId ? " lesson-card-over" : ""}`}
                  onDragEnter={(event) => takes(event, lesson.lessonId)}
                  onDragOver={(event) => takes(event, lesson.lessonId)}
                  onDrop={(event) => {
                    event.preventDefault();
                    void drop(index);
                  }}
                >
                  <LessonCard
                    {...props}
                    lesson={lesson}
                    index={index}
                    count={ids.length}
                    heading={hasSections ? "h4" : "h3"}
                    isMoving={moving === lesson.lessonId}
                    onMove={(to) => move(lesson.lessonId, to, to < index ? "up" : "down")}
                    onDrag={(event) => {
                      dragged.current = lesson.lessonId;
                      if (!event.dataTransfer) return;
                      event.dataTransfer.effectAllowed = "move";
                      event.dataTransfer.setData("text/plain", lesson.title);
                    }}
                    onDragEnd={() => setOver(undefined)}
                    onSaved={saved}
                    onDeleted={async () => {
                      await props.reload();
                      setSaid(teach("lesson.deleted"));
                      focusFirst("add-lesson");
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
