// The form of a lesson: its title, kind, section, and who has to take it.
import { useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../../../api/client";
import { Problem } from "../../../../api/problem";
import { useAction } from "../../../../api/use-action";
import { EditForm } from "../../../../parts/edit-form";
import { CheckField, SelectField, TextField } from "../../../../parts/field";
import { ProblemNote, StatusNote } from "../../../../parts/notes";
import { t } from "../../../../texts";
import { useDraft } from "../../draft";
import { teach } from "../../texts";
import { readCourse } from "../course";
import { merged, unseen } from "../settings/conflict";
import { Conflict, type FieldNames, takeTheirs } from "../settings/conflict-panel";
import { bodyOf, fieldsOf, type LessonFields, newFields } from "./fields";
import { lastPosition, lessonIdOf } from "./order";

type Lesson = Schemas["Lesson"];

const KINDS = ["video", "pdf", "article", "interactive"] as const;

const FIELD_NAMES: FieldNames<LessonFields> = {
  title: "field.title",
  contentType: "lesson.kind",
  section: "lesson.section",
  required: "lesson.required",
  premium: "lesson.premium",
  needsStorage: "lesson.needsStorage",
};

/** The name of a lesson's draft; without `lessonId` of a new one. */
export const lessonDraft = (courseId: string, lessonId = ""): string => `lesson/${courseId}/${lessonId}`;

/** The form; `lesson` is absent for a new one. `onSaved` gets the id of the saved lesson. */
export function LessonForm(props: {
  course: Schemas["Course"];
  lesson?: Lesson;
  onSaved: (lessonId: string) => void;
  onCancel: () => void;
}) {
  const { course, lesson } = props;
  const { courseId } = course;
  const draft = useDraft(
    lessonDraft(courseId, lesson?.lessonId),
    lesson ? fieldsOf(lesson) : newFields(course.lessons.at(-1)?.section),
  );
  const { base, value: form } = draft;
  const [theirs, setTheirs] = useState<LessonFields>();
  const [said, setSaid] = useState("");
  const put = async (fields: LessonFields, newest: Schemas["Course"], known: Lesson | undefined) => {
    const taken = new Set(newest.lessons.map((each) => each.lessonId));
    const lessonId = known?.lessonId ?? lessonIdOf(fields.title, taken);
    const body = bodyOf(fields, known?.position ?? lastPosition(newest.lessons));
    await ask(
      api.PUT("/courses/{courseId}/lessons/{lessonId}", { params: { path: { courseId, lessonId } }, body }),
    );
    draft.forget();
    props.onSaved(lessonId);
  };
  /**
   * A lesson has no version, so what somebody else has changed or moved meanwhile is read before it is replaced. Who has
   * chosen is asked again about what was changed after `seen`.
   */
  const write = async (seen?: LessonFields) => {
    setSaid("");
    const newest = await readCourse(courseId);
    if (!lesson) return put(form, newest, undefined);
    const known = newest.lessons.find((each) => each.lessonId === lesson.lessonId);
    if (!known) throw new Problem(404, teach("lesson.gone"));
    const other = fieldsOf(known);
    if (unseen(base, form, other, seen).length > 0) return setTheirs(other);
    return put(merged(base, form, other), newest, known);
  };
  const save = useAction(() => write());
  const takeMine = useAction(write);
  return (
    <EditForm
      label={lesson ? teach("lesson.edit") : teach("lesson.add")}
      save={save}
      isHeld={theirs !== undefined}
      onCancel={() => {
        draft.forget();
        props.onCancel();
      }}
    >
      <TextField
        label={teach("field.title")}
        name="title"
        value={form.title}
        onInput={(title) => draft.change({ title })}
        problem={save.problem}
        maxLength={200}
        isRequired
        isFirst
      />
      <SelectField
        label={teach("lesson.kind")}
        name="contentType"
        hint={teach(`lesson.kind.${form.contentType}`)}
        value={form.contentType}
        onInput={(kind) => draft.change({ contentType: kind as Lesson["contentType"] })}
        problem={save.problem}
        options={KINDS.map((kind) => ({ value: kind, label: t(`type.${kind}`) }))}
      />
      <TextField
        label={teach("lesson.section")}
        name="section"
        hint={teach("lesson.section.hint")}
        value={form.section}
        onInput={(section) => draft.change({ section })}
        problem={save.problem}
        maxLength={200}
      />
      <CheckField
        label={teach("lesson.required")}
        name="required"
        isOn={form.required}
        onInput={(required) => draft.change({ required })}
      />
      <CheckField
        label={teach("lesson.premium")}
        name="premium"
        isOn={form.premium}
        onInput={(premium) => draft.change({ premium })}
      />
      {form.contentType === "interactive" && (
        <CheckField
          label={teach("lesson.needsStorage")}
          name="needsStorage"
          hint={teach("lesson.needsStorage.hint")}
          isOn={form.needsStorage}
          onInput={(needsStorage) => draft.change({ needsStorage })}
        />
      )}
      {theirs && (
        <Conflict
          base={base}
          mine={form}
          theirs={theirs}
          names={FIELD_NAMES}
          shown={shown}
          isBusy={takeMine.isRunning}
          onMine={() => takeMine.run(theirs)}
          onTheirs={() => {
            setSaid(takeTheirs(draft, theirs));
            setTheirs(undefined);
          }}
        />
      )}
      <ProblemNote problem={takeMine.problem} />
      <StatusNote>{said}</StatusNote>
    </EditForm>
  );
}

/** A value as the comparison shows it. */
function shown(name: keyof LessonFields, value: LessonFields[keyof LessonFields]): string {
  if (typeof value === "boolean") return teach(value ? "conflict.yes" : "conflict.no");
  return name === "contentType" ? t(`type.${value as Lesson["contentType"]}`) : value;
}
