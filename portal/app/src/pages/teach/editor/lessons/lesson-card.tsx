// One lesson in the editor: its file, its captions, and what can be done with it.
import { useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../../../api/client";
import { useAction } from "../../../../api/use-action";
import { Button } from "../../../../parts/button";
import { Dialog } from "../../../../parts/dialog";
import { ProblemNote } from "../../../../parts/notes";
import { t } from "../../../../texts";
import { hasDraft } from "../../draft";
import { teach } from "../../texts";
import type { TabProps } from "../course";
import { CaptionsPanel } from "./captions";
import { LessonFile } from "./lesson-file";
import { LessonForm, lessonDraft } from "./lesson-form";

type Lesson = Schemas["Lesson"];

/** The ids of the buttons that move a lesson; the focus stays on them while it moves. */
export const moveButton = (way: "up" | "down", lessonId: string): string => `${way}-${lessonId}`;

/** The card. `onMove` gets the new index, `onDrag` the beginning of a drag. */
export function LessonCard(
  props: TabProps & {
    lesson: Lesson;
    index: number;
    count: number;
    /** h4 below the heading of a section. */
    heading: "h3" | "h4";
    isMoving: boolean;
    onMove: (to: number) => void;
    onDrag: (event: DragEvent) => void;
    onDragEnd: () => void;
    onSaved: (lessonId: string) => void;
    onDeleted: () => Promise<void>;
  },
) {
  const { course, lesson, index } = props;
  const [isEditing, setEditing] = useState(() => hasDraft(lessonDraft(course.courseId, lesson.lessonId)));
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
            onDragEnd={props.onDragEnd}
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
          onCancel={() => {
            setEditing(false);
            requestAnimationFrame(() => document.getElementById(titleId)?.focus());
          }}
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
              id={moveButton("up", lesson.lessonId)}
              isBusy={props.isMoving}
              onPress={() => props.onMove(index - 1)}
            >
              {teach("order.up")}
            </Button>
            <Button
              describedBy={titleId}
              isDisabled={index === props.count - 1}
              id={moveButton("down", lesson.lessonId)}
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
